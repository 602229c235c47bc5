"""Handing over to a real mail server, and to files."""

import contextlib
import socket
import threading
import time
from datetime import timedelta

import pytest

from ideaboard.foundation import post as posting
from ideaboard.foundation.mail import Mail, UnsafeHeader, message_id_of, message_of
from ideaboard.foundation.post import FilePost, NotNow, Refused, SmtpPost
from tests.conftest import NOW
from tests.notifications.relay import Relay


@pytest.fixture
def relay():
    with Relay() as server:
        yield server


@pytest.fixture
def box(relay):
    post = SmtpPost(relay.url)
    yield post
    post.close()


def a_message(to="noor@example.org", subject="“Oat milk” is launched", **named):
    mail = Mail(subject, "Words.\n", "<p>Words.</p>")
    named = {"sender_name": "Corner Coffee", "message_id": message_id_of("key"), "date": NOW} | named
    return message_of(mail, to=to, **named)


def test_many_mails_go_through_one_connection(app, relay, box):
    for name in ("noor", "vera", "oskar"):
        box.send(a_message(f"{name}@example.org"), "ideas@example.org", f"{name}@example.org")
    assert relay.by_recipient == {"noor@example.org": 1, "vera@example.org": 1, "oskar@example.org": 1}
    assert relay.connections == 1


def test_a_closed_connection_is_opened_again(app, relay, box):
    box.send(a_message(), "ideas@example.org", "noor@example.org")
    box._smtp.sock.shutdown(socket.SHUT_RDWR)
    box.send(a_message(), "ideas@example.org", "noor@example.org")
    assert relay.by_recipient["noor@example.org"] == 2


@pytest.mark.parametrize(
    ("answer", "of_data", "kind"),
    [
        ("550 5.1.1 no such user", False, Refused),
        ("550 no such user", False, Refused),
        ("550 mailbox unavailable", True, Refused),
        ("553 5.1.3 bad address", False, Refused),
        ("556 5.1.10 takes no mail", False, Refused),
        ("450 4.2.1 later", False, NotNow),
        ("452 4.3.1 full", True, NotNow),
        ("552 5.2.2 mailbox full", False, NotNow),
        ("554 5.7.1 Relay access denied", False, NotNow),
        ("550 relaying denied", False, NotNow),
        ("550 5.7.26 not signed by your domain", True, NotNow),
        ("554 looks like spam", True, NotNow),
        ("530 5.7.0 sign in first", False, NotNow),
    ],
)
def test_only_what_is_about_the_address_is_for_good(app, relay, box, answer, of_data, kind):
    (relay.after_data if of_data else relay.answers)["noor@example.org"] = answer
    with pytest.raises(kind) as caught:
        box.send(a_message(), "ideas@example.org", "noor@example.org")
    assert answer[:3] in str(caught.value)
    box.send(a_message("vera@example.org"), "ideas@example.org", "vera@example.org")  # the next one goes
    assert relay.by_recipient == {"vera@example.org": 1}


@pytest.mark.parametrize("said", [b"550 5.1.1 no\0body\x1b[2J here", "451 wait\0"])
def test_what_the_relay_says_is_one_line_that_a_database_takes(said):
    assert posting._text(said).isprintable()


def test_a_broken_acknowledgement_may_be_repeated(app, relay, box):
    relay.breaks_ack_for.add("noor@example.org")
    with pytest.raises(NotNow):
        box.send(a_message(), "ideas@example.org", "noor@example.org")
    box.send(a_message(), "ideas@example.org", "noor@example.org")
    assert [message_id for _, message_id, _ in relay.arrived] == [message_id_of("key")] * 2


def test_a_server_that_hangs_is_left(app, relay, box, monkeypatch):
    monkeypatch.setattr(posting, "STEP_SECONDS", 0.1)
    relay.hangs = True
    with pytest.raises(NotNow) as caught:
        box.send(a_message(), "ideas@example.org", "noor@example.org")
    assert caught.value.whole_server


def test_a_server_that_is_away_stops_all_mails_for_a_while(app):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(NotNow) as caught:
        SmtpPost(f"smtp://127.0.0.1:{port}").send(a_message(), "ideas@example.org", "noor@example.org")
    assert caught.value.whole_server


def test_beyond_loopback_the_connection_is_encrypted_or_not_made(app, relay, monkeypatch):
    box = SmtpPost(f"smtp://ideas:pa%2Fss@mail.example.org:{relay.port}")
    assert (box.starttls, box.user, box.password) == (True, "ideas", "pa/ss")
    real = socket.create_connection
    monkeypatch.setattr(socket, "create_connection", lambda to, *a, **k: real(("127.0.0.1", to[1]), *a, **k))
    with pytest.raises(NotNow, match="STARTTLS"):  # this relay offers none: a fault of the settings, nothing is lost
        box.send(a_message(), "ideas@example.org", "noor@example.org")
    assert relay.arrived == []
    assert SmtpPost("smtps://mail.example.org").port == 465
    assert SmtpPost("smtp://mailhog:1025?starttls=never").starttls is False


