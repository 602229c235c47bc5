"""Beside the people: what hears of every event, in the transaction that marks it as dispatched."""

import pytest

from ideaboard.events import dispatch, kinds
from ideaboard.events.record import record
from ideaboard.extensions import db
from ideaboard.foundation.database import end_reading, transaction
from ideaboard.models import Event, Site
from ideaboard.models.vocabulary import Origin
from tests.conftest import NOW


@pytest.fixture
def heard():
    """Kinds of events heard beside; what was filled before is back afterwards."""
    before = (dict(dispatch.subscribers.by_kind), dispatch.subscribers.beside)
    kinds_heard = []
    dispatch.subscribers.fill(before[0], beside=(lambda event, now: kinds_heard.append(event.kind),))
    yield kinds_heard
    dispatch.subscribers.fill(*before)


def happen(*kinds_of_events, **columns):
    end_reading()
    with transaction():
        for kind in kinds_of_events:
            record(kind, actor=None, at=NOW, **columns)


def tell():
    while dispatch.dispatch_one("test", NOW):
        pass


def test_hears_of_every_kind_also_without_a_subscriber(app, heard):
    happen(kinds.SITE_CHANGED, kinds.IDEA_SUBMITTED, kinds.STORY_PUBLISHED)
    tell()
    assert heard == ["site.changed", "idea.submitted", "story.published"]


def test_hears_nothing_of_imports(app, heard):
    happen(kinds.SITE_CHANGED, origin=Origin.IMPORT)
    tell()
    assert heard == []


def test_its_failure_leaves_the_event_undispatched_and_nothing_written(app, heard):
    def fails(event, now):
        db.session.execute(db.update(Site).values(name="written beside"))
        raise RuntimeError("beside failed")

    dispatch.subscribers.fill(dispatch.subscribers.by_kind, beside=(fails,))
    happen(kinds.SITE_CHANGED)
    with pytest.raises(RuntimeError):
        tell()
    assert db.session.execute(db.select(Event.dispatched_at)).scalars().all() == [None]
    assert db.session.execute(db.select(Site.name)).scalar() != "written beside"
