"""Measure servers with the real application: `python3 tasks.py measure-server [part of a contender's name]`.

Prints the table of docs/adr/0006-server.md. Figures are for comparing within one run: machines differ.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from flask.sessions import SecureCookieSessionInterface
from flask_migrate import upgrade

from config import Settings
from ideaboard import create_app
from ideaboard.accounts.sessions import open_session
from ideaboard.extensions import db
from ideaboard.models import Idea, Person
from ideaboard.serving import database
from tests.serving.conftest import free_port
from tests.serving.contenders import CONTENDERS, start
from tests.serving.slow import dripping, visit, worst_visit

SECRET = "measure-" * 5
CLIENTS = 8
SECONDS = 1.5
ROUNDS = 3  # the contenders in turn, so that what else the machine does meets all of them
COLUMNS = "page ms CPU | pages/s | vote ms CPU | votes/s | locked | 4 bodies | 1,000 bodies | 1,000 headers | TERM s"


def plant(folder: str) -> tuple[int, str]:
    """A database with the demo in `folder`; gives the id of an idea open for votes and a voter's cookie."""
    app = create_app(Settings.read({"DATA_DIR": folder, "SECRET_KEY": SECRET}))
    with app.app_context():
        upgrade()
    database.said_by(app, "demo")
    with app.app_context():
        idea = db.session.scalars(db.select(Idea).where(Idea.visible_to(None), Idea.status_id.is_(None))).first()
        voter = db.session.scalars(db.select(Person).where(Person.id != idea.author_id).order_by(Person.id)).first()
        idea_id = idea.id
        db.session.commit()
        token = open_session(voter, datetime.now(UTC))
    cookie = SecureCookieSessionInterface().get_signing_serializer(app).dumps({"_user_id": token, "_fresh": True})
    database.close(app)
    return idea_id, f"session={cookie}"


def request(method: str, path: str, *headers: str) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", "Sec-Fetch-Site: same-origin", *headers]
    return "\r\n".join([*lines, "Content-Length: 0", "", ""]).encode()


def exchange(connection: socket.socket, sent: bytes) -> bytes:
    """Send a request, read one answer whole; gives its head."""
    connection.sendall(sent)
    got = b""
    while b"\r\n\r\n" not in got:
        piece = connection.recv(65536)
        if not piece:
            raise ConnectionError("closed")
        got += piece
    head, _, body = got.partition(b"\r\n\r\n")
    length = int(re.search(rb"(?i)content-length: (\d+)", head)[1])
    while len(body) < length:
        body += connection.recv(65536)
    return head


def load(port: int, requests: list[bytes], group: int) -> tuple[float, float]:
    """(ms of the server's CPU a request, requests a second) for clients that keep their connections."""
    end = time.monotonic() + SECONDS

    def client(_) -> int:
        done = 0
        with contextlib.closing(socket.create_connection(("127.0.0.1", port), 10)) as connection:
            while time.monotonic() < end:
                head = exchange(connection, requests[done % len(requests)])
                status = head.split(b" ")[1]
                assert status[:1] in b"23" or status == b"503", head[:200]
                done += status != b"503"  # the lock was not to be had within WRITE_WAIT_MS
        return done

    before = cpu(group)
    with ThreadPoolExecutor(CLIENTS) as clients:
        done = sum(clients.map(client, range(CLIENTS)))
    return 1000 * (cpu(group) - before) / done, done / SECONDS


def beside_lock(port: int, folder: str, vote: bytes) -> str:
    """The slowest visit while somebody holds the write lock and eight voters keep trying."""
    over = threading.Event()

    def voter() -> None:
        while not over.is_set():
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 10) as connection:
                connection.sendall(vote)
                connection.recv(65536)

    holder = sqlite3.connect(f"{folder}/ideaboard.db", isolation_level=None)
    with contextlib.closing(holder), ThreadPoolExecutor(CLIENTS) as voters:
        holder.execute("BEGIN IMMEDIATE")
        for _ in range(CLIENTS):
            voters.submit(voter)
        try:
            time.sleep(1)
            worst = max(visit(port) for _ in range(8))
        except (OSError, AssertionError):
            return "stopped"
        finally:
            over.set()
            holder.execute("ROLLBACK")
    return f"{1000 * worst:.0f} ms"


