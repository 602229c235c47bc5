"""Returned mail: what is genuine is believed, once; what is made up does nothing."""

from base64 import b64encode
from datetime import timedelta

import pytest
from sqlalchemy import select

from ideaboard.foundation.mail import message_id_of
from ideaboard.foundation.tokens import sign
from ideaboard.models import Delivery, Notification, Person
from ideaboard.models.vocabulary import Reason
from ideaboard.notifications.preferences import resume_mail, try_address_again
from ideaboard.notifications.returned import LONGEST, MOST_LINES, reports_of
from ideaboard.notifications.returned_deed import heed, stops_the_address
from tests.conftest import NOW
from tests.notifications import returns
from tests.notifications.test_sending import DUE, counts

LATER = DUE + timedelta(minutes=3)
ID = "<0123456789abcdef0123456789abcdef@ideas.example.org>"


@pytest.fixture
def told(cast, make_idea, follows, change_to, tell, send):
    """A change of which Noor (who voted) and Vera (who wrote) were told by mail."""
    idea = make_idea()
    follows(idea, cast.vera, reason=Reason.AUTHOR)
    follows(idea, cast.noor)
    change = change_to(idea, "reviewed", "want")
    tell()
    assert send(DUE) == ["sent", "sent"]
    return change


@pytest.fixture
def mail_of(db):
    """mail_of(person) -> (the latest delivery, its Message-ID)."""

    def find(person):
        row = db.session.execute(
            select(Delivery).where(Delivery.person_id == person.id).order_by(Delivery.id.desc()).limit(1)
        ).scalar_one()
        db.session.commit()
        return row, message_id_of(row.message_key)

    return find


def bring(raw: bytes, now=LATER) -> list[str]:
    return [heed(report, now) for report in reports_of(raw)]


@pytest.mark.parametrize("shape", [returns.postfix, returns.exchange, returns.gmail, returns.qmail])
def test_a_mail_that_comes_back_was_not_told_and_its_address_is_left_alone(
    shape, db, told, cast, mail_of, change_to, tell, send, reload
):
    delivery, message_id = mail_of(cast.noor)
    assert counts(reload(told)) == (2, 2, 0)
    assert bring(shape(message_id, "noor@example.org")) == ["stopped"]
    noor, delivery = reload(cast.noor), reload(delivery)
    assert noor.mail_refused_at == LATER and noor.mail_refused_because.startswith("returned: 5.")
    assert (delivery.state, delivery.cause) == ("refused", "address")
    assert counts(reload(told)) == (2, 1, 1)
    entry = db.session.execute(select(Notification).where(Notification.person_id == noor.id)).scalar_one()
    assert (entry.told_by, entry.told_at) == ("refused", DUE)
    db.session.commit()
    # Once: the same report again, also after its owner had the address tried again.
    assert bring(shape(message_id, "noor@example.org")) == ["known"]
    try_address_again(noor)
    assert bring(shape(message_id, "noor@example.org")) == ["known"]
    assert counts(reload(told)) == (2, 1, 1)
    assert reload(cast.noor).mail_refused_at is None
    assert reload(cast.vera).mail_refused_at is None


def test_what_is_made_up_does_nothing(db, told, cast, mail_of, reload):
    """Neither a guessed id, nor one's own id beside a stranger's address, nor another kind of mail."""
    _, of_vera = mail_of(cast.vera)
    _, of_noor = mail_of(cast.noor)
    forged = [
        returns.postfix(ID, "noor@example.org"),
        returns.postfix(of_vera, "noor@example.org"),
        returns.exchange(of_vera, "noor@example.org"),
        returns.qmail(ID, "noor@example.org"),
        returns.complaint(of_vera, "noor@example.org"),
        returns.complaint(
            ID, "noor@example.org", unsubscribe=f"https://x/{sign('unsubscribe', [cast.noor.id, 1, ''])}"
        ),
        returns.complaint(of_noor, "noor@example.org", kind="not-spam"),
        returns.away(of_noor, "noor@example.org"),
        returns.postfix(of_noor, "noor@example.org", action="delivered", status="2.1.5"),
        returns.postfix(of_noor, "somebody@example.org"),
    ]
    for raw in forged:
        assert set(bring(raw)) <= {"unknown"}, raw
    assert counts(reload(told)) == (2, 2, 0)
    rows = db.session.execute(select(Person.mail_refused_at, Person.mail_stopped_at).distinct()).all()
    assert rows == [(None, None)]


