"""A board that hides its counts: who has not voted finds no number of votes, on no page, in no order, not by its ETag."""

import re

import pytest

from ideaboard.boards.directory import sight_of
from ideaboard.foundation.database import transaction
from ideaboard.ideas.listing import Filter, left_out, orders_offered, page_of, settled
from ideaboard.models import Board, Idea
from ideaboard.search.indexing import index_ideas
from ideaboard.similar.indexing import learn
from ideaboard.voting.ballot import cast_vote, withdraw_vote
from tests.conftest import NOW

PAGES = (
    "/",
    "/ideas",
    "/ideas?sort=votes",
    "/ideas?sort=newest",
    "/boards/drinks",
    "/boards/drinks?sort=votes",
    "/roadmap",
    "/search?q=secret",
    "/ideas/similar?title=secret+menu+for+early+birds",
)
COUNT = 7341  # found nowhere else on a page


@pytest.fixture
def hiding(db, cast, make_idea):
    """An idea on Drinks, which hides its counts, and one on another board, which does not."""
    db.session.execute(db.update(Board).where(Board.slug == "drinks").values(hides_counts=True))
    open_board = Board(slug="food", name="Food", created_at=NOW)
    db.session.add(open_board)
    db.session.commit()
    make_idea("Shown", board=open_board, votes_count=5)
    secret = make_idea("Secret menu for early birds", votes_count=COUNT, imported_votes=COUNT)
    with transaction():
        learn([secret.id])
    return secret


def has_count(text: str) -> bool:
    return bool(re.search(r"7[.,\u202f]?34[0-9]", text))


def pages_of(idea: Idea) -> tuple[str, ...]:
    return (*PAGES, f"/ideas/{idea.id}-{idea.slug}")


def test_who_has_not_voted_finds_no_number(hiding, guest, client_of, cast):
    for client in (guest, client_of(cast.noor)):
        for page in pages_of(hiding):
            answer = client.get(page)
            assert answer.status_code == 200 and not has_count(answer.text), page
        assert hiding.title.split()[0] in client.get(PAGES[-1]).text


def test_what_is_found_by_its_words_shows_none_either(hiding, guest, client_of, cast):
    with transaction():
        index_ideas([hiding.id])
        learn([hiding.id])
    noor = client_of(cast.noor)
    pages = "/search?q=secret", "/ideas/similar?title=Secret+of+Secret", "/ideas/new?title=Secret+of+Secret"
    for client in (guest, noor):
        for page in pages:
            for headers in ({}, {"HX-Request": "true"}):
                answer = client.get(page, headers=headers)
                assert "Secret</mark>" in answer.text and not has_count(answer.text), page
    cast_vote(hiding.id, cast.noor, NOW)
    for page in pages:
        assert has_count(noor.get(page).text) and has_count(client_of(cast.ada).get(page).text), page


def test_a_guests_pages_do_not_change_with_the_count(db, hiding, guest):
    def tags():
        return [guest.get(page).headers["ETag"] for page in pages_of(hiding)]

    before = tags()
    db.session.execute(db.update(Idea).where(Idea.id == hiding.id).values(votes_count=1, trending=99.0))
    db.session.commit()
    assert tags() == before


def test_who_voted_sees_it_and_not_any_more_once_it_is_withdrawn(hiding, client_of, cast):
    noor, page = client_of(cast.noor), f"/ideas/{hiding.id}-{hiding.slug}"
    answer = noor.post(
        f"/ideas/{hiding.id}/vote",
        data={"size": "list"},
        headers={"HX-Request": "true", "Sec-Fetch-Site": "same-origin"},
    )
    assert has_count(answer.text) and has_count(noor.get(page).text) and has_count(noor.get("/boards/drinks").text)
    answer = noor.post(
        f"/ideas/{hiding.id}/vote/withdraw",
        data={"size": "list"},
        headers={"HX-Request": "true", "Sec-Fetch-Site": "same-origin"},
    )
    assert not has_count(answer.text) and not has_count(noor.get(page).text)


def test_its_author_and_staff_see_it(hiding, client_of, cast):
    for person in (cast.vera, cast.ada, cast.mo, cast.root):
        assert has_count(client_of(person).get("/boards/drinks?sort=newest").text), person.display_name


def test_once_votes_have_ended_everybody_sees_it(db, hiding, guest):
    db.session.execute(db.update(Idea).where(Idea.id == hiding.id).values(standing="launched"))
    db.session.commit()
    assert has_count(guest.get("/boards/drinks?sort=newest").text)


def test_no_order_gives_it_away(hiding, cast):
    drinks = cast.drinks
    sight = sight_of(cast.noor)
    assert not {"votes", "trending"} & set(orders_offered(Filter(board=drinks), sight))
    assert settled(Filter("votes", board=drinks), sight).sort == "newest"
    assert left_out(Filter("votes"), sight) == {drinks.id}
    assert [line.title for line in page_of(Filter("votes"), cast.noor).items] == ["Shown"]
    assert {line.title for line in page_of(Filter("newest"), cast.noor).items} == {
        "Shown",
        "Secret menu for early birds",
    }
    assert "votes" in orders_offered(Filter(board=drinks), sight_of(cast.ada))
    assert [line.title for line in page_of(Filter("votes"), cast.ada).items] == ["Secret menu for early birds", "Shown"]
    cast_vote(hiding.id, cast.noor, NOW)
    assert [line.title for line in page_of(Filter("votes", mine="votes"), cast.noor).items] == [
        "Secret menu for early birds"
    ]
    withdraw_vote(hiding.id, cast.noor)


def test_names_that_can_be_counted_are_not_shown(db, hiding, guest, client_of, cast):
    db.session.execute(db.update(Board).where(Board.slug == "drinks").values(voters_seen_by="everyone"))
    db.session.commit()
    assert guest.get(f"/ideas/{hiding.id}/voters").status_code in (302, 303, 403)
    assert client_of(cast.noor).get(f"/ideas/{hiding.id}/voters").status_code == 403
    assert client_of(cast.ada).get(f"/ideas/{hiding.id}/voters").status_code == 200
