"""Follow, unfollow, mute. A follow has reasons; the last one gone ends it; mute wins over everything."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Integer, select, update

from ideaboard.extensions import db
from ideaboard.foundation import dialects_sql
from ideaboard.foundation.database import UtcDateTime, transaction
from ideaboard.foundation.kept import Kept, given, read_anew
from ideaboard.models import Follow, Idea, Person
from ideaboard.models.vocabulary import Reason


def add_reason(idea_id: int, person_id: int, reason: int, now: datetime) -> None:
    """Within an open transaction: the person also follows for this reason (a bit of Reason). A mute stays."""
    _ADD.run(idea_id=idea_id, person_id=person_id, reason=reason, now=now)
    read_anew(Follow, idea_id, person_id)


def drop_reason(idea_id: int, person_id: int, reason: int) -> None:
    """Within an open transaction: take one reason away."""
    _DROP.run(idea_id=idea_id, person_id=person_id, kept=15 - reason)
    read_anew(Follow, idea_id, person_id)


_ADD = Kept(
    lambda dialect: dialects_sql.upsert(
        dialect, Follow, [Follow.idea_id, Follow.person_id], reasons=Follow.reasons.op("|")(given("reason", Integer))
    ).values(
        idea_id=given("idea_id"),
        person_id=given("person_id"),
        reasons=given("reason", Integer),
        followed_at=given("now", UtcDateTime),
    )
)
_DROP = Kept(
    lambda _: (
        update(Follow)
        .where(Follow.idea_id == given("idea_id"), Follow.person_id == given("person_id"))
        .values(reasons=Follow.reasons.op("&")(given("kept", Integer)))
    )
)


def follow(idea: Idea, by: Person, now: datetime) -> None:
    """Hear of an idea because one chose to; ends a mute."""
    with transaction():
        add_reason(idea.id, by.id, Reason.CHOSEN, now)
        own = Follow.carried.op("&")(15 - Reason.CHOSEN)  # chosen here: an unmerge takes neither away
        db.session.execute(_row(idea, by).values(muted_at=None, carried=own))


def unfollow(idea: Idea, by: Person) -> None:
    """Take all reasons away: a voter who unfollowed is not told."""
    with transaction():
        db.session.execute(_row(idea, by).values(reasons=0))


def mute(idea: Idea, by: Person, now: datetime) -> None:
    """Not hear of this idea, whatever one does on it."""
    with transaction():
        add_reason(idea.id, by.id, 0, now)
        db.session.execute(_row(idea, by).values(muted_at=now, carried=Follow.carried.op("&")(15)))


def unmute(idea: Idea, by: Person) -> None:
    """End the mute; the reasons are as they were."""
    with transaction():
        db.session.execute(_row(idea, by).values(muted_at=None, carried=Follow.carried.op("&")(15)))


class Hearing(NamedTuple):
    """What pages show of a follow."""

    reasons: int
    muted_at: datetime | None


_MINE = Kept(
    lambda _: select(Follow.reasons, Follow.muted_at).where(
        Follow.idea_id == given("idea_id"), Follow.person_id == given("person_id")
    ),
    Hearing,
)


def follow_of(idea: Idea, viewer: Person | None) -> Hearing | None:
    """The viewer's follow of an idea, with its reasons and mute; None for a guest or a stranger to it."""
    return _MINE.one(idea_id=idea.id, person_id=viewer.id) if viewer else None


def _row(idea: Idea, by: Person):
    return update(Follow).where(Follow.idea_id == idea.id, Follow.person_id == by.id)