def test_whose_address_changed_meanwhile_keeps_the_new_one(db, told, cast, mail_of, reload):
    _, message_id = mail_of(cast.noor)
    db.session.execute(db.update(Person).where(Person.id == cast.noor.id).values(email="new@example.org"))
    db.session.commit()
    assert bring(returns.postfix(message_id, "noor@example.org")) == ["unknown"]
    assert db.session.execute(select(Person.mail_refused_at).where(Person.email == "new@example.org")).scalar() is None


def test_a_code_to_a_new_address_stops_not_the_old_one(db, cast, reload):
    """The code went to where a stranger said: that address failed, the person's own did not."""
    noor = cast.noor.id
    with db.session.begin():
        row = Delivery(
            kind="code", person_id=noor, address="typo@example.org", message_key="k" * 43,
            created_at=NOW, due_at=NOW, state="sent", settled_at=NOW,
        )  # fmt: skip
        db.session.add(row)
    raw = returns.postfix(message_id_of("k" * 43), "typo@example.org")
    raw = raw.replace(b"\nSubject: News", b"\nDelivered-To: noor@example.org\nSubject: News")
    assert bring(raw) == ["returned"]
    assert reload(cast.noor).mail_refused_at is None


@pytest.mark.parametrize(
    ("status", "action", "done", "state", "cause"),
    [
        ("4.4.1", "delayed", "noted", "sent", "later"),
        ("4.4.7", "failed", "returned", "refused", "given_up"),
        ("5.7.1", "failed", "returned", "refused", "policy"),
        ("5.2.2", "failed", "returned", "refused", "mailbox_full"),
        ("5.1.2", "failed", "stopped", "refused", "address"),
    ],
)
def test_what_its_class_says(told, cast, mail_of, reload, status, action, done, state, cause):
    delivery, message_id = mail_of(cast.noor)
    said = f"smtp; {status.replace('.', '')[0]}50 {status} no"
    assert bring(returns.postfix(message_id, "noor@example.org", status=status, action=action, said=said)) == [done]
    assert (reload(delivery).state, delivery.cause) == (state, cause)
    assert bool(reload(cast.noor).mail_refused_at) is (done == "stopped")
    assert counts(reload(told)) == ((2, 2, 0) if done == "noted" else (2, 1, 1))


def test_statuses_that_say_nothing_about_the_address():
    assert stops_the_address("5.1.1") and stops_the_address("5.2.1") and stops_the_address("5.0.0")
    assert stops_the_address("5.4.1") and stops_the_address("5.4.310") and stops_the_address("5.5.0")
    for other in ("5.2.2", "5.2.3", "5.3.4", "5.4.7", "5.5.2", "5.6.0", "5.7.26", "4.1.1", ""):
        assert not stops_the_address(other), other


def test_a_report_before_the_relays_own_word_stops_the_address_and_counts_nothing(db, told, cast, mail_of, reload):
    """The acknowledgement broke: the mail still waits here, and is judged anew when it is due."""
    delivery, message_id = mail_of(cast.noor)
    reload(delivery).state, delivery.settled_at = "waiting", None
    db.session.commit()
    assert bring(returns.postfix(message_id, "noor@example.org")) == ["stopped"]
    assert reload(delivery).state == "waiting"
    assert counts(reload(told)) == (2, 2, 0)


def test_a_mail_about_several_ideas_was_told_of_none_of_them(
    db, cast, make_idea, follows, change_to, tell, send, mail_of, reload
):
    """One window, two ideas, one mail; what the inbox alone told stays told."""
    changes = []
    for title in ("Oat milk", "More shade"):
        idea = make_idea(title)
        follows(idea, cast.noor)
        follows(idea, cast.lena)
        changes.append(change_to(idea, "under_review"))
    tell()
    assert send(DUE) == ["sent", "sent"]
    _, message_id = mail_of(cast.noor)
    entry = select(Notification).where(Notification.person_id == cast.noor.id).order_by(Notification.id).limit(1)
    db.session.execute(entry).scalar_one().told_by = "inbox"
    db.session.commit()
    for _ in range(2):
        bring(returns.postfix(message_id, "noor@example.org"))
    assert [counts(reload(change)) for change in changes] == [(2, 2, 0), (2, 1, 1)]


