"""Hold the product against a floor, at several sizes: `python3 tasks.py bench [--ideas 152322] [--floor FILE] …`.

Makes sites of 1,000, 10,000 and so many ideas, starts the product exactly as `run` does, drives it from a second
process (wrk where it is installed), and serves a floor program by the same server in the same run. Prints a table, and
with --out writes JSON. CPU counts server, worker and database together. Compare ratios: machines differ.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests import postgres
from tests.bench import client, report, served, sites
from tests.bench.cases import VOTE, Bar, Case, cases, combinations, vote_requests
from tests.bench.client import Load, NotAnswered, Request, ask, drive
from tests.bench.served import Served
from tests.bench.sites import Site
from tests.serving.conftest import ROOT
from tests.serving.measure import cpu  # noqa: F401 (what Served.cpu adds up)

OWN_FLOOR = ROOT / "tests" / "bench" / "floor.py"
SIZES = (1_000, 10_000)
CONNECTIONS = (1, 8, 32)
FEW = 20  # requests: too few for a figure, so it is measured once more for longer
FRESH_SECONDS = 25  # so long a floor's figure is held against the product's
WARM_SECONDS = 0.5
BETWEEN = 60  # requests with a vote between every two
GROWTH_ROUNDS = 7
T_95 = 2.447  # Student's t, six degrees of freedom


class Floors:
    """The floor programs; the first is the one that counts."""

    def __init__(self, running: dict[str, Served], seconds: int):
        self.running, self.seconds = running, seconds
        self.kept: dict[tuple, tuple[float, dict]] = {}
        self.voted = 0
        self.all: dict[str, list[dict]] = {}

    def figures(self, name: str, what: str, connections: int) -> dict:
        """`what`: 'page' or 'vote'; measured anew when the last figure is old."""
        key = (name, what, connections)
        at, found = self.kept.get(key, (-1e9, {}))
        if time.monotonic() - at > FRESH_SECONDS:
            one = self.running[name]
            if what == "page":
                warm(one, [Request("/page")])
                found = measured(one, [Request("/page")], connections, self.seconds)
            else:
                asked = [
                    Request(f"/vote/{1 + n * 7 % 997}", f"sid=s{1 + n % 99_991}", "POST")
                    for n in range(self.voted, self.voted + 40_000)
                ]
                self.voted += 40_000
                found = measured(one, asked, connections, self.seconds, once=True)
            self.kept[key] = (time.monotonic(), found)
            self.all.setdefault(f"{name} {what} {connections}", []).append(found)
        return found

    def cpu(self, what: str, connections: int) -> float:
        return self.figures(next(iter(self.running)), what, connections)["cpu_ms"]


def warm(one: Served, asked: list[Request]) -> None:
    """Both processes have met this page, as on any site that runs: what is made once is not what is measured."""
    drive(one.port, asked, 8, WARM_SECONDS, own=True)


def measured(one: Served, asked: list[Request], connections: int, seconds: int, *, once: bool = False) -> dict:
    for patience in (seconds, 4 * seconds):
        before = one.cpu()
        try:
            load = drive(one.port, asked, connections, patience, once=once, own=client.OWN)
        except NotAnswered:
            if patience > seconds:
                raise
            continue
        if load.requests >= FEW or once:
            break
    return figures_of(load, one.cpu() - before)


def figures_of(load: Load, processor: float) -> dict:
    return {
        "requests": load.requests, "per_second": round(load.rate, 1), "p50_ms": round(load.p50, 2),
        "p99_ms": round(load.p99, 2), "cpu_ms": round(1000 * processor / load.requests, 3),
        "bytes": round(load.size), "errors": load.errors, "sent": load.sent,
    }  # fmt: skip


class Bench:
    """One site under load: `row` for a row of the table, kept in `rows`."""

    def __init__(self, site: Site, one: Served, floors: Floors, seconds: int):
        self.site, self.one, self.floors, self.seconds = site, one, floors, seconds
        self.rows: dict[str, dict] = {}

    def row(self, case: Case, at: tuple[int, ...]) -> None:
        asked = case.make(self.site)
        if not asked:
            return
        status = ask(self.one.port, asked[0])[0]
        row = self.rows[case.key] = {"title": case.title, "bar": vars(case.bar)}
        if status != 200:
            row["status"] = status
            report.say_row(self.site.ideas, case.key, row)
            return
        warm(self.one, asked)
        for connections in at if case.everywhere else (8,):
            row[f"at_{connections}"] = found = measured(self.one, asked, connections, self.seconds)
            found["floors"] = round(found["cpu_ms"] / self.floors.cpu("page", connections), 2)
        if case.changing:
            row["changing"] = self.changing(asked[0])
            shown = report.ideas_shown(self.one.port, asked[0])
            if pairs := self.site.pairs_on(shown):
                row["changing_shown"] = self.changing(asked[0], iter(pairs))
        self.one.watch_memory()
        report.say_row(self.site.ideas, case.key, row)

    def changing(self, request: Request, pairs: Iterator[tuple[int, int]] | None = None) -> dict:
        """The same page with a vote between every two requests, over one connection: of the next of `pairs`, or
        elsewhere."""
        times, raw, number, spent = [], request.raw(), 0, 0.0
        with contextlib.closing(client.Wire(self.one.port)) as wire:
            end = time.monotonic() + self.seconds
            before = self.one.cpu()
            while number < BETWEEN or time.monotonic() < end:
                at = cpu(self.one.database) if self.one.database else 0
                self.site.vote(next(pairs) if pairs else None)  # its own cost at the database is not the page's
                spent += (cpu(self.one.database) - at) if self.one.database else 0
                began = time.perf_counter()
                status = wire.exchange(raw)[0]
                times.append(1000 * (time.perf_counter() - began))
                number += 1
                if status != 200:
                    raise NotAnswered(f"{request.path}: {status}")
            processor = self.one.cpu() - before - spent
        ordered = sorted(times)
        found = {
            "requests": number, "p50_ms": round(statistics.median(ordered), 2), "p99_ms": round(ordered[int(number * 0.99)], 2),
            "cpu_ms": round(1000 * processor / number, 3),
        }  # fmt: skip
        return found | {"floors": round(found["cpu_ms"] / self.floors.cpu("page", 1), 2)}

    def votes(self, at: tuple[int, ...]) -> None:
        """Votes of distinct members on distinct ideas, then the same ones withdrawn."""
        rows = [{"title": title, "bar": vars(VOTE)} for title in ("vote", "withdraw")]
        self.rows |= {"vote": rows[0], "withdraw": rows[1]}
        for connections in at:
            asked, pairs = vote_requests(self.site, 1500 * self.seconds)
            for row, withdrawing in zip(rows, (False, True), strict=True):
                if withdrawing:
                    asked, _ = vote_requests(self.site, 0, pairs[: rows[0][f"at_{connections}"]["sent"]])
                row[f"at_{connections}"] = found = measured(self.one, asked, connections, self.seconds, once=True)
                found["floors"] = round(found["cpu_ms"] / self.floors.cpu("vote", connections), 2)
        self.one.watch_memory()
        for key in ("vote", "withdraw"):
            report.say_row(self.site.ideas, key, self.rows[key])

    def combinations(self) -> None:
        """The slowest of all lists that filters and orders can make, each asked three times."""
        found = []
        for name, request in combinations(self.site):
            times = []
            for _ in range(3):
                began = time.perf_counter()
                status = ask(self.one.port, request)[0]
                times.append(1000 * (time.perf_counter() - began))
            if status == 200:
                found.append((round(times[0], 1), round(min(times), 1), name))
        found.sort(reverse=True)
        firsts = [first for first, _, _ in found]
        self.rows["combinations"] = {
            "title": "each combination of filters and orders", "bar": vars(Bar()), "asked": len(found),
            "first_ms": {"median": statistics.median(firsts), "most": firsts[0]},
            "slowest": [{"ms": first, "again_ms": again, "address": name} for first, again, name in found[:10]],
        }  # fmt: skip
        report.say_combinations(self.rows["combinations"])

    def first_view(self) -> None:
        self.rows["first_view"] = {"title": "first view, cold cache", "bar": {}} | report.first_view(self.one.port)
        report.say_first_view(self.rows["first_view"])


def recount(site: Site) -> str:
    environment = served.SETTINGS | {"DATABASE_URL": site.url, "SECRET_KEY": served.SECRET, "PATH": os.environ["PATH"]}
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", "recount"], cwd=ROOT, env=environment, capture_output=True, text=True
    )  # fmt: skip
    return (done.stdout + done.stderr).strip().splitlines()[-1]


def growth(small: Bench, big: Bench, rounds: int) -> dict:
    """CPU of list, idea and vote on the big site over that on the small one, with a 95 % interval."""
    wanted = {
        "list": "list.member",
        "guest's list": f"list.{cases()[0].key.split('.')[1]}.first",
        "idea": "idea.member",
    }
    by_key = {case.key: case for case in cases()}
    asked = {name: [by_key[key].make(one.site) for one in (small, big)] for name, key in wanted.items()}
    ratios: dict[str, list[float]] = {}
    for _ in range(rounds):
        for name in (*asked, "vote"):
            both = []
            for place, one in enumerate((small, big)):
                if name == "vote":
                    found = measured(one.one, vote_requests(one.site, 4000)[0], 8, 1, once=True)
                else:
                    found = measured(one.one, asked[name][place], 8, 1)
                both.append(found["cpu_ms"])
            ratios.setdefault(name, []).append(both[1] / both[0])
    return {name: report.interval(found, T_95 if rounds == 7 else 2.0) for name, found in ratios.items()}


def run(asked: argparse.Namespace, stack: contextlib.ExitStack) -> dict:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    kept = asked.sites or folder / "kept"
    kept.mkdir(parents=True, exist_ok=True)
    sizes = sorted({asked.ideas} if asked.quick else {*(size for size in SIZES if size < asked.ideas), asked.ideas})
    at = (1, 8) if asked.quick else CONNECTIONS
    at_smaller = (1, 8)
    if asked.postgresql:
        os.environ[postgres.SERVER] = stack.enter_context(postgres.embedded(postgres.DURABLE))
    client.OWN = asked.own_client
    began = time.monotonic()
    made: dict[int, Site] = {}
    making: dict[int, float] = {}
    for size in sizes:
        start = time.monotonic()
        if asked.postgresql or asked.database_url:
            url = asked.database_url if asked.database_url else postgres.fresh_database(f"bench_{size}")
            made[size] = sites.made_site(size, url, shown=not asked.quick)
        else:
            made[size] = sites.sqlite_site(size, kept, folder / str(size), shown=not asked.quick)
        making[size] = round(time.monotonic() - start, 1)
        print(f"{size} ideas: ready after {making[size]} s", flush=True)
    running = {}
    for program in filter(None, (asked.floor, OWN_FLOOR)):
        file = kept / f"{'given' if program == asked.floor else 'own'}-floor-{asked.ideas}.db"
        if not file.exists():
            subprocess.run([sys.executable, str(program), "make", str(file), "--ideas", str(asked.ideas)], check=True)
        name = "floor given" if program == asked.floor else "own floor"
        running[name] = stack.enter_context(served.floor(program, file))
    floors = Floors(running, asked.seconds)
    result = {
        "settings": served.SETTINGS, "client": "wrk" if client.WRK and not asked.own_client else "own",
        "database": "postgresql" if asked.postgresql or asked.database_url else "sqlite", "sizes": {},
    }  # fmt: skip
    report.say_settings(result)
    for name in running:
        result.setdefault("floors", {})[name] = {
            f"{what}_at_{n}": floors.figures(name, what, n) for what in ("page", "vote") for n in at
        }
    report.say_floors(result["floors"])
    wanted = [case for case in cases() if not asked.only or any(case.key.startswith(one) for one in asked.only)]
    benches = {}
    for size in sizes:
        site = made[size]
        home = folder / f"data-{size}"
        home.mkdir()
        one = stack.enter_context(served.product(site.url, home, served.postgres_pid(site.url)))
        benches[size] = bench = Bench(site, one, floors, asked.seconds)
        time.sleep(3)  # the worker's own start is over
        idle = one.cpu()
        time.sleep(1)  # what is measured: a second in which nobody asks
        idle = round(1000 * (one.cpu() - idle), 1)
        report.say_size(size, one.seconds_to_first_answer, idle)
        for case in wanted:
            bench.row(case, at if size == asked.ideas else at_smaller)
        if not asked.only or "vote" in asked.only:
            bench.votes(at if size == asked.ideas else at_smaller)
        if (not asked.only or "combinations" in asked.only) and size == asked.ideas:
            bench.combinations()
        if not asked.only or "first_view" in asked.only:
            bench.first_view()
        result["sizes"][size] = {
            "made_s": making[size], "start_s": round(one.seconds_to_first_answer, 2), "idle_ms_a_second": idle, "rows": bench.rows,
            "memory_mib": {name: round(kb / 1024, 1) for name, kb in one.most.items()},
        }  # fmt: skip
        report.say_memory(result["sizes"][size])
    if len(benches) > 1 and (not asked.only or "growth" in asked.only):
        result["growth"] = growth(benches[sizes[0]], benches[sizes[-1]], asked.rounds)
        report.say_growth(sizes[0], sizes[-1], result["growth"])
    for size in sizes:
        result["sizes"][size]["recount"] = recount(made[size])
        print(f"{size} ideas, afterwards: {result['sizes'][size]['recount']}", flush=True)
        made[size].close()
    result["floor_runs"] = floors.all
    result["seconds"] = round(time.monotonic() - began)
    return result


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--ideas", type=int, default=152_322)
    parser.add_argument("--database-url", help="an empty database of yours; one size alone")
    parser.add_argument("--postgresql", action="store_true", help="an embedded PostgreSQL")
    parser.add_argument("--floor", type=Path, help="the floor program that counts; ours is printed beside it")
    parser.add_argument("--out", type=Path, help="write all figures there, as JSON")
    parser.add_argument(
        "--only", nargs="*", default=[], help="beginnings of rows' names: list. idea search vote growth …"
    )
    parser.add_argument("--sites", type=Path, help="a folder that keeps the sites made for the next run")
    parser.add_argument("--seconds", type=int, default=2, help="for each figure")
    parser.add_argument("--rounds", type=int, default=GROWTH_ROUNDS, help="of growth")
    parser.add_argument("--own-client", action="store_true", help="even where wrk is installed")
    parser.add_argument("--quick", action="store_true", help="1,000 ideas, a second for each figure")
    asked = parser.parse_args()
    if asked.quick:
        asked.ideas, asked.seconds = min(asked.ideas, 1_000), 1
    if asked.floor:
        asked.floor = asked.floor.resolve()
    with contextlib.ExitStack() as stack:
        result = run(asked, stack)
    report.say_table(result)
    if asked.out:
        report.write(asked.out, result)
    return 0


if __name__ == "__main__":
    sys.exit(main())
