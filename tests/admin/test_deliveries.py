"""The operator's page: figures, causes, what helps; for admins alone."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import event as sa_event
from sqlalchemy import select

from ideaboard.extensions import db as database
from ideaboard.foundation.clock import now as clock_now
from ideaboard.foundation.database import end_reading, transaction
from ideaboard.jobs import schedule
from ideaboard.models import Delivery, Event, Person, Webhook, WebhookCall
from ideaboard.notifications.deliveries import standing
from ideaboard.notifications.retrying import retry_now, send_there_again
from tests.conftest import NOW

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def put(app):
    """put(state='waiting', kind='news', …) -> a Delivery's id."""
    made = []

    def add(person=None, *, due=NOW, **columns):
        made.append(None)
        columns = {"kind": "news", "created_at": NOW - MINUTE, "bundle": ""} | columns
        if columns.get("state", "waiting") != "waiting":
            columns.setdefault("settled_at", NOW)
        with transaction() as session:
            row = Delivery(
                person_id=person.id if person else None, message_key=f"key-{len(made)}", due_at=due, **columns
            )
            session.add(row)
        return row.id

    return add


FAILED = {"cause": "timeout", "last_error": "the mail server at m: timed out", "attempts": 2}


def due_of(delivery_id):
    found = database.session.execute(select(Delivery.due_at).where(Delivery.id == delivery_id)).scalar()
    end_reading()
    return found


def test_the_figures(put, cast):
    vera = cast.vera
    for number in range(3):
        put(vera, bundle=f"b{number}", due=NOW - number * MINUTE)
    put(vera, due=NOW + MINUTE, bundle="later")
    put(vera, kind="digest", due=NOW + DAY, bundle="digest:daily")
    put(kind="code", address="x@example.org")
    put(vera, due=NOW + 5 * MINUTE, **FAILED)
    for age in (MINUTE, 2 * 60 * MINUTE, 3 * DAY, 8 * DAY):
        put(vera, state="sent", settled_at=NOW - age)
    put(vera, state="refused", cause="address", last_error="550 5.1.1", settled_at=NOW - DAY)
    put(vera, state="refused", settled_at=NOW - 2 * DAY)
    put(vera, state="dropped")
    schedule.pulse("host:1:x", NOW - 10 * MINUTE)
    schedule.pulse("host:2:x", NOW)
    found = standing(NOW)
    assert (found.waiting, found.due, found.later, found.digests, found.codes, found.trying) == (7, 4, 2, 1, 1, 1)
    assert found.oldest == NOW - 2 * MINUTE
    assert found.sent == {"hour": 1, "day": 2, "week": 3}
    assert (found.failed, found.dropped, found.last_sent) == (2, 1, NOW - MINUTE)
    causes = {row.code: (row.trying, row.failed, row.since) for row in found.causes}
    assert causes == {
        "timeout": (1, 0, NOW - MINUTE), "address": (0, 1, NOW - DAY), "other": (0, 1, NOW - 2 * DAY),
    }  # fmt: skip
    assert [(name, runs) for name, _, runs in found.workers] == [("host:2:x", True), ("host:1:x", False)]


def test_webhooks_have_the_same_figures(app, db):
    with transaction() as session:
        hook = Webhook(name="Chat", url="https://x", salt="s", created_at=NOW, failing_since=NOW)
        session.add(hook)
        session.flush()
        for number, (state, settled) in enumerate([("waiting", None), ("sent", NOW), ("sent", NOW), ("failed", NOW)]):
            session.add(
                WebhookCall(
                    webhook_id=hook.id,
                    message_id=f"m{number}",
                    state=state,
                    created_at=NOW,
                    due_at=NOW,
                    settled_at=settled,
                    cause="status" if state == "waiting" else None,
                )  # fmt: skip
            )
    (row,) = standing(NOW).hooks
    assert (row.waiting, row.sent, row.failed, row.oldest, row.cause) == (1, 2, 1, NOW, "status")


def test_events_that_wait_are_counted(app, db):
    with transaction() as session:
        session.add_all(Event(kind="comment.posted", happened_at=NOW + n * MINUTE) for n in range(3))
        session.add(Event(kind="comment.posted", happened_at=NOW - DAY, origin="import"))
    found = standing(NOW)
    assert (found.events, found.events_since) == (3, NOW)


def test_try_now_makes_due_what_failed_and_nothing_else(put, cast):
    late, other = put(cast.vera, due=NOW + DAY, **FAILED), put(cast.vera, due=NOW + DAY, **FAILED | {"cause": "dns"})
    digest = put(cast.vera, kind="digest", due=NOW + DAY, bundle="digest:daily")
    in_hand = put(cast.noor, due=NOW + DAY, **FAILED, claimed_by="w", lease_until=clock_now() + DAY)
    assert retry_now(NOW, "timeout") == 1
    assert (due_of(late), due_of(other), due_of(digest), due_of(in_hand)) == (NOW, NOW + DAY, NOW + DAY, NOW + DAY)
    assert retry_now(NOW, "timeout") == 0  # done twice is done once
    assert retry_now(NOW) == 1
    assert (due_of(other), due_of(digest), due_of(in_hand)) == (NOW, NOW + DAY, NOW + DAY)


def test_send_there_again_once(cast, db):
    assert not send_there_again(cast.vera.id)
    db.session.execute(db.update(Person).where(Person.id == cast.vera.id).values(mail_refused_at=NOW))
    db.session.commit()
    assert send_there_again(cast.vera.id) and not send_there_again(cast.vera.id)


