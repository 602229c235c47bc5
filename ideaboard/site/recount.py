"""Recount: every stored counter against the rows it counts. It reports drift before it repairs any.

Checked: votes and comments of ideas (imported ones too), ideas that do not stand at their latest change (or whose
standing, the word of lists, is not its), and how many were told of a change, where its inbox entries and mails are
still kept; and the scores that lists are ordered by.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import isclose

from sqlalchemy import Select, case, func, or_, select, update

from ideaboard.events import kinds
from ideaboard.extensions import db
from ideaboard.extensions import gettext as _
from ideaboard.foundation.database import end_reading, transaction
from ideaboard.models import Comment, Event, Idea, Notification, StatusChange, Vote
from ideaboard.models.vocabulary import Origin, Stage, ToldBy
from ideaboard.voting.trending import computed

# Deliveries go after 90 days (DESIGN): of what was told before told_by was kept nothing is known then.
TOLD_IS_KEPT = timedelta(days=85)
_REPAIRED_AT_ONCE = 200  # ideas or changes a transaction
_SCORED_AT_ONCE = 500  # ideas whose votes stand in memory together


@dataclass(frozen=True)
class Drift:
    """`counter` of the idea or change `id` says `stored`; the rows say `found`."""

    counter: str
    id: int
    idea_id: int
    stored: int | float | str | None
    found: int | float | str | None

    def __str__(self) -> str:
        told = {"idea": self.idea_id, "counter": self.counter, "stored": self.stored, "found": self.found}
        if self.counter == "change_id":
            told |= {"stored": self.stored or _("none"), "found": self.found or _("none")}
            return _("idea %(idea)s stands at change %(stored)s, its latest is %(found)s", **told)
        if _BY_COUNTER[self.counter] is _told:
            told["change"] = self.id
            return _("idea %(idea)s, change %(change)s: %(counter)s is %(stored)s, the rows say %(found)s", **told)
        return _("idea %(idea)s: %(counter)s is %(stored)s, the rows say %(found)s", **told)


def find_drift(now: datetime) -> list[Drift]:
    """All drift of the site, by counter and id. Reads only."""
    found = [drift for check in _CHECKS for drift in _drift(check, now, None)]
    end_reading()
    return found


def repair(drifts: Iterable[Drift], now: datetime) -> list[Drift]:
    """Set right what drifts, in short transactions that count again; -> what was changed. Raises Busy."""
    wanted: dict[Callable, set[int]] = {}
    for drift in drifts:
        wanted.setdefault(_BY_COUNTER[drift.counter], set()).add(drift.id)
    repaired = []
    for check in _CHECKS:
        ids = sorted(wanted.get(check, ()))
        for start in range(0, len(ids), _REPAIRED_AT_ONCE):
            with transaction():
                again = _drift(check, now, ids[start : start + _REPAIRED_AT_ONCE])
                for drift in again:
                    _set_right(drift)
            repaired += again
    return repaired


def counted() -> dict[str, int]:
    """How many rows stand behind a report of no drift."""
    models = {"ideas": Idea, "votes": Vote, "comments": Comment, "changes": StatusChange}
    numbers = {name: db.session.scalar(select(func.count()).select_from(model)) for name, model in models.items()}
    end_reading()
    return numbers


def _votes(now: datetime) -> tuple[Select, tuple[str, ...]]:
    counted = (
        select(Vote.idea_id, func.count().label("votes")).where(Vote.set_aside_at.is_(None)).group_by(Vote.idea_id)
    ).subquery()
    rows = func.coalesce(counted.c.votes, 0)
    query = select(Idea.id, Idea.id, Idea.votes_count, rows).outerjoin(counted, counted.c.idea_id == Idea.id)
    # The count of a merged idea rests, while its people may withdraw; it is counted anew when it parts.
    return query.where(Idea.votes_count != rows, Idea.merged_into_id.is_(None)), ("votes_count",)


def _comments(now: datetime) -> tuple[Select, tuple[str, ...]]:
    stands = Comment.deleted_at.is_(None) & Comment.hidden_at.is_(None) & Comment.held_at.is_(None)
    counted = (
        select(Comment.idea_id, func.count().label("comments")).where(stands).group_by(Comment.idea_id)
    ).subquery()
    rows = func.coalesce(counted.c.comments, 0)
    query = select(Idea.id, Idea.id, Idea.comments_count, rows).outerjoin(counted, counted.c.idea_id == Idea.id)
    return query.where(Idea.comments_count != rows), ("comments_count",)


def _standing(now: datetime) -> tuple[Select, tuple[str, ...]]:
    newest_first = func.row_number().over(
        partition_by=StatusChange.idea_id, order_by=(StatusChange.changed_at.desc(), StatusChange.id.desc())
    )
    at = StatusChange.standing.label("standing")
    ranked = select(StatusChange.id, StatusChange.idea_id, at, newest_first.label("rank")).subquery()
    latest = select(ranked).where(ranked.c.rank == 1).subquery()
    standing = func.coalesce(latest.c.standing, str(Stage.RECEIVED))
    query = select(Idea.id, Idea.id, Idea.change_id, latest.c.id, Idea.standing, standing).outerjoin(
        latest, latest.c.idea_id == Idea.id
    )
    drifts = or_(Idea.change_id.is_distinct_from(latest.c.id), Idea.standing != standing)
    return query.where(drifts), ("change_id", "standing")


def _told(now: datetime) -> tuple[Select, tuple[str, ...]]:
    """Changes made here: entitled = inbox entries, told and not told = entries by what became of them (told_by).

    What was told before told_by was kept had no word for who of one mail was entitled to less; only a wrong sum is drift.
    """

    entries = func.count(Notification.id)
    lost = func.count(case((Notification.told_by.in_((ToldBy.REFUSED, ToldBy.LOST)), Notification.id)))
    settled = func.count(Notification.told_by)
    sum_is_right = StatusChange.told_count + StatusChange.not_told_count == settled
    query = (
        select(
            StatusChange.id, StatusChange.idea_id,
            StatusChange.entitled_count, entries,
            StatusChange.told_count, case((sum_is_right, StatusChange.told_count), else_=settled - lost),
            StatusChange.not_told_count, case((sum_is_right, StatusChange.not_told_count), else_=lost),
        )
        .join(Event, (Event.change_id == StatusChange.id) & (Event.kind == kinds.IDEA_STATUS_CHANGED))
        .outerjoin(Notification, Notification.event_id == Event.id)
        .where(Event.origin == Origin.HERE, Event.happened_at > now - TOLD_IS_KEPT)
        .group_by(StatusChange.id)
        .having(or_(StatusChange.entitled_count != entries, ~sum_is_right))
    )  # fmt: skip
    return query, ("entitled_count", "told_count", "not_told_count")


def _scores(ids: list[int] | None) -> Iterator[Drift]:
    """The two places in lists that have a formula (models/ranking.py), by the votes, and by the looks as they stand.

    Floats that were moved a million times differ in their last bits; and of a merged idea they rest, as its count does.
    """
    query = select(Idea.id, Idea.trending, Idea.showing_due).where(Idea.merged_into_id.is_(None)).order_by(Idea.id)
    rows = db.session.execute(query if ids is None else query.where(Idea.id.in_(ids))).all()
    for start in range(0, len(rows), _SCORED_AT_ONCE):
        some = rows[start : start + _SCORED_AT_ONCE]
        found = computed([row.id for row in some])
        for row in some:
            for counter, own, right in zip(("trending", "showing_due"), row[1:], found[row.id], strict=True):
                if not isclose(own, right, rel_tol=1e-6):
                    yield Drift(counter, row.id, row.id, own, right)


_CHECKS: tuple[Callable, ...] = (_votes, _comments, _standing, _told, _scores)
_BY_COUNTER = {
    "votes_count": _votes,
    "comments_count": _comments,
    "change_id": _standing,
    "standing": _standing,
    "entitled_count": _told,
    "told_count": _told,
    "trending": _scores,
    "showing_due": _scores,
    "not_told_count": _told,
}


def _drift(check: Callable, now: datetime, ids: list[int] | None) -> list[Drift]:
    """Run one check, over everything or over some ideas (changes, for `_told`)."""
    if check is _scores:
        return list(_scores(ids))
    query, counters = check(now)
    of = StatusChange if check is _told else Idea
    query = query.order_by(of.id) if ids is None else query.where(of.id.in_(ids)).order_by(of.id)
    found = []
    for own_id, idea_id, *pairs in db.session.execute(query):
        for counter, stored, rows in zip(counters, pairs[::2], pairs[1::2], strict=True):
            if stored != rows:
                found.append(Drift(counter, own_id, idea_id, stored, rows))
    return found


def _set_right(drift: Drift) -> None:
    of = StatusChange if _BY_COUNTER[drift.counter] is _told else Idea
    values = {drift.counter: drift.found}
    if drift.counter == "change_id":
        at = select(StatusChange.status_id).where(StatusChange.id == drift.found).scalar_subquery()
        values["status_id"] = at if drift.found else None
    db.session.execute(update(of).where(of.id == drift.id).values(**values))
