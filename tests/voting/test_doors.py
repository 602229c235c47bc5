"""The doors of voting: a plain form, htmx, a guest, and what the button becomes when voting has ended."""

import pytest

from ideaboard.models import Board, Solved
from ideaboard.models.vocabulary import Stage
from ideaboard.voting.ballot import cast_vote
from ideaboard.workflow.progress import change_status
from tests.conftest import NOW

HTMX = {"HX-Request": "true", "Sec-Fetch-Site": "same-origin"}


def launch(db, idea, cast, stage=Stage.LAUNCHED, **facts):
    from ideaboard.models import Status

    status_id = db.session.scalars(db.select(Status.id).where(Status.stage == stage)).one()
    db.session.commit()
    change_status(idea.id, cast.ada, NOW, status_id=status_id, text="In our own words.", **facts)


def test_a_plain_form_goes_back_to_the_idea(cast, client_of, make_idea, reload):
    idea = make_idea()
    answer = client_of(cast.noor).post(f"/ideas/{idea.id}/vote")
    assert (answer.status_code, answer.location) == (303, f"/ideas/{idea.id}-{idea.slug}")
    assert reload(idea).votes_count == 1


def test_htmx_gets_the_pages_own_partials_and_nothing_more(cast, client_of, make_idea):
    idea = make_idea()
    answer = client_of(cast.noor).post(f"/ideas/{idea.id}/vote", data={"size": "idea"}, headers=HTMX)
    assert answer.status_code == 200 and "HX-Request" in answer.vary
    assert "<html" not in answer.text
    assert f'id="vote-{idea.id}"' in answer.text and 'aria-pressed="true"' in answer.text
    # What hangs on the vote moves with it: the follow says why one hears now.
    assert "because you voted" in answer.text
    assert "Take my name off my vote" in answer.text


def test_a_vote_can_be_unnamed_and_named_again(db, cast, client_of, make_idea):
    idea = make_idea()
    board = cast.drinks
    board.voters_seen_by = "members"
    db.session.commit()
    noor = client_of(cast.noor)
    noor.post(f"/ideas/{idea.id}/vote", data={"unnamed": "1"})
    page = client_of(cast.oskar).get(f"/ideas/{idea.id}/voters").text
    assert "Noor" not in page and "1 of them is unnamed" in page
    noor.post(f"/ideas/{idea.id}/vote/name")
    assert "Noor" in client_of(cast.oskar).get(f"/ideas/{idea.id}/voters").text


def test_who_voted_is_for_whom_the_board_says(cast, client_of, guest, make_idea):
    idea = make_idea()
    cast_vote(idea.id, cast.noor, NOW)
    assert client_of(cast.ada).get(f"/ideas/{idea.id}/voters").status_code == 200
    assert client_of(cast.oskar).get(f"/ideas/{idea.id}/voters").status_code == 403
    assert guest.get(f"/ideas/{idea.id}/voters").status_code == 303


def test_when_launched_the_button_asks_whether_it_solves_it(db, cast, client_of, make_idea):
    idea = make_idea()
    cast_vote(idea.id, cast.noor, NOW)
    launch(db, idea, cast)
    noor = client_of(cast.noor)
    page = noor.get(f"/ideas/{idea.id}-{idea.slug}").text
    assert "Does this solve it?" in page and "1 vote when it was launched." in page
    assert noor.post(f"/ideas/{idea.id}/vote").status_code == 409
    noor.post(f"/ideas/{idea.id}/solved", data={"solves": "yes"})
    noor.post(f"/ideas/{idea.id}/solved", data={"solves": "no"})
    assert db.session.get(Solved, (idea.id, cast.noor.id)).solves is False
    # Withdrawing stays possible.
    assert noor.post(f"/ideas/{idea.id}/vote/withdraw").status_code == 303


def test_an_idea_that_is_not_launched_cannot_solve_anything(cast, client_of, make_idea):
    idea = make_idea()
    assert client_of(cast.noor).post(f"/ideas/{idea.id}/solved", data={"solves": "yes"}).status_code == 409


def test_where_it_exists_already_the_page_leads_there(db, cast, guest, make_idea):
    idea, there = make_idea(), make_idea("Mint tea")
    launch(db, idea, cast, Stage.REVIEWED, outcome="exists", linked_idea_id=there.id)
    page = guest.get(f"/ideas/{idea.id}-{idea.slug}").text
    assert "See where it exists" in page and f"/ideas/{there.id}-{there.slug}" in page


def test_a_guest_is_asked_for_an_address_in_place(guest, make_idea):
    idea = make_idea()
    answer = guest.post(f"/ideas/{idea.id}/vote", headers=HTMX)
    assert answer.status_code == 200
    assert 'name="email"' in answer.text and "<html" not in answer.text
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("door", ["vote", "vote/withdraw"])
def test_the_door_of_an_idea_that_one_may_not_see_is_not_there(cast, client_of, guest, make_idea, door):
    """For a guest neither: to be asked to sign in would say that there is something."""
    hidden, seen = make_idea(board=cast.panel), make_idea()
    for client in (guest, client_of(cast.oskar)):
        for idea_id in (hidden.id, 10**6, 10**30):
            assert client.post(f"/ideas/{idea_id}/{door}").status_code == 404, idea_id
        assert client.post(f"/ideas/{seen.id}/{door}").status_code in (200, 303)
    assert client_of(cast.lena).post(f"/ideas/{hidden.id}/{door}").status_code == 303


def test_who_may_see_and_not_vote_is_told_so(db, cast, client_of, make_idea):
    idea = make_idea()
    db.session.execute(db.update(Board).values(who_may_vote="colleagues"))
    db.session.commit()
    answer = client_of(cast.noor).post(f"/ideas/{idea.id}/vote")
    assert answer.status_code == 403 and "open to its own members only" in answer.text
