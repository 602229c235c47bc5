"""Loop reach: of those entitled to hear of a launch, the share told within 24 hours of the window's end.

Who chose a digest is shown apart: theirs comes when they chose. Lost is who was not entitled any more when sending.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, case, func, or_, select

from ideaboard.events import kinds
from ideaboard.extensions import db
from ideaboard.foundation import dialects_sql
from ideaboard.foundation.database import dialect_name
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


@dataclass(frozen=True)
class Launch:
    board_id: int
    launched_at: datetime
    reach: Reach24


def loop_reach(since: datetime, until: datetime, board_ids: Collection[int] | None = None) -> Reach24:
    """Of the launches in [since, until) on these boards (None: all). Reads only, in SQL; imports are out."""
    when = (Event.origin != Origin.IMPORT, Event.happened_at >= since, Event.happened_at < until)
    totals = [0, 0, 0, 0]
    for _, _, *counts in db.session.execute(_by_launch(board_ids, *when)):
        totals = [total + count for total, count in zip(totals, counts, strict=True)]
    return Reach24(*totals)


def reach_by_launch(board_ids: Collection[int], now: datetime) -> list[Launch]:
    """Each launch whose 24 hours are over, oldest first; one query. Imports are out; demo counts while it is there."""
    over = Event.happened_at <= now - WITHIN - timedelta(seconds=window_seconds(Site.current()))
    rows = db.session.execute(_by_launch(board_ids, Event.origin != Origin.IMPORT, over))
    return [Launch(board_id, launched_at, Reach24(*counts)) for board_id, launched_at, *counts in rows]


def _by_launch(board_ids: Collection[int] | None, *conditions):
    """A launch is an event to Launched, from elsewhere (a further word on what is launched is none).

    Rows: board, when, entitled and told in time, and the same of those whom a digest tells.
    """
    stage, before = Event.facts["stage"].as_string(), Event.facts["from"].as_string()
    told = Notification.told_by.in_(TOLD)
    # A told one says it itself, as deliveries do not stay. What stands in the inbox alone (no mail chosen, held back)
    # is told by it, whatever carried it for a while.
    not_inbox = or_(Notification.told_by.is_(None), Notification.told_by != ToldBy.INBOX)
    digest = func.coalesce(
        or_(Notification.told_by == ToldBy.DIGEST, and_(Delivery.kind == "digest", not_inbox)), False
    )
    seconds = window_seconds(Site.current()) + int(WITHIN.total_seconds())
    in_time = Notification.told_at <= dialects_sql.plus_seconds(dialect_name(), Event.happened_at, seconds)

    def count(*these):
        return func.coalesce(func.sum(case((and_(*these), 1), else_=0)), 0)

    launches = (
        select(
            Event.board_id,
            Event.happened_at,
            count(~digest),
            count(~digest, told, in_time),
            count(digest),
            count(digest, told),
        )
        .select_from(Event)
        .join(Notification, Notification.event_id == Event.id)
        .outerjoin(Delivery, Delivery.id == Notification.delivery_id)
        .where(
            Event.kind == kinds.IDEA_STATUS_CHANGED,
            stage == Stage.LAUNCHED,
            or_(before.is_(None), before != Stage.LAUNCHED),
            or_(Notification.told_by.is_(None), Notification.told_by != ToldBy.LOST),
            *conditions,
        )
        .group_by(Event.id, Event.board_id, Event.happened_at)
        .order_by(Event.id)
    )
    return launches if board_ids is None else launches.where(Event.board_id.in_(board_ids))
