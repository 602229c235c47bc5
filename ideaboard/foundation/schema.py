"""Whether the database stands where this code needs it. Asked by commands, which may meet a database of any age."""

from pathlib import Path

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import OperationalError

from ideaboard.extensions import db, gettext
from ideaboard.foundation.database import end_reading
from ideaboard.foundation.refusals import Refusal

_MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"


class OtherSchema(Refusal):
    """The database is not there, older or newer; the sentence says which, and what to do."""


def revisions() -> tuple[set[str], set[str], set[str]]:
    """(where the database stands, what this code wants, all that it knows). Raises OtherSchema when it cannot be read."""
    scripts = ScriptDirectory(str(_MIGRATIONS))
    try:
        standing = set(MigrationContext.configure(db.session.connection()).get_current_heads())
    except OperationalError as trouble:
        db.session.rollback()
        raise OtherSchema(
            gettext("The database cannot be opened: %(why)s. Check DATABASE_URL.", why=str(trouble.orig).strip())
        ) from None
    end_reading()
    return standing, set(scripts.get_heads()), {script.revision for script in scripts.walk_revisions()}


def require_schema() -> None:
    """Raise OtherSchema unless the database is of this version."""
    standing, wanted, known = revisions()
    if not standing <= known:
        raise OtherSchema(
            gettext("The database is newer than this code. Use the version of Ideaboard that wrote it, or a later one.")
        )
    if standing != wanted:
        raise OtherSchema(gettext("The database is not up to date. Bring it there first: flask --app wsgi db upgrade"))
