"""Beside the people: each event becomes a waiting call for every webhook that hears of it.

Called by events/dispatch.py in the transaction that marks the event as dispatched; unique by webhook and event.
"""

from datetime import datetime

from sqlalchemy import exists, select

from ideaboard.extensions import db
from ideaboard.foundation import dialects_sql
from ideaboard.foundation.database import dialect_name
from ideaboard.foundation.tokens import new_token
from ideaboard.models import Board, Event, Webhook, WebhookCall
from ideaboard.webhooks.moments import due_at_once
from ideaboard.webhooks.offers import OFFERED

PAUSED = "paused"


def new_message_id() -> str:
    return f"msg_{new_token()}"


def call_out(event: Event, now: datetime) -> None:
    """Write the calls of one event. What a paused webhook misses stands in its log, to be sent again."""
    if event.kind not in OFFERED:
        return
    hears = Webhook.board_id == event.board_id if event.board_id else Webhook.board_id.is_(None)
    if event.board_id and _is_open(event.board_id):
        hears = hears | Webhook.board_id.is_(None)
    rows = db.session.execute(select(Webhook.id, Webhook.kinds, Webhook.paused_at).where(hears)).all()
    rows = [row for row in rows if event.kind in row.kinds]
    due_at = due_at_once(now) if rows else now
    for row in rows:
        db.session.execute(
            dialects_sql.insert_once(dialect_name(), WebhookCall).values(
                webhook_id=row.id,
                event_id=event.id,
                message_id=new_message_id(),
                state="failed" if row.paused_at else "waiting",
                cause=PAUSED if row.paused_at else None,
                settled_at=now if row.paused_at else None,
                created_at=now,
                due_at=due_at,
                attempts=0,
                log=[],
            )
        )


def _is_open(board_id: int) -> bool:
    return bool(db.session.execute(select(exists().where(Board.id == board_id, Board.visible_to(None)))).scalar())
