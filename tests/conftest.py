"""Fixtures: one database a session, each test in a transaction that is rolled back, and the named cast.

`pytest` runs on SQLite; `pytest --postgresql` on an embedded PostgreSQL. `own_app` is for what needs real commits:
concurrency, deferred constraints, processes.
"""

from __future__ import annotations

import contextvars
import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from config import Settings, normal_database_url
from ideaboard import create_app
from ideaboard.accounts.sessions import open_session
from ideaboard.events import dispatch
from ideaboard.extensions import db as database
from ideaboard.foundation.database import end_reading
from ideaboard.foundation.settings import settings as settings_in_force
from ideaboard.models import Board, BoardMember, Idea, Person, Status
from ideaboard.models.vocabulary import Audience, BoardRole, SiteRole
from ideaboard.workflow.progress import change_status
from tests import postgres

NOW = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)


def pytest_addoption(parser):
    parser.addoption("--postgresql", action="store_true", help="run on an embedded PostgreSQL")


def pytest_configure(config):
    if config.getoption("--postgresql"):
        postgres.start(config)


def pytest_unconfigure(config):
    postgres.stop(config)


def pytest_collection_modifyitems(config, items):
    if not config.getoption("--postgresql"):
        skip = pytest.mark.skip(reason="makes sense on PostgreSQL alone")
        for item in items:
            if "postgres" in item.keywords:
                item.add_marker(skip)


class OwnContextClient(FlaskClient):
    """Requests run in a context of their own, as in a server: nothing of the test's `g` or session leaks in."""

    def open(self, *args, **kwargs):
        kwargs.setdefault("headers", {})
        if kwargs.get("method", "GET") != "GET" and isinstance(kwargs["headers"], dict):
            kwargs["headers"] = {"Sec-Fetch-Site": "same-origin", **kwargs["headers"]}
        return contextvars.Context().run(super().open, *args, **kwargs)


def make_app(database_url: str, data_dir: Path, **settings):
    """Kept pages look at what is committed, so they are off where a test's deeds are rolled back."""
    settings.setdefault("kept_pages_mb", 0)
    app = create_app(
        Settings(
            environment="test",
            database_url=normal_database_url(database_url),
            secret_key=settings.pop("secret_key", "test-secret-" + "x" * 32),
            public_url=settings.pop("public_url", "http://localhost"),
            mail_from="ideas@example.org",
            data_dir=data_dir,
            **settings,
        )
    )
    app.test_client_class = OwnContextClient
    app.testing = True
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app


@pytest.fixture(scope="session")
def template(request, tmp_path_factory):
    """A migrated database with the cast in it; copied for the session and for each `own_app`."""
    folder = tmp_path_factory.mktemp("template")
    if request.config.getoption("--postgresql"):
        place = postgres.fresh_database(f"template_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}")
    else:
        place = f"sqlite:///{folder / 'template.db'}"
    app = make_app(place, folder)
    from flask_migrate import upgrade

    with app.app_context():
        upgrade()
        plant_cast()
        if database.engine.dialect.name == "sqlite":
            with database.engine.connect() as connection:
                connection.commit()
                connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.session.remove()
        database.engine.dispose()
    return place


def copy_of(template: str, name: str, folder: Path) -> str:
    """The address of a fresh copy of the template."""
    if template.startswith("sqlite"):
        shutil.copy(template.removeprefix("sqlite:///"), folder / f"{name}.db")
        return f"sqlite:///{folder / f'{name}.db'}"
    import psycopg

    source = template.split("/")[-1].split("?")[0]
    with psycopg.connect(
        dbname="postgres", user="postgres", host=os.environ[postgres.SERVER], autocommit=True
    ) as admin:
        admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{source}"')
    return postgres.database_url(os.environ[postgres.SERVER], name)


@pytest.fixture(scope="session")
def session_app(template, tmp_path_factory):
    folder = tmp_path_factory.mktemp("session")
    app = make_app(copy_of(template, f"session_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}", folder), folder)
    yield app
    with app.app_context():
        database.engine.dispose()


@pytest.fixture
def app(session_app):
    """The application in a transaction that is rolled back at the end; an application context is open."""
    settings_in_force.fill(session_app.config["SETTINGS"])
    # The database is rolled back after each test; the mails kept as files go here.
    shutil.rmtree(session_app.config["SETTINGS"].data_dir / "mail", ignore_errors=True)
    with session_app.app_context():
        engines = database.engines
        engine = engines[None]
        connection = engine.connect()
        outer = connection.begin()
        engines[None] = connection
        maker = database.session
        database.session = database._make_scoped_session({"join_transaction_mode": "create_savepoint"} | SESSION)
        try:
            yield session_app
        finally:
            database.session.remove()
            database.session = maker
            engines[None] = engine
            outer.rollback()
            connection.close()


SESSION = {"expire_on_commit": False}


@pytest.fixture
def db(app):
    """The session of the test itself (requests have their own)."""
    return database


@pytest.fixture
def own_app(template, tmp_path, request):
    """An application on a database of its own, with real commits; no context is open."""
    name = f"own_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{abs(hash(request.node.nodeid)) % 10**8}"
    app = make_app(copy_of(template, name, tmp_path), tmp_path)
    yield app
    with app.app_context():
        database.session.remove()
        database.engine.dispose()


