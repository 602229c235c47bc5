"""A visitor without a browser: one request each, as a page of the site would send it."""

from __future__ import annotations

import contextlib
import http.client
import sqlite3
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

from tests.serving.conftest import ROOT


@dataclass(frozen=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    text: str
    seconds: float


class Visitor:
    """`cookie`: of a signed-in person, or '' for a guest."""

    def __init__(self, port: int, cookie: str = ""):
        self.port, self.cookie = port, cookie

    def ask(self, method: str, path: str, form: dict | None = None, timeout: float = 20) -> Answer:
        """One request on a connection of its own; raises OSError when the server is gone."""
        headers = {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"}
        if self.cookie:
            headers["Cookie"] = f"session={self.cookie}"
        body = urlencode(form) if form is not None else "" if method == "POST" else None
        start = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        with contextlib.closing(connection):
            connection.request(method, path, body, headers)
            with connection.getresponse() as answer:
                text = answer.read().decode("utf-8", "replace")
                return Answer(answer.status, answer.headers, text, time.perf_counter() - start)

    def get(self, path: str, **more) -> Answer:
        return self.ask("GET", path, **more)

    def post(self, path: str, form: dict | None = None, **more) -> Answer:
        return self.ask("POST", path, form, **more)


def members(app, count: int) -> list[tuple[int, str]]:
    """(id, cookie) of `count` new members, signed in without the pages."""
    from ideaboard.accounts.sessions import open_session
    from ideaboard.extensions import db
    from ideaboard.models import Person

    now, found = datetime.now(UTC), []
    serializer = app.session_interface.get_signing_serializer(app)
    with app.app_context():
        with db.session.begin():
            people = [
                Person(display_name=f"Member {n}", email=f"m{n}@example.org", created_at=now) for n in range(count)
            ]
            db.session.add_all(people)
        for person in people:
            token = open_session(person, now)
            found.append((person.id, serializer.dumps({"_user_id": token, "_fresh": True})))
        db.session.remove()
    return found


def recount(folder: Path, database_url: str | None = None) -> str:
    """What `flask recount` says of a data folder; fails when it reports drift."""
    environment = {"DATA_DIR": str(folder), "PATH": "/usr/bin:/bin", "SECRET_KEY": "x" * 40}
    if database_url:
        environment["DATABASE_URL"] = database_url
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", "recount"],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@contextlib.contextmanager
def write_lock(folder: Path):
    """Another program holds SQLite's write lock."""
    other = sqlite3.connect(folder / "ideaboard.db", isolation_level=None, timeout=20)
    with contextlib.closing(other):
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")
