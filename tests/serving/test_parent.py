"""The parent: starts again what dies, ends all together, leaves nothing behind."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.serving.conftest import ROOT, free_port, standin

pytestmark = pytest.mark.slow


def child_of(pid: int) -> int:
    done = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True)
    return int(done.stdout.split()[0])


def get(port: int, path: str = "/") -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    with contextlib.closing(connection):
        connection.request("GET", path)
        with connection.getresponse() as answer:
            return answer.status


def wait_for(condition, seconds: float = 5.0):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(OSError, http.client.HTTPException):
            if condition():
                return
        time.sleep(0.02)
    raise AssertionError("it did not come true")


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_term_answers_what_is_under_way_and_ends_beside_unfinished_bodies():
    with standin() as server, ThreadPoolExecutor(1) as visitor:
        slow = socket.create_connection(("127.0.0.1", server.port))
        slow.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc")
        under_way = visitor.submit(get, server.port, "/sleep/0.6")
        time.sleep(0.3)  # until the request is in the application
        start = time.monotonic()
        server.send_signal(signal.SIGTERM)
        assert server.wait(10) == 0
        assert time.monotonic() - start < 5
        assert under_way.result() == 200
        assert server.stderr.read() == ""
        slow.close()


def test_a_killed_child_is_started_again_and_one_line_says_so():
    with standin() as server:
        first = child_of(server.pid)
        os.kill(first, signal.SIGKILL)
        wait_for(lambda: get(server.port) == 200 and child_of(server.pid) != first)
        server.send_signal(signal.SIGTERM)
        assert server.wait(10) == 0
        assert server.stderr.read() == "The web server ended (signal 9); starting it again.\n"


def test_children_end_when_the_parent_is_killed():
    with standin() as server:
        child = child_of(server.pid)
        server.kill()
        server.wait(5)
        wait_for(lambda: gone(child))


PARENT = """
import signal, sys
from ideaboard.serving.parent import Child, Parent
def dies(): raise SystemExit(3)
def deaf():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print("deaf", flush=True)
    while True: signal.pause()
from ideaboard.serving import parent
parent.GRACE_SECONDS = 0.3
children = {"dies": [Child("web server", dies)], "deaf": [Child("worker", deaf)]}[sys.argv[1]]
sys.exit(Parent(children, lambda: False, lambda: None).run())
"""


def test_a_child_that_cannot_start_ends_the_start():
    done = subprocess.run([sys.executable, "-c", PARENT, "dies"], cwd=ROOT, capture_output=True, text=True, timeout=10)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == "Ideaboard did not start: the web server ends as soon as it starts."


def test_a_child_deaf_to_term_is_killed():
    process = subprocess.Popen(
        [sys.executable, "-c", PARENT, "deaf"], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "deaf\n"
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=5)
    assert said == "Did not end in 0 seconds, killed: worker.\n"


def test_a_port_is_free_only_when_nobody_listens():
    """Web processes share a port by SO_REUSEPORT; a second start must still hear that it is taken."""
    from ideaboard.serving.preparation import port_is_taken

    port = free_port()
    assert not port_is_taken("127.0.0.1", port)
    with standin() as server:
        assert port_is_taken("127.0.0.1", server.port)