def test_an_admin_acts_by_clicking(put, cast, client_of, db):
    late = put(cast.vera, due=clock_now() + DAY, **FAILED)
    put(cast.noor, state="refused", cause="address", last_error="550 5.1.1 <noor@example.org> unknown")
    put(kind="code", address="stranger@example.org", state="refused", cause="address", last_error="550 5.1.1")
    db.session.execute(
        db.update(Person).where(Person.id == cast.noor.id).values(mail_refused_at=NOW, mail_refused_because="550 5.1.1")
    )
    db.session.commit()
    ruth = client_of(cast.root)
    page = ruth.get("/admin/deliveries").text
    assert "The mail server does not answer in time" in page and "There is no such address" in page
    assert f'href="/admin/people/{cast.noor.id}">Noor' in page
    assert "s…@example.org" in page and "stranger@" not in page
    answer = ruth.post("/admin/deliveries/retry", data={"cause": "timeout"}, follow_redirects=True)
    assert "1 mail is tried again now." in answer.text
    assert due_of(late) <= clock_now()
    answer = ruth.post("/admin/deliveries/retry", data={"cause": "timeout"}, follow_redirects=True)
    assert "Nothing was put off" in answer.text
    assert "noor@example.org" in ruth.get("/admin/deliveries?list=addresses").text
    answer = ruth.post(f"/admin/deliveries/people/{cast.noor.id}/again", follow_redirects=True)
    assert "The next mail to Noor is sent to that address again." in answer.text
    assert "Every address takes mail" in answer.text


@pytest.mark.parametrize("who", ["ada", "mo", "cole", "vera"])
def test_nobody_else_sees_it_or_acts(who, cast, client_of, put):
    late = put(cast.vera, due=NOW + DAY, **FAILED)
    client = client_of(getattr(cast, who))
    assert client.get("/admin/deliveries").status_code == 403
    assert client.post("/admin/deliveries/retry", data={"cause": ""}).status_code == 403
    assert client.post(f"/admin/deliveries/people/{cast.noor.id}/again").status_code == 403
    assert due_of(late) == NOW + DAY


def test_a_guest_is_led_to_sign_in(guest):
    assert guest.get("/admin/deliveries").status_code == 303


@pytest.mark.parametrize("which", ["failed", "again"])
def test_lists_come_in_pages_by_key(put, cast, client_of, which):
    for number in range(45):
        more = FAILED | ({"state": "refused"} if which == "failed" else {})
        put(cast.vera, due=NOW + MINUTE, **more | {"last_error": f"said {number:02}"})
    ruth, path, seen = client_of(cast.root), f"/admin/deliveries?list={which}&cause=timeout", []
    while path:
        page = ruth.get(path).text
        seen += [part[:2] for part in page.split("said ")[1:]]
        after = page.split('rel="next" href="')[1:]
        path = after[0].split('"')[0].replace("&amp;", "&").partition("#")[0] if after else None
    assert len(seen) == 45 == len(set(seen))


def test_the_page_costs_the_same_however_much_it_shows(put, cast, client_of, db, app):
    ruth, seen = client_of(cast.root), []
    sa_event.listen(db.engine, "before_cursor_execute", lambda *facts: seen.append(facts[2]))

    def cost():
        seen.clear()
        assert ruth.get("/admin/deliveries").status_code == 200
        return len([s for s in seen if not s.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK", "PRAGMA", "SET "))])

    put(cast.vera, state="refused", cause="address", last_error="x")
    put(cast.vera, due=NOW + DAY, **FAILED)
    few = cost()
    for person in (cast.vera, cast.noor, cast.lena, cast.oskar):
        for _ in range(5):
            put(person, state="refused", cause="policy", last_error="x")
            put(person, due=NOW + DAY, **FAILED)
    assert cost() <= few <= 20


def test_try_now_beside_running_workers_sends_each_once(own_app):
    """Two workers send while an admin presses again and again: each mail goes once."""
    from ideaboard.notifications.sending import send_one
    from tests.notifications.conftest import Remembering

    post = Remembering()
    with own_app.app_context(), transaction() as session:
        ids = session.execute(select(Person.id).order_by(Person.id)).scalars().all()
        for n in range(24):
            session.add(
                Delivery(
                    kind="notice",
                    person_id=ids[n % len(ids)],
                    message_key=f"k{n}",
                    facts={"what": "password_removed", "at": NOW.isoformat(), "browser": ""},
                    created_at=clock_now(),
                    due_at=clock_now() + DAY,
                    **FAILED,
                )  # fmt: skip
            )
    stop, faults = threading.Event(), []

    def work(name):
        with own_app.app_context():
            try:
                while not stop.is_set():
                    if send_one(name, clock_now(), post) is None:
                        stop.wait(0.01)
                    database.session.remove()
            except Exception as fault:
                faults.append(fault)

    workers = [threading.Thread(target=work, args=(f"w{n}",)) for n in range(2)]
    for worker in workers:
        worker.start()
    with own_app.app_context():
        for _ in range(200):
            retry_now(clock_now())
            left = database.session.execute(select(Delivery.id).where(Delivery.state == "waiting").limit(1)).first()
            database.session.remove()
            if left is None:
                break
            stop.wait(0.02)
    stop.set()
    for worker in workers:
        worker.join(10)
    assert not faults
    ids = [mail["Message-ID"] for mail in post.sent]
    assert len(ids) == 24 == len(set(ids))
