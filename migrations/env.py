"""How migrations run. Batch mode with foreign keys on silently deletes child rows (votes), so they are off here."""

from alembic import context
from flask import current_app
from sqlalchemy import text

db = current_app.extensions["migrate"].db


def include_object(thing, name, kind, reflected, compare_to):
    """Full-text tables are made by code of their own, not by autogeneration."""
    return not (kind == "table" and "_fts" in name)


def run_migrations_online():
    engine = db.engine
    sqlite = engine.dialect.name == "sqlite"
    with engine.connect() as connection:
        if sqlite:
            # On the driver connection, before BEGIN: inside a transaction the pragma does nothing.
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")
        try:
            context.configure(
                connection=connection,
                target_metadata=db.metadata,
                include_object=include_object,
                render_as_batch=True,
                transactional_ddl=True,
                transaction_per_migration=True,
                compare_type=True,
            )
            with context.begin_transaction():
                context.run_migrations()
            if sqlite:
                broken = connection.execute(text("PRAGMA foreign_key_check")).fetchall()
                if broken:
                    raise RuntimeError(f"the migration broke {len(broken)} foreign keys, first: {broken[0]}")
        finally:
            connection.rollback()
            if sqlite:
                connection.connection.driver_connection.execute("PRAGMA foreign_keys=ON")


run_migrations_online()
