"""The processes of a measured site: the product as `run` starts it, one more worker beside it, and the mail sink."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.serving.conftest import free_port
from tests.serving.visitor import Visitor

ROOT = Path(__file__).resolve().parents[2]


class Site:
    """`with Site(environment, folder) as site`: runs until the end of the block."""

    def __init__(self, environment: dict[str, str], folder: Path):
        clean = {k: v for k, v in os.environ.items() if k not in ("SMTP_URL", "PUBLIC_URL", "DATABASE_URL")}
        self.environment, self.folder, self.port = clean | environment, folder, free_port()
        self.arrivals = folder / "arrivals"
        self.log = (folder / "server.log").open("ab")

    def __enter__(self) -> Site:
        sink_port = free_port()
        command = [sys.executable, "-m", "tests.notifications.sink", str(sink_port), str(self.arrivals)]
        self.sink = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
        assert self.sink.stdout.readline() == b"ready\n"
        self.environment["SMTP_URL"] = f"smtp://127.0.0.1:{sink_port}"
        self.parent = self._start("-m", "ideaboard.serving", "--empty", "--port", str(self.port))
        self.second = self._start("-m", "flask", "--app", "wsgi", "worker")
        self.ready()
        return self

    def __exit__(self, *_) -> None:
        for process in (self.second, self.parent):
            with contextlib.suppress(OSError):
                process.send_signal(signal.SIGCONT)
                process.terminate()
        for process in (self.second, self.parent, self.sink):
            try:
                process.wait(15 if process is not self.sink else 0.1)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.log.close()

    def _start(self, *arguments: str) -> subprocess.Popen:
        command = [sys.executable, *arguments]
        return subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=self.log, stderr=self.log)

    def ready(self, seconds: float = 60) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with contextlib.suppress(OSError):
                if Visitor(self.port).get("/readyz", timeout=5).status == 200:
                    return
            time.sleep(0.1)
        raise SystemExit(f"The site did not come up; see {self.folder}/server.log.")

    @property
    def webs(self) -> list[int]:
        return [pid for pid in self._children() if self._listens(pid)]

    @property
    def workers(self) -> list[int]:
        return [pid for pid in self._children() if not self._listens(pid)] + [self.second.pid]

    def kill(self, pid: int) -> None:
        """kill -9; the product's parent starts its own anew, the worker beside it is started here."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        if pid == self.second.pid:
            self.second.wait()
            self.second = self._start("-m", "flask", "--app", "wsgi", "worker")

    def _children(self) -> list[int]:
        pid = self.parent.pid
        with contextlib.suppress(OSError):
            return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        return []

    def _listens(self, pid: int) -> bool:
        with contextlib.suppress(OSError):
            sockets = {os.readlink(entry) for entry in Path(f"/proc/{pid}/fd").iterdir()}
            for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
                parts = line.split()
                if parts[1].endswith(f":{self.port:04X}") and parts[3] == "0A" and f"socket:[{parts[9]}]" in sockets:
                    return True
        return False


def memory(pid: int) -> tuple[int, int] | None:
    """(proportional, resident) memory of a process in kB; None when it is gone."""
    with contextlib.suppress(OSError, KeyError, IndexError):
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
        sizes = {name: int(value.split()[0]) for name, _, value in (line.partition(":") for line in lines)}
        return sizes["Pss"], sizes["Rss"]
    return None
