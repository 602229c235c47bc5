"""The index: what is found, who finds it, and that it follows what happens to ideas."""

import pytest
from sqlalchemy import select

from ideaboard.extensions import db
from ideaboard.foundation.database import end_reading, transaction
from ideaboard.ideas.editing import edit_idea, retitle_idea
from ideaboard.ideas.leaving import take_back
from ideaboard.ideas.submission import submit_idea
from ideaboard.models import Idea, SimilarFresh, SimilarPosting, SimilarSegment
from ideaboard.similar import candidates, folding
from ideaboard.similar.finding import similar_to
from ideaboard.similar.folding import catch_up, fold, fold_now_and_then
from ideaboard.similar.indexing import learn
from tests.conftest import NOW

TITLES = (
    "Oat milk without the extra charge",
    "Let us pay with the loyalty card",
    "A bigger cup for filter coffee",
    "Open the shop at six on weekdays",
    "Music that is less loud in the evening",
)


def found(title, viewer=None, **more):
    titles = [db.session.get(Idea, match.idea_id).title for match in similar_to(title, viewer, **more)]
    end_reading()
    return titles


@pytest.fixture(params=["fresh", "folded"])
def known(request, make_idea):
    """Five ideas; compared one by one, or folded into a segment."""
    ideas = [make_idea(title) for title in TITLES]
    with transaction():
        learn([idea.id for idea in ideas])
    if request.param == "folded":
        catch_up(NOW)
    return {idea.title: idea for idea in ideas}


def test_the_same_thing_in_other_words_comes_first(known):
    assert found("No more extra charges for oat milk")[0] == TITLES[0]
    assert found("Paying by loyalty cards")[0] == TITLES[1]
    assert found("bigger coffe cups")[0] == TITLES[2], "a letter is missing, an ending is another"


def test_the_same_title_comes_before_a_text_full_of_its_words(known, make_idea):
    wordy = make_idea("Other things", body="Oat milk, oat milk, extra charge! Without the extra charge, oat milk. " * 3)
    with transaction():
        learn([wordy.id])
    assert found(TITLES[0])[:2] == [TITLES[0], wordy.title]


def test_a_misspelt_word_is_found_by_its_letters(known):
    assert found("loyality programme")[0] == TITLES[1]


def test_nothing_in_common_finds_nothing(known):
    assert found("Zyxwv qqq jjj") == []
    assert found("") == []
    assert found("☕ ''; DROP TABLE idea; --") == []


def test_who_may_not_see_a_board_finds_no_trace(known, make_idea, cast):
    hidden = make_idea("Oat milk for the panel alone", board=cast.panel)
    with transaction():
        learn([hidden.id])
    for viewer in (None, cast.oskar):
        assert hidden.title not in found("Oat milk for the panel", viewer)
    assert hidden.title in found("Oat milk for the panel", cast.lena)


def test_what_is_hidden_takes_no_place(known, make_idea, cast, monkeypatch):
    """Eight ideas that a guest may not see are likelier than the one that they may: it is found all the same."""
    monkeypatch.setattr(candidates, "COMPARED", 3)
    hidden = [make_idea("Oat milk without any extra charge at all", board=cast.panel) for _ in range(8)]
    with transaction():
        learn([idea.id for idea in hidden])
    assert found("Oat milk without any extra charge at all", None)[0] == TITLES[0]


@pytest.mark.parametrize("column", ["hidden_at", "held_at", "taken_back_at"])
def test_what_leaves_is_found_no_more(known, column):
    with transaction() as session:
        session.get(Idea, known[TITLES[0]].id)
        setattr(session.get(Idea, known[TITLES[0]].id), column, NOW)
    assert TITLES[0] not in found("Oat milk without extra charge")


def test_a_merged_idea_gives_its_place_to_the_other(known):
    with transaction() as session:
        idea = session.get(Idea, known[TITLES[0]].id)
        idea.merged_at, idea.merged_into_id = NOW, known[TITLES[2]].id
    assert TITLES[0] not in found("Oat milk without extra charge")


def test_the_index_follows_the_verbs(app, cast):
    idea = submit_idea(
        cast.vera, NOW, board_id=cast.drinks.id, title="Pumpkin spice all year", body="", form_token="t" * 40
    )
    assert found("Pumpkin spice, please") == [idea.title]
    edit_idea(idea.id, cast.vera, NOW, title="Cinnamon rolls on Sundays", body="")
    assert found("Pumpkin spice, please") == []
    assert found("cinnamon roll") == ["Cinnamon rolls on Sundays"]
    catch_up(NOW)
    retitle_idea(idea.id, cast.ada, NOW, title="Warm buns on Sundays")
    assert found("cinnamon roll") == []
    assert found("warm buns") == ["Warm buns on Sundays"]
    take_back(idea.id, cast.vera, NOW)
    assert found("warm buns") == []


