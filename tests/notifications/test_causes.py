"""A cause is a short code that stays; words come in the reader's language."""

import pytest

from ideaboard.extensions import force_locale
from ideaboard.notifications.causes import CAUSES, SERVER_CAUSES, cause_code, cause_of, to_do, words_of


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("the mail server at m: timed out", "timeout"),
        ("it took longer than 60 seconds", "timeout"),
        ("the mail server at m: [Errno 111] Connection refused", "not_listening"),
        ("the mail server at m: [Errno -2] Name or service not known", "dns"),
        ("the mail server at m: [SSL: CERTIFICATE_VERIFY_FAILED]", "tls"),
        ("the mail server at m: 535 5.7.8 no", "sign_in"),
        ("the mail server at m: Connection unexpectedly closed", "connection"),
        ("Connection unexpectedly closed", "broke"),
        ("the sender: 553 no", "sender"),
        ("421 4.7.0 later", "closed"),
        ("/data/mail cannot be written: No space left", "folder"),
        ("could not be composed: KeyError: 'x'", "composing"),
        ("550 5.1.1 no such user", "address"),
        ("550 no such user", "address"),
        ("550 5.2.1 disabled", "address"),
        ("552 5.2.2 over quota", "mailbox_full"),
        ("452 4.2.2 mailbox full", "mailbox_full"),
        ("550 5.7.1 looks like spam", "policy"),
        ("450 4.1.1 greylisted", "later"),
        ("451 try again", "later"),
        ("given up after five days: 451 try again", "given_up"),
        ("a complaint: abuse", "complaint"),
        ("who knows", "other"),
        ("", "other"),
    ],
)
def test_what_was_said_has_a_code(said, code):
    assert cause_code(said) == code


def test_codes_fit_their_column_and_have_words():
    for code in CAUSES:
        assert len(code) <= 20
        assert "@" not in str(words_of(code)) and str(to_do(code)).endswith(".")
    assert str(words_of("of a later version")) == str(words_of("other")) == str(words_of(None))


def test_only_the_servers_causes_stop_everybody():
    assert cause_of("550 5.1.1 no such user") is None
    assert {"timeout", "connection", "dns", "tls", "sign_in", "sender", "closed", "folder"} <= set(SERVER_CAUSES)


def test_words_are_worded_when_they_are_read(app):
    words = words_of("timeout")
    with force_locale("de"):
        str(words)  # no request is needed
    assert str(words) == "The mail server does not answer in time"
