"""The adapter between granian and WSGI, asked over real sockets."""

from __future__ import annotations

import contextlib
import http.client
import json
import select
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.serving.conftest import BODY_SECONDS, read_all


def ask(server, method="GET", path="/", body=None, headers=None):
    """(status, headers, body) of one request."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
    with contextlib.closing(connection):
        connection.request(method, path, body, headers or {})
        with connection.getresponse() as answer:
            return answer.status, answer.headers, answer.read()


def environ(server, *request, **more):
    return json.loads(ask(server, *request, **more)[2])["environ"]


def test_the_path_is_decoded_and_the_query_is_not(server):
    seen = environ(server, "GET", "/a%20b/%C3%A5?q=%C3%A5&x=a+b%26")
    assert seen["PATH_INFO"].encode("latin-1").decode() == "/a b/å"
    assert seen["QUERY_STRING"] == "q=%C3%A5&x=a+b%26"
    assert seen["SCRIPT_NAME"] == ""


def test_the_peer_and_the_server_are_named(server):
    seen = environ(server)
    assert (seen["REMOTE_ADDR"], seen["SERVER_NAME"]) == ("127.0.0.1", "127.0.0.1")
    assert seen["SERVER_PORT"] == str(server.port)
    assert seen["HTTP_HOST"] == f"127.0.0.1:{server.port}"


def test_a_forwarded_address_is_handed_on_and_not_believed(server):
    seen = environ(server, headers={"X-Forwarded-For": "8.8.8.8", "X-Forwarded-Proto": "https"})
    assert (seen["REMOTE_ADDR"], seen["wsgi.url_scheme"]) == ("127.0.0.1", "http")
    assert seen["HTTP_X_FORWARDED_FOR"] == "8.8.8.8"


def test_headers_with_underscores_are_dropped(server):
    seen = environ(server, headers={"X_Forwarded_For": "8.8.8.8", "Proxy": "http://evil"})
    assert "HTTP_X_FORWARDED_FOR" not in seen
    assert "HTTP_PROXY" not in seen


def test_repeated_headers_are_joined(server, send):
    headers = b"Host: x\r\nCookie: a=1\r\nCookie: b=2\r\nX-A: 1\r\nX-A: 2\r\nConnection: close\r\n\r\n"
    request = b"GET / HTTP/1.1\r\n" + headers
    seen = json.loads(send(request).split(b"\r\n\r\n", 1)[1])["environ"]
    assert (seen["HTTP_COOKIE"], seen["HTTP_X_A"]) == ("a=1; b=2", "1,2")


def test_the_host_in_the_request_line_counts(send):
    answer = send(b"GET http://real/ HTTP/1.1\r\nHost: other\r\nConnection: close\r\n\r\n")
    assert json.loads(answer.split(b"\r\n\r\n", 1)[1])["environ"]["HTTP_HOST"] == "real"


def test_two_cookies_are_two_headers(server):
    headers = ask(server, "GET", "/cookies")[1]
    assert headers.get_all("Set-Cookie") == ["a=1; Path=/", "b=2"]


def test_head_says_the_length_and_sends_nothing(send, server):
    length = len(ask(server, "GET", "/", headers={"Connection": "close"})[2])
    head, _, body = send(b"HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").partition(b"\r\n\r\n")
    assert b"200 OK" in head
    assert abs(int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0]) - length) < 200
    assert body == b""


@pytest.mark.parametrize("status", [204, 304])
def test_no_body_where_http_forbids_one(send, status):
    answer = send(f"GET /status/{status} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(f"HTTP/1.1 {status}".encode())
    assert b'etag: "a"' in head.lower()
    assert body == b""


def test_a_big_answer_comes_whole(server):
    assert len(ask(server, "GET", "/big")[2]) == 5_000_000


def test_a_body_comes_whole(server):
    answer = json.loads(ask(server, "POST", "/", body=b"a" * 60_000)[2])
    assert (answer["body"], answer["environ"]["CONTENT_LENGTH"]) == (60_000, "60000")


def test_a_body_without_a_length_is_refused(send):
    """The server does not hear when one in chunks was cut off."""
    assert send(b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n").startswith(b"HTTP/1.1 411")


def test_half_a_body_never_reaches_the_application(server):
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(b"POST /remember HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc")
        connection.shutdown(socket.SHUT_WR)
        assert read_all(connection).split(b"\r\n")[0] in (b"", b"HTTP/1.1 400 Bad Request")
    assert ask(server, "GET", "/remembered")[2] == b"0"
    ask(server, "POST", "/remember", body=b"whole")
    assert ask(server, "GET", "/remembered")[2] == b"1"


def test_a_body_announced_too_big_is_refused_unread(send):
    assert send(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100001\r\n\r\n").startswith(b"HTTP/1.1 413")


ROOMY = ("/staff/stories", "/staff/stories/12/edit", "/below/a/path/staff/stories")


@pytest.mark.parametrize("path", ROOMY)
def test_a_form_with_pictures_may_be_bigger(server, path):
    assert json.loads(ask(server, "POST", path, body=b"a" * 150_000)[2])["body"] == 150_000


@pytest.mark.parametrize(
    "path", ["/", "/staff/stories/preview", "/staff/stories/12", "/staff/stories/x/edit", "/ideas"]
)
def test_no_other_address_takes_as_much(send, path):
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 150000\r\n\r\n"
    assert send(head.encode()).startswith(b"HTTP/1.1 413")


def test_a_form_with_pictures_has_its_limit_too(send):
    for method, length in (("POST", 200_001), ("GET", 150_000)):
        head = f"{method} /staff/stories HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n"
        assert send(head.encode()).startswith(b"HTTP/1.1 413")


def test_big_bodies_that_drip_leave_the_small_ones_their_room(server):
    """Three of 140 kB are more than the 300 kB of their own room: one is refused, and a small body still comes in."""
    head = b"POST /staff/stories HTTP/1.1\r\nHost: x\r\nContent-Length: 180000\r\n\r\n"
    with contextlib.ExitStack() as stack:
        dripping = [stack.enter_context(socket.create_connection(("127.0.0.1", server.port))) for _ in range(3)]
        for connection in dripping:
            connection.sendall(head + b"a" * 140_000)
        answered, _, _ = select.select(dripping, [], [], 5)
        assert [connection.recv(12) for connection in answered] == [b"HTTP/1.1 503"]
        assert ask(server, "POST", "/", body=b"a" * 90_000)[0] == 200
    end = time.monotonic() + 5
    while ask(server, "POST", "/staff/stories", body=b"a" * 150_000)[0] != 200:
        assert time.monotonic() < end, "what the others held is not given back"


@pytest.mark.slow
def test_a_body_too_slow_is_refused(send):
    answer = send(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc")
    assert answer.startswith(b"HTTP/1.1 408")
    assert b"connection: close" in answer.lower()


@pytest.mark.slow
def test_bodies_together_are_capped_and_forgotten(server):
    """Three of 90 kB are more than the 250 kB that the process holds; when they are gone there is room again."""
    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 95000\r\n\r\n"
    connections = [socket.create_connection(("127.0.0.1", server.port), 8) for _ in range(3)]
    for connection in connections:
        connection.sendall(head + b"a" * 90_000)
    answers = sorted(read_all(connection).split(b"\r\n")[0][9:12] for connection in connections)
    for connection in connections:
        connection.close()
    assert answers == [b"408", b"408", b"503"]
    assert ask(server, "POST", "/", body=b"a" * 90_000)[0] == 200


def test_unfinished_bodies_take_no_thread(server):
    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc"
    connections = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(8)]
    for connection in connections:
        connection.sendall(head)
    start = time.monotonic()
    assert ask(server)[0] == 200
    assert time.monotonic() - start < BODY_SECONDS, "it waited for the deadline of the others"
    for connection in connections:
        connection.close()


@pytest.mark.slow
def test_more_than_the_threads_can_do_is_refused_with_a_time_to_come_back(server):
    with ThreadPoolExecutor(8) as visitors:
        answers = list(visitors.map(lambda _: ask(server, "GET", "/sleep/0.2"), range(8)))
    assert sorted(status for status, _, _ in answers) == [200] * 4 + [503] * 4
    assert {headers["Retry-After"] for status, headers, _ in answers if status == 503} == {"2"}


def test_a_fault_below_the_framework_is_a_plain_500(server):
    status, _, body = ask(server, "GET", "/broken")
    assert (status, body) == (500, b"Something broke on our side.\n")


def test_header_text_outside_ascii_arrives_as_utf_8(server):
    assert ask(server, "GET", "/cookies")[1]["X-Name"].encode("latin-1").decode() == "å"


def test_nobody_reads_behind_a_writer_who_waits(server):
    with ThreadPoolExecutor(4) as writers:
        waiting = [writers.submit(ask, server, "POST", "/sleep/0.2", b"a") for _ in range(4)]
        assert ask(server)[0] == 200
        assert not waiting[-1].done()
        assert [writer.result()[0] for writer in waiting] == [200] * 4


def test_a_refusal_before_the_application_keeps_its_walls_and_http_1_0_is_told(server):
    status, headers, _ = ask(server, "POST", headers={"Content-Length": "100001"})
    assert status == 413 and headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in headers["Content-Security-Policy"] and headers["Cache-Control"] == "no-store"
    with socket.create_connection(("127.0.0.1", server.port), 5) as line:
        line.sendall(b"GET / HTTP/1.0\r\nHost: x\r\n\r\n")
        said = read_all(line)
    assert b'"SERVER_PROTOCOL": "HTTP/1' in said and b'"HTTP/1.1"' not in said  # web/here.py relies on it
