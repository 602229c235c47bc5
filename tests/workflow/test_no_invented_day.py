"""An imported status of which nobody knew the day shows none: not in the tracker, not in the story."""

from datetime import timedelta

import pytest

from ideaboard.models import Status, StatusChange
from tests.conftest import NOW


@pytest.fixture
def imported(db, make_idea):
    def make(changed_at, stage="reviewed", outcome="want"):
        idea = make_idea(origin="import")
        status_id = db.session.scalars(db.select(Status.id).where(Status.stage == stage)).one()
        change = StatusChange(
            idea_id=idea.id, status_id=status_id, stage=stage, outcome=outcome, text="", html="",
            changed_at=changed_at, origin="import",
        )  # fmt: skip
        db.session.add(change)
        db.session.flush()
        idea.status_id, idea.change_id, idea.standing = status_id, change.id, change.standing
        db.session.commit()
        return idea

    return make


def test_no_day_where_none_was_known(imported, guest):
    idea = imported(NOW)
    page = guest.get(f"/ideas/{idea.id}-{idea.slug}").text
    assert page.count(f'datetime="{NOW.isoformat(timespec="seconds")}"') == 2  # by the author's name, and "Shared"
    assert "decided before the move; no answer was kept" in page


def test_the_day_that_was_known_is_shown(imported, guest):
    later = NOW + timedelta(days=9)
    idea = imported(later)
    page = guest.get(f"/ideas/{idea.id}-{idea.slug}").text
    assert page.count(f'datetime="{later.isoformat(timespec="seconds")}"') == 2  # tracker and story


def test_a_step_without_outcome_says_before_the_move(imported, guest):
    idea = imported(NOW, "launched", None)
    assert "before the move" in guest.get(f"/ideas/{idea.id}-{idea.slug}").text
