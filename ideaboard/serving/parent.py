"""The parent of the processes: starts them, starts one again when it dies, ends them all together.

It forks, so that the application is loaded once and a new child is there in milliseconds. Nothing may hold a database
connection or a thread in the parent when it does.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field

GRACE_SECONDS = 4.0  # from TERM to KILL
FIRST_PAUSE = 0.1  # seconds before a dead child is started again; doubled while it keeps dying
LONGEST_PAUSE = 2.0  # whatever kills it, who comes is served again within 5 seconds
HEALTHY_SECONDS = 10.0  # a child that lived so long starts with the first pause again
STILLBORN = 3  # a child that dies so often before the first answer ends the start


@dataclass
class Child:
    name: str
    run: Callable[[], None]
    pid: int = 0
    started: float = 0.0
    due: float = 0.0  # when to start it (again), by the monotonic clock
    pause: float = FIRST_PAUSE
    deaths: int = field(default=0)


class Parent:
    """Runs children until TERM or INT. `ready` is asked until it is true, then `announce` is called once."""

    def __init__(self, children: list[Child], ready: Callable[[], bool], announce: Callable[[], None]):
        self.children = children
        self.ready = ready
        self.announce = announce
        self.announced = False
        self.stopping = False
        self.status = 0

    def run(self) -> int:
        """The exit status: 0 after a stop that was asked for, 1 when a child could not be started at all."""
        self.lifeline, self.lifeline_end = os.pipe()
        wake, wake_end = os.pipe()
        os.set_blocking(wake, False)
        os.set_blocking(wake_end, False)
        signal.set_wakeup_fd(wake_end, warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._asked_to_stop)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        while not self.stopping:
            self._start_due()
            if not self.announced and self.ready():
                self.announced = True
                self.announce()
            select.select([wake], [], [], self._pause())
            drain(wake)
            self._bury()
        self._stop_all(wake)
        return self.status

    def _asked_to_stop(self, number: int, frame: object) -> None:
        self.stopping = True

    def _pause(self) -> float | None:
        """Seconds until there is something to do without being woken; None: nothing."""
        due = [child.due - time.monotonic() for child in self.children if not child.pid]
        if not self.announced:
            due.append(0.05)
        return max(0.0, min(due)) if due else None

    def _start_due(self) -> None:
        now = time.monotonic()
        for child in self.children:
            if not child.pid and child.due <= now:
                child.started = now
                child.pid = self._fork(child)

    def _fork(self, child: Child) -> int:
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid:
            return pid
        status = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            # Ctrl-C reaches the whole terminal; the parent decides, and says TERM.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            os.close(self.lifeline_end)
            threading.Thread(target=end_with_parent, args=(self.lifeline,), daemon=True).start()
            child.run()
            status = 0
        except SystemExit as end:
            if isinstance(end.code, str):
                print(end.code, file=sys.stderr)
            status = end.code if isinstance(end.code, int) else int(end.code is not None)
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)

    def _bury(self) -> None:
        for child in self.children:
            if not child.pid:
                continue
            pid, status = os.waitpid(child.pid, os.WNOHANG)
            if not pid:
                continue
            child.pid = 0
            if self.stopping:
                continue
            now = time.monotonic()
            if now - child.started >= HEALTHY_SECONDS:
                child.pause = FIRST_PAUSE
            child.due = now + child.pause
            child.deaths += 1
            if not self.announced and child.deaths >= STILLBORN:
                print(f"Ideaboard did not start: the {child.name} ends as soon as it starts.", file=sys.stderr)
                self.status = 1
                self.stopping = True
                return
            print(f"The {child.name} ended ({cause(status)}); starting it again.", file=sys.stderr, flush=True)
            child.pause = min(child.pause * 2, LONGEST_PAUSE)

    def _stop_all(self, wake: int) -> None:
        self._tell_all(signal.SIGTERM)
        end = time.monotonic() + GRACE_SECONDS
        while any(child.pid for child in self.children):
            left = end - time.monotonic()
            if left <= 0:
                names = ", ".join(child.name for child in self.children if child.pid)
                print(f"Did not end in {GRACE_SECONDS:.0f} seconds, killed: {names}.", file=sys.stderr)
                self._tell_all(signal.SIGKILL)
                for child in self.children:
                    if child.pid:
                        os.waitpid(child.pid, 0)
                return
            select.select([wake], [], [], left)
            drain(wake)
            self._bury()

    def _tell_all(self, number: int) -> None:
        for child in self.children:
            if child.pid:
                os.kill(child.pid, number)


def end_with_parent(lifeline: int) -> None:
    """Wait until the parent is gone, however it went, then end this process as if it had been told to."""
    os.read(lifeline, 1)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    os._exit(1)


def cause(status: int) -> str:
    if os.WIFSIGNALED(status):
        return f"signal {os.WTERMSIG(status)}"
    return f"status {os.WEXITSTATUS(status)}"


def drain(descriptor: int) -> None:
    try:
        while os.read(descriptor, 512):
            pass
    except BlockingIOError:
        pass
