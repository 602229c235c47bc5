import re

from ideaboard.accounts.codes import code_of
from ideaboard.models import Delivery, Draft, Idea, Pending


def test_a_guest_writes_confirms_and_publishes_with_one_button(db, guest, count_rows):
    typed = {"title": "Open at 5:30", "board": "drinks", "body": "Near stations.", "email": "New@Example.org"}
    asked = guest.post("/ideas", data=typed)
    assert asked.status_code == 303
    draft = db.session.execute(db.select(Draft)).scalar_one()
    assert (draft.email, draft.title, count_rows("idea")) == ("new@example.org", "Open at 5:30", 0)
    pending = db.session.execute(db.select(Pending)).scalar_one()
    assert pending.deed["draft_id"] == draft.id
    assert db.session.execute(db.select(Delivery.address)).scalar_one() == "new@example.org"
    db.session.commit()
    form = guest.get(asked.location).text
    action = re.search(r'<form[^>]*action="([^"]+)"(?:(?!</form>).)*name="code"', form, re.S)[1]
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
    done = guest.post(action, data={**fields, "code": code_of(pending)})
    while done.status_code == 303 and f"/me/drafts/{draft.id}" not in done.location:
        done = guest.get(done.location)
    assert done.location.endswith(f"/me/drafts/{draft.id}")
    page = guest.get(done.location).text
    assert "Open at 5:30" in page and "Publish it" in page and count_rows("idea") == 0
    shared = guest.post(f"/me/drafts/{draft.id}/publish")
    idea = db.session.execute(db.select(Idea)).scalar_one()
    assert shared.location == f"/ideas/{idea.id}-open-at-5-30"
    assert idea.votes_count == 1


def test_a_guests_slip_of_the_address_keeps_everything(guest, count_rows):
    typed = {"title": "Open at 5:30", "board": "drinks", "body": "Near stations.", "email": "not an address"}
    answer = guest.post("/ideas", data=typed)
    assert answer.status_code == 422 and "Near stations." in answer.text and 'value="not an address"' in answer.text
    assert count_rows("draft") == count_rows("pending") == 0


def test_nobody_fills_a_strangers_drafts(guest, count_rows):
    answers = [
        guest.post("/ideas", data={"title": f"Idea {n}", "board": "drinks", "email": "vera@example.org"}).status_code
        for n in range(12)
    ]
    assert 429 in answers and count_rows("draft") <= 10
