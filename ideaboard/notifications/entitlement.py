"""Entitled is judged when sending: each notification of a delivery, as things stand now."""

import time
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from ideaboard.events import kinds
from ideaboard.extensions import db
from ideaboard.models import (
    Comment,
    Delivery,
    Event,
    Idea,
    Notification,
    Person,
    StatusChange,
)
from ideaboard.models.vocabulary import Reason, ToldBy
from ideaboard.notifications.channels import Channel, channel_of
from ideaboard.notifications.claims import Fate
from ideaboard.notifications.seeing import fresh
from ideaboard.notifications.standing import Standings

AHEAD_SECONDS = 0.5


@dataclass(frozen=True)
class News:
    """One notification with what it is about, loaded."""

    notification: Notification
    event: Event
    idea: Idea
    change: StatusChange | None
    comment: Comment | None

    @property
    def idea_id(self) -> int:
        return self.idea.id

    @property
    def topic(self) -> str:
        return self.notification.topic


@dataclass
class Judged:
    """`stand`: what the mail may say, oldest first; `fates`: (news, its ToldBy: 'mail' as long as it stands)."""

    stand: list[News] = field(default_factory=list)
    fates: list[tuple[News, str]] = field(default_factory=list)
    because: str = "nothing is left to tell"

    @property
    def settled(self) -> list[Fate]:
        """What is decided whether or not a mail goes."""
        return [_fate_of(news, told_by) for news, told_by in self.fates if told_by != ToldBy.MAIL]

    def carried(self, told_by: str = ToldBy.MAIL) -> list[Fate]:
        """What counts as told once the mail is accepted."""
        return [_fate_of(news, told_by) for news in self.stand]


def _fate_of(news: News, told_by: str) -> Fate:
    return Fate(news.notification.id, news.event.change_id, told_by)


def judge(delivery: Delivery, now: datetime) -> Judged:
    """What of a delivery's notifications may be mailed now. Reads only."""
    known = db.session.info.get("judged", {}).pop(delivery.id, None)
    if known is not None and time.monotonic() < known[0]:
        return known[1]
    return judge_all([delivery], now)[delivery.id]


def judge_ahead(deliveries: list[Delivery], now: datetime) -> None:
    """Judge deliveries that go out within AHEAD_SECONDS together; whose turn comes later is judged anew."""
    until = time.monotonic() + AHEAD_SECONDS
    judged = judge_all(deliveries, now) if deliveries else {}
    db.session.info["judged"] = {id: (until, one) for id, one in judged.items()}


def judge_all(deliveries: list[Delivery], now: datetime) -> dict[int, Judged]:
    """{delivery id: Judged}, in a constant number of queries for each idea. Reads only."""
    person_of = {delivery.id: delivery.person_id for delivery in deliveries}
    rows = db.session.execute(
        select(Person).where(Person.id.in_(set(person_of.values()))), execution_options={"populate_existing": True}
    ).scalars()
    people = {person.id: fresh(person) for person in rows}
    all_news = news_of(Notification.delivery_id.in_(person_of))
    standings = Standings({news.idea_id for news in all_news}, list(people))
    found = {id: Judged() for id in person_of}
    for news in all_news:
        judged = found[news.notification.delivery_id]
        person = people[person_of[news.notification.delivery_id]]
        fate = _fate(news, person, standings, now)
        judged.fates.append((news, fate))
        if fate == ToldBy.MAIL:
            judged.stand.append(news)
    for id, judged in found.items():
        if not people[person_of[id]].is_active_at(now):
            judged.because = "the person is no longer here"
    return found


def news_of(*conditions, newest_first: bool = False, limit: int | None = None) -> list[News]:
    """Notifications with event, idea, change and comment, in a constant number of queries."""
    order = Notification.id.desc() if newest_first else Notification.id
    rows = db.session.execute(
        select(Notification, StatusChange, Comment)
        .join(Event, Event.id == Notification.event_id)
        .join(Idea, Idea.id == Notification.idea_id)
        .outerjoin(StatusChange, StatusChange.id == Event.change_id)
        .outerjoin(Comment, Comment.id == Event.comment_id)
        .where(*conditions)
        .options(
            joinedload(Notification.event),
            joinedload(Notification.idea).joinedload(Idea.board),
            joinedload(Notification.idea).joinedload(Idea.author),
            joinedload(StatusChange.actor),
            joinedload(StatusChange.status),
            joinedload(StatusChange.linked_idea),
            joinedload(Comment.author),
        )
        .order_by(order)
        .limit(limit),
        execution_options={"populate_existing": True},
    ).all()
    return [News(n, n.event, n.idea, change, comment) for n, change, comment in rows]


def _fate(news: News, person: Person, standings: Standings, now: datetime) -> str:
    """A ToldBy: 'mail', 'inbox' (the entry there tells: mail was not chosen), 'refused' or 'lost' (not entitled)."""
    if not person.is_active_at(now):
        return ToldBy.LOST
    if news.comment is not None and (not news.comment.stands or news.comment.redacted_at):
        return ToldBy.LOST
    idea = news.idea
    if not standings.sees(person, idea) or standings.muted(person, idea) or not _still_wished(news, person, standings):
        return ToldBy.LOST
    channel = channel_of(person, standings.how(person, news.topic))
    return {Channel.MAIL: ToldBy.MAIL, Channel.INBOX: ToldBy.INBOX, Channel.REFUSED: ToldBy.REFUSED}[channel]


def _still_wished(news: News, person: Person, standings: Standings) -> bool:
    """The follow that made them hear is still there (a mention needs none)."""
    if news.notification.reason == "mentioned":
        return True
    if news.event.kind == kinds.IDEA_SUBMITTED:
        return standings.follows_broadly(person, news.idea)
    reasons = standings.reasons(person, news.idea)
    if news.event.kind == kinds.COMMENT_POSTED and news.notification.reason == "author":
        return bool(reasons & Reason.AUTHOR)
    return bool(reasons)
