"""Everyone hears: digests, quiet hours, stories, promises, webhooks, private feeds.

Columns are added by ALTER TABLE and never by making the table anew (which on SQLite endangers the rows of
other tables that point at it, and the keys between an idea and its change). SQLite takes a CHECK or REFERENCES with the column that it adds.
"""

import sqlalchemy as sa
from alembic import op

import ideaboard.foundation.database

revision = "0002"
down_revision = "0001"


def _is_sqlite():
    return op.get_bind().dialect.name == "sqlite"


def _checked(table, column, test, default):
    return f"NOT NULL DEFAULT {default} CONSTRAINT ck_{table}_{column} CHECK ({column} {test})"


def _where(condition):
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


_SETTLED = _where("settled_at IS NOT NULL")
_WAITING_CODE = _where("state = 'waiting' AND kind = 'code'")
_INTEGER, _KEY, _TEXT = ("INTEGER", "INTEGER"), ("INTEGER", "BIGINT"), ("TEXT", "TEXT")
_CODE, _MOMENT, _YES_NO = ("VARCHAR(20)",) * 2, ("DATETIME", "TIMESTAMP WITH TIME ZONE"), ("BOOLEAN", "BOOLEAN")
_QUIET = (
    "(quiet_from IS NULL AND quiet_until IS NULL) OR (quiet_from BETWEEN 0 AND 23"
    " AND quiet_until BETWEEN 0 AND 23 AND quiet_from <> quiet_until)"
)
# A column comes after those that its CHECK names, and goes before them.
_COLUMNS = (
    ("board", "promise_votes", _INTEGER, _checked("board", "promise_votes", "BETWEEN 1 AND 100000", 50)),
    ("board", "promise_days", _INTEGER, _checked("board", "promise_days", "BETWEEN 1 AND 365", 14)),
    ("delivery", "cause", _CODE, ""),
    ("event", "story_id", _KEY, "CONSTRAINT fk_event_story_id_story REFERENCES story (id)"),
    ("idea", "promise_reached_at", _MOMENT, ""),
    ("notification", "told_at", _MOMENT, ""),
    (
        "notification",
        "told_by",
        _CODE,
        "CONSTRAINT ck_notification_told CHECK ((told_at IS NULL) = (told_by IS NULL))",
    ),
    ("person", "quiet_from", _INTEGER, ""),
    ("person", "quiet_until", _INTEGER, f"CONSTRAINT ck_person_quiet_hours CHECK ({_QUIET})"),
    ("site", "mails_a_week", _INTEGER, _checked("site", "mails_a_week", "BETWEEN 1 AND 1000", 7)),
    ("site", "frame_sites", _TEXT, "NOT NULL DEFAULT ''"),
    ("site", "shows_how_we_answer", _YES_NO, "NOT NULL DEFAULT TRUE"),
)
# What was told before this revision, from its deliveries.
_TOLD_ALREADY = (
    "UPDATE notification SET told_by = 'inbox', told_at = created_at WHERE delivery_id IS NULL",
    *(
        f"UPDATE notification SET told_by = '{told_by}', told_at ="  # noqa: S608 (words of this file)
        " (SELECT COALESCE(d.settled_at, d.created_at) FROM delivery d WHERE d.id = notification.delivery_id)"
        f" WHERE delivery_id IN (SELECT id FROM delivery WHERE state = '{state}')"
        for state, told_by in (("sent", "mail"), ("refused", "refused"), ("dropped", "lost"))
    ),
)


