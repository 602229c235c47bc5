"""The worker: dispatches events, sends what is due, and runs the schedule. `flask --app wsgi worker [--once]`.

Any number may run side by side. TERM and INT end it after the mail in hand; a relay that does not answer is left
after STOP_SECONDS, and that mail goes again after its lease, under the same Message-ID.
"""

import logging
import os
import signal
import socket
import threading
import time
from contextlib import suppress

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy.exc import SQLAlchemyError

from ideaboard.events import dispatch
from ideaboard.extensions import db
from ideaboard.foundation.clock import now
from ideaboard.foundation.database import OpenTransaction, end_reading
from ideaboard.foundation.post import post_box
from ideaboard.foundation.refusals import Busy
from ideaboard.foundation.tokens import new_token
from ideaboard.jobs.schedule import SCHEDULE
from ideaboard.notifications import claims
from ideaboard.notifications.sending import Hand, send_one
from ideaboard.webhooks.sender import Sender

log = logging.getLogger(__name__)
STOP_SECONDS = 2  # below the parent's grace of 4 (serving/parent.py)
SHORTEST_PAUSE, LONGEST_PAUSE = 0.05, 1.0  # between two looks when nothing is to be done
LONGEST_TROUBLE = 30.0
FIRST_POST_PAUSE, LONGEST_POST_PAUSE = 5.0, 60.0  # while the relay itself is away


class StopNow(BaseException):
    """Told to stop, and the work in hand does not end."""


class Worker:
    """One process. `run()` until `stop`; `run_once()` does all that is due and returns."""

    def __init__(self):
        self.name = f"{socket.gethostname()[:80]}:{os.getpid()}:{new_token()[:8]}"
        self.stop = threading.Event()
        self.hand = Hand(self.name, post_box())
        self._next_run = {job.name: 0.0 for job in SCHEDULE}
        self._post_again_at, self._post_pause = 0.0, 0.0
        self._sending, self._look_again_at = False, 0.0
        self._trouble = ""

    @property
    def post(self):
        return self.hand.post

    def run(self) -> None:
        """Work until told to stop. Trouble with the database is waited out, with one line in the log."""
        idle, bad = SHORTEST_PAUSE, 1.0
        while not self.stop.is_set():
            try:
                busy = self.work_a_little()
                self._say("")
                bad = 1.0
            except (SQLAlchemyError, Busy, OSError) as trouble:
                self._recover()
                self._say(f"the database: {_first_line(trouble)}")
                self.stop.wait(bad)
                bad = min(bad * 2, LONGEST_TROUBLE)
                continue
            except Exception:
                self._recover()
                log.exception("a fault in the worker; it goes on")
                self.stop.wait(1.0)
                continue
            idle = SHORTEST_PAUSE if busy else min(idle * 2, LONGEST_PAUSE)
            if not busy:
                if idle == LONGEST_PAUSE:
                    self.post.close()
                self.stop.wait(idle)
        self.hand.let_go()
        self.post.close()

    def run_once(self) -> None:
        """All that is due now, then return."""
        while self.work_a_little() and not self.stop.is_set():
            pass
        self.hand.let_go()
        self.post.close()

    def work_a_little(self) -> bool:
        """The jobs whose time has come, one event, one mail; True when there may be more to do at once."""
        self._run_jobs()
        events = self._events()
        if not self._may_post() or not (self.hand or self._sending or self._reads(lambda: claims.has_due(now()))):
            return events
        sent = self.hand.send_next(now())
        if not self.hand:
            db.session.remove()
        self._heed(sent)
        self._sending = sent is not None  # then the next one is claimed without asking whether there is one
        return events or self._sending

    def _events(self) -> bool:
        """Dispatch one event; amid a thousand mails, look for one every half second."""
        moment = time.monotonic()
        if self._sending and moment < self._look_again_at:
            return False
        self._look_again_at = moment + 0.5
        if not self._reads(dispatch.has_waiting):
            return False
        dispatched = dispatch.dispatch_one(self.name, now(), between=self._send_codes)
        db.session.remove()
        return dispatched

    def _send_codes(self) -> None:
        """Who wants to sign in does not wait until thousands are told."""
        while not self.stop.is_set() and self._may_post() and self._reads(lambda: claims.has_due_code(now())):
            sent = send_one(self.name, now(), self.post)
            self._heed(sent)
            if sent is None or sent.trouble:
                return

    def _run_jobs(self) -> None:
        for job in SCHEDULE:
            moment = time.monotonic()
            if moment >= self._next_run[job.name]:
                pause = job.run(self.name, now())
                self._next_run[job.name] = moment + (pause or job.every)
                db.session.remove()

    @staticmethod
    def _reads(question) -> bool:
        answer = question()
        end_reading()
        return answer

    def _may_post(self) -> bool:
        return time.monotonic() >= self._post_again_at

    def _heed(self, sent) -> None:
        """When the relay itself is away, all mails wait together: 5 seconds, then up to a minute."""
        if sent is None or not sent.trouble:
            if sent is not None:
                self._post_pause = 0.0
            return
        if not self._post_pause:
            log.warning("mails wait: %s", sent.trouble)
        self.hand.let_go()
        self._post_pause = min(max(FIRST_POST_PAUSE, self._post_pause * 2), LONGEST_POST_PAUSE)
        self._post_again_at = time.monotonic() + self._post_pause

    def _recover(self) -> None:
        try:
            db.session.remove()
        except SQLAlchemyError:
            log.debug("the session was broken too")

    def _say(self, trouble: str) -> None:
        """One line when trouble begins, one when it is over."""
        if trouble and not self._trouble:
            log.warning("%s; the worker tries again", trouble)
        elif self._trouble and not trouble:
            log.warning("the worker goes on (it was %s)", self._trouble)
        self._trouble = trouble

    def obey_signals(self) -> None:
        """TERM and INT: finish what is in hand, but within STOP_SECONDS."""

        def asked(number, frame):
            self.stop.set()
            signal.signal(signal.SIGALRM, _now)
            signal.alarm(STOP_SECONDS)

        signal.signal(signal.SIGTERM, asked)
        signal.signal(signal.SIGINT, asked)


def _now(number, frame):
    raise StopNow


def _first_line(trouble: BaseException) -> str:
    return (str(trouble).strip() or type(trouble).__name__).splitlines()[0][:200]


@click.command("worker")
@click.option("--once", is_flag=True, help="Do what is due now, then end.")
@with_appcontext
def worker_command(once: bool) -> None:
    """Send mails and tell people: runs beside the web server."""
    worker = Worker()
    sender = Sender(current_app._get_current_object().app_context, worker.name)
    worker.obey_signals()
    try:
        if once:
            worker.run_once()
            sender.all_due()
        else:
            sender.start()
            worker.run()
    except StopNow:
        log.warning("stopped in the middle of a mail; it goes again after its lease")
        with suppress(SQLAlchemyError, Busy, OpenTransaction):
            db.session.remove()
            worker.hand.let_go()
    finally:
        signal.alarm(0)
        sender.stop()
