"""Measure the telling with the real product: `python3 tasks.py measure-telling [--followers 2000] [--kills 30]`.

One idea with so many followers, the product as `run` starts it and a second worker, a mail sink that counts raw
arrivals. Staff answer over HTTP; workers and web are killed (-9) at random moments, votes on another idea go on
meanwhile. Prints figures; the exit status is 1 when a promise is broken.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import re
import signal
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests import postgres
from tests.notifications.crowd import Crowd, Standing, plant, standing
from tests.notifications.processes import Site, memory
from tests.notifications.sink import Arrivals
from tests.serving.visitor import Visitor

BASELINE_SECONDS = 10
WINDOW_SECONDS = 5
STOPPED_SECONDS = 92  # beyond the lease
STUCK_SECONDS = 300  # a killed worker's mails wait for its lease, 95 seconds
VOTE_EVERY = 0.4  # seconds, for each of the voters


class Voter(threading.Thread):
    """Votes and withdraws on the other idea; keeps (when, seconds) of what was acknowledged."""

    def __init__(self, site: Site, idea: int, cookie: str, over: threading.Event):
        super().__init__(daemon=True)
        self.site, self.idea, self.over, self.visitor = site, idea, over, Visitor(site.port, cookie)
        self.done: list[tuple[float, float]] = []
        self.unanswered = self.busy = 0

    def run(self) -> None:
        withdraw = False
        while not self.over.wait(VOTE_EVERY):
            began = time.time()
            try:
                path = f"/ideas/{self.idea}/vote" + ("/withdraw" if withdraw else "")
                answer = self.visitor.post(path, {}, timeout=15)
            except OSError:  # the web process was killed
                self.unanswered += 1
                continue
            if answer.status == 303:
                self.done.append((began, answer.seconds))
                withdraw = not withdraw
            else:
                self.busy += 1  # 503: the write lock was not to be had


@dataclass
class Run:
    """What was seen."""

    kills: int = 0
    answered: float = 0.0  # when staff's answer was acknowledged
    fanned_out: float = 0.0
    last_restart: float = 0.0
    drained: float = 0.0
    memories: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    stopped: int = 0


def answer(site: Site, crowd: Crowd) -> None:
    """Staff launch the idea with words of their own, over HTTP."""
    ada = Visitor(site.port, crowd.staff)
    path = f"/ideas/{crowd.told_idea}/status"
    page = ada.get(path, timeout=60).text
    fields = dict(re.findall(r'<input[^>]*name="(form_token|written_against)"[^>]*value="([^"]*)"', page))
    words = "From June oat costs what milk costs, in every shop. Thank you for asking so patiently."
    said = ada.post(path, {**fields, "status": str(crowd.launched), "text": words}, timeout=60)
    if said.status != 303:
        raise SystemExit(f"The answer was not taken: {said.status}")


class Killer(threading.Thread):
    """kill -9 at random moments, a few while the event is told, the rest while mails go; one worker is stopped."""

    def __init__(self, site: Site, run: Run, kills: int, followers: int, chance: random.Random):
        super().__init__(daemon=True)
        self.site, self.run_, self.kills, self.chance = site, run, kills, chance
        self.marks = sorted(chance.sample(range(followers), max(kills - kills // 5, 0)))

    def run(self) -> None:
        for _ in range(self.kills // 5):
            time.sleep(self.chance.uniform(0.05, 1.0))
            self._kill()
        for number, mark in enumerate(self.marks):
            # Progress or not: beside workers that die all the time there may be none.
            end = time.monotonic() + 20
            while arrived(self.site.arrivals) < mark and time.monotonic() < end:
                time.sleep(0.01)
            if number == len(self.marks) // 2:
                threading.Thread(target=self._stop_one, daemon=True).start()
            self._kill()

    def _kill(self) -> None:
        victims = (
            self.site.webs if self.chance.random() < 0.3 else [w for w in self.site.workers if w != self.run_.stopped]
        )
        if victims:
            self.site.kill(self.chance.choice(victims))
            self.run_.kills += 1
            self.run_.last_restart = time.time()

    def _stop_one(self) -> None:
        """SIGSTOP amid its mails, for longer than its lease."""
        self.run_.stopped = pid = self.site.second.pid
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGSTOP)
            time.sleep(STOPPED_SECONDS)
            os.kill(pid, signal.SIGCONT)
        self.run_.last_restart = time.time()


def arrived(path: Path) -> int:
    """Raw arrivals so far (a line has about 80 bytes: counted, not estimated, where it is cheap)."""
    return path.read_bytes().count(b"\n") if path.exists() else 0


def drain(site: Site, crowd: Crowd, run: Run, killer: Killer) -> Standing:
    """Wait until nothing waits, or nothing moves any more; watch the memory of the workers meanwhile."""
    before, moved = None, time.monotonic()
    while True:
        now = standing(crowd)
        if now != before:
            before, moved = now, time.monotonic()
        if not run.fanned_out and not now.events_waiting:
            run.fanned_out = time.time()
        for pid in site.workers:
            if (kb := memory(pid)) is not None:
                run.memories.setdefault(pid, []).append(kb)
        if not now.events_waiting and not now.waiting and not killer.is_alive():
            run.drained = time.time()
            return now
        if time.monotonic() > moved + STUCK_SECONDS:
            return now
        time.sleep(0.5)


def measure(environment: dict[str, str], folder: Path, followers: int, kills: int, seed: int) -> bool:
    """One run, its table printed; whether every promise was kept."""
    from tests.notifications.verdict import report

    crowd = plant(environment, followers)
    run, chance, over = Run(), random.Random(seed), threading.Event()
    with Site(environment, folder) as site:
        voters = [Voter(site, crowd.voted_idea, cookie, over) for cookie in crowd.voters]
        for voter in voters:
            voter.start()
        time.sleep(BASELINE_SECONDS)
        answer(site, crowd)
        run.answered = time.time()
        killer = Killer(site, run, kills, followers, chance)
        killer.start()
        last = drain(site, crowd, run, killer)
        over.set()
        for voter in voters:
            voter.join(20)
    return report(run, Arrivals.read(site.arrivals), last, voters, followers, WINDOW_SECONDS)


def main() -> int:
    parser = argparse.ArgumentParser(prog="measure-telling", description=__doc__)
    parser.add_argument("--followers", type=int, default=2000)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--database-url", help="an empty database; without it SQLite in a folder of its own")
    parser.add_argument("--postgresql", action="store_true", help="an embedded PostgreSQL")
    asked = parser.parse_args()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        environment = {
            "DATA_DIR": str(folder),
            "SECRET_KEY": "measure-" * 5,
            "IDEABOARD_ENV": "development",
            "BUNDLE_SECONDS": str(WINDOW_SECONDS),
            "BUDGET_FACTOR": "100000",
        }
        if asked.postgresql:
            os.environ[postgres.SERVER] = stack.enter_context(postgres.embedded())
            environment["DATABASE_URL"] = postgres.fresh_database("telling")
        elif asked.database_url:
            environment["DATABASE_URL"] = asked.database_url
        print(f"{asked.followers} followers, {asked.kills} kills, seed {asked.seed}", flush=True)
        return 0 if measure(environment, folder, asked.followers, asked.kills, asked.seed) else 1


if __name__ == "__main__":
    sys.exit(main())
