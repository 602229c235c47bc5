"""Labels, colours and order of statuses are an admin's; the stages behind them are code."""

from datetime import datetime

from sqlalchemy import select

from ideaboard.events.kinds import SITE_CHANGED
from ideaboard.events.record import record
from ideaboard.extensions import db, gettext
from ideaboard.foundation.database import transaction
from ideaboard.foundation.markdown import clean_line
from ideaboard.foundation.refusals import Refusal
from ideaboard.models import Person, Status

# The palette of static/css/tokens.css; '' is the stage's own colour.
COLOURS = ("", "amber", "blue", "purple", "green", "grey")
LONGEST = 40


class BadStatus(Refusal):
    """A label or colour that cannot be kept; `field` is 'label-3'."""


def all_statuses() -> list[Status]:
    return list(db.session.execute(select(Status).order_by(Status.position, Status.id)).scalars())


def save_statuses(by: Person, now: datetime, wanted: dict[int, dict]) -> list[str]:
    """Save {status id: {label, colour, position}}; returns what changed, like '3:label'. Raises BadStatus."""
    for status_id, values in wanted.items():
        values["label"] = clean_line(values["label"])
        if len(values["label"]) > LONGEST:
            raise BadStatus(gettext("A label has at most 40 characters. Shorten it."), field=f"label-{status_id}")
        if values["colour"] not in COLOURS:
            raise BadStatus(gettext("This colour is not there. Choose one of the list."), field=f"colour-{status_id}")
        if not 0 <= values["position"] <= 1000:
            raise BadStatus(gettext("The place is a number from 0 to 1000."), field=f"position-{status_id}")
    changed = []
    with transaction() as session:
        rows = session.execute(
            select(Status).where(Status.id.in_(wanted)).with_for_update(), execution_options={"populate_existing": True}
        ).scalars()
        for row in rows:
            for field, value in wanted[row.id].items():
                if getattr(row, field) != value:
                    setattr(row, field, value)
                    changed.append(f"{row.id}:{field}")
        if changed:
            record(SITE_CHANGED, actor=by, at=now, fields=[f"status:{what}" for what in changed])
    return changed
