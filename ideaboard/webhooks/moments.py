"""The database's clock: machines whose clocks differ agree on what is due and sign the same moment."""

from datetime import datetime

from sqlalchemy import select, type_coerce

from ideaboard.extensions import db
from ideaboard.foundation import dialects_sql
from ideaboard.foundation.database import UtcDateTime, dialect_name


def database_now() -> datetime:
    return db.session.execute(
        select(type_coerce(dialects_sql.database_clock(dialect_name()), UtcDateTime))
    ).scalar_one()


def due_at_once(now: datetime) -> datetime:
    """`now`, or the database's when this machine's clock is ahead of it."""
    return min(now, database_now())