# The named cast: who may do what.

CAST = {
    "ada": {"display_name": "Ada", "department": "Store Design"},
    "mo": {"display_name": "Mo", "is_moderator": True},
    "root": {"display_name": "Ruth", "site_role": SiteRole.ADMIN},
    "cole": {"display_name": "Cole", "site_role": SiteRole.COLLEAGUE},
    "vera": {"display_name": "Vera"},
    "noor": {"display_name": "Noor"},
    "oskar": {"display_name": "Oskar"},
    "lena": {"display_name": "Lena"},  # listed on the panel's board
}


def plant_cast() -> None:
    """Ada staff of Drinks and Panel, Mo moderator, Ruth admin, Cole colleague, Vera, Noor, Oskar, Lena (listed)."""
    with database.session.begin():
        people = {
            name: Person(email=f"{name}@example.org", avatar_seed=name, created_at=NOW - timedelta(days=90), **facts)
            for name, facts in CAST.items()
        }
        database.session.add_all(people.values())
        database.session.flush()
        drinks = Board(
            slug="drinks",
            name="Drinks",
            owner_id=people["ada"].id,
            created_at=NOW - timedelta(days=90),
            brief_asks="What should we pour?",
            brief_fixed="Prices follow the contract.",
            brief_decides="Ada, Store Design",
            brief_hear="Within five days.",
        )
        panel = Board(
            slug="panel",
            name="Panel",
            owner_id=people["ada"].id,
            created_at=NOW - timedelta(days=90),
            who_may_see=Audience.LISTED,
            who_may_submit=Audience.LISTED,
            who_may_vote=Audience.LISTED,
            who_may_comment=Audience.LISTED,
        )
        database.session.add_all([drinks, panel])
        database.session.flush()
        database.session.add_all(
            [
                BoardMember(board_id=drinks.id, person_id=people["ada"].id, role=BoardRole.STAFF),
                BoardMember(board_id=panel.id, person_id=people["ada"].id, role=BoardRole.STAFF),
                BoardMember(board_id=panel.id, person_id=people["lena"].id, role=BoardRole.LISTED),
            ]
        )


class Cast:
    """`cast.vera`, …: the person as loaded now; `cast.drinks`, `cast.panel`: the boards."""

    def __getattr__(self, name):
        if name in CAST:
            found = database.session.execute(
                database.select(Person).where(Person.email == f"{name}@example.org")
            ).scalar_one()
        else:
            found = database.session.execute(database.select(Board).where(Board.slug == name)).scalar_one()
        database.session.commit()
        return found


@pytest.fixture
def cast(app) -> Cast:
    return Cast()


@pytest.fixture
def make_idea(app, cast):
    """make_idea(title, author=…, board=…, …) -> an idea as a row, straight into the tables (no verb, no event)."""

    def make(title="Oat milk without the extra charge", *, author=..., board=None, at=NOW, **columns) -> Idea:
        author = cast.vera if author is ... else author
        idea = Idea(
            title=title,
            slug="-".join(title.lower().split())[:60],
            body=columns.pop("body", "I drink two a day."),
            body_html="<p>I drink two a day.</p>",
            excerpt="I drink two a day.",
            author_id=author.id if author else None,
            board_id=(board or cast.drinks).id,
            created_at=at,
            visible_at=columns.pop("visible_at", at),
            **columns,
        )
        database.session.add(idea)
        database.session.commit()
        return idea

    return make


@pytest.fixture
def move(cast):
    """move(idea, 'coming_soon', days=3, month=date(2026, 6, 1)) -> the change, `days` after NOW, by Ada, or on other boards by Ruth."""

    def change(idea, stage, outcome=None, *, text="We do it.", days=1.0, month=None, **more):
        status_id = database.session.scalar(
            database.select(Status.id).where(Status.stage == stage).order_by(Status.position)
        )
        by = cast.ada if idea.board_id in (cast.drinks.id, cast.panel.id) else cast.root
        end_reading()
        at = NOW + timedelta(days=days)
        made = change_status(
            idea.id, by, at, status_id=status_id, outcome=outcome, text=text, promised_on=month, **more
        )
        database.session.commit()
        return made

    return change


@pytest.fixture
def tell(app):
    """tell(now): dispatch every Event that waits."""

    def all_events(now=NOW):
        end_reading()
        while dispatch.dispatch_one("test", now):
            pass

    return all_events


@pytest.fixture
def guest(app):
    """A client without cookies."""
    return app.test_client()


@pytest.fixture
def client_of(app):
    """client_of(person) -> a signed-in client."""

    def sign_in(person: Person):
        client = app.test_client()
        token = open_session(person, datetime.now(UTC))
        with client.session_transaction() as cookie:
            cookie["_user_id"] = token
            cookie["_fresh"] = True
        return client

    return sign_in


@pytest.fixture
def reload(app):
    """reload(row) -> the row as the database has it now."""

    def again(row):
        database.session.rollback()
        database.session.refresh(row)
        database.session.commit()
        return row

    return again


@pytest.fixture
def count_rows(app):
    """count_rows('vote') -> how many rows a table has."""
    return lambda table: database.session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
