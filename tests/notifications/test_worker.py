"""The worker as a thing: what it does in one go, its schedule, and its sleep when the relay or the database is away."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest

from ideaboard.foundation.clock import now
from ideaboard.foundation.database import end_reading
from ideaboard.jobs import schedule
from ideaboard.jobs.worker import Worker
from ideaboard.models import Budget, Delivery, Notification, SignedIn, Site, WorkerPulse
from ideaboard.notifications.sending import Sent
from ideaboard.notifications.waiting import mails_waiting_since, wal_alarm
from tests.conftest import NOW
from tests.notifications.conftest import Remembering

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def worker(app):
    one = Worker()
    one.hand.post = Remembering()
    one._next_run["checkpoint"] = one._next_run["long log"] = float("inf")  # not within the test's transaction
    end_reading()
    return one


def test_it_dispatches_sends_and_pulses_in_one_go(db, cast, make_idea, follows, change_to, worker):
    idea = make_idea()
    follows(idea, cast.noor)
    change_to(idea, "under_review", at=now() - timedelta(hours=1))
    worker.run_once()
    assert [m["To"] for m in worker.post.sent] == ["noor@example.org"]
    assert db.session.execute(db.select(WorkerPulse)).scalar_one().name == worker.name


def test_a_sign_in_code_goes_between_the_slices_of_a_large_event(
    db, cast, make_idea, follows, change_to, worker, monkeypatch
):
    from ideaboard.events import dispatch
    from ideaboard.notifications import sending
    from ideaboard.notifications.composing import Mail, Parcel

    idea = make_idea()
    follows(idea, cast.noor, cast.vera, cast.oskar)
    change_to(idea, "under_review", at=now())
    code = {"kind": "code", "address": "new@example.org", "message_key": "code", "facts": {"pending_id": 0}}
    told = []

    def compose(delivery, moment):
        told.append(db.session.execute(db.select(db.func.count(Notification.id))).scalar_one())
        return Parcel("new@example.org", Mail("Your code", "123456", "<p>123456</p>"), "en")

    monkeypatch.setitem(sending.COMPOSERS, "code", compose)
    monkeypatch.setattr(dispatch, "SLICE", 1)
    db.session.add(Delivery(created_at=now(), due_at=now(), **code))
    db.session.commit()
    assert worker._events()
    assert [m["To"] for m in worker.post.sent] == ["new@example.org"]
    assert told == [1]  # of three


def test_staff_hear_since_when_mails_wait_when_no_worker_runs(db, cast, make_idea, follows, change_to, tell, send):
    idea = make_idea()
    follows(idea, cast.noor)
    assert mails_waiting_since(NOW) is None
    change_to(idea, "under_review")
    assert mails_waiting_since(NOW + timedelta(minutes=1)) == NOW
    end_reading()
    schedule.pulse("somebody", NOW)
    assert mails_waiting_since(NOW + timedelta(seconds=60)) is None
    end_reading()
    tell()
    assert mails_waiting_since(NOW + timedelta(minutes=5)) is None  # the window is open: nothing waits
    assert mails_waiting_since(NOW + timedelta(minutes=30)) == NOW + timedelta(minutes=15)
    end_reading()
    send(NOW + timedelta(minutes=30))
    assert mails_waiting_since(NOW + timedelta(minutes=31)) is None


def test_when_the_relay_is_away_all_mails_wait_and_one_line_says_so(worker, caplog):
    worker._heed(Sent("later", "nobody answers"))
    assert not worker._may_post()
    worker._heed(Sent("later", "nobody answers"))
    assert worker._post_pause == 10.0
    assert [r.message for r in caplog.records] == ["mails wait: nobody answers"]
    worker._heed(Sent("sent"))
    assert worker._post_pause == 0.0


def test_trouble_with_the_database_is_one_line_and_waited_out(worker, caplog, monkeypatch):
    from ideaboard.foundation.refusals import Busy

    tries = []

    def busy_twice():
        tries.append(1)
        if len(tries) < 3:
            raise Busy("somebody else is writing")
        worker.stop.set()
        return False

    monkeypatch.setattr(worker, "work_a_little", busy_twice)
    monkeypatch.setattr(worker.stop, "wait", lambda seconds: None)
    worker.run()
    assert len(tries) == 3
    assert [r.levelname for r in caplog.records] == ["WARNING", "WARNING"]


def test_what_is_of_no_more_use_is_forgotten(db, cast, app):
    person = cast.noor.id
    db.session.add_all(
        [
            Budget(name="old", window_ends_at=NOW - timedelta(seconds=1), spent=1),
            Budget(name="running", window_ends_at=NOW + timedelta(seconds=1), spent=1),
            SignedIn(token_hash="a", person_id=person, created_at=NOW, expires_at=NOW),
            SignedIn(token_hash="b", person_id=person, created_at=NOW, expires_at=NOW + timedelta(days=1)),
            WorkerPulse(name="gone", started_at=NOW, seen_at=NOW - timedelta(days=2)),
        ]
    )
    db.session.commit()
    schedule.forget("test", NOW)
    assert db.session.execute(db.select(Budget.name)).scalars().all() == ["running"]
    assert db.session.execute(db.select(SignedIn.token_hash)).scalars().all() == ["b"]
    assert db.session.execute(db.select(WorkerPulse)).first() is None


def test_a_waiting_mail_is_never_forgotten(db, cast, app, count_rows):
    db.session.add(Delivery(kind="news", message_key="k", created_at=NOW, due_at=NOW, person_id=cast.noor.id))
    db.session.commit()
    schedule.forget("test", NOW + timedelta(days=400))
    assert count_rows("delivery") == 1


def test_a_long_log_does_not_wait_for_its_minute(own_app):
    from ideaboard.extensions import db

    with own_app.app_context():
        if db.engine.dialect.name != "sqlite":
            assert schedule.checkpoint_long_log("test", NOW) is None
            return
        log = Path(f"{db.engine.url.database}-wal")
        schedule.pulse("test", NOW)
        schedule.checkpoint_long_log("test", NOW)
        assert log.stat().st_size > 0  # short, it waits
        with db.session.begin():
            db.session.add(Site(id=1, logo=bytes(schedule.LONG_LOG_BYTES)))
        schedule.checkpoint_long_log("test", NOW)
        assert log.stat().st_size < 100_000
        assert "long log" in {job.name for job in schedule.SCHEDULE}


def test_the_log_is_moved_into_the_database_and_staff_hear_when_it_cannot(own_app):
    from ideaboard.extensions import db

    with own_app.app_context():
        if db.engine.dialect.name != "sqlite":
            assert schedule.checkpoint("test", NOW) is None
            return
        schedule.pulse("test", NOW)
        log = Path(f"{db.engine.url.database}-wal")
        assert log.stat().st_size > 0
        assert schedule.checkpoint("test", NOW) is None
        reader = sqlite3.connect(db.engine.url.database, isolation_level=None)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM person").fetchone()
        schedule.pulse("test", NOW + timedelta(seconds=1))
        assert schedule.checkpoint("test", NOW) == 5.0  # again soon: somebody reads
        reader.close()
        with db.session.begin():
            db.session.execute(db.update(WorkerPulse).values(wal_bytes=65 * 1024 * 1024))
        assert "65 MB" in wal_alarm(NOW)
        assert wal_alarm(NOW + timedelta(hours=1)) is None


@pytest.mark.slow
def test_term_ends_it_within_seconds(own_app, tmp_path):
    settings = own_app.config["SETTINGS"]
    environ = {
        **os.environ,
        "DATABASE_URL": settings.database_url,
        "SECRET_KEY": settings.secret_key,
        "DATA_DIR": str(tmp_path),
    }
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "worker"]
    process = subprocess.Popen(command, cwd=ROOT, env=environ, stderr=subprocess.DEVNULL)
    with own_app.app_context():
        from ideaboard.extensions import db

        deadline = time.monotonic() + 30
        while db.session.execute(db.select(WorkerPulse)).first() is None and time.monotonic() < deadline:
            db.session.rollback()
            threading.Event().wait(0.1)
    started = time.monotonic()
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0
    assert time.monotonic() - started < 5
