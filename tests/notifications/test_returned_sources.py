"""Where returned mail is read: a Maildir, an IMAP mailbox, a door with a bearer."""

import logging
import shutil
import ssl
import subprocess
import time

import pytest

from config import Settings, UnsafeSettings
from ideaboard.foundation.mail_store import NotRead, open_store
from ideaboard.notifications.returned_commands import read_returned
from ideaboard.notifications.returned_reading import MOST, read_now_and_then, read_returned_mail
from tests.notifications import returns
from tests.notifications.imap import Mailbox
from tests.notifications.test_returned import LATER, bring, mail_of, told  # noqa: F401 (fixtures)
from tests.notifications.test_sending import counts

TOKEN = "a-token-of-twenty-and-more"


@pytest.fixture
def given(app, monkeypatch):
    """given(returned_mail_url=…): settings for this test."""

    def set_them(**settings):
        for name, value in settings.items():
            monkeypatch.setattr(app.config["SETTINGS"], name, value)

    return set_them


@pytest.fixture
def maildir(tmp_path, given):
    """put(name, bytes) into a Maildir that is read."""
    for part in ("new", "cur", "tmp"):
        (tmp_path / "returned" / part).mkdir(parents=True)
    given(returned_mail_url=f"maildir://{tmp_path}/returned")

    def put(name, raw):
        (tmp_path / "returned/new" / name).write_bytes(raw)
        return tmp_path / "returned"

    return put


def test_a_maildir_is_read_once(told, cast, mail_of, maildir, reload):  # noqa: F811
    _, message_id = mail_of(cast.noor)
    folder = maildir("1.a", returns.postfix(message_id, "noor@example.org"))
    maildir("2.b", returns.away(message_id, "noor@example.org"))
    assert read_returned_mail(LATER) == {"mails": 2, "stopped": 1, "no report": 1}
    assert read_returned_mail(LATER) == {}
    assert sorted(p.name for p in (folder / "cur").iterdir()) == ["1.a:2,S", "2.b:2,S"]
    assert counts(reload(told)) == (2, 1, 1)


def test_what_no_database_takes_stops_nothing_behind_it(told, cast, mail_of, maildir, reload):  # noqa: F811
    """A mail of a stranger with a NUL in an address: PostgreSQL refuses the question itself."""
    _, message_id = mail_of(cast.noor)
    maildir("1.a", returns.postfix(message_id, "n\0oor@example.org").replace(b"noor@", b"n\0oor@"))
    maildir("2.b", returns.postfix(message_id, "noor@example.org"))
    assert read_returned_mail(LATER)["stopped"] == 1
    assert reload(cast.noor).mail_refused_at == LATER


def test_killed_between_doing_and_flagging_it_is_done_once(told, cast, mail_of, maildir, reload):  # noqa: F811
    _, message_id = mail_of(cast.noor)
    raw = returns.postfix(message_id, "noor@example.org")
    folder = maildir("1.a", raw)
    (folder / "cur").rename(folder / "gone")  # it is done, and cannot be flagged
    with pytest.raises(NotRead):
        read_returned_mail(LATER)
    assert counts(reload(told)) == (2, 1, 1)
    (folder / "gone").rename(folder / "cur")
    assert read_returned_mail(LATER) == {"mails": 1, "known": 1}
    assert counts(reload(told)) == (2, 1, 1)
    assert not list((folder / "new").iterdir())


def test_a_run_takes_fifty_and_the_next_comes_soon(app, maildir, given):
    for number in range(MOST + 1):
        maildir(f"{number:03}", b"Subject: hello\n\nhello")
    assert read_now_and_then("w", LATER) == 5.0
    assert read_now_and_then("w", LATER) is None
    given(returned_mail_url="")
    assert read_now_and_then("w", LATER) is None


def test_a_mailbox_that_is_not_there_is_said_once_a_run_and_stops_nothing(app, given, caplog):
    given(returned_mail_url="maildir:///nowhere/at/all")
    with caplog.at_level(logging.WARNING):
        assert read_now_and_then("w", LATER) is None
    assert "returned mail is not read: /nowhere/at/all" in caplog.text


def test_imap_is_read_once_and_flagged_only_when_dealt_with(told, cast, mail_of, given, reload):  # noqa: F811
    _, message_id = mail_of(cast.noor)
    with Mailbox([returns.gmail(message_id, "noor@example.org"), b"Subject: hello\r\n\r\nhello"]) as box:
        given(returned_mail_url=box.url)
        box.breaks_at = "UID STORE"  # killed after it was done
        with pytest.raises(NotRead):
            read_returned_mail(LATER)
        assert box.seen == set() and counts(reload(told)) == (2, 1, 1)
        box.breaks_at = ""
        assert read_returned_mail(LATER) == {"mails": 2, "known": 1, "no report": 1}
        assert box.seen == {1, 2}
        assert read_returned_mail(LATER) == {}
    assert counts(reload(told)) == (2, 1, 1)


@pytest.mark.parametrize("word", ["greeting", "LOGIN", "SELECT", "UID SEARCH", "UID FETCH"])
def test_an_imap_server_that_drips_is_cut_off(app, word):
    with Mailbox([b"Subject: hello\r\n\r\nhello"]) as box:
        box.drips_at = word
        store, start = open_store(box.url, 0.2), time.monotonic()
        with pytest.raises(NotRead, match="too long"):
            list(store.unread(5))
        store.close()
        assert time.monotonic() - start < 3


