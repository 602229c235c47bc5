"""The score of "Trending": moved by additions, equal to its definition, in an order that needs no clock."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from ideaboard.extensions import db
from ideaboard.foundation.database import transaction
from ideaboard.models import Idea, Vote
from ideaboard.models.ranking import HALF_LIFE, TRIAL, is_worn, showing_due_of, trending_of, weight
from ideaboard.voting.trending import after_looks, recompute, trending_moved
from tests.conftest import NOW


def moved(idea, change):
    with transaction() as session:
        session.execute(update(Idea).where(Idea.id == idea.id).values(trending=trending_moved(change)))
    return stored(idea)


def stored(idea):
    value = db.session.execute(select(Idea.trending).where(Idea.id == idea.id)).scalar_one()
    db.session.commit()
    return value


def test_a_new_idea_has_its_place_from_the_start(make_idea):
    idea = make_idea(votes_count=1)
    assert stored(idea) == pytest.approx(trending_of(NOW, [NOW], 0))
    assert idea.showing_due == showing_due_of(NOW, 0)


def test_an_idea_that_never_was_visible_has_none(make_idea):
    assert (make_idea(visible_at=None).trending, make_idea(visible_at=None).showing_due) == (0.0, 0.0)


def test_a_vote_and_its_withdrawal_leave_what_was(make_idea):
    idea = make_idea()
    later = NOW + timedelta(days=9)
    assert moved(idea, weight(later)) == pytest.approx(trending_of(NOW, [later], 0), rel=1e-12)
    assert moved(idea, -weight(later)) == pytest.approx(trending_of(NOW, [], 0), rel=1e-12)


def test_looks_divide_what_votes_gave_once_the_trial_is_over(make_idea):
    idea, looks = make_idea(votes_count=3), 0
    for more in (1, TRIAL - 2, 1, 7, 1000):
        looks += more
        with transaction() as session:
            session.execute(update(Idea).where(Idea.id == idea.id).values(after_looks(more)))
        assert stored(idea) == pytest.approx(trending_of(NOW, [NOW] * 3, looks))
    assert moved(idea, weight(NOW)) == pytest.approx(trending_of(NOW, [NOW] * 4, looks))
    db.session.refresh(idea)
    assert (idea.views_count, idea.showing_due) == (looks, showing_due_of(NOW, looks))


def test_an_early_idea_with_more_votes_for_many_more_looks_stands_below_a_late_good_one():
    early = trending_of(NOW, [NOW] * 40, 2000)
    assert trending_of(NOW, [NOW] * 9, 100) > early


def test_in_its_trial_an_idea_is_first_while_it_is_new_and_gives_way_to_the_next_if_nobody_votes():
    new, passed_over, liked = (trending_of(NOW, [NOW] * votes, looks) for votes, looks in ((1, 0), (1, 12), (9, 12)))
    assert new > liked > passed_over
    assert trending_of(NOW, [NOW], TRIAL - 1) > trending_of(NOW, [NOW] * 20, 100)  # but before most that are known
    assert trending_of(NOW, [NOW], TRIAL) < trending_of(NOW, [NOW] * 20, 100)


def test_what_a_half_life_does(make_idea):
    assert weight(NOW + HALF_LIFE) == pytest.approx(2 * weight(NOW))


def test_a_remainder_that_lost_its_last_bits_is_known_and_computed_anew(make_idea, cast):
    idea = make_idea(visible_at=NOW - 100 * HALF_LIFE)
    before = moved(idea, weight(NOW))
    after = moved(idea, -weight(NOW))
    assert after != pytest.approx(trending_of(idea.visible_at, [], 0), rel=1e-6, abs=0)  # why is_worn is asked
    assert is_worn(before, after)
    with transaction():
        recompute([idea.id])
    assert stored(idea) == pytest.approx(trending_of(idea.visible_at, [], 0), abs=0)


def test_recompute_counts_the_votes_that_count(make_idea, cast, db):
    idea, other = make_idea(trending=7.0, showing_due=7.0), make_idea("Other", trending=7.0)
    cast_at = [NOW + timedelta(days=n) for n in range(3)]
    for person, at in zip((cast.vera, cast.noor, cast.lena), cast_at, strict=True):
        db.session.add(
            Vote(idea_id=idea.id, person_id=person.id, cast_at=at, set_aside_at=at if at > cast_at[1] else None)
        )
    db.session.commit()
    with transaction():
        assert recompute([other.id, idea.id, idea.id]) == 2
    assert stored(idea) == pytest.approx(trending_of(NOW, cast_at[:2], 0))
    assert stored(other) == pytest.approx(trending_of(NOW, [], 0))
