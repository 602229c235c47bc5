"""Similar: what is found alike before posting, and the reason of whom it did not stop.

The tables are filled by the worker, from the ideas (similar/folding.py): going down loses nothing that could not be
made anew, save the reasons.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_KEY = sa.BigInteger().with_variant(sa.Integer, "sqlite")
# 0002 says why columns are added by ALTER TABLE. On SQLite a column that is a key must stand in the table's own words.
_COLUMNS = (
    ("idea", "different_from_id", "BIGINT", "INTEGER", "REFERENCES idea (id)"),
    ("idea", "different_because", "TEXT", "TEXT", "NOT NULL DEFAULT ''"),
    ("draft", "different_from_id", "BIGINT", "INTEGER", "REFERENCES idea (id)"),
    ("draft", "different_because", "TEXT", "TEXT", "NOT NULL DEFAULT ''"),
)


def upgrade():
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table, column, on_postgresql, on_sqlite, rest in _COLUMNS:
        if rest.startswith("REFERENCES"):
            rest = f"CONSTRAINT fk_{table}_{column}_idea {rest}"
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column} {on_sqlite if sqlite else on_postgresql} {rest}")
    op.create_table(
        "similar_shape",
        sa.Column("idea_id", _KEY, nullable=False),
        sa.Column("board_id", sa.Integer, nullable=False),
        sa.Column("is_paired", sa.Boolean, nullable=False),
        sa.Column("shape", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("idea_id", name="pk_similar_shape"),
        sa.ForeignKeyConstraint(["idea_id"], ["idea.id"], name="fk_similar_shape_idea_id_idea", ondelete="CASCADE"),
    )
    op.create_table(
        "similar_fresh",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("idea_id", _KEY, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_similar_fresh"),
        sa.ForeignKeyConstraint(["idea_id"], ["idea.id"], name="fk_similar_fresh_idea_id_idea", ondelete="CASCADE"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_similar_fresh_idea_id", "similar_fresh", ["idea_id"])
    op.create_table(
        "similar_segment",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ideas", sa.Integer, nullable=False),
        sa.Column("title_words", sa.Integer, nullable=False),
        sa.Column("body_words", sa.Integer, nullable=False),
        sa.Column("mark", sa.String(300), nullable=False),
        sa.Column("members", sa.LargeBinary, nullable=False),
        sa.Column("held_by", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_similar_segment"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "similar_posting",
        sa.Column("term", _KEY, nullable=False, autoincrement=False),
        sa.Column("segment_id", _KEY, nullable=False, autoincrement=False),
        sa.Column("ideas", sa.Integer, nullable=False),
        sa.Column("members", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("term", "segment_id", name="pk_similar_posting"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_similar_posting_segment_id", "similar_posting", ["segment_id"])
    op.create_table(
        "similar_pair",
        sa.Column("idea_id", _KEY, nullable=False),
        sa.Column("other_id", _KEY, nullable=False),
        sa.Column("likeness", sa.Float, nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("idea_id", "other_id", name="pk_similar_pair"),
        sa.ForeignKeyConstraint(["idea_id"], ["idea.id"], name="fk_similar_pair_idea_id_idea", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["other_id"], ["idea.id"], name="fk_similar_pair_other_id_idea", ondelete="CASCADE"),
    )
    op.create_index("ix_similar_pair_other_id", "similar_pair", ["other_id"])


def downgrade():
    for table in ("similar_pair", "similar_posting", "similar_segment", "similar_fresh", "similar_shape"):
        op.drop_table(table)
    for table, column, *_ in reversed(_COLUMNS):
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
