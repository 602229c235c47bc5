"""The one outbound client: which addresses it reaches, and that nothing holds it beyond its deadline and its cap."""

import shutil
import ssl
import subprocess
import threading
import time
from dataclasses import replace
from ipaddress import ip_address

import pytest

from config import Settings, UnsafeSettings
from ideaboard.foundation.outbound import Unreachable, call, target_of
from ideaboard.foundation.public_addresses import is_public
from ideaboard.foundation.settings import settings
from tests.webhooks.sinks import Sink, answer, drip, flood, hang

PRIVATE = [
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.255.255.255",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "fc00::1",
    "fd00:ec2::254",
    "ff02::1",
    "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:a00:1::",
    "2002:a9fe:a9fe::",
    "64:ff9b::7f00:1",
    "64:ff9b::a00:1",
    "64:ff9b:1::1",
    "100::1",
    "3fff::1",
    "5f00::1",
]
PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "172.32.0.1",
    "100.128.0.1",
    "2606:4700::1111",
    "2002:808:808::",
    "64:ff9b::808:808",
    "::ffff:8.8.8.8",
]


@pytest.mark.parametrize("text", PRIVATE)
def test_what_is_not_public_is_refused(app, text):
    assert not is_public(ip_address(text))
    with pytest.raises(Unreachable) as refusal:
        call("http://target.example/", resolver=lambda host, port: [text], deadline_seconds=1)
    assert refusal.value.cause == "private"


@pytest.mark.parametrize("text", PUBLIC)
def test_what_is_public_is_called(text):
    assert is_public(ip_address(text))


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "127.1", "[::1]", "[::ffff:7f00:1]"]
)
def test_this_machine_by_any_of_its_names(app, host):
    with Sink() as sink:
        with pytest.raises(Unreachable) as refusal:
            call(f"http://{host}:{sink.port}/")
        assert refusal.value.cause in ("private", "name")
        assert sink.connections == 0


def test_one_private_address_among_public_ones_refuses_the_name(app):
    with pytest.raises(Unreachable, match="10.0.0.1"):
        call("http://target.example/", resolver=lambda host, port: ["93.184.215.14", "10.0.0.1"])


def test_the_address_that_was_checked_is_the_one_connected_to(sink):
    """DNS rebinding: another answer the second time. It is asked once."""
    asked = []

    def rebinding(host, port):
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    assert call(f"http://target.example:{sink.port}/x?y=1", resolver=rebinding).status == 200
    assert asked == ["target.example"]
    assert sink.received[0].headers["host"] == f"target.example:{sink.port}"
    assert sink.received[0].line == "POST /x?y=1 HTTP/1.1"


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/", "file:///etc/passwd", "//example.org/", "example.org", "http://", "http://user@example.org/",
        "http://user:word@example.org/", "http://example.org:0/", "http://example.org:99999/", "http://a b/", "http://a\\@b/",
        "http://example.org/\r\nX: y", "http://[::1", "http://[fe80::1%25eth0]/", "http://example.org/" + "x" * 2000,
        "gopher://example.org/", "http://\u2028/", "http://" + "a" * 70 + ".org/",
    ],
)  # fmt: skip
def test_what_is_no_plain_address_is_not_called(app, url):
    with pytest.raises(Unreachable) as refusal:
        call(url, resolver=lambda *_: pytest.fail("looked up"))
    assert refusal.value.cause == "address"


def test_names_of_other_alphabets_are_looked_up_as_the_network_writes_them():
    assert target_of("https://bücher.example/ü?ö=1").host == "xn--bcher-kva.example"
    assert target_of("https://bücher.example/ü?ö=1").path == "/%C3%BC?%C3%B6=1"
    assert target_of("https://example.org").port == 443


def test_what_the_operator_allows_is_called(app):
    with Sink() as sink:
        settings.fill(replace(app.config["SETTINGS"], outbound_allow=f"127.0.0.1:{sink.port}"))
        assert call(sink.url).status == 200
        settings.fill(replace(app.config["SETTINGS"], outbound_allow=f"127.0.0.1:{sink.port + 1}"))
        with pytest.raises(Unreachable):
            call(sink.url)


@pytest.mark.parametrize("text", ["example.org", "10.0.0.0/99", "a:0", "a:70000", "http://a:80", ":80"])
def test_the_setting_is_refused_when_it_cannot_be_read(text):
    with pytest.raises(UnsafeSettings, match="OUTBOUND_ALLOW"):
        Settings.read({"OUTBOUND_ALLOW": f"10.0.0.0/8, {text}"})


def test_a_redirect_is_an_answer_and_is_not_followed(sink):
    sink.answers = [answer(302, "Location: http://169.254.169.254/latest")]
    got = call(sink.url)
    assert (got.status, got.headers["location"]) == (302, "http://169.254.169.254/latest")
    assert sink.connections == 1


