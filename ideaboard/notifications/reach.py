"""Loop reach: of those entitled to hear of a launch, the share told within 24 hours of the window's end.

Who chose a digest is shown apart: theirs comes when they chose. Lost is who was not entitled any more when sending.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, case, func, or_, select

from ideaboard.events import kinds
from ideaboard.extensions import db
from ideaboard.models import Delivery, Event, Notification, Site
from ideaboard.models.vocabulary import Origin, Stage, ToldBy
from ideaboard.notifications.bundling import window_seconds

WITHIN = timedelta(hours=24)
TOLD = (ToldBy.MAIL, ToldBy.DIGEST, ToldBy.INBOX)


@dataclass(frozen=True)
class Reach24:
    """People, once for each launch. Those who chose a digest are in the last two, and not in the first two."""

    entitled: int = 0
    told_24h: int = 0
    digest_entitled: int = 0
    digest_told: int = 0  # whenever the digest came

    @property
    def share(self) -> float | None:
        """0..1; None: nobody was entitled."""
        return self.told_24h / self.entitled if self.entitled else None


def loop_reach(since: datetime, until: datetime, board_ids: Collection[int] | None = None) -> Reach24:
    """Of the launches in [since, until) on these boards (None: all). Reads only, in SQL; imports and demo are out."""
    seconds = window_seconds(Site.current())
    totals = [0, 0, 0, 0]
    for launch in db.session.execute(_launches(since, until, board_ids)):
        by = launch.happened_at + timedelta(seconds=seconds) + WITHIN
        counts = db.session.execute(_counts(launch.id, by)).one()
        totals = [total + (count or 0) for total, count in zip(totals, counts, strict=True)]
    return Reach24(*totals)


def _launches(since: datetime, until: datetime, board_ids: Collection[int] | None):
    """The events of launches: to Launched, from elsewhere (a further word on what is launched is none)."""
    stage, before = Event.facts["stage"].as_string(), Event.facts["from"].as_string()
    launches = (
        select(Event.id, Event.happened_at)
        .where(
            Event.kind == kinds.IDEA_STATUS_CHANGED,
            Event.origin == Origin.HERE,
            Event.happened_at >= since,
            Event.happened_at < until,
            stage == Stage.LAUNCHED,
            or_(before.is_(None), before != Stage.LAUNCHED),
        )
        .order_by(Event.id)
    )
    return launches if board_ids is None else launches.where(Event.board_id.in_(board_ids))


def _counts(event_id: int, by: datetime):
    """One launch: entitled and told in time, and the same of those whom a digest tells."""
    told = Notification.told_by.in_(TOLD)
    # What stands in the inbox alone (no mail chosen, held back) is told by it, whatever carried it for a while.
    digest = and_(
        Delivery.kind == "digest", or_(Notification.told_by.is_(None), Notification.told_by != ToldBy.INBOX)
    ).is_(True)

    def count(*conditions):
        return func.sum(case((and_(*conditions), 1), else_=0))

    return (
        select(
            count(~digest),
            count(~digest, told, Notification.told_at <= by),
            count(digest),
            count(digest, told),
        )
        .outerjoin(Delivery, Delivery.id == Notification.delivery_id)
        .where(
            Notification.event_id == event_id,
            or_(Notification.told_by.is_(None), Notification.told_by != ToldBy.LOST),
        )
    )
