"""What a guest presses waits for the code, is done once, and is never lost."""

import pytest
from sqlalchemy import select

from ideaboard.accounts.deeds import sentence_of
from ideaboard.accounts.signing_in import confirm_code
from ideaboard.models import Comment, Draft, Follow, Pending, Status, StatusChange
from ideaboard.web.asking import words_of
from tests.accounts.test_sign_in_door import newest_code
from tests.conftest import NOW

HTMX = {"HX-Request": "true", "HX-Current-URL": "http://localhost/ideas?board=drinks"}


def asked_of(page) -> str:
    return page.text.split('name="asked" value="')[1].split('"')[0]


def ask(client, address, data=None, email="new@example.com", headers=None):
    """Press, then give the address; the answer to the second."""
    pressed = client.post(address, data=data or {}, headers=headers or {})
    assert pressed.status_code == 200, pressed.text
    return client.post("/sign-in", data={"email": email, "asked": asked_of(pressed)}, headers=headers or {})


def test_with_htmx_the_fields_come_in_place_and_the_page_is_loaded_anew(db, guest, make_idea, reload):
    idea = make_idea()
    pressed = guest.post(f"/ideas/{idea.id}/vote", headers=HTMX)
    assert pressed.text.lstrip().startswith('<form class="inplace"') and "<html" not in pressed.text
    sent = guest.post("/sign-in", data={"email": "new@example.com", "asked": asked_of(pressed)}, headers=HTMX)
    assert sent.status_code == 200 and 'autocomplete="one-time-code"' in sent.text and "<html" not in sent.text
    code = newest_code(db)
    refused = guest.post("/sign-in/code", data={"email": "new@example.com", "code": "1"}, headers=HTMX)
    assert refused.status_code == 422 and "data-message" in refused.text and "<html" not in refused.text
    done = guest.post("/sign-in/code", data={"email": "new@example.com", "code": code}, headers=HTMX)
    assert done.status_code == 204 and done.headers["HX-Refresh"] == "true"
    assert reload(idea).votes_count == 1
    assert "You are called" in guest.get("/ideas").text


def test_a_plain_form_does_the_same_and_leads_back_to_the_idea(db, guest, make_idea, reload):
    idea = make_idea()
    sent = ask(guest, f"/ideas/{idea.id}/vote")
    assert sent.location == "/sign-in/code"
    assert "Vote" in guest.get("/sign-in/code").text
    done = guest.post("/sign-in/code", data={"email": "new@example.com", "code": newest_code(db)})
    assert done.location.startswith(f"/ideas/{idea.id}-")
    assert reload(idea).votes_count == 1


@pytest.mark.parametrize("pressed", ["comments", "vote"])
def test_what_a_stranger_pressed_is_not_done_by_the_owner_who_asked_for_a_code_too(db, app, make_idea, reload, pressed):
    idea, owner, stranger = make_idea(), app.test_client(), app.test_client()
    owner.post("/sign-in", data={"email": "noor@example.org"})
    ask(stranger, f"/ideas/{idea.id}/{pressed}", {"body": "I never said this"}, email="noor@example.org")
    done = owner.post("/sign-in/code", data={"email": "noor@example.org", "code": newest_code(db)})
    assert done.status_code == 303
    idea = reload(idea)
    assert (idea.votes_count, idea.comments_count) == (0, 0)
    shown = owner.get(done.location).text
    assert "asked for in another browser" in shown
    if pressed == "comments":
        assert "I never said this" in shown
        owner.post(done.location)
        assert reload(idea).comments_count == 1


def test_the_deed_is_done_on_another_device_too(db, app, guest, make_idea):
    idea = make_idea()
    ask(guest, f"/ideas/{idea.id}/follow", email="noor@example.org")
    phone = app.test_client()
    done = phone.post("/sign-in/code", data={"email": "noor@example.org", "code": newest_code(db)})
    assert done.location.startswith(f"/ideas/{idea.id}-")
    assert db.session.execute(select(Follow.reasons)).scalar_one() > 0


def test_a_comment_waits_and_is_posted(db, guest, make_idea):
    idea = make_idea()
    ask(guest, f"/ideas/{idea.id}/comments", {"body": "Oat foams better."})
    done = guest.post("/sign-in/code", data={"email": "new@example.com", "code": newest_code(db)})
    comment = db.session.execute(select(Comment)).scalar_one()
    assert comment.body == "Oat foams better." and done.location.endswith(f"#comment-{comment.id}")
    assert db.session.execute(select(Pending.deed)).scalar_one() == {}  # no words are left behind