@pytest.mark.parametrize("to", ["noor@example.org", "[redacted]"])
def test_a_complaint_stops_all_mail_once(told, cast, mail_of, reload, to):
    delivery, message_id = mail_of(cast.noor)
    link = f"https://ideas.example.org/unsubscribe/{sign('unsubscribe', [cast.noor.id, 1, 'status'])}"
    raw = returns.complaint(message_id, to, unsubscribe=link)
    assert bring(raw) == ["complained"]
    assert reload(cast.noor).mail_stopped_at == LATER
    assert (reload(delivery).state, delivery.cause) == ("sent", "complaint")
    assert counts(reload(told)) == (2, 2, 0)  # it did arrive
    resume_mail(cast.noor.id)
    assert bring(raw) == ["known"]
    assert reload(cast.noor).mail_stopped_at is None


def test_forwarded_to_an_address_that_fails_is_ours_by_the_returned_headers(told, cast, mail_of, reload):
    """Noor's mailbox passes mail on: the report names the last address, the returned headers ours."""
    _, message_id = mail_of(cast.noor)
    raw = returns.postfix(message_id, "noor@example.org")
    for field in (b"Final-Recipient: rfc822; ", b"Original-Recipient: rfc822;"):
        raw = raw.replace(field + b"noor@example.org", field + b"vera@example.org")
    assert bring(raw) == ["stopped"]
    assert reload(cast.noor).mail_refused_at and not reload(cast.vera).mail_refused_at


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe\x00",
        b"Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\nStatus\n--b--",
        b"From: mailer-daemon\n\n" + ID.encode(),
        b"Content-Type: message/delivery-status\nContent-Transfer-Encoding: base64\n\n!!!\n" + ID.encode(),
        b"Content-Type: multipart/mixed; boundary=a\n\n" + b"--a\nContent-Type: multipart/mixed; boundary=a\n\n" * 3000,
        b"Content-Type: text/plain; charset=nonsense\nFrom: =?x?=\xff mailer-daemon\n\n550 5.1.1 " + ID.encode(),
        b"From: mailer-daemon\n\n550 " + ID.encode() + b"5.1." * 300_000,
    ],
)
def test_bent_mails_are_read_without_a_fault(raw):
    assert len(reports_of(raw)) <= 1
    assert len(raw) < 2 * LONGEST


def blocks(count: int) -> bytes:
    return b"Action: failed\nFinal-Recipient: rfc822; noor@example.org\n\n" * count


@pytest.mark.parametrize(
    "body",
    [
        b"Content-Type: message/delivery-status\n\n" + blocks(20_000),
        b"Content-Type: message/delivery-status\n\n" + b"a:\r\r" * 250_000,
        b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\n" * 200_000,
        b"Content-Type: message/delivery-status\nContent-Transfer-Encoding: base64\n\n" + b64encode(blocks(12_000)),
    ],
)
def test_a_mail_of_a_hundred_thousand_parts_is_read_at_its_beginning(body, monkeypatch):
    """Anybody may write to this mailbox, and no mail of ours goes while one is read."""
    from email import feedparser

    made = []
    monkeypatch.setattr(feedparser.FeedParser, "_new_message", counting(feedparser.FeedParser._new_message, made))
    found = reports_of(b"From: mailer-daemon@x\nMessage-ID: " + ID.encode() + b"\n" + body)
    assert len(made) <= 2 * MOST_LINES and len(found) <= 10


def counting(method, made: list):
    def counted(self):
        made.append(1)
        return method(self)

    return counted


def test_an_address_with_a_control_character_is_none():
    """PostgreSQL takes no NUL: such a mail would be read again and again, and those behind it never."""
    raw = b"From: mailer-daemon@x\n\n550 5.1.1 \x00noor@example.org \x01a\x00@example.org " + ID.encode()
    (report,) = reports_of(raw)
    assert report.recipients == ("mailer-daemon@x", "noor@example.org")


def test_a_report_in_base64_is_read():
    import base64

    whole = returns.postfix(ID, "noor@example.org").decode()
    start = whole.index("Reporting-MTA")
    end = whole.index("--B1/mx\nContent-Description: Undelivered")
    packed = base64.encodebytes(whole[start:end].encode()).decode()
    raw = whole[:start].rstrip() + "\nContent-Transfer-Encoding: base64\n\n" + packed + "\n" + whole[end:]
    (report,) = reports_of(raw.encode())
    assert (report.kind, report.status) == ("failed", "5.1.1")
