"""flask --app wsgi test-mail."""

import socket

from ideaboard.notifications.mailbox import kept_mails


def run(app, *arguments):
    return app.test_cli_runner().invoke(args=["test-mail", *arguments])


def test_it_says_where_the_mail_went(app):
    answer = run(app, "somebody@example.org")
    assert answer.exit_code == 0
    assert "was given to" in answer.output
    assert kept_mails("somebody@example.org")[0].subject == "A test of Ideaboard"


def test_it_says_in_a_sentence_what_is_wrong(app, monkeypatch):
    assert "is no mail address" in run(app, "nobody@example.org\nBcc: x@y.z").output
    assert "is no mail address" in run(app, "nobody").output
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    monkeypatch.setattr(app.config["SETTINGS"], "smtp_url", f"smtp://127.0.0.1:{port}")
    answer = run(app, "somebody@example.org")
    assert answer.exit_code == 1
    assert "the mail was not taken" in answer.output
