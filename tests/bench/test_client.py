"""Both clients against a floor program: what they count is what the server did."""

import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from tests.bench import client, served
from tests.bench.client import NotAnswered, Request, ask, drive
from tests.bench.floor import make
from tests.bench.measure import OWN_FLOOR, Floors, measured
from tests.serving.conftest import ROOT, free_port

pytestmark = pytest.mark.slow
CLIENTS = [
    pytest.param(False, id="wrk", marks=pytest.mark.skipif(client.WRK is None, reason="wrk is not installed")),
    pytest.param(True, id="own"),
]


@pytest.fixture(scope="module")
def floor(tmp_path_factory):
    file = tmp_path_factory.mktemp("floor") / "floor.db"
    make(str(file), 60)
    with served.floor(OWN_FLOOR, file) as one:
        one.file = file
        yield one


def votes_in(floor) -> int:
    with closing(sqlite3.connect(floor.file)) as file:
        votes, counted = file.execute("SELECT (SELECT count(*) FROM vote), (SELECT sum(votes) FROM idea)").fetchone()
        assert counted >= votes
        return votes


@pytest.mark.parametrize("own", CLIENTS)
def test_reads_are_counted_with_their_times_and_sizes(floor, own):
    load = drive(floor.port, [Request("/page")], 4, 1, own=own)
    assert load.requests > 20
    assert load.errors == 0
    assert 0 < load.p50 <= load.p99 < 5000
    assert abs(load.size - ask(floor.port, Request("/page"))[1]) < 5
    assert ask(floor.port, Request("/page"))[3].count(b"<li id") == 20


@pytest.mark.parametrize(("own", "first"), [(*one.values, 1 + 500 * n) for n, one in enumerate(CLIENTS)])
def test_what_is_asked_once_is_done_once(floor, own, first):
    if not own and client.WRK is None:
        pytest.skip("wrk is not installed")
    before = votes_in(floor)
    asked = [Request(f"/vote/{1 + n % 60}", f"sid=s{first + n}", "POST") for n in range(300)]
    load = drive(floor.port, asked, 4, 3, once=True, own=own)
    assert load.errors == 0
    assert load.requests <= load.sent <= 300
    assert load.requests <= votes_in(floor) - before <= load.sent


@pytest.mark.parametrize("own", CLIENTS)
def test_refusals_are_errors(floor, own):
    load = drive(floor.port, [Request("/vote/1", "sid=nobody", "POST")], 2, 1, own=own)
    assert load.errors == load.requests > 0


def test_a_server_that_is_not_there_is_said():
    with pytest.raises(NotAnswered):
        drive(free_port(), [Request("/page")], 1, 1, own=True)


def test_processor_time_and_floors(floor):
    found = measured(floor, [Request("/page")], 4, 1)
    assert 0 < found["cpu_ms"] < 1000
    floors = Floors({"own floor": floor}, 1)
    assert floors.cpu("vote", 2) > 0
    assert floors.figures("own floor", "vote", 2) is floors.figures("own floor", "vote", 2)  # while it is fresh
    floor.watch_memory()
    assert floor.most


def test_our_floor_is_made_from_the_command_line(tmp_path):
    command = [sys.executable, str(OWN_FLOOR), "make", str(tmp_path / "f.db"), "--ideas", "5"]
    assert subprocess.run(command, cwd=ROOT).returncode == 0
