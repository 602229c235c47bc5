"""The database before the first request: at the code's revision, with the demo or with a way in for the first admin."""

from __future__ import annotations

import io
from contextlib import redirect_stdout

import click
import flask_migrate
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask.cli import ScriptInfo
from sqlalchemy import exists, select
from sqlalchemy.exc import OperationalError

from ideaboard.extensions import db
from ideaboard.models.board import Board
from ideaboard.models.person import Person
from ideaboard.models.vocabulary import Origin
from ideaboard.serving.preparation import Trouble


def bring_up_to_date(app: Flask) -> None:
    """Migrate to the code's revision; raise Trouble for a database that a newer Ideaboard has migrated."""
    with app.app_context():
        scripts = ScriptDirectory.from_config(app.extensions["migrate"].migrate.get_config())
        known = {script.revision for script in scripts.walk_revisions()}
        try:
            with db.engine.connect() as connection:
                standing = set(MigrationContext.configure(connection).get_current_heads())
        except OperationalError as reason:
            raise Trouble(f"The database cannot be opened: {reason.orig}. Check DATABASE_URL.") from None
        if not standing <= known:
            raise Trouble(
                f"The database is newer than this code (its revision is {', '.join(sorted(standing))}): "
                "start the version of Ideaboard that wrote it, or a later one."
            )
        if standing != set(scripts.get_heads()):
            if standing:
                print("The database is of an older version: bringing it to this one ...", flush=True)
            flask_migrate.upgrade()


def is_empty(app: Flask) -> bool:
    """Whether nobody was here yet."""
    return not (_any(app, Person.id.is_not(None)) or _any(app, Board.id.is_not(None)))


def has_demo_people(app: Flask) -> bool:
    return _any(app, Person.origin == Origin.DEMO)


def has_admin(app: Flask) -> bool:
    return _any(app, Person.administers())


def _any(app: Flask, condition) -> bool:
    with app.app_context(), db.engine.connect() as connection:
        return connection.scalar(select(exists().where(condition)))


def close(app: Flask) -> None:
    """Leave no connection behind: what is open in the parent would be shared by its children."""
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def command(app: Flask, *words: str) -> None:
    """Run one of the application's commands (`flask --app wsgi ...`) in this process; Trouble says why it did not."""
    try:
        app.cli.main(args=list(words), prog_name="flask", standalone_mode=False, obj=ScriptInfo(create_app=lambda: app))
    except click.ClickException as reason:
        raise Trouble(reason.format_message()) from None


def said_by(app: Flask, *words: str) -> str:
    """Run a command, give what it printed."""
    said = io.StringIO()
    with redirect_stdout(said):
        command(app, *words)
    return said.getvalue().strip()
