"""Lists: each order kept by an index, for all ideas, by board and by standing; counts hidden until one has voted.

Columns are added by ALTER TABLE and never by making the table anew (0002 says why).
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_OPEN = (
    "visible_at IS NOT NULL AND held_at IS NULL AND hidden_at IS NULL"
    " AND taken_back_at IS NULL AND merged_into_id IS NULL"
)
_ORDERS = {
    "trending": (("trending", "id"), None),
    "votes": (("votes_count", "imported_votes", "id"), None),
    "newest": (("visible_at", "id"), None),
    "discussed": (("comments_count", "id"), None),
    "waiting": (("visible_at", "id"), "standing IN ('received', 'under_review')"),
    "unseen": (("showing_due", "id"), None),
    "imported": (("imported_votes", "id"), "imported_votes > 0"),
}
_BEFORE = {
    "ix_idea_board_newest": ["board_id", "visible_at", "id"],
    "ix_idea_newest": ["visible_at", "id"],
    "ix_idea_most_voted": ["votes_count", "imported_votes", "id"],
    "ix_idea_board_most_voted": ["board_id", "votes_count", "imported_votes", "id"],
}
# table, column, its type on SQLite and on PostgreSQL, the rest
_COLUMNS = (
    ("idea", "standing", ("VARCHAR(20)", "VARCHAR(20)"), "NOT NULL DEFAULT 'received'"),
    ("idea", "trending", ("DOUBLE", "DOUBLE PRECISION"), "NOT NULL DEFAULT 0"),
    ("idea", "views_count", ("INTEGER", "INTEGER"), "NOT NULL DEFAULT 0"),
    ("idea", "showing_due", ("DOUBLE", "DOUBLE PRECISION"), "NOT NULL DEFAULT 0"),
    ("board", "hides_counts", ("BOOLEAN", "BOOLEAN"), "NOT NULL DEFAULT FALSE"),
)
_FILL = (
    "UPDATE idea SET standing = (SELECT COALESCE(c.outcome, c.stage) FROM status_change c WHERE c.id = idea.change_id)"
    " WHERE change_id IS NOT NULL",
)


def upgrade():
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table, column, (on_sqlite, on_postgresql), rest in _COLUMNS:
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column} {on_sqlite if sqlite else on_postgresql} {rest}")
    for statement in _FILL:
        op.execute(statement)
    for name in _BEFORE:
        op.drop_index(name, "idea")
    for name, columns, where in _indexes():
        op.create_index(name, "idea", columns, sqlite_where=where, postgresql_where=where)


def downgrade():
    for name, _, _ in _indexes():
        op.drop_index(name, "idea")
    for name, columns in _BEFORE.items():
        op.create_index(name, "idea", columns)
    for table, column, _, _ in reversed(_COLUMNS):
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")


def _indexes():
    for order, (columns, also) in _ORDERS.items():
        where = sa.text(f"{_OPEN} AND {also}" if also else _OPEN)
        for scope in ("", "board_id", "standing"):
            name = f"ix_idea_{order}_{scope.removesuffix('_id')}".rstrip("_")
            yield name, [*filter(None, (scope,)), *columns], where