def upgrade():
    op.create_table(
        "feed_token",
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("token_hash", sa.String(length=300), nullable=False),
        sa.Column("created_at", ideaboard.foundation.database.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_feed_token_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_feed_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_feed_token_token_hash")),
    )
    op.create_table(
        "story",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("board_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("author_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("slug", sa.String(length=300), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("body_html", sa.Text(), nullable=False),
        sa.Column("renderer_version", sa.Integer(), nullable=False),
        sa.Column("excerpt", sa.String(length=300), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("asked_at", ideaboard.foundation.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("read_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("read_at", ideaboard.foundation.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("publish_at", ideaboard.foundation.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("published_at", ideaboard.foundation.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("created_at", ideaboard.foundation.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("edited_at", ideaboard.foundation.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("edited_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("hidden_at", ideaboard.foundation.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("origin", sa.String(length=20), nullable=False),
        sa.Column("form_token", sa.String(length=300), nullable=True),
        sa.CheckConstraint("(state = 'published') = (published_at IS NOT NULL)", name=op.f("ck_story_published")),
        sa.CheckConstraint("state <> 'scheduled' OR publish_at IS NOT NULL", name=op.f("ck_story_scheduled")),
        sa.CheckConstraint("state IN ('draft', 'read', 'scheduled', 'published')", name=op.f("ck_story_state")),
        sa.CheckConstraint("(read_by_id IS NULL) = (read_at IS NULL)", name=op.f("ck_story_read")),
        sa.CheckConstraint(
            "read_by_id IS NULL OR author_id IS NULL OR read_by_id <> author_id", name=op.f("ck_story_read_by_another")
        ),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_story_author_id_person")),
        sa.ForeignKeyConstraint(["board_id"], ["board.id"], name=op.f("fk_story_board_id_board")),
        sa.ForeignKeyConstraint(["edited_by_id"], ["person.id"], name=op.f("fk_story_edited_by_id_person")),
        sa.ForeignKeyConstraint(["read_by_id"], ["person.id"], name=op.f("fk_story_read_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_story")),
        sa.UniqueConstraint("form_token", name=op.f("uq_story_form_token")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("story", schema=None) as batch_op:
        batch_op.create_index("ix_story_due", ["state", "publish_at"], unique=False)
        batch_op.create_index("ix_story_newest", ["published_at", "id"], unique=False)

    op.create_table(
        "webhook",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("shape", sa.String(length=20), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("board_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("salt", sa.String(length=300), nullable=False),
        sa.Column("previous_salt", sa.String(length=300), nullable=True),
        sa.Column("previous_until", ideaboard.foundation.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", ideaboard.foundation.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("failing_since", ideaboard.foundation.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("paused_at", ideaboard.foundation.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("paused_because", sa.String(length=300), nullable=True),
        sa.CheckConstraint(
            "shape IN ('standard', 'slack', 'mattermost', 'discord', 'teams')", name=op.f("ck_webhook_shape")
        ),
        sa.CheckConstraint("(previous_salt IS NULL) = (previous_until IS NULL)", name=op.f("ck_webhook_rotating")),
        sa.ForeignKeyConstraint(["board_id"], ["board.id"], name=op.f("fk_webhook_board_id_board"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["created_by_id"], ["person.id"], name=op.f("fk_webhook_created_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "picture",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("story_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("digest", sa.String(length=300), nullable=False),
        sa.Column("content_type", sa.String(length=300), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=True),
        sa.Column("uploaded_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("uploaded_at", ideaboard.foundation.database.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["story_id"], ["story.id"], name=op.f("fk_picture_story_id_story"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["uploaded_by_id"], ["person.id"], name=op.f("fk_picture_uploaded_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_picture")),
        sa.UniqueConstraint("digest", name=op.f("uq_picture_digest")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("picture", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_picture_story_id"), ["story_id"], unique=False)

    op.create_table(
        "story_idea",
        sa.Column("story_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("idea_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["idea_id"], ["idea.id"], name=op.f("fk_story_idea_idea_id_idea")),
        sa.ForeignKeyConstraint(
            ["story_id"], ["story.id"], name=op.f("fk_story_idea_story_id_story"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("story_id", "idea_id", name=op.f("pk_story_idea")),
    )
    with op.batch_alter_table("story_idea", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_story_idea_idea_id"), ["idea_id"], unique=False)

    op.create_table(
        "clear_answer",
        sa.Column("change_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("is_clear", sa.Boolean(), nullable=False),
        sa.Column("answered_at", ideaboard.foundation.database.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["change_id"], ["status_change.id"], name=op.f("fk_clear_answer_change_id_status_change")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_clear_answer_person_id_person")),
        sa.PrimaryKeyConstraint("change_id", "person_id", name=op.f("pk_clear_answer")),
    )
    op.create_table(
        "webhook_call",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("webhook_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("message_id", sa.String(length=300), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("created_at", ideaboard.foundation.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("due_at", ideaboard.foundation.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("claimed_by", sa.String(length=300), nullable=True),
        sa.Column("lease_until", ideaboard.foundation.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(length=20), nullable=True),
        sa.Column("last_error", sa.String(length=300), nullable=True),
        sa.Column("last_status", sa.Integer(), nullable=True),
        sa.Column("log", sa.JSON(), nullable=False),
        sa.Column("settled_at", ideaboard.foundation.database.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'sent', 'failed', 'dropped')", name=op.f("ck_webhook_call_state")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_webhook_call_event_id_event")),
        sa.ForeignKeyConstraint(
            ["webhook_id"], ["webhook.id"], name=op.f("fk_webhook_call_webhook_id_webhook"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_call")),
        sa.UniqueConstraint("message_id", name=op.f("uq_webhook_call_message_id")),
        sa.UniqueConstraint("webhook_id", "event_id", name=op.f("uq_webhook_call_webhook_id_event_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("webhook_call", schema=None) as batch_op:
        batch_op.create_index("ix_webhook_call_log", ["webhook_id", "id"], unique=False)
        batch_op.create_index("ix_webhook_call_settled", ["settled_at", "state"], unique=False, **_SETTLED)
        batch_op.create_index(
            "ix_webhook_call_waiting",
            ["due_at", "id"],
            unique=False,
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )

    for table, column, (sqlite, postgresql), rest in _COLUMNS:
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column} {sqlite if _is_sqlite() else postgresql} {rest}")
    op.drop_index("ix_delivery_code", "delivery", **_WAITING_CODE)
    op.create_index("ix_delivery_code", "delivery", ["kind", "due_at", "id"], **_WAITING_CODE)
    op.create_index("ix_delivery_settled", "delivery", ["settled_at", "state"], **_SETTLED)
    standing = sa.text(
        "status_id IS NOT NULL AND visible_at IS NOT NULL AND held_at IS NULL AND hidden_at IS NULL"
        " AND taken_back_at IS NULL AND merged_into_id IS NULL"
    )
    op.create_index(
        "ix_idea_standing",
        "idea",
        ["status_id", "votes_count", "imported_votes", "id", "board_id", "change_id"],
        sqlite_where=standing,
        postgresql_where=standing,
    )
    op.create_index(
        "ix_person_refused",
        "person",
        ["mail_refused_at", "id"],
        sqlite_where=sa.text("mail_refused_at IS NOT NULL"),
        postgresql_where=sa.text("mail_refused_at IS NOT NULL"),
    )
    for statement in _TOLD_ALREADY:
        op.execute(statement)


def downgrade():
    op.drop_index(
        "ix_person_refused",
        "person",
        sqlite_where=sa.text("mail_refused_at IS NOT NULL"),
        postgresql_where=sa.text("mail_refused_at IS NOT NULL"),
    )
    op.drop_index("ix_delivery_code", "delivery", **_WAITING_CODE)
    op.create_index("ix_delivery_code", "delivery", ["due_at", "id"], **_WAITING_CODE)
    op.drop_index("ix_delivery_settled", "delivery", **_SETTLED)
    op.drop_index("ix_idea_standing", "idea")
    for table, column, _, _ in reversed(_COLUMNS):
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    with op.batch_alter_table("webhook_call", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_webhook_call_waiting",
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )
        batch_op.drop_index("ix_webhook_call_settled", **_SETTLED)
        batch_op.drop_index("ix_webhook_call_log")

    op.drop_table("webhook_call")
    op.drop_table("clear_answer")
    with op.batch_alter_table("story_idea", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_story_idea_idea_id"))

    op.drop_table("story_idea")
    with op.batch_alter_table("picture", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_picture_story_id"))

    op.drop_table("picture")
    op.drop_table("webhook")
    with op.batch_alter_table("story", schema=None) as batch_op:
        batch_op.drop_index("ix_story_newest")
        batch_op.drop_index("ix_story_due")

    op.drop_table("story")
    op.drop_table("feed_token")
