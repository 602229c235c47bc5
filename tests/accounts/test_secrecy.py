"""Addresses stand in no public answer, no log and no event."""

import logging

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from ideaboard.models import Event
from tests.accounts.test_sign_in_door import newest_code


def test_a_fault_of_the_database_does_not_log_an_address(db):
    with pytest.raises(DBAPIError) as caught:
        db.session.execute(text("SELECT :email FROM nowhere"), {"email": "vera@example.org"})
    db.session.rollback()
    assert "vera@example.org" not in str(caught.value)


def test_no_page_log_or_event_holds_an_address(db, guest, make_idea, caplog):
    caplog.set_level(logging.DEBUG)
    idea = make_idea()
    pressed = guest.post(f"/ideas/{idea.id}/comments", data={"body": "Oat foams better."})
    asked = pressed.text.split('name="asked" value="')[1].split('"')[0]
    guest.post("/sign-in", data={"email": "new@example.com", "asked": asked})
    guest.post("/sign-in/code", data={"email": "new@example.com", "code": newest_code(db)})
    guest.post("/sign-out")
    place = f"/ideas/{idea.id}-{idea.slug}"
    for address in ("/", "/ideas", place, f"/ideas/{idea.id}/comments", "/boards/drinks", "/sign-in"):
        page = guest.get(address)
        assert page.status_code == 200 and "example.com" not in page.text and "example.org" not in page.text
    assert "new@example.com" not in caplog.text
    assert "new@" not in str(db.session.execute(select(Event.facts)).scalars().all())
