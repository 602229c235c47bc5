"""`python3 tasks.py run`, as a stranger starts it: real processes, real sockets, a folder of its own."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time

import pytest

from tests.serving.conftest import ROOT, free_port
from tests.serving.slow import visit, worst_visit

pytestmark = pytest.mark.slow

UNSET = ("DATABASE_URL", "SECRET_KEY", "PUBLIC_URL", "SMTP_URL", "IDEABOARD_ENV", "TRUSTED_PROXIES")


def command(folder, *words, **environment):
    """The process that tasks.py becomes once the environment is there."""
    clean = {key: value for key, value in os.environ.items() if key not in UNSET}
    return subprocess.Popen(
        [sys.executable, "-m", "ideaboard.serving", *map(str, words)],
        cwd=ROOT,
        env={**clean, "DATA_DIR": str(folder), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def refusal(folder, *words, **environment) -> str:
    """The one sentence of a start that is refused."""
    process = command(folder, *words, **environment)
    said, sentence = process.communicate(timeout=30)
    assert (process.returncode, said) == (1, "")
    assert len(sentence.splitlines()) == 1, sentence
    return sentence


@contextlib.contextmanager
def running(folder, *words, **environment):
    port = free_port()
    process = command(folder, "--port", port, *words, **environment)
    process.port = port
    process.said = []
    try:
        for line in process.stdout:
            process.said.append(line.rstrip())
            if line.startswith("Ideaboard is at"):
                break
        assert process.poll() is None, process.stderr.read()
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.communicate(timeout=10)


@pytest.fixture(scope="module")
def demo_folder(tmp_path_factory):
    """A data folder in which the demo has been started once."""
    folder = tmp_path_factory.mktemp("demo")
    with running(folder):
        pass
    return folder


@pytest.fixture(scope="module")
def site(demo_folder):
    with running(demo_folder) as process:
        yield process


def test_the_second_start_says_its_address_and_plants_nothing(site):
    assert site.said == [f"Ideaboard is at http://127.0.0.1:{site.port}  (Ctrl-C stops it)"]
    assert visit(site.port) < 5


@pytest.mark.parametrize("kind", ["bodies", "headers"])
def test_another_visitor_is_served_beside_a_thousand_slow_ones(site, kind):
    assert worst_visit(site.port, kind, 1000) < 1


def test_reading_goes_on_beside_a_write_lock(site, demo_folder):
    writer = sqlite3.connect(demo_folder / "ideaboard.db", isolation_level=None)
    with contextlib.closing(writer):
        writer.execute("BEGIN IMMEDIATE")
        assert max(visit(site.port) for _ in range(5)) < 1
        writer.execute("ROLLBACK")


def test_term_ends_it_within_five_seconds_and_quietly(demo_folder):
    with running(demo_folder) as process, socket.create_connection(("127.0.0.1", process.port)) as slow:
        slow.sendall(b"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\na")
        start = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
        assert time.monotonic() - start < 5
        assert process.stderr.read() == ""


def test_a_port_that_is_taken_is_one_sentence(site, tmp_path):
    assert refusal(tmp_path, "--port", site.port) == (
        f"Port {site.port} is taken: stop what listens there, or choose another with --port {site.port + 1}.\n"
    )


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "file").touch()
    assert "cannot be written" in refusal(tmp_path / "file" / "data", "--port", free_port())


def test_a_database_of_a_newer_version_is_one_sentence(demo_folder, tmp_path):
    with contextlib.closing(sqlite3.connect(demo_folder / "ideaboard.db")) as old:
        old.execute("VACUUM INTO ?", (str(tmp_path / "ideaboard.db"),))
    with contextlib.closing(sqlite3.connect(tmp_path / "ideaboard.db")) as newer:
        newer.execute("UPDATE alembic_version SET version_num = 'from_the_future'")
        newer.commit()
    sentence = refusal(tmp_path, "--port", free_port())
    assert sentence.startswith("The database is newer than this code (its revision is from_the_future)")


@pytest.mark.parametrize("words", [("--host", "0.0.0.0"), ("--host", "0.0.0.0", "--empty")])
def test_the_demo_is_not_shown_to_the_world(demo_folder, words):
    assert "this machine alone" in refusal(demo_folder, "--port", free_port(), *words)


def test_the_demo_is_refused_a_public_address(demo_folder):
    sentence = refusal(demo_folder, "--port", free_port(), PUBLIC_URL="https://ideas.example.org")
    assert "PUBLIC_URL names ideas.example.org" in sentence


def test_an_unfit_setting_is_one_sentence(tmp_path):
    assert "IDEABOARD_ENV" in refusal(tmp_path, "--port", free_port(), IDEABOARD_ENV="staging")


def test_an_empty_start_prints_a_link_for_the_first_admin(tmp_path):
    with running(tmp_path, "--empty") as process:
        assert any(f"http://127.0.0.1:{process.port}/" in line for line in process.said[:-1]), process.said
        assert not any("demo" in line for line in process.said)
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600
