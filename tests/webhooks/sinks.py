"""Real servers on loopback that answer as a test tells them, or never."""

import socket
import threading
from dataclasses import dataclass, field

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def answer(status: int, *headers: str, body: bytes = b"") -> bytes:
    lines = [f"HTTP/1.1 {status} Told", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@dataclass
class Received:
    line: str
    headers: dict
    body: bytes


@dataclass
class Sink:
    """`answers`: bytes, or a function of the connection; the last one stands for all that follow. `received`: calls."""

    answers: list = field(default_factory=lambda: [OK])
    received: list = field(default_factory=list)
    connections: int = 0
    tls: object = None

    def __enter__(self):
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=50)
        self.port = self._listener.getsockname()[1]
        self.over = threading.Event()
        self._lock = threading.Lock()
        self.at_once, self.most_at_once = 0, 0
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self._listener.shutdown(socket.SHUT_RDWR)  # closing alone does not wake accept()
        self._listener.close()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/hook"

    def _serve(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection):
        with self._lock:
            self.connections += 1
            self.at_once += 1
            self.most_at_once = max(self.at_once, self.most_at_once)
        try:
            connection.settimeout(20)
            if self.tls:
                connection = self.tls.wrap_socket(connection, server_side=True)
            with connection:
                got = _read(connection)
                with self._lock:
                    self.received.append(got)
                    told = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
                    self.at_once -= not callable(told)
                if callable(told):
                    told(connection, self.over)
                else:
                    connection.sendall(told)
        except OSError:
            pass


def _read(connection) -> Received:
    data = b""
    while b"\r\n\r\n" not in data and (more := connection.recv(65536)):
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    line, *rest = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (entry.partition(":") for entry in rest)}
    while len(body) < int(headers.get("content-length", 0)) and (more := connection.recv(65536)):
        body += more
    return Received(line, headers, body)


def hang(connection, over):
    """Take the request and say nothing."""
    over.wait(20)


def drip(beginning: bytes, piece: bytes = b"x"):
    """Say the beginning, then a piece every twentieth of a second, without an end."""

    def go(connection, over):
        connection.sendall(beginning)
        while not over.wait(0.05):
            connection.sendall(piece)

    return go


def flood(connection, over):
    """Ten megabytes."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10000000\r\n\r\n")
    for _ in range(100):
        connection.sendall(b"x" * 100_000)
