"""What one guest pressed on several ideas before typing the code is all done, in order, each once."""

import pytest
from sqlalchemy import select

from ideaboard.accounts.chain import MOST, all_of, chained
from ideaboard.models import Comment, Draft, Follow, Pending, Vote
from tests.accounts.test_asking import ask
from tests.accounts.test_sign_in_door import newest_code
from tests.conftest import NOW

EMAIL = "new@example.com"


@pytest.fixture
def confirm(db, guest):
    """confirm() -> the answer to the newest code."""
    return lambda client=guest: client.post("/sign-in/code", data={"email": EMAIL, "code": newest_code(db)})


def of(db, column):
    return sorted(db.session.execute(select(column)).scalars())


def test_a_vote_and_then_a_follow_are_both_done(db, guest, make_idea, confirm):
    first, second = make_idea(), make_idea()
    ask(guest, f"/ideas/{first.id}/vote")
    ask(guest, f"/ideas/{second.id}/follow")
    assert confirm().location.startswith(f"/ideas/{second.id}-")
    assert of(db, Vote.idea_id) == [first.id]
    assert of(db, Follow.idea_id) == [first.id, second.id]


def test_a_refused_one_does_not_keep_the_others(db, guest, make_idea, confirm):
    gone, stays, last = make_idea(), make_idea(), make_idea()
    for idea in (gone, stays, last):
        ask(guest, f"/ideas/{idea.id}/vote")
    gone.hidden_at = NOW
    db.session.commit()
    answer = confirm()
    assert of(db, Vote.idea_id) == [stays.id, last.id]
    assert "notice--warning" in guest.get(answer.location).text or "warning" in guest.get("/ideas").text


def test_refused_words_are_kept_and_the_rest_is_done(db, guest, make_idea, confirm):
    gone, stays = make_idea(), make_idea()
    ask(guest, f"/ideas/{gone.id}/comments", {"body": "Oat foams better."})
    ask(guest, f"/ideas/{gone.id}/comments", {"body": "And tastes of hay."})
    ask(guest, f"/ideas/{stays.id}/vote")
    gone.hidden_at = NOW
    db.session.commit()
    place = confirm().location
    assert of(db, Vote.idea_id) == [stays.id]
    kept = guest.get(place).text
    assert "Oat foams better." in kept and "And tastes of hay." in kept
    gone.hidden_at = None
    db.session.commit()
    guest.post(place)
    said = select(Comment.body).order_by(Comment.id)
    assert list(db.session.execute(said).scalars()) == ["Oat foams better.", "And tastes of hay."]


def test_an_idea_written_before_is_still_shown(db, guest, cast, make_idea, confirm):
    draft = Draft(title="Hooks", board_id=cast.drinks.id, written_at=NOW)
    db.session.add(draft)
    db.session.commit()
    idea = make_idea()
    ask(guest, f"/ideas/{idea.id}/vote")
    row = db.session.execute(select(Pending)).scalar_one()
    row.deed = {"deed": "publish_draft", "draft_id": draft.id}
    draft.email = EMAIL
    db.session.commit()
    ask(guest, f"/ideas/{idea.id}/vote")
    assert f"/{draft.id}" in confirm().location
    assert of(db, Vote.idea_id) == [idea.id]


def test_the_mail_says_that_more_is_done_and_a_plain_sign_in_does_it_too(db, app, guest, make_idea, confirm):
    from ideaboard.accounts.deeds import sentence_of

    idea, other = make_idea(), make_idea()
    ask(guest, f"/ideas/{idea.id}/vote")
    ask(guest, f"/ideas/{other.id}/vote")
    guest.post("/sign-in/again")
    live = select(Pending).where(Pending.ended_at.is_(None))
    with app.test_request_context():
        assert "One thing more was pressed" in sentence_of(db.session.execute(live).scalar_one())
    db.session.rollback()
    assert guest.post("/sign-in", data={"email": EMAIL}).status_code == 303
    confirm()
    assert of(db, Vote.idea_id) == [idea.id, other.id]


def test_another_address_or_another_browser_takes_nothing_over(db, app, guest, make_idea, confirm):
    idea, other = make_idea(), make_idea()
    ask(guest, f"/ideas/{idea.id}/vote", email="somebody@example.com")
    ask(guest, f"/ideas/{other.id}/vote")
    stranger = app.test_client()
    ask(stranger, f"/ideas/{idea.id}/follow")
    confirm(stranger)
    assert of(db, Vote.idea_id) == []
    assert of(db, Follow.idea_id) == [idea.id]


def test_the_same_is_done_once_and_ten_at_most():
    votes = [{"deed": "vote", "idea_id": number} for number in (1, 2, 1)]
    assert [deed["idea_id"] for deed in all_of(chained(votes))] == [2, 1]
    many = [{"deed": "follow", "idea_id": number} for number in range(15)]
    assert [deed["idea_id"] for deed in all_of(chained(many))] == list(range(5, 5 + MOST))
    assert chained([]) == {} and all_of({}) == []
