"""Migrations say what the models say, and run up and down on a filled database."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, text

from ideaboard.extensions import db
from ideaboard.models import Idea
from ideaboard.models.ranking import looks_before_counting
from ideaboard.site.demo.plant import plant
from ideaboard.voting.trending import computed
from tests.conftest import NOW


def test_models_and_migrations_agree(own_app):
    with own_app.app_context(), db.engine.connect() as connection:
        assert _drift(connection) == []


def test_down_and_up_again_on_a_filled_database(own_app):
    with own_app.app_context():
        db.session.remove()
        downgrade(revision="base")
        tables = set(inspect(db.engine).get_table_names()) - {"alembic_version", "sqlite_sequence"}
        assert tables == set()
        upgrade()
        with db.engine.connect() as connection:
            stages = connection.execute(text("SELECT stage FROM status ORDER BY position")).scalars().all()
    assert stages == ["under_review", "reviewed", "coming_soon", "launched"]


def test_to_the_second_floor_and_back_loses_and_changes_no_row(own_app):
    with own_app.app_context():
        db.session.remove()
        downgrade(revision="base")
        upgrade()  # empty, as the demo wants it
        plant(NOW)
        db.session.remove()
        downgrade(revision="0001")
        before = _dump()
        with db.engine.connect() as connection:
            mailed = "SELECT count(*) FROM notification JOIN delivery d ON d.id = delivery_id WHERE d.state = 'sent'"
            by_mail = connection.execute(text(mailed)).scalar_one()
        upgrade()
        with db.engine.connect() as connection:
            told = dict(connection.execute(text("SELECT told_by, count(*) FROM notification GROUP BY told_by")).all())
            defaults = connection.execute(text("SELECT promise_votes, promise_days FROM board")).all()
        assert _wrong_scores() == []
        downgrade(revision="0001")
        assert _dump() == before
        upgrade()
        with db.engine.connect() as connection:
            assert _drift(connection) == []
    assert told == {"mail": by_mail, "inbox": len(before["notification"]) - by_mail}
    assert min(told.values()) > 5
    assert set(defaults) == {(50, 14)}


def _wrong_scores() -> list:
    """Ideas whose place in lists, as the migration wrote it, is not what the formulas of today say."""
    stored = db.session.execute(
        db.select(Idea.id, Idea.trending, Idea.showing_due, Idea.views_count, Idea.votes_count).order_by(Idea.id)
    ).all()
    found = computed([row.id for row in stored])
    db.session.remove()
    return [
        row
        for row in stored
        if (row.trending, row.showing_due) != pytest.approx(found[row.id])
        or row.views_count != looks_before_counting(row.votes_count)
    ]


def _drift(connection) -> list:
    """What autogenerate would change; the full-text table is of either database's own kind, and in no model."""
    own = {"include_object": lambda thing, name, kind, reflected, to: not (kind == "table" and "_fts" in name)}
    return compare_metadata(MigrationContext.configure(connection, opts=own), db.metadata)


def _dump() -> dict[str, list]:
    """{table: its rows, sorted, columns by name}."""
    with db.engine.connect() as connection:
        inspector = inspect(connection)
        found = {}
        for table in sorted(set(inspector.get_table_names()) - {"sqlite_sequence"}):
            columns = ", ".join(f'"{name}"' for name in sorted(c["name"] for c in inspector.get_columns(table)))
            rows = connection.execute(text(f"SELECT {columns} FROM {table}")).all()  # noqa: S608
            found[table] = sorted(map(repr, rows))
        return found