def test_imaps_asks_for_a_certificate_that_is_trusted(app, tmp_path, monkeypatch):
    if not shutil.which("openssl"):
        pytest.skip("openssl is not here to make a certificate")
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=mail.example"
    command += f" -addext subjectAltName=IP:127.0.0.1 -keyout {tmp_path}/key.pem -out {tmp_path}/cert.pem"
    subprocess.run(command.split(), check=True, capture_output=True)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    with Mailbox([b"Subject: hello\r\n\r\nhello"], tls) as box:
        url = box.url.replace("imap://", "imaps://")
        store = open_store(url, 5)
        with pytest.raises(NotRead, match="certificate"):
            list(store.unread(5))
        store.close()
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
        store = open_store(url, 5)
        assert [raw for _, raw in store.unread(5)] == [b"Subject: hello\r\n\r\nhello"]
        store.close()


def test_a_wrong_password_is_said_without_it(app, given):
    with Mailbox() as box:
        box.password = "another"
        store = open_store(box.url, 5)
        with pytest.raises(NotRead) as trouble:
            list(store.unread(5))
        store.close()
    assert "wrong user" in str(trouble.value) and "pass word" not in str(trouble.value)


def test_the_command_says_what_it_found(app, maildir, given):
    maildir("1", b"Subject: hello\n\nhello")
    said = app.test_cli_runner().invoke(read_returned)
    assert (said.exit_code, said.output) == (0, "1 read\n1 are no reports\n")
    given(returned_mail_url="")
    assert app.test_cli_runner().invoke(read_returned).exit_code == 1


@pytest.mark.parametrize("url", ["http://x/y", "imaps://host/INBOX", "maildir:relative", "imaps:///INBOX"])
def test_an_address_that_cannot_be_meant_is_refused(url):
    with pytest.raises(UnsafeSettings, match="RETURNED_MAIL_URL"):
        Settings.read({"RETURNED_MAIL_URL": url})


def test_a_token_that_can_be_guessed_is_refused():
    with pytest.raises(UnsafeSettings, match="RETURNED_MAIL_TOKEN"):
        Settings.read({"RETURNED_MAIL_TOKEN": "short"})
    assert Settings.read({"RETURNED_MAIL_URL": "imaps://a:b@mail.example.org/INBOX"}).returned_mail_url


class TestDoor:
    """POST /mail/returned."""

    def post(self, guest, token=TOKEN, **what):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return guest.post("/mail/returned", headers=headers, **what)

    def test_without_the_setting_it_is_not_there(self, guest):
        assert self.post(guest, data=b"x").status_code == 404

    @pytest.mark.parametrize("token", ["", "wrong", TOKEN + "x", "é"])
    def test_without_the_bearer_nothing_is_read(self, guest, given, told, cast, mail_of, token, reload):  # noqa: F811
        given(returned_mail_token=TOKEN)
        _, message_id = mail_of(cast.noor)
        answer = self.post(guest, token, data=returns.postfix(message_id, "noor@example.org"))
        assert answer.status_code == 401 and answer.headers["WWW-Authenticate"] == "Bearer"
        assert reload(cast.noor).mail_refused_at is None

    def test_a_mail_is_taken_twice_and_done_once(self, guest, given, told, cast, mail_of, reload):  # noqa: F811
        given(returned_mail_token=TOKEN)
        _, message_id = mail_of(cast.noor)
        raw = returns.exchange(message_id, "noor@example.org")
        for done in ("stopped", "known"):
            answer = self.post(guest, data=raw, content_type="message/rfc822")
            assert (answer.status_code, answer.json) == (200, {"done": [done]})
            assert answer.headers["Cache-Control"] == "no-store" and "Set-Cookie" not in answer.headers
        assert counts(reload(told)) == (2, 1, 1)

    @pytest.mark.parametrize(
        ("facts", "done"),
        [
            ({"status": "5.1.1", "diagnostic": "no such\r\nuser"}, ["stopped"]),
            ({"status": "4.2.1"}, ["noted"]),
            ({"status": "2.0.0"}, []),
            ({"type": "complaint"}, ["complained"]),
            ({"status": "5.1.1", "recipient": "vera@example.org"}, ["unknown"]),
        ],
    )
    def test_json_says_the_same(self, guest, given, told, cast, mail_of, reload, facts, done):  # noqa: F811
        given(returned_mail_token=TOKEN)
        _, message_id = mail_of(cast.noor)
        body = {"message_id": message_id, "recipient": "Noor@example.org"} | facts
        assert self.post(guest, json=body).json == {"done": done}
        assert bool(reload(cast.noor).mail_refused_at) is (done == ["stopped"])

    @pytest.mark.parametrize("body", [[], {}, {"message_id": 5}, {"message_id": "x" * 40, "status": "5.1.1"}, "text"])
    def test_json_that_lacks_something_is_422(self, guest, given, body):
        given(returned_mail_token=TOKEN)
        assert self.post(guest, json=body).status_code == 422

    @pytest.mark.parametrize("recipient", ["n\0oor@example.org", "\ud800@example.org", "a@b\nc"])
    def test_an_address_that_no_database_takes_is_422(self, guest, given, told, cast, mail_of, recipient):  # noqa: F811
        given(returned_mail_token=TOKEN)
        _, message_id = mail_of(cast.noor)
        body = {"message_id": message_id, "recipient": recipient, "status": "5.1.1"}
        assert self.post(guest, json=body).status_code == 422
        body |= {"recipient": "noor@example.org", "type": "\0", "diagnostic": ""}
        assert self.post(guest, json=body).status_code == 200

    def test_more_than_a_megabyte_is_not_read(self, guest, given):
        given(returned_mail_token=TOKEN)
        answer = self.post(guest, data=b"x" * (1024 * 1024 + 1), content_type="message/rfc822")
        assert answer.status_code == 413
