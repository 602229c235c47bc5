"""Staff and admins hear when a worker runs and the mail server takes nothing: since when, and why, without addresses."""

from datetime import timedelta

import pytest

from ideaboard.foundation.database import end_reading
from ideaboard.jobs import schedule
from ideaboard.models import Delivery
from ideaboard.notifications.causes import cause_of
from ideaboard.notifications.waiting import waiting_mails
from tests.conftest import NOW

MINUTE = timedelta(minutes=1)
REFUSED = "the mail server at mail.example.org: [Errno 111] Connection refused"


@pytest.fixture
def wait(db, cast):
    """wait(due_at, last_error): a code to Noor that waits."""

    def plant(due_at, last_error=None, kind="code", at=NOW):
        row = Delivery(
            kind=kind,
            person_id=cast.noor.id,
            address="noor@example.org",
            message_key=f"{due_at}{last_error}",
            created_at=at,
            due_at=due_at,
            last_error=last_error,
            attempts=1 if last_error else 0,
        )
        db.session.add(row)
        db.session.commit()
        return row

    return plant


def at(minutes, *, worker=True):
    moment = NOW + minutes * MINUTE
    end_reading()
    if worker:
        schedule.pulse("somebody", moment)
    return waiting_mails(moment)


def test_a_relay_that_is_away_is_named_after_five_minutes(wait):
    wait(NOW + 7 * MINUTE, REFUSED)
    assert at(4) is None
    told = at(6)
    assert told.since == NOW
    assert told.because == "nothing answers at its address (SMTP_URL)"


def test_mails_that_were_not_even_tried_count_too(wait):
    wait(NOW + 2 * MINUTE)
    assert at(6) is None
    assert at(8).since == NOW + 2 * MINUTE


def test_one_full_mailbox_is_not_the_servers_trouble(wait):
    wait(NOW + 60 * MINUTE, "452 4.2.2 noor@example.org is over quota")
    assert at(30) is None


def test_news_is_overdue_only_after_its_window(wait):
    wait(NOW + 16 * MINUTE, REFUSED, kind="news")
    assert at(15) is None
    assert at(21).since == NOW + 15 * MINUTE


def test_what_was_taken_since_ends_the_notice(wait, db):
    wait(NOW + 60 * MINUTE, REFUSED)
    assert at(10)
    row = wait(NOW + MINUTE)
    row.state, row.settled_at = "sent", NOW + 9 * MINUTE
    db.session.commit()
    assert at(10) is None


def test_without_a_worker_the_notice_is_as_before(wait):
    wait(NOW)
    told = at(3, worker=False)
    assert told.since == NOW
    assert told.because == ""


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("the sender: 553 ideas@x.org not allowed", "MAIL_FROM"),
        ("the mail server at m: 535 no such login ada@example.org", "password"),
        ("the mail server at m: [Errno -2] Name or service not known", "name is not found"),
        ("the mail server at m: timed out", "in time"),
        ("/data/mail cannot be written: No space left", "folder"),
        ("the mail server at m: [SSL: CERTIFICATE_VERIFY_FAILED]", "certificate"),
        ("421 4.7.0 try later", "closed"),
        ("the mail server at m: Connection unexpectedly closed", "no connection"),
        ("450 4.1.1 ada@example.org greylisted", None),
    ],
)
def test_causes_have_names_and_no_addresses(said, words):
    cause = cause_of(said)
    assert (cause is None) if words is None else (words in cause)
    assert "@" not in (cause or "")


@pytest.mark.parametrize(("who", "path"), [("ada", "/staff"), ("root", "/admin")])
def test_staff_and_admins_read_it(client_of, cast, wait, who, path):
    from ideaboard.foundation.clock import now

    moment = now()
    wait(moment + MINUTE, REFUSED, at=moment - 10 * MINUTE)
    end_reading()
    schedule.pulse("somebody", moment)
    page = client_of(getattr(cast, who)).get(path).text
    assert "the mail server does not take them: nothing answers at its address" in page