@pytest.mark.parametrize("where", ["subject", "to", "header"])
@pytest.mark.parametrize("evil", ["a\r\nBcc: x@y.z", "a\nb", "a\x00b", "a\x85b", "a\u2028b"])
def test_no_input_reaches_a_header_raw(app, where, evil):
    given = {"subject": {"subject": evil}, "to": {"to": evil}, "header": {"headers": {"List-Id": evil}}}[where]
    with pytest.raises(UnsafeHeader):
        a_message(**given)


def test_long_headers_are_not_folded_into_encoded_words(app):
    url = "https://ideas.example.org/unsubscribe/" + "x" * 200
    message = a_message(headers={"List-Unsubscribe": f"<{url}>"}, subject="é" * 120)
    raw = message.as_bytes()
    assert f"List-Unsubscribe: <{url}>\r\n".encode() in raw
    assert max(len(line) for line in raw.split(b"\r\n")) < 998


def test_files_are_whole_and_a_repeat_is_the_same_file(app, tmp_path):
    box = FilePost(tmp_path / "mail")
    box.send(a_message(), "ideas@example.org", "noor@example.org")
    box.send(a_message(date=NOW + timedelta(hours=1)), "ideas@example.org", "noor@example.org")
    (only,) = (tmp_path / "mail").iterdir()
    assert only.suffix == ".eml"
    assert only.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "words",
    [
        "Words.\n",
        ".\n..two dots\nend.\n",
        "trailing \t \nnext = line\n",
        "Größe 50 € – “ja”. " * 40,
        "no end of line",
        "\n\nempty lines first\n",
        "--=_0\n",
    ],
)
def test_what_is_read_at_the_other_end_is_what_was_written(app, relay, box, words):
    subject, name = "“Hafermilch” für alle: größer, süßer", 'Kaffee "Ecke", Söhne'
    headers = {"List-Id": "<idea-7.localhost>", "List-Unsubscribe": f"<https://example.org/u/{'x' * 400}>"}
    mail = Mail(subject, words, f"<p>{words}</p>")
    message = message_of(
        mail,
        to="noor@example.org",
        sender_name=name,
        message_id="<a@b>",
        date=NOW,
        language="de",
        headers=headers,
    )
    box.send(message, "ideas@example.org", "noor@example.org")
    ((_, message_id, got),) = relay.arrived
    assert (message_id, got["Subject"], got["Date"].datetime) == ("<a@b>", subject, NOW)
    assert (got["From"].addresses[0].display_name, got["To"]) == (name, "noor@example.org")
    assert {name: got[name] for name in headers} == headers
    for kind, wanted in (("plain", words), ("html", f"<p>{words}</p>")):
        said = got.get_body((kind,)).get_content()
        assert said.splitlines() == wanted.splitlines()
    assert not any(part.defects for part in got.walk())
    assert max(map(len, message.raw.split(b"\r\n"))) <= 998
    assert b"\n" not in message.raw.replace(b"\r\n", b"")


def test_a_relay_that_takes_commands_in_one_go_gets_them_so(app, relay, box, monkeypatch):
    async def says_pipelining(self, server, session, envelope, hostname, responses):
        session.host_name = hostname
        return [*responses[:-1], "250-PIPELINING", responses[-1]]

    monkeypatch.setattr(Relay, "handle_EHLO", says_pipelining, raising=False)
    lines = []
    send = posting.smtplib.SMTP.send
    monkeypatch.setattr(posting.smtplib.SMTP, "send", lambda self, s: (lines.append(s), send(self, s))[1])
    relay.answers["gone@example.org"] = "550 5.1.1 no such user"
    with pytest.raises(Refused):
        box.send(a_message("gone@example.org"), "ideas@example.org", "gone@example.org")
    box.send(a_message(), "ideas@example.org", "noor@example.org")
    assert relay.by_recipient == {"noor@example.org": 1}
    assert sum("MAIL FROM" in str(line) and "RCPT TO" in str(line) for line in lines) == 2
    assert relay.connections == 1


def test_a_server_whose_answer_drips_in_is_left_in_time(app, monkeypatch):
    monkeypatch.setattr(posting, "WHOLE_SECONDS", 0.4)
    over = threading.Event()

    def drip(listener):
        connection, _ = listener.accept()
        with connection, contextlib.suppress(OSError):
            while not over.wait(0.05):
                connection.sendall(b"2")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        dripping = threading.Thread(target=drip, args=(listener,))
        dripping.start()
        box, began = SmtpPost(f"smtp://127.0.0.1:{listener.getsockname()[1]}"), time.monotonic()
        with pytest.raises(NotNow) as refusal:
            box.send(a_message(), "ideas@example.org", "noor@example.org")
        took = time.monotonic() - began
        over.set()
        dripping.join(5)
    assert refusal.value.whole_server
    assert took < 5, "each of its bytes bought it more time"
