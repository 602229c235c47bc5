"""SIGKILL at any statement of an import, then the same command again: equal to the undisturbed, table by table."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from tests.transfer.conftest import STATUSES, as_lines

ROOT = Path(__file__).resolve().parents[2]
# The command as an operator runs it, save that its own hand pulls the plug before the statement numbered KILL_AT.
SCRIPT = """
import os, signal, sys
from sqlalchemy import event
from sqlalchemy.engine import Engine
from ideaboard.transfer import bulk, ideas_import
ideas_import.BATCH = 7
left = int(os.environ["KILL_AT"])

@event.listens_for(Engine, "before_cursor_execute")
def count(connection, cursor, statement, parameters, context, executemany):
    global left
    if not statement.startswith("PRAGMA"):
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

from wsgi import application
print(application.test_cli_runner().invoke(args=sys.argv[1:]).output)
print("STATEMENTS", int(os.environ["KILL_AT"]) - left)
"""


@pytest.fixture
def export(put):
    ideas = [
        {
            "id": i,
            "title": f"Idea {i}",
            "summary": f"Text *{i}*",
            "created_at": f"2016-01-{i % 28 + 1:02}",
            "status": ("accepted", "rejected", "")[i % 3],
            "author_id": i % 5 or None,
            "author": f"user-{i % 5}",
            "author_organization": i % 7 == 0,
            "total_votes": i,
        }
        for i in range(1, 31)
    ]
    comments = [
        {
            "id": i,
            "proposal_id": i % 4 + 1,
            "ancestry": f"{i - 4}" if i > 8 else None,
            "author_id": i % 9,
            "author": f"user-{i % 9}",
            "body_html": f"<p>Comment <b>{i}</b></p>",
            "created_at": f"2016-02-{i % 28 + 1:02}T10:00:00",
            "hidden": i % 10 == 0,
        }
        for i in range(1, 41)
    ]
    files = put("city.jsonl", as_lines(ideas)), "--comments", put("talk.jsonl", as_lines(comments))
    return ["import-ideas", *map(str, files), "--board", "drinks", *STATUSES]


def start(app, arguments, kill_at=10**9) -> subprocess.CompletedProcess:
    settings = app.config["SETTINGS"]
    environment = os.environ | {
        "IDEABOARD_ENV": "test",
        "DATABASE_URL": settings.database_url,
        "DATA_DIR": str(settings.data_dir),
        "SECRET_KEY": "x" * 40,
        "KILL_AT": str(kill_at),
        "PYTHONPATH": str(ROOT),
    }
    return subprocess.run(
        [sys.executable, "-c", SCRIPT, *arguments],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )


def content(app) -> dict[str, list]:
    """Every row of every table that an import writes, with rows named by their keys instead of their numbers."""
    named = {
        "idea": "SELECT i.*, p.import_id AS author, o.external_id AS organisation, s.stage, c.outcome, c.origin AS how "
        "FROM idea i LEFT JOIN person p ON p.id = i.author_id LEFT JOIN organisation o ON o.id = i.organisation_id "
        "LEFT JOIN status_change c ON c.id = i.change_id LEFT JOIN status s ON s.id = i.status_id",
        "comment": "SELECT c.*, i.import_id AS idea, p.import_id AS author, q.import_id AS parent, r.import_id AS root "
        "FROM comment c JOIN idea i ON i.id = c.idea_id LEFT JOIN person p ON p.id = c.author_id "
        "LEFT JOIN comment q ON q.id = c.parent_id LEFT JOIN comment r ON r.id = c.root_id",
        "person": "SELECT * FROM person",
        "organisation": "SELECT * FROM organisation",
        "status_change": "SELECT c.*, i.import_id AS idea FROM status_change c JOIN idea i ON i.id = c.idea_id",
        "event": "SELECT e.*, i.import_id AS idea, c.import_id AS comment, p.import_id AS actor FROM event e "
        "LEFT JOIN idea i ON i.id = e.idea_id LEFT JOIN comment c ON c.id = e.comment_id "
        "LEFT JOIN person p ON p.id = e.actor_id",
    }
    numbers = {
        "id",
        "author_id",
        "organisation_id",
        "change_id",
        "idea_id",
        "parent_id",
        "root_id",
        "comment_id",
        "actor_id",
    }
    engine = create_engine(app.config["SETTINGS"].database_url)
    with engine.connect() as connection:
        tables = {
            table: sorted(
                repr([(name, value) for name, value in row.items() if name not in numbers])
                for row in connection.execute(text(query)).mappings()
            )
            for table, query in named.items()
        }
    engine.dispose()
    return tables


@pytest.fixture
def empty(own_app):
    """empty() -> the application, its database as before any import."""

    def clear():
        engine = create_engine(own_app.config["SETTINGS"].database_url)
        with engine.begin() as connection:
            connection.execute(text("UPDATE idea SET change_id = NULL, status_id = NULL"))
            for table in ("event", "comment", "status_change", "idea", "organisation"):
                connection.execute(text(f"DELETE FROM {table}"))
            connection.execute(text("DELETE FROM person WHERE origin = 'import'"))
        engine.dispose()
        return own_app

    return clear


@pytest.mark.slow
def test_killed_anywhere_and_run_again_equals_the_undisturbed(empty, export):
    app = empty()
    whole = start(app, export)
    assert "Written: 30 ideas, 40 comments" in whole.stdout, whole.stdout + whole.stderr
    undisturbed = content(app)
    assert {table: len(rows) for table, rows in undisturbed.items()} == {
        "idea": 30, "comment": 40, "person": 17, "organisation": 4, "status_change": 20, "event": 90
    }  # fmt: skip
    app = empty()
    kills = 0
    # Each run dies a little later than its first batch, in another place, until one has nothing left to die of.
    while start(app, export, kill_at=14 + 5 * (kills % 5)).returncode == -signal.SIGKILL:
        kills += 1
    assert kills >= 5
    assert content(app) == undisturbed
    assert "0 changes" in start(app, export).stdout
    assert content(app) == undisturbed


@pytest.mark.slow
def test_each_kill_by_itself_is_healed_by_one_more_run(empty, export):
    app = empty()
    statements = int(start(app, export).stdout.split("STATEMENTS")[1])
    undisturbed = content(app)
    for kill_at in (statements // 5, statements // 2, statements - 3):
        app = empty()
        assert start(app, export, kill_at).returncode == -signal.SIGKILL
        assert content(app) != undisturbed
        assert start(app, export).returncode == 0
        assert content(app) == undisturbed
