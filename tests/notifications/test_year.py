"""The simulated year, at the size of a test: what it plays is what the product does, and its figures add up."""

from datetime import timedelta

import pytest

from ideaboard.extensions import db
from ideaboard.models import Delivery, Preference, Status, StatusChange
from tests.conftest import NOW
from tests.notifications.year import figures, over_ceiling
from tests.notifications.year_play import PACE, Play
from tests.notifications.year_story import Story, Told, story_of

PEOPLE = 6


@pytest.fixture
def story():
    """Three ideas of January; all six vote on each, one comments."""
    begins = story_of(None, 1).begins
    ideas = []
    for number, wanted in enumerate((True, False, True)):
        at = begins + timedelta(hours=14 + number)  # after the hour of staff: they are answered next day
        votes = [(at + timedelta(hours=1), person) for person in range(PEOPLE)]
        ideas.append(Told(f"Idea {number}", number, at, wanted, votes, [(at + timedelta(hours=2), 5)]))
    return Story(begins, PEOPLE, ideas)


@pytest.fixture
def statuses(app):
    for stage in ("reviewed", "launched"):
        if db.session.execute(db.select(Status).where(Status.stage == stage)).scalars().first() is None:
            db.session.add(Status(stage=stage))
    db.session.commit()


def test_each_idea_is_answered_and_everybody_hears_by_mail(statuses, story):
    play = Play(story, digests=False, every=1)
    play.run()
    changes = db.session.execute(db.select(StatusChange).order_by(StatusChange.id)).scalars().all()
    assert sorted(change.outcome for change in changes if change.stage == "reviewed") == ["want", "want", "will_not"]
    assert all(c.entitled_count == PEOPLE == c.told_count + c.not_told_count for c in changes)
    sent = db.session.execute(db.select(db.func.count()).where(Delivery.state == "sent")).scalar_one()
    assert play.box.mails == sent > PEOPLE
    found = figures(story, play)
    assert (found.mails, found.without, found.ceiling_broken) == (sent, 0.0, 0)
    assert found.most >= 1


def test_who_chose_a_digest_gets_digests(statuses, story):
    play = Play(story, digests=True, every=1, seed=3)
    chosen = dict(db.session.execute(db.select(Preference.person_id, Preference.how)).all())
    assert chosen, "with this seed somebody chose"
    db.session.commit()
    play.run()
    kinds = db.session.execute(db.select(Delivery.person_id, Delivery.kind).where(Delivery.state == "sent")).all()
    assert {kind for person, kind in kinds if person in chosen} == {"digest"}
    assert {kind for person, kind in kinds if person not in chosen} == {"news"}


def test_a_broken_ceiling_is_seen():
    days = [(NOW + timedelta(days=n), False) for n in range(14)]
    assert over_ceiling([days[:7], [*days[:7], days[7]]], 7) == 0
    assert over_ceiling([days], 6) == 8
    own = [(at, number > 5) for number, (at, _) in enumerate(days)]
    assert over_ceiling([own], 6) == 0


def test_staff_answer_at_one_persons_pace(statuses, story):
    a_week = [
        at for at in Play(story, digests=False, every=1)._hours_of_staff() if at < story.begins + timedelta(days=7)
    ]
    assert len(a_week) == 5 * PACE


def test_the_story_is_the_same_each_time_and_a_part_of_it_is_divided():
    one, again = story_of(None, 1), story_of(None, 1)
    assert one == again
    assert all(len({person for _, person in idea.votes}) == len(idea.votes) for idea in one.ideas)
    assert len(story_of(None, 4).ideas) == len(one.ideas) // 4
