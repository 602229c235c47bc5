"""Migrations say what the models say, and run up and down on a filled database."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, text

from ideaboard.extensions import db


def test_models_and_migrations_agree(own_app):
    with own_app.app_context(), db.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), db.metadata) == []


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
