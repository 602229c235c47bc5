"""Merging: two ideas become one and may part again; a comment becomes an idea of its own.

Columns are added by ALTER TABLE and never by making the table anew (0002 says why).
"""

import sqlalchemy as sa
from alembic import op

import ideaboard.foundation.database

revision = "0006"
down_revision = "0005"

_KEY = ("INTEGER", "BIGINT")
# table, column, its type on SQLite and on PostgreSQL, the rest
_COLUMNS = (
    ("idea", "has_kin", ("BOOLEAN", "BOOLEAN"), "NOT NULL DEFAULT FALSE"),
    ("follow", "carried", ("INTEGER", "INTEGER"), "NOT NULL DEFAULT 0"),
    ("comment", "origin_idea_id", _KEY, "CONSTRAINT fk_comment_origin_idea_id_idea REFERENCES idea (id)"),
    ("comment", "became_idea_id", _KEY, "CONSTRAINT fk_comment_became_idea_id_idea REFERENCES idea (id)"),
    ("event", "merge_id", _KEY, "CONSTRAINT fk_event_merge_id_merge REFERENCES merge (id)"),
)


def _where(condition):
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def upgrade():
    key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    moment = ideaboard.foundation.database.UtcDateTime(timezone=True)
    op.create_table(
        "merge",
        sa.Column("id", key, nullable=False),
        sa.Column("idea_id", key, nullable=False),
        sa.Column("into_id", key, nullable=False),
        sa.Column("actor_id", key, nullable=True),
        sa.Column("merged_at", moment, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("note_html", sa.Text(), nullable=False),
        sa.Column("renderer_version", sa.Integer(), nullable=False),
        sa.Column("votes", sa.Integer(), nullable=False),
        sa.Column("both", sa.Integer(), nullable=False),
        sa.Column("unmerged_at", moment, nullable=True),
        sa.Column("unmerged_by_id", key, nullable=True),
        sa.Column("unmerge_note", sa.Text(), nullable=True),
        sa.Column("unmerge_note_html", sa.Text(), nullable=True),
        sa.CheckConstraint("idea_id <> into_id", name=op.f("ck_merge_two_ideas")),
        sa.CheckConstraint("length(trim(note, ' \t\n\r')) > 0", name=op.f("ck_merge_has_a_note")),
        sa.CheckConstraint("(unmerged_at IS NULL) = (unmerge_note IS NULL)", name=op.f("ck_merge_undone_in_words")),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_merge_{column}_{table}"))
            for column, table in (
                ("idea_id", "idea"), ("into_id", "idea"), ("actor_id", "person"), ("unmerged_by_id", "person"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merge")),
        sqlite_autoincrement=True,
    )  # fmt: skip
    op.create_index("uq_merge_standing", "merge", ["idea_id"], unique=True, **_where("unmerged_at IS NULL"))
    op.create_index("ix_merge_idea", "merge", ["idea_id"])
    op.create_index("ix_merge_into", "merge", ["into_id"])
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table, column, (on_sqlite, on_postgresql), rest in _COLUMNS:
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column} {on_sqlite if sqlite else on_postgresql} {rest}")
    op.create_index("ix_idea_merged_into", "idea", ["merged_into_id"], **_where("merged_into_id IS NOT NULL"))
    op.create_index("uq_comment_became", "comment", ["became_idea_id"], unique=True)


def downgrade():
    op.drop_index("uq_comment_became", "comment")
    op.drop_index("ix_idea_merged_into", "idea")
    for table, column, _, _ in reversed(_COLUMNS):
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    for name in ("ix_merge_into", "ix_merge_idea", "uq_merge_standing"):
        op.drop_index(name, "merge")
    op.drop_table("merge")
