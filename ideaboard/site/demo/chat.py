"""A chat that hears of the demo: paused, so that nothing is called, with a log in which each message can be read."""

from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from ideaboard.events import kinds
from ideaboard.extensions import gettext
from ideaboard.models import Board, Event, StatusChange, Webhook, WebhookCall
from ideaboard.models.vocabulary import Stage
from ideaboard.webhooks.calling import PAUSED
from ideaboard.webhooks.offers import ANNOUNCED

ADDRESS = "https://hooks.example.org/services/shop-floor"  # a name that is kept for examples


def plant_chat(session: Session, maker_id: int, now: datetime) -> None:
    """One paused webhook, and the calls of the latest launches and of one new idea."""
    row = {
        "name": gettext("Shop floor chat"), "url": ADDRESS, "shape": "slack", "kinds": list(ANNOUNCED), "salt": "demo",
        "created_by_id": maker_id, "created_at": now, "paused_at": now, "paused_because": "admin",
    }  # fmt: skip
    webhook_id = session.execute(insert(Webhook).values(**row)).inserted_primary_key[0]
    seen = select(Event.id).join(Board, Board.id == Event.board_id).where(Board.visible_to(None))
    launches = seen.join(StatusChange, StatusChange.id == Event.change_id).where(StatusChange.stage == Stage.LAUNCHED)
    new_ideas = seen.where(Event.kind == kinds.IDEA_SUBMITTED)
    events = [*session.scalars(new_ideas.order_by(Event.id.desc()).limit(1))]
    events += session.scalars(launches.order_by(Event.id.desc()).limit(2))
    calls = [
        {"webhook_id": webhook_id, "event_id": event_id, "message_id": f"msg_demo_{event_id}", "state": "failed",
         "cause": PAUSED, "created_at": now, "due_at": now, "settled_at": now, "attempts": 0, "log": []}
        for event_id in sorted(events)
    ]  # fmt: skip
    session.execute(insert(WebhookCall), calls)
