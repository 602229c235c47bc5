from __future__ import annotations

import contextlib
import json
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

BODY_SECONDS = 3  # more than a busy machine takes for a body that does come
ROOT = Path(__file__).parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def standin(**limits):
    """Run tests/serving/standin.py; gives the process, which knows its port."""
    port = free_port()
    command = [sys.executable, "-m", "tests.serving.standin", str(port), json.dumps(limits)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    process.port = port
    try:
        assert process.stdout.readline() == "ready\n"
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.communicate(timeout=10)


@pytest.fixture(scope="module")
def server():
    limits = {
        "body_bytes": 100_000,
        "body_seconds": BODY_SECONDS,
        "held_bytes": 250_000,
        "roomy_bytes": 200_000,
        "roomy_held_bytes": 300_000,
        "readers": 1,
        "waiting_readers": 3,
    }
    with standin(**limits) as process:
        yield process


@pytest.fixture
def send(server):
    """Send raw bytes, give raw bytes: all that comes until the server closes or is silent for long."""

    def send(data: bytes, port: int = server.port) -> bytes:
        with socket.create_connection(("127.0.0.1", port), 8) as connection:
            connection.sendall(data)
            return read_all(connection)

    return send


def read_all(connection: socket.socket) -> bytes:
    answer = b""
    with contextlib.suppress(TimeoutError, ConnectionResetError):
        while piece := connection.recv(65536):
            answer += piece
    return answer
