"""Ideas that staff moved on, by the verb itself."""

from datetime import timedelta

import pytest

from ideaboard.extensions import db
from ideaboard.foundation.database import end_reading
from ideaboard.models import Status
from ideaboard.workflow.progress import change_status
from tests.conftest import NOW


@pytest.fixture
def move(cast):
    """move(idea, 'coming_soon', days=3, month=date(2026, 6, 1)) -> the change, `days` after NOW, by Ada, or on other boards by Ruth."""

    def change(idea, stage, outcome=None, *, text="We do it.", days=1.0, month=None, **more):
        status_id = db.session.scalar(db.select(Status.id).where(Status.stage == stage).order_by(Status.position))
        by = cast.ada if idea.board_id in (cast.drinks.id, cast.panel.id) else cast.root
        end_reading()
        at = NOW + timedelta(days=days)
        made = change_status(
            idea.id, by, at, status_id=status_id, outcome=outcome, text=text, promised_on=month, **more
        )
        db.session.commit()
        return made

    return change
