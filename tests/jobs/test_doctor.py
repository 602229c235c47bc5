"""The doctor names what is wrong, and its exit status says so."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from ideaboard.extensions import db as database
from ideaboard.foundation.clock import now
from ideaboard.foundation.database import transaction
from ideaboard.jobs import schedule
from ideaboard.jobs.doctor import doctor
from ideaboard.models import Delivery
from tests.notifications.imap import Mailbox
from tests.notifications.relay import Relay


@pytest.fixture
def call(own_app):
    """call() -> the command's result."""
    return lambda: own_app.test_cli_runner().invoke(doctor)


@pytest.fixture
def worker(own_app):
    with own_app.app_context():
        schedule.pulse("somebody", now())


def test_all_is_well(call, worker):
    said = call()
    assert said.exit_code == 0, said.output
    assert "WRONG" not in said.output
    for words in ("Python: 3.", "database: ", "migrations: none pending", "worker: last seen", "mails: none waiting"):
        assert words in said.output
    if "SQLite" in said.output:
        assert "pragma synchronous: 2" in said.output and "write-ahead log: " in said.output


def test_no_worker_is_wrong(call):
    said = call()
    assert said.exit_code == 1
    assert "WRONG  worker: never seen" in said.output


def test_mails_that_are_overdue_are_wrong(call, worker, own_app):
    with own_app.app_context(), transaction() as session:
        early = now() - timedelta(minutes=10)
        session.add(Delivery(kind="code", address="x@example.org", message_key="k", created_at=early, due_at=early))
    said = call()
    assert said.exit_code == 1
    assert "WRONG  mails: 1 waiting" in said.output and "x@example.org" not in said.output


def test_another_schema_is_wrong_and_ends_the_questions(call, own_app):
    with own_app.app_context(), database.engine.begin() as connection:
        connection.execute(text("DROP TABLE alembic_version"))
    said = call()
    assert said.exit_code == 1
    assert "WRONG  migrations: at nothing" in said.output and "db upgrade" in said.output
    assert "worker" not in said.output


@pytest.fixture
def given(own_app, monkeypatch):
    """given(smtp_url=…): settings for this test."""

    def set_them(**settings):
        for name, value in settings.items():
            monkeypatch.setattr(own_app.config["SETTINGS"], name, value)

    return set_them


def test_the_mail_server_is_asked(call, worker, given):
    assert "ok     mail server: none (SMTP_URL is not set)" in call().output
    with Relay() as relay:
        given(smtp_url=relay.url)
        said = call()
        assert said.exit_code == 0 and "ok     mail server: 127.0.0.1 answers" in said.output
        assert relay.arrived == []
    said = call()  # it is gone
    assert said.exit_code == 1 and "WRONG  mail server: the mail server at 127.0.0.1" in said.output


def test_the_mailbox_of_returned_mail_is_asked_and_left_as_it_is(call, worker, given):
    assert "returned mail: not read: RETURNED_MAIL_URL is not set" in call().output
    with Mailbox([b"Subject: hello\r\n\r\nhello"]) as box:
        given(returned_mail_url=box.url)
        assert "ok     returned mail: the mailbox can be read" in call().output and not box.seen
        box.password = "another"
        said = call()
    assert said.exit_code == 1 and "WRONG  returned mail: the mailbox at 127.0.0.1" in said.output
    assert "pass word" not in said.output


@pytest.mark.parametrize(("sent", "refused", "well"), [(10, 19, True), (200, 20, True), (100, 20, False)])
def test_a_large_share_that_did_not_arrive_is_wrong(call, worker, own_app, sent, refused, well):
    with own_app.app_context(), transaction() as session:
        moment, states = now(), ["sent"] * sent + ["refused"] * refused
        session.add_all(
            Delivery(
                kind="news",
                message_key=f"k{n}",
                created_at=moment,
                due_at=moment,
                settled_at=moment,
                state=state,
                cause="policy" if state == "refused" else None,
            )  # fmt: skip
            for n, state in enumerate(states)
        )
    said = call()
    assert said.exit_code == (0 if well else 1)
    assert f"not delivered: {refused} of {sent + refused} in 7 days" in said.output and "mostly: policy" in said.output