def test_a_refused_comment_is_shown_again_with_the_reason(db, cast, guest, client_of, make_idea, count_rows):
    idea = make_idea()
    ask(guest, f"/ideas/{idea.id}/comments", {"body": "Oat foams better."})
    code = newest_code(db)
    board = cast.drinks
    board.who_may_comment = "colleagues"
    db.session.commit()
    done = guest.post("/sign-in/code", data={"email": "new@example.com", "code": code})
    kept = guest.get(done.location)
    assert kept.status_code == 200 and "Oat foams better." in kept.text and "notice--warning" in kept.text
    assert count_rows("comment") == 0
    assert client_of(cast.noor).get(done.location).status_code == 404  # nobody else's words
    board.who_may_comment = "members"
    db.session.commit()
    assert "#comment-" in guest.post(done.location).location
    assert guest.get(done.location).status_code == 404
    assert count_rows("comment") == 1


def test_kept_words_may_be_let_go(db, cast, guest, make_idea, count_rows):
    idea = make_idea()
    ask(guest, f"/ideas/{idea.id}/comments", {"body": "Oat foams better."})
    idea.hidden_at = NOW
    db.session.commit()
    place = guest.post("/sign-in/code", data={"email": "new@example.com", "code": newest_code(db)}).location
    assert guest.post(place + "/drop").status_code == 303
    assert guest.get(place).status_code == 404 and count_rows("comment") == 0


def test_voting_that_closed_meanwhile_is_said_and_one_is_signed_in(db, cast, guest, make_idea, reload):
    idea = make_idea()
    ask(guest, f"/ideas/{idea.id}/vote")
    ada = cast.ada
    launched = db.session.execute(select(Status).where(Status.stage == "launched")).scalars().first()
    with db.session.begin_nested():
        change = StatusChange(
            idea_id=idea.id, status_id=launched.id, stage="launched", text="It is here.", html="<p>It is here.</p>", changed_at=NOW,
            actor_id=ada.id,
        )  # fmt: skip
        db.session.add(change)
        db.session.flush()
        idea.status_id, idea.change_id, idea.standing = launched.id, change.id, launched.stage
    db.session.commit()
    done = guest.post("/sign-in/code", data={"email": "new@example.com", "code": newest_code(db)})
    page = guest.get(done.location)
    assert "Voting on this idea has ended" in page.text and "You are called" in page.text
    assert reload(idea).votes_count == 0


def test_a_wrong_address_keeps_what_waits(guest, make_idea):
    idea = make_idea()
    sent = ask(guest, f"/ideas/{idea.id}/comments", {"body": "Oat foams better."}, email="new@")
    assert sent.status_code == 422
    assert "Oat foams better." in sent.text and 'value="new@"' in sent.text and asked_of(sent)


def test_a_forged_deed_is_no_deed(db, guest):
    guest.post("/sign-in", data={"email": "new@example.com", "asked": "eyJkZWVkIjoidm90ZSJ9.forged"})
    assert db.session.execute(select(Pending.deed)).scalar_one() == {}


def test_a_new_code_keeps_what_waits(db, guest, make_idea, reload):
    idea = make_idea()
    ask(guest, f"/ideas/{idea.id}/vote")
    assert guest.post("/sign-in/again").location == "/sign-in/code"
    guest.post("/sign-in/code", data={"email": "new@example.com", "code": newest_code(db)})
    assert reload(idea).votes_count == 1


def test_a_guests_idea_is_shown_once_more_before_it_is_published(db, app, cast, guest):
    draft = Draft(title="Hooks", board_id=cast.drinks.id, written_at=NOW)
    db.session.add(draft)
    db.session.commit()
    from ideaboard.accounts.codes import code_of, live_pending, send_code

    send_code("new@example.com", NOW, deed={"deed": "publish_draft", "draft_id": draft.id})
    pending = live_pending("new@example.com", NOW)
    db.session.commit()
    signed_in = confirm_code("new@example.com", code_of(pending), NOW)
    db.session.refresh(draft)
    assert draft.author_id == signed_in.person.id and draft.published_at is None


@pytest.mark.parametrize("deed", ["vote", "follow", "comment", "publish_draft"])
def test_every_deed_has_its_words(app, deed):
    with app.test_request_context():
        assert words_of(deed) != words_of("") and sentence_of(Pending(deed={"deed": deed}))
        assert sentence_of(Pending(deed={})) == ""


def test_a_second_click_before_the_first_answer_came_leads_to_the_idea(db, guest, make_idea, reload, count_rows):
    idea = make_idea()
    ask(guest, f"/ideas/{idea.id}/vote")
    before = guest.get_cookie("attempt").value
    form = {"email": "new@example.com", "code": newest_code(db)}
    guest.post("/sign-in/code", data=form)
    guest.delete_cookie("session")
    guest.set_cookie("attempt", before)
    again = guest.post("/sign-in/code", data=form)
    assert again.status_code == 303 and again.location.startswith(f"/ideas/{idea.id}-")
    assert "session" not in str(again.headers.getlist("Set-Cookie"))
    assert reload(idea).votes_count == 1 and count_rows("signed_in") == 1
