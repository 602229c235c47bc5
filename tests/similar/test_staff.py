"""Staff's likely duplicates: stored by the worker, shown on the idea's page and in the queue, to staff alone."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from ideaboard.extensions import db
from ideaboard.foundation.database import transaction
from ideaboard.models import Idea, SimilarPair
from ideaboard.similar.indexing import learn
from ideaboard.similar.pairs import duplicates_of, pair_up
from tests.conftest import NOW


@pytest.fixture
def twins(make_idea):
    ideas = [
        make_idea(title) for title in ("Oat milk without extra charge", "No extra charge for oat milk", "Loud music")
    ]
    with transaction():
        learn([idea.id for idea in ideas])
    while pair_up(NOW):
        pass
    return ideas


def test_a_pair_is_stored_once_each_way_and_no_other(twins):
    one, two, _ = twins
    pairs = set(db.session.execute(select(SimilarPair.idea_id, SimilarPair.other_id)).tuples())
    assert pairs == {(one.id, two.id), (two.id, one.id)}


def test_the_page_and_the_queue_name_it_with_a_way_to_merge(twins, cast, client_of):
    one, two, music = twins
    ada = client_of(cast.ada)
    page = ada.get(f"/ideas/{one.id}-{one.slug}").text
    assert "Likely the same" in page and f"/ideas/{one.id}/merge?into={two.id}" in page
    assert "Likely the same" not in ada.get(f"/ideas/{music.id}-{music.slug}").text
    queue = ada.get("/staff").text
    assert f"/ideas/{one.id}/merge?into={two.id}" in queue and f"/ideas/{music.id}/merge" not in queue


def test_others_see_none_of_it(twins, cast, client_of, guest):
    one, *_ = twins
    with transaction() as session:
        session.execute(update(Idea).where(Idea.id == one.id).values(different_because="Mine is about soy"))
    for client in (guest, client_of(cast.vera), client_of(cast.oskar)):
        page = client.get(f"/ideas/{one.id}-{one.slug}").text
        assert "Likely the same" not in page and "about soy" not in page
    ada = client_of(cast.ada)
    assert "about soy" in ada.get(f"/ideas/{one.id}-{one.slug}").text and "about soy" in ada.get("/staff").text


@pytest.mark.parametrize("column", ["hidden_at", "held_at", "taken_back_at"])
def test_what_left_is_no_duplicate(twins, cast, column):
    one, two, _ = twins
    with transaction() as session:
        setattr(session.get(Idea, two.id), column, NOW)
    assert duplicates_of([one.id], cast.ada) == {}


def test_a_board_that_one_does_not_see_gives_no_duplicate(twins, cast):
    one, two, _ = twins
    with transaction() as session:
        session.get(Idea, two.id).board_id = cast_panel(session)
    assert duplicates_of([one.id], cast.cole) == {}
    assert [idea.id for idea in duplicates_of([one.id], cast.ada)[one.id]] == [two.id]


def cast_panel(session) -> int:
    from ideaboard.models import Board

    return session.scalar(select(Board.id).where(Board.slug == "panel"))


def test_new_words_are_paired_anew_and_old_ideas_are_left(twins, make_idea):
    one, two, music = twins
    with transaction() as session:
        session.get(Idea, two.id).title = "Softer chairs by the window"
        learn([two.id])
        session.get(Idea, music.id).visible_at = NOW - timedelta(days=3)
        session.get(Idea, music.id).title = "Oat milk, no charge extra"
        learn([music.id])
    while pair_up(NOW):
        pass
    pairs = set(db.session.execute(select(SimilarPair.idea_id, SimilarPair.other_id)).tuples())
    assert (two.id, one.id) not in pairs and not {pair for pair in pairs if pair[0] == music.id}
