"""What the tests of this room share."""

import pytest

from ideaboard.extensions import db
from ideaboard.models import Status
from ideaboard.workflow.progress import change_status
from tests.conftest import NOW


@pytest.fixture
def status_ids(app):
    """{stage: id of its status}"""
    ids = {status.stage: status.id for status in db.session.execute(db.select(Status)).scalars()}
    db.session.commit()
    return ids


@pytest.fixture
def move(cast, status_ids):
    """move(idea, stage, text, …) -> the change, by Ada unless `by` says otherwise."""

    def go(idea, stage, text="We have a new supplier.", *, by=None, now=NOW, **more):
        by, idea_id = by or cast.ada, idea.id
        db.session.commit()  # what was rolled back before is read anew here, not inside the verb
        return change_status(idea_id, by, now, status_id=status_ids[stage], text=text, **more)

    return go
