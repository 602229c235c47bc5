"""Production serves nothing while demo people can sign in: asked at the start, and again before the first answer."""

import click
from flask import Flask
from sqlalchemy.exc import DBAPIError

from config import UnsafeSettings
from ideaboard.accounts.demo_people import demo_people_exist
from ideaboard.extensions import db
from ideaboard.foundation.database import end_reading
from ideaboard.foundation.settings import settings

SENTENCE = (
    "The database holds the demo's people, and anybody can be them: press “Start for real” in the demo, or run "
    "`flask --app wsgi demo --start-for-real`, before production starts."
)


def install(app: Flask) -> None:
    """Raise UnsafeSettings when this is a production server beside demo people. Commands may still run, to remove them."""
    if settings.environment != "production":
        return
    if _will_serve() and _there(app):
        raise UnsafeSettings(SENTENCE)
    asked = []

    @app.before_request
    def ask_once():
        if not asked:
            if demo_people_exist():
                raise UnsafeSettings(SENTENCE)
            end_reading()
            asked.append(True)


def _will_serve() -> bool:
    command = click.get_current_context(silent=True)
    return command is None or command.info_name == "run"


def _there(app: Flask) -> bool:
    """False also where the database has no tables yet, or does not answer: then the first request asks."""
    with app.app_context():
        try:
            return demo_people_exist()
        except DBAPIError:
            return False
        finally:
            db.session.remove()
            db.engine.dispose()  # a server forks after this
