"""kill -9 of the web process amid votes, comments and status changes: what was acknowledged is there."""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import signal
import subprocess
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from ideaboard.extensions import db
from ideaboard.voting.trending import recompute
from tests.conftest import copy_of
from tests.journeys.conftest import running, until
from tests.serving.visitor import Visitor, members, recount

pytestmark = pytest.mark.slow
ROUNDS = int(os.environ.get("KILL_ROUNDS", "20"))
BACK_SECONDS = 5
MEMBERS, IDEAS = 12, 6


@pytest.fixture
def site(template, tmp_path, request):
    """A site with the cast, a few ideas and members, on the database that is tested."""
    name = "killed_web"
    address = copy_of(template, "ideaboard" if template.startswith("sqlite") else name, tmp_path)
    with running(tmp_path, None if template.startswith("sqlite") else address) as started:
        started.address = None if template.startswith("sqlite") else address
        started.members = members(started.app, MEMBERS)
        with started.app.app_context(), db.session.begin():
            insert = text(
                "INSERT INTO idea (board_id, title, slug, body, body_html, renderer_version, excerpt, votes_count,"
                " comments_count, imported_votes, created_at, visible_at, origin)"
                " SELECT id, 'Idea', 'idea', '', '', 1, '', 0, 0, 0, :now, :now, 'here' FROM board WHERE slug = 'drinks'"
            )
            now = datetime.now(UTC)
            for _ in range(IDEAS):
                db.session.execute(insert, {"now": now.replace(tzinfo=None) if started.address is None else now})
            started.ideas = list(db.session.scalars(text("SELECT id FROM idea")))
            recompute(started.ideas)  # their place in lists, which no verb has given them
        yield started


def children(pid: int) -> list[int]:
    done = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True)
    return [int(pid) for pid in done.stdout.split()]


def listener(site) -> int:
    """The process that answers: of the parent's children the one that listens on the port."""
    for pid in children(site.process.pid):
        sockets = {os.readlink(f"/proc/{pid}/fd/{fd}") for fd in os.listdir(f"/proc/{pid}/fd")}
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
            parts = line.split()
            if parts[1].endswith(f":{site.port:04X}") and parts[3] == "0A" and f"socket:[{parts[9]}]" in sockets:
                return pid
    raise LookupError("nobody listens")


class Writer(threading.Thread):
    """One member who votes, withdraws and comments without end, and keeps what was acknowledged."""

    def __init__(self, site, person_id: int, cookie: str, stop: threading.Event):
        super().__init__(daemon=True)
        self.site, self.person, self.stop = site, person_id, stop
        self.visitor = Visitor(site.port, cookie)
        self.voted: dict[int, bool | None] = {}  # idea: the last acknowledged state; None: asked, and no answer came
        self.comments: list[str] = []
        self.statuses, self.sent = [], 0

    def run(self):
        while not self.stop.is_set():
            idea = self.site.ideas[self.sent % IDEAS]
            self.sent += 1
            if self.sent % 3 == 0:
                words = f"comment {self.sent} of {self.person}"
                form = {"body": words, "form_token": f"{self.person}-{self.sent}-".ljust(43, "t")}
                if self.tried(f"/ideas/{idea}/comments", form):
                    self.comments.append(words)
            else:
                wanted = not self.voted.get(idea)
                before, self.voted[idea] = self.voted.get(idea), None
                done = self.tried(f"/ideas/{idea}/vote" + ("" if wanted else "/withdraw"), {})
                self.voted[idea] = wanted if done else before if done is False else None

    def tried(self, path: str, form: dict) -> bool | None:
        """True: acknowledged; False: refused, nothing was done; None: no answer came."""
        try:
            status = self.visitor.post(path, form, timeout=10).status
        except (OSError, http.client.HTTPException):
            self.stop.wait(0.02)  # the server is gone for a moment
            return None
        assert status in (303, 429, 503), (path, status)
        return status == 303


class Staff(Writer):
    """Ada moves ideas on with words of her own."""

    def run(self):
        while not self.stop.is_set():
            idea = self.site.ideas[self.sent % IDEAS]
            self.sent += 1
            try:
                page = self.visitor.get(f"/ideas/{idea}/status", timeout=10).text
            except (OSError, http.client.HTTPException):
                self.stop.wait(0.02)
                continue
            fields = dict(re.findall(r'<input[^>]*name="(form_token|written_against)"[^>]*value="([^"]*)"', page))
            words = f"answer {self.sent}"
            if self.tried(f"/ideas/{idea}/status", {**fields, "status": str(self.site.status), "text": words}):
                self.statuses.append(words)


def test_nothing_acknowledged_is_lost_when_the_web_process_is_killed(site):
    with site.app.app_context():
        site.status = db.session.scalar(text("SELECT id FROM status WHERE stage = 'coming_soon'"))
        db.session.remove()
    stop = threading.Event()
    writers = [Writer(site, *member, stop) for member in site.members[:4]]
    writers.append(Staff(site, 0, site.cookie_of("ada@example.org")["value"], stop))
    for writer in writers:
        writer.start()
    slowest = 0.0
    try:
        for _ in range(ROUNDS):
            sent = sum(writer.sent for writer in writers)
            until(lambda sent=sent: sum(w.sent for w in writers) >= sent + 15, 60, "writers at work")
            victim = until(lambda: found(site), 30, "the web process")
            os.kill(victim, signal.SIGKILL)
            start = time.monotonic()
            until(lambda: is_ready(site), 30, "the next web process")
            slowest = max(slowest, time.monotonic() - start)
    finally:
        stop.set()
        for writer in writers:
            writer.join(30)
    hold_against_the_rows(site, writers)
    assert "Drift 0." in recount(site.folder, site.address)
    assert slowest < BACK_SECONDS, f"it took {slowest:.1f} s to be ready again"


def found(site) -> int | None:
    with contextlib.suppress(LookupError, OSError):
        return listener(site)
    return None


def is_ready(site) -> bool:
    with contextlib.suppress(OSError, http.client.HTTPException):
        return Visitor(site.port).get("/readyz", timeout=2).status == 200
    return False


def hold_against_the_rows(site, writers) -> None:
    """Each acknowledged vote, comment and answer is there, once; each withdrawn vote is not."""
    with site.app.app_context():
        votes = set(map(tuple, db.session.execute(text("SELECT idea_id, person_id FROM vote"))))
        comments = list(db.session.scalars(text("SELECT body FROM comment")))
        answers = list(db.session.scalars(text("SELECT text FROM status_change")))
        db.session.remove()
    acknowledged = 0
    for writer in writers:
        for idea, voted in writer.voted.items():
            assert voted is None or ((idea, writer.person) in votes) == voted, (idea, writer.person, voted)
        for words, rows in [(w, comments) for w in writer.comments] + [(w, answers) for w in writer.statuses]:
            assert rows.count(words) == 1, words
        acknowledged += len(writer.comments) + len(writer.statuses)
    assert acknowledged > ROUNDS, "too little was acknowledged to say anything"
    assert any(writer.statuses for writer in writers)
