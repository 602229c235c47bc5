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
