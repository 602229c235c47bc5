"""Security's mails: what happened to the way in is told to its owner, whatever they stopped."""

from datetime import timedelta

import pytest

from ideaboard.accounts.passwords import set_password
from ideaboard.accounts.signing_in import WrongPassword, sign_in_by_password
from ideaboard.foundation.database import end_reading
from ideaboard.models import Delivery
from tests.conftest import NOW

GOOD = "seven green umbrellas"


@pytest.fixture
def mails(db, send, post):
    """mails() -> what Vera got by now, sent by the worker's own way."""

    def fetch():
        end_reading()
        send(NOW + timedelta(days=400))  # the doors' clock is the real one
        return post.to("vera@example.org")

    return fetch


def text_of(mail):
    return mail.get_body(("plain",)).get_content()


@pytest.mark.parametrize(
    ("steps", "subjects"),
    [
        ([GOOD], ["A password was set"]),
        ([GOOD, GOOD + "s"], ["A password was set", "was changed"]),
        ([GOOD, None], ["A password was set", "was removed"]),
        ([None], []),
    ],
)
def test_a_password_set_changed_or_removed_is_told(cast, mails, steps, subjects):
    for step in steps:
        set_password(cast.vera, step, NOW, keep=None, browser="Firefox on Linux")
    told = mails()
    assert len(told) == len(subjects)
    assert all(words in mail["Subject"] for words, mail in zip(subjects, told, strict=True))


def test_it_says_when_where_and_what_to_do_in_both_bodies(db, cast, mails):
    vera = cast.vera
    vera.time_zone = "Europe/Amsterdam"
    db.session.commit()
    set_password(vera, GOOD, NOW, keep=None, browser="Firefox on Linux")
    [mail] = mails()
    html = mail.get_body(("html",)).get_content()
    for body in (text_of(mail), html):
        assert "3 March 2026, 11:00 (Europe/Amsterdam)" in body
        assert "In Firefox on Linux." in body
        assert "/me#sign-ins" in body and "If it was not you" in body
    assert GOOD not in mail.as_string()
    assert mail["Message-ID"] and not mail["List-Unsubscribe"]


def test_neither_a_stop_nor_a_refused_address_holds_it_back(db, cast, mails):
    vera = cast.vera
    vera.mail_stopped_at = vera.mail_refused_at = NOW
    db.session.commit()
    set_password(vera, GOOD, NOW, keep=None)
    assert len(mails()) == 1


def test_it_is_in_the_readers_language(db, cast, mails):
    cast.vera.locale = "de"
    db.session.commit()
    set_password(cast.vera, GOOD, NOW, keep=None)
    assert mails()[0]["Content-Language"] == "de"


def test_a_password_in_an_unknown_browser_is_told_in_a_known_one_not(cast, mails):
    set_password(cast.vera, GOOD, NOW, keep=None)
    mails()
    sign_in_by_password("vera@example.org", GOOD, NOW, known=True)
    with pytest.raises(WrongPassword):
        sign_in_by_password("vera@example.org", GOOD + "x", NOW)
    assert len(mails()) == 1
    sign_in_by_password("vera@example.org", GOOD, NOW, browser="Safari on iPhone")
    told = mails()
    assert len(told) == 2
    assert "in a new browser" in told[1]["Subject"] and "Safari on iPhone" in text_of(told[1])


def test_the_door_knows_a_browser_after_its_first_sign_in(db, cast, guest):
    set_password(cast.vera, GOOD, NOW, keep=None)
    form = {"email": "vera@example.org", "password": GOOD}
    for _ in range(2):
        assert guest.post("/sign-in/password", data=form).status_code == 303
        guest.post("/sign-out")
    told = db.session.execute(db.select(Delivery).where(Delivery.kind == "notice").order_by(Delivery.id)).scalars()
    assert [row.facts["what"] for row in told] == ["password_set", "unknown_browser"]


def test_nobody_is_told_who_is_gone(db, cast, mails):
    set_password(cast.vera, GOOD, NOW, keep=None)
    cast.vera.erased_at = NOW
    db.session.commit()
    assert mails() == []
    assert db.session.execute(db.select(Delivery.state)).scalar_one() == "dropped"
