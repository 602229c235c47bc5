"""The worker's threads, with real commits: nobody waits for a target that hangs, and nobody is called twice at once."""

import os
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine

from ideaboard.events import dispatch, kinds
from ideaboard.events.record import record
from ideaboard.extensions import db
from ideaboard.foundation.clock import now
from ideaboard.foundation.database import end_reading, transaction
from ideaboard.foundation.settings import settings
from ideaboard.foundation.tokens import new_token
from ideaboard.jobs.worker import Worker
from ideaboard.models import Board, Delivery, Idea, Person, Webhook, WebhookCall
from ideaboard.webhooks.sender import AT_ONCE, Sender
from tests.webhooks.sinks import OK, Sink, answer, drip, flood, hang

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def site(own_app):
    settings.fill(replace(own_app.config["SETTINGS"], outbound_allow="127.0.0.0/8"))
    return own_app


@pytest.fixture
def happened(site):
    """happened(urls, ideas=1): webhooks to the urls, and ideas whose events are dispatched."""

    def go(urls, ideas=1):
        moment = now()
        with site.app_context():
            with transaction() as session:
                for i, url in enumerate(urls):
                    salt = new_token()
                    hook = Webhook(name=f"W{i}", url=url, kinds=[kinds.IDEA_SUBMITTED], salt=salt, created_at=moment)
                    session.add(hook)
                board = session.execute(db.select(Board).where(Board.slug == "drinks")).scalar_one()
                for i in range(ideas):
                    idea = Idea(title=f"I{i}", slug=f"i{i}", board_id=board.id, created_at=moment, visible_at=moment)
                    session.add(idea)
                    session.flush()
                    record(kinds.IDEA_SUBMITTED, actor=None, at=moment, idea=idea)
            while dispatch.dispatch_one("test", moment):
                pass

    return go


@pytest.fixture
def sinks():
    """sinks(answer, …) -> a sink for each."""
    with ExitStack() as stack:

        def make(*told):
            fresh = [stack.enter_context(Sink([one])) for one in told]
            make.made += fresh
            return fresh

        make.made = []
        yield make


@pytest.fixture
def senders(site, sinks):
    """senders(2) -> running senders, stopped at the end."""
    running = []

    def start(number=1):
        for i in range(number):
            running.append(Sender(site.app_context, f"worker {len(running)} {i}"))
            running[-1].start()

    yield start
    for sink in sinks.made:
        sink.over.set()
    for sender in running:
        sender.stop(patience=15)


def states(site):
    with site.app_context():
        rows = db.session.execute(
            db.select(Webhook.name, WebhookCall.state).join(Webhook, Webhook.id == WebhookCall.webhook_id)
        ).all()
        end_reading()
    return [tuple(row) for row in rows]


def until(reached, seconds=30):
    end = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < end, "it makes no progress"
        threading.Event().wait(0.02)


def test_targets_that_hang_drip_or_flood_hold_up_neither_others_nor_mails(site, sinks, happened, senders):
    bad = sinks(hang, drip(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"), flood)
    (good,) = sinks(OK)
    happened([sink.url for sink in [*bad, good]], ideas=5)
    with site.app_context(), transaction() as session:
        person = session.execute(db.select(Person).where(Person.email == "vera@example.org")).scalar_one()
        facts = {"what": "password_set", "at": now().isoformat(), "browser": "Firefox on Linux"}
        mail = Delivery(
            kind="notice", person_id=person.id, message_key=new_token(), facts=facts, created_at=now(), due_at=now()
        )
        session.add(mail)
    begun = time.monotonic()
    senders()
    until(lambda: bad[0].connections and bad[1].connections)
    with site.app_context():
        Worker().run_once()
        assert db.session.execute(db.select(Delivery.state).where(Delivery.kind == "notice")).scalar() == "sent"
    until(lambda: states(site).count(("W3", "sent")) == 5)
    assert time.monotonic() - begun < 9  # before the first deadline of a bad one
    assert states(site).count(("W2", "sent")) == 5  # ten megabytes are taken, and not read
    assert bad[0].most_at_once == bad[1].most_at_once == 1


def test_two_workers_call_each_endpoint_once_an_event_and_one_at_a_time(site, sinks, happened, senders):
    told = sinks(*[OK] * 6)
    happened([sink.url for sink in told], ideas=8)
    senders(2)
    until(lambda: [state for _, state in states(site)].count("sent") == 48)
    for sink in told:
        ids = [got.headers["webhook-id"] for got in sink.received]
        assert len(ids) == len(set(ids)) == 8
        assert sink.most_at_once == 1


def test_no_more_than_so_many_at_once(site, sinks, happened, senders):
    told = sinks(*[hang] * (AT_ONCE + 2))
    happened([sink.url for sink in told])
    senders()
    until(lambda: sum(sink.connections for sink in told) == AT_ONCE)
    threading.Event().wait(1.5)  # longer than it takes to look for more
    assert sum(sink.connections for sink in told) == AT_ONCE


def test_what_is_due_is_done_once_and_it_ends(site, sinks, happened):
    well, ill = sinks(OK, answer(500))
    happened([well.url, ill.url], ideas=6)
    Sender(site.app_context, "once").all_due()
    assert sorted(states(site)) == [("W0", "sent")] * 6 + [("W1", "waiting")] * 6


@pytest.mark.parametrize("minutes", [-5, 5])
def test_clocks_five_minutes_apart_do_not_matter(site, sinks, happened, minutes):
    """A machine ahead dispatches, one behind calls, or the other way round: sent at once, of the database's moment."""
    (sink,) = sinks(OK)
    real = now()
    with time_machine.travel(real + timedelta(minutes=minutes)):
        happened([sink.url])
    with time_machine.travel(real - timedelta(minutes=minutes)):
        Sender(site.app_context, "elsewhere").all_due()
    assert states(site) == [("W0", "sent")]
    assert abs(int(sink.received[0].headers["webhook-timestamp"]) - real.timestamp()) < 30


@pytest.mark.slow
def test_killed_at_sending_it_goes_again_under_the_same_id(site, sinks, happened, tmp_path):
    (sink,) = sinks(hang)
    happened([sink.url])
    environ = os.environ | {
        "DATABASE_URL": site.config["SETTINGS"].database_url,
        "SECRET_KEY": site.config["SETTINGS"].secret_key,
        "DATA_DIR": str(tmp_path),
        "OUTBOUND_ALLOW": "127.0.0.0/8",
        "PYTHONPATH": str(ROOT),
    }

    def start():
        return subprocess.Popen([sys.executable, str(Path(__file__).with_name("killable.py"))], cwd=ROOT, env=environ)

    for number in (1, 2):
        worker = start()
        until(lambda number=number: len(sink.received) == number)
        worker.kill()
        worker.wait()
    sink.answers = [OK]
    worker = start()
    until(lambda: states(site) == [("W0", "sent")])
    asked = time.monotonic()
    worker.terminate()
    assert worker.wait(10) == 0
    assert time.monotonic() - asked < 5
    assert len(sink.received) == 3
    assert len({got.headers["webhook-id"] for got in sink.received}) == 1