def test_a_proxy_of_the_environment_is_not_asked(sink, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert call(sink.url).status == 200


def test_of_ten_megabytes_the_first_are_read(sink):
    sink.answers = [flood]
    got = call(sink.url, max_bytes=1000)
    assert (got.status, len(got.body), got.whole) == (200, 1000, False)


@pytest.mark.parametrize(
    "how",
    [
        hang,
        drip(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
        drip(b"HTTP/1.1 20"),
        drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    ],
    ids=["hangs", "drips headers", "drips its first line", "always continues"],
)
def test_no_answer_within_the_deadline(sink, how):
    sink.answers = [how]
    begun = time.monotonic()
    with pytest.raises(Unreachable) as refusal:
        call(sink.url, deadline_seconds=0.5)
    assert refusal.value.cause in ("timeout", "broken")
    assert time.monotonic() - begun < 3


def test_a_body_that_drips_is_cut_at_the_deadline_and_the_status_stands(sink):
    sink.answers = [drip(b"HTTP/1.1 204 OK\r\n\r\n"), drip(b"HTTP/1.1 200 OK\r\n\r\n")]
    assert call(sink.url, deadline_seconds=0.5).status == 204
    begun = time.monotonic()
    got = call(sink.url, deadline_seconds=0.5)
    assert (got.status, got.whole) == (200, False)
    assert time.monotonic() - begun < 3


def test_headers_without_an_end_are_not_read_without_an_end(sink):
    def endless(connection, over):
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        while not over.is_set():
            connection.sendall(b"X: " + b"y" * 60_000 + b"\r\n")

    sink.answers = [endless]
    with pytest.raises(Unreachable) as refusal:
        call(sink.url, max_bytes=1000)
    assert refusal.value.cause == "broken"


def test_a_target_that_takes_nothing_in_is_left(loopback):
    """It accepts, and reads not one byte of a long request."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as deaf:
        begun = time.monotonic()
        with pytest.raises(Unreachable) as refusal:
            call(f"http://127.0.0.1:{deaf.getsockname()[1]}/", body=b"x" * 20_000_000, deadline_seconds=0.5)
    assert refusal.value.cause == "timeout"
    assert time.monotonic() - begun < 3


def test_a_name_that_is_not_answered_in_time(app):
    over = threading.Event()
    begun = time.monotonic()
    with pytest.raises(Unreachable) as refusal:
        call("http://target.example/", resolver=lambda *_: over.wait(20) or [], deadline_seconds=0.3)
    over.set()
    assert refusal.value.cause == "timeout"
    assert time.monotonic() - begun < 3


def test_a_name_that_nobody_knows(app):
    def unknown(host, port):
        raise OSError("no such name")

    with pytest.raises(Unreachable) as refusal:
        call("http://target.example/", resolver=unknown)
    assert refusal.value.cause == "name"


def test_nobody_listens_and_nonsense(sink):
    with Sink() as closed:
        url = closed.url
    with pytest.raises(Unreachable) as refusal:
        call(url)
    assert refusal.value.cause == "refused"
    for nonsense in (b"", b"hello\r\n\r\n", b"HTTP/1.1 999999 x\r\n\r\n", b"\x00" * 100):
        sink.answers = [nonsense]
        with pytest.raises(Unreachable) as refusal:
            call(sink.url)
        assert refusal.value.cause == "broken"


def test_the_next_address_is_tried_when_one_does_not_answer(sink):
    got = call(f"http://target.example:{sink.port}/", resolver=lambda *_: ["127.0.0.2", "::1", "127.0.0.1"])
    assert got.status == 200


@pytest.mark.parametrize("bad", [{"X": "a\r\nY: b"}, {"X\r\nY": "b"}, {"X": "a\nb"}, {"X": "ü"}])
def test_a_header_that_would_break_open_is_refused(sink, bad):
    with pytest.raises(ValueError, match="no header"):
        call(sink.url, headers=bad)
    assert sink.connections == 0


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """A certificate of one's own making for target.example."""
    if not shutil.which("openssl"):
        pytest.skip("openssl is not here to make a certificate")
    folder = tmp_path_factory.mktemp("certificate")
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=target.example"
    command += f" -addext subjectAltName=DNS:target.example -keyout {folder}/key.pem -out {folder}/cert.pem"
    subprocess.run(command.split(), check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context, ssl.create_default_context(cafile=str(folder / "cert.pem"))


def test_a_certificate_is_asked_for_and_for_the_name(loopback, certificate):
    server, trusting = certificate
    here = {"resolver": lambda *_: ["127.0.0.1"], "deadline_seconds": 5}
    with Sink(tls=server) as sink:
        assert call(f"https://target.example:{sink.port}/", tls=trusting, **here).status == 200
        for url, tls in (("target.example", None), ("other.example", trusting), ("127.0.0.1", trusting)):
            with pytest.raises(Unreachable) as refusal:
                call(f"https://{url}:{sink.port}/", tls=tls, **here)
            assert refusal.value.cause == "tls"
        assert len(sink.received) == 1


def test_a_handshake_that_hangs_is_left(loopback, certificate):
    with Sink() as silent:  # speaks no TLS and waits for a request
        silent.answers = [hang]
        begun = time.monotonic()
        with pytest.raises(Unreachable) as refusal:
            call(f"https://127.0.0.1:{silent.port}/", deadline_seconds=0.5)
        assert refusal.value.cause == "timeout"
        assert time.monotonic() - begun < 3