def test_the_worker_learns_what_no_verb_told_of_and_folds_it(make_idea):
    ideas = [make_idea(f"Waffle number {n} with syrup") for n in range(70)]
    assert found("Waffle with syrup") == []
    while fold_now_and_then("w", NOW):
        pass
    assert len(found("Waffle with syrup", limit=70)) == len(ideas)
    assert db.session.scalar(select(db.func.count()).select_from(SimilarFresh)) == 0
    assert db.session.scalars(select(SimilarSegment.ideas)).all() == [70]


def test_a_worker_that_begins_looks_for_no_idea_where_each_is_known(known, make_idea, monkeypatch):
    monkeypatch.setattr(folding, "_learnt_up_to", 0)
    seen = []

    def note(connection, cursor, statement, *_):
        seen.append(statement)

    db.event.listen(db.engine, "before_cursor_execute", note)
    try:
        fold_now_and_then("w", NOW)
        assert not any("similar_shape" in statement and "EXISTS" in statement for statement in seen)
    finally:
        db.event.remove(db.engine, "before_cursor_execute", note)
    make_idea("Waffles with syrup")
    fold_now_and_then("w", NOW)
    assert found("Waffles with syrup") == ["Waffles with syrup"]


def test_segments_grow_together_and_the_old_ones_go(make_idea):
    for _ in range(3):
        for n in range(4):
            make_idea(f"Waffle number {n} with syrup")
        catch_up(NOW)
    segments = db.session.execute(select(SimilarSegment.state, SimilarSegment.ideas)).all()
    assert segments == [("live", 12)]
    assert db.session.scalar(select(db.func.count(SimilarPosting.segment_id.distinct()))) == 1


def test_two_workers_that_fold_at_once_leave_one_segment(known, monkeypatch):
    write, others = folding._write, []

    def slow(ids, now):
        made = write(ids, now)
        if not others:  # another worker folds the same meanwhile, and is first
            others.append(True)
            fold(NOW, 1)
        return made

    with transaction():
        learn([idea.id for idea in known.values()])
    monkeypatch.setattr(folding, "_write", slow)
    fold(NOW, 1)
    live = db.session.execute(select(SimilarSegment.state, SimilarSegment.ideas)).all()
    assert live == [("live", 5)]


def test_an_edit_while_it_is_folded_stays_fresh(known, monkeypatch):
    from ideaboard.similar import folding

    write, idea = folding._write, known[TITLES[0]]

    def slow(ids, now):
        made = write(ids, now)
        with transaction() as session:
            session.get(Idea, idea.id).title = "Almond drink for nothing"
            learn([idea.id])
        return made

    with transaction():
        learn([idea.id])
    monkeypatch.setattr(folding, "_write", slow)
    fold(NOW, 1)
    assert found("almond drinks") == ["Almond drink for nothing"]


def test_what_is_read_and_compared_is_bounded(make_idea, monkeypatch):
    """One more word in common makes an idea likelier; the others do not come into the pool."""
    ideas = [make_idea(f"Coffee beans {'from Peru' if n == 7 else n}") for n in range(40)]
    with transaction():
        learn([idea.id for idea in ideas])
    catch_up(NOW)
    monkeypatch.setattr(candidates, "COMPARED", 10)
    monkeypatch.setattr(candidates, "LIKELY", 10)
    pools = []
    monkeypatch.setattr(candidates, "Pool", lambda shapes: pools.append(len(shapes)) or real(shapes))
    assert found("Coffee beans from Peru")[0] == "Coffee beans from Peru"
    assert pools == [10]


real = candidates.Pool


def test_common_words_are_not_read_where_rare_ones_are_enough():
    held = {1: 5, 2: 15_000, 3: 12_000, 4: 6_000}
    assert candidates._rarest([1, 2, 3, 4, 5], held, 8) == [1, 4, 3], "the fourth would make it more than 20,000"
    assert candidates._rarest([2], {2: 1_000_000}, 8) == [2], "the rarest is read whatever it holds"
    assert candidates._rarest([1, 2, 3, 4], held, 1) == [1]
