"""Trending: votes for a look from the first look on, and a longer trial (models/ranking.py, of the day this was written).

One pass of arithmetic over what is stored: no votes are read, and the numbers of an idea that never was visible stay 0.
"""

from alembic import op

revision = "0007"
down_revision = "0006"

_BEFORE = "(CASE WHEN views_count < 33 THEN 2.0 ELSE views_count END)"
_AFTER = "(CASE WHEN views_count < 50 THEN (views_count + 1) / 10.0 ELSE views_count + 1.0 END)"
_LONGER = "views_count >= 33 AND views_count < 50 AND visible_at IS NOT NULL"  # in their trial again


def upgrade():
    op.execute(f"UPDATE idea SET trending = trending * {_BEFORE} / {_AFTER} WHERE trending > 0")
    op.execute(f"UPDATE idea SET showing_due = showing_due - 1e11 WHERE {_LONGER}")


def downgrade():
    op.execute(f"UPDATE idea SET trending = trending * {_AFTER} / {_BEFORE} WHERE trending > 0")
    op.execute(f"UPDATE idea SET showing_due = showing_due + 1e11 WHERE {_LONGER}")
