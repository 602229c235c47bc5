"""Staff who answer in the rooms' tests of figures."""

import pytest

from ideaboard.models import Status
from ideaboard.workflow.progress import change_status


@pytest.fixture
def move(db, cast):
    """move(idea, stage, at, ready=False, …) -> the StatusChange, by Ada, in her own words or the ready sentence."""

    def to(idea, stage, at, *, ready=False, text="In our own words.", by=None, **facts):
        status_id = db.session.scalars(db.select(Status.id).where(Status.stage == stage)).one()
        db.session.commit()
        if ready:
            text, facts = "", facts | {"is_ready_sentence": True, "promised_on": at.date()}
        return change_status(idea.id, by or cast.ada, at, status_id=status_id, text=text, **facts)

    return to