def cpu(group: int) -> float:
    """Seconds of CPU that a process and its descendants have used so far."""
    total, wanted = 0.0, {group}
    stats = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = path.read_text().rsplit(")", 1)[1].split()
            stats[int(path.parent.name)] = (int(fields[1]), sum(map(int, fields[11:15])))
    for pid in sorted(stats):  # children come after their parents
        if stats[pid][0] in wanted or pid in wanted:
            wanted.add(pid)
            total += stats[pid][1]
    return total / os.sysconf("SC_CLK_TCK")


class Contender:
    """A running server and what was measured of it."""

    def __init__(self, name: str, folder: str):
        self.name = name
        self.port = free_port()
        environ = {"DATA_DIR": folder, "SECRET_KEY": SECRET, "BUDGET_FACTOR": "100000", "IDEABOARD_ENV": "development"}
        self.process = start(name, self.port, environ)
        self.loads: dict[str, list[tuple[float, float]]] = {"page": [], "vote": []}

    def best(self, what: str) -> list[str]:
        """The round with the least disturbance counts: the least CPU, the most requests."""
        return [f"{min(ms for ms, _ in self.loads[what]):.2f}", f"{max(rate for _, rate in self.loads[what]):.0f}"]

    def beside_slow_ones(self) -> list[str]:
        wanted = (("bodies", 4), ("bodies", 1000), ("headers", 1000))
        return [tried(self.port, kind, number) for kind, number in wanted]

    def end(self) -> str:
        """Seconds from TERM to the end beside an unfinished body."""
        with dripping(self.port, "bodies", 1):
            time.sleep(0.2)
            began = time.monotonic()
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                return "> 20"
            return f"{time.monotonic() - began:.1f}"


def tried(port: int, kind: str, number: int) -> str:
    try:
        return f"{1000 * worst_visit(port, kind, number):.0f} ms"
    except (OSError, AssertionError):
        return "stopped"


def up(port: int) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with contextlib.suppress(OSError):
            visit(port)
            return
        time.sleep(0.1)
    raise SystemExit("the server did not come up")


def measure(folder: str, names: list[str]) -> None:
    idea_id, cookie = plant(folder)
    page = [request("GET", f"/ideas/{idea_id}", "Cookie: " + cookie)]
    votes = [
        request("POST", f"/ideas/{idea_id}/vote{end}", "Cookie: " + cookie, "HX-Request: true")
        for end in ("", "/withdraw")
    ]
    contenders = [Contender(name, folder) for name in names]
    try:
        for one in contenders:
            up(one.port)
        page = [request("GET", landing(contenders[0].port, page[0]), "Cookie: " + cookie)]
        for _ in range(ROUNDS):
            for one in contenders:
                one.loads["page"].append(load(one.port, page, one.process.pid))
                one.loads["vote"].append(load(one.port, votes, one.process.pid))
        for one in contenders:
            figures = [*one.best("page"), *one.best("vote"), beside_lock(one.port, folder, votes[0])]
            figures += [*one.beside_slow_ones(), one.end()]
            print(f"| {one.name} | " + " | ".join(figures) + " |", flush=True)
    finally:
        for one in contenders:
            one.process.kill()
            one.process.wait()


def landing(port: int, asked: bytes) -> str:
    """Where an idea's address without its slug leads."""
    with contextlib.closing(socket.create_connection(("127.0.0.1", port), 10)) as connection:
        head = exchange(connection, asked).decode()
    moved = re.search(r"(?i)location: (?:https?://[^/]+)?(\S+)", head)
    return moved[1] if moved else asked.split()[1].decode()


def main() -> None:
    names = [name for name in CONTENDERS if " ".join(sys.argv[1:]) in name]
    print(f"| server | {COLUMNS} |\n|{'---|' * (COLUMNS.count('|') + 2)}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        measure(folder, names)


if __name__ == "__main__":
    main()
