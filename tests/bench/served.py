"""Programs under load: the product as `run` starts it, and a floor program under the same server."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.bench.client import NotAnswered, Request, ask
from tests.notifications.processes import memory
from tests.serving.conftest import ROOT, free_port
from tests.serving.measure import cpu

# Documented settings (docs/operating.md) that differ from a start without any; the bench prints them.
SETTINGS = {"IDEABOARD_ENV": "development", "BUDGET_FACTOR": "100000"}
SECRET = "bench-" * 8
# Settings of who runs the bench, and what would compile each module at each start, which no installation does.
_NOT_OURS = ("SMTP_URL", "PUBLIC_URL", "DATABASE_URL", "DATA_DIR", "PYTHONDONTWRITEBYTECODE")


class Served:
    """`with Served(command, environment, log, path) as one`: a program that listens on `one.port`."""

    def __init__(
        self, command: list[str], environment: dict[str, str], log: Path, path: str, database: int | None = None
    ):
        clean = {name: value for name, value in os.environ.items() if name not in _NOT_OURS}
        self.port, self.path = free_port(), path
        self.command = [word.replace("PORT", str(self.port)) for word in command]
        self.environment, self.log, self.database = clean | environment, log, database
        self.seconds_to_first_answer = 0.0
        self.most: dict[str, int] = {}

    def __enter__(self) -> Served:
        began = time.monotonic()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self.command, cwd=ROOT, env=self.environment, stdout=log, stderr=log)
        while True:
            with contextlib.suppress(OSError, NotAnswered):
                if ask(self.port, Request(self.path))[0] == 200:
                    break
            if self.process.poll() is not None or time.monotonic() > began + 120:
                raise SystemExit(f"It did not come up: {' '.join(self.command)}\n{self.log.read_text()[-2000:]}")
            time.sleep(0.02)
        self.seconds_to_first_answer = time.monotonic() - began
        return self

    def __exit__(self, *_) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def cpu(self) -> float:
        """Seconds of processor time so far, of all its processes and of its PostgreSQL server."""
        return cpu(self.process.pid) + (cpu(self.database) if self.database else 0)

    def watch_memory(self) -> None:
        """Keep the most that each of its processes held (PSS, kB)."""
        pid = self.process.pid
        with contextlib.suppress(OSError):
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
            names = ["web"] * (len(children) - 1) + ["worker"]
            for name, child in zip(names, children, strict=True):
                if found := memory(int(child)):
                    self.most[name] = max(self.most.get(name, 0), found[0])


def product(database_url: str, folder: Path, database: int | None = None) -> Served:
    environment = SETTINGS | {"DATABASE_URL": database_url, "DATA_DIR": str(folder), "SECRET_KEY": SECRET}
    command = [sys.executable, "-m", "ideaboard.serving", "--empty", "--port", "PORT"]
    return Served(command, environment, folder / "server.log", "/", database)


def floor(program: Path, file: Path) -> Served:
    """`file` is made when it is not there."""
    command = [sys.executable, "-m", "tests.bench.floored", str(program), "PORT"]
    return Served(command, {"FLOOR_DB": str(file)}, file.with_suffix(".log"), "/page")


def postgres_pid(database_url: str) -> int | None:
    """The process above all others of a PostgreSQL on this machine; None when it is elsewhere, or for SQLite."""
    if not database_url.startswith("postgresql"):
        return None
    import psycopg

    with psycopg.connect(database_url.replace("+psycopg", "")) as connection:
        pid = connection.execute("SELECT pg_backend_pid()").fetchone()[0]
        with contextlib.suppress(OSError):
            stat = Path(f"/proc/{pid}/stat").read_text()
            if "postgres" in stat:
                return int(stat.rsplit(")", 1)[1].split()[1])
    return None
