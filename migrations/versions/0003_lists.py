"""Lists: each order kept by an index, for all ideas, by board and by standing; counts hidden until one has voted.

Columns are added by ALTER TABLE and never by making the table anew (0002 says why).
"""

from datetime import UTC, datetime, timedelta

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
_OF_CHANGES = {
    "ix_status_change_month": (["promised_on", "idea_id"], "stage = 'coming_soon'"),
    "ix_status_change_promised": (["promised_on", "idea_id"], "promised_on IS NOT NULL"),
    "ix_status_change_imported": (["idea_id"], "origin = 'import'"),
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

# The scores of lists as they were meant when this was written (models/ranking.py). Looks were not counted before: an idea
# is taken to have had as many as its votes say.
_EPOCH, _HALF_LIFE = datetime(2026, 1, 1, tzinfo=UTC), timedelta(days=90)
_TRIAL, _IN_TRIAL, _LOOKS_A_VOTE, _DAY, _RESTED = 33, 2.0, 10, 86_400, 1e11
_AT_ONCE = 5_000  # ids a round; 152,322 ideas with 2 million votes take seconds


def upgrade():
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table, column, (on_sqlite, on_postgresql), rest in _COLUMNS:
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column} {on_sqlite if sqlite else on_postgresql} {rest}")
    for statement in _FILL:
        op.execute(statement)
    _fill_scores(op.get_bind())
    if not sqlite:  # rows written twice have deferred keys to check, and until then no index may be made
        op.execute("SET CONSTRAINTS ALL IMMEDIATE")
        op.execute("SET CONSTRAINTS ALL DEFERRED")
    for name in _BEFORE:
        op.drop_index(name, "idea")
    for name, columns, where in _indexes():
        op.create_index(name, "idea", columns, sqlite_where=where, postgresql_where=where)
    for name, (columns, condition) in _OF_CHANGES.items():
        where = sa.text(condition)
        op.create_index(name, "status_change", columns, sqlite_where=where, postgresql_where=where)


def _fill_scores(connection):
    moment = sa.DateTime(timezone=True)
    idea = sa.table("idea", sa.column("id"), sa.column("votes_count"), sa.column("visible_at", moment))
    vote = sa.table("vote", sa.column("idea_id"), sa.column("cast_at", moment), sa.column("set_aside_at"))
    last = connection.execute(sa.select(sa.func.max(idea.c.id))).scalar() or 0
    for first in range(0, last + 1, _AT_ONCE):
        among = (first, first + _AT_ONCE - 1)
        sums = {}
        votes = sa.select(vote.c.idea_id, vote.c.cast_at).where(vote.c.set_aside_at.is_(None))
        for idea_id, at in connection.execute(votes.where(vote.c.idea_id.between(*among))):
            sums[idea_id] = sums.get(idea_id, 0.0) + _weight(at)
        ideas = sa.select(idea).where(idea.c.visible_at.is_not(None), idea.c.id.between(*among))
        rows = []
        for idea_id, count, born in connection.execute(ideas).all():
            looks = _LOOKS_A_VOTE * count
            rested = looks >= _TRIAL
            trending = (_weight(born) + sums.get(idea_id, 0.0)) / (looks if rested else _IN_TRIAL)
            due = _aware(born).timestamp() + looks * _DAY + (_RESTED if rested else 0)
            rows.append({"which": idea_id, "looks": looks, "trending": trending, "due": due})
        if rows:
            connection.execute(
                sa.text(
                    "UPDATE idea SET views_count = :looks, trending = :trending, showing_due = :due WHERE id = :which"
                ),
                rows,
            )


def _weight(at):
    return 2.0 ** ((_aware(at) - _EPOCH) / _HALF_LIFE)


def _aware(at):
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def downgrade():
    for name in _OF_CHANGES:
        op.drop_index(name, "status_change")
    for name, _, _ in _indexes():
        op.drop_index(name, "idea")
    for name, columns in _BEFORE.items():
        op.create_index(name, "idea", columns)
    for table, column, _, _ in reversed(_COLUMNS):
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")


def _indexes():
    for order, (columns, also) in _ORDERS.items():
        where = sa.text(f"{_OPEN} AND {also}" if also else _OPEN)
        for scope in ("board_id",) if order == "waiting" else ("", "board_id", "standing"):
            name = f"ix_idea_{order}_{scope.removesuffix('_id')}".rstrip("_")
            yield name, [*filter(None, (scope,)), *columns], where
