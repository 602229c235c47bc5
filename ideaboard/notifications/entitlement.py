"""Entitled is judged when sending: each notification of a delivery, as things stand now."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import joinedload

from ideaboard.events import kinds
from ideaboard.extensions import db
from ideaboard.models import (
    BroadFollow,
    Comment,
    Delivery,
    Event,
    Follow,
    Idea,
    Notification,
    Person,
    Preference,
    StatusChange,
)
from ideaboard.models.vocabulary import Reason, ToldBy
from ideaboard.notifications.audience import is_muted
from ideaboard.notifications.channels import Channel, channel_of, default_how
from ideaboard.notifications.claims import Fate
from ideaboard.notifications.seeing import fresh


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
    person = db.session.get(Person, delivery.person_id, populate_existing=True)
    judged = Judged()
    for news in news_of(Notification.delivery_id == delivery.id):
        fate = _fate(news, fresh(person), now)
        judged.fates.append((news, fate))
        if fate == ToldBy.MAIL:
            judged.stand.append(news)
    if not person.is_active_at(now):
        judged.because = "the person is no longer here"
    return judged


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


def _fate(news: News, person: Person, now: datetime) -> str:
    """A ToldBy: 'mail', 'inbox' (the entry there tells: mail was not chosen), 'refused' or 'lost' (not entitled)."""
    if not person.is_active_at(now):
        return ToldBy.LOST
    if news.comment is not None and (not news.comment.stands or news.comment.redacted_at):
        return ToldBy.LOST
    stands = _stands(news, person)
    if not stands.seen or stands.muted or not _still_wished(news, stands):
        return ToldBy.LOST
    channel = channel_of(person, stands.how or default_how(news.topic))
    return {Channel.MAIL: ToldBy.MAIL, Channel.INBOX: ToldBy.INBOX, Channel.REFUSED: ToldBy.REFUSED}[channel]


def _stands(news: News, person: Person):
    """How it stands between this person and the idea, in one query: seen, muted, reasons, how, broadly."""
    idea = news.idea
    here = BroadFollow.board_id.is_(None) | (BroadFollow.board_id == idea.board_id)
    return db.session.execute(
        select(
            exists().where(Idea.id == idea.id, Idea.visible_to(person)).label("seen"),
            is_muted(idea.id, idea.board_id, person.id).label("muted"),
            select(Follow.reasons)
            .where(Follow.idea_id == idea.id, Follow.person_id == person.id)
            .scalar_subquery()
            .label("reasons"),
            select(Preference.how)
            .where(Preference.person_id == person.id, Preference.kind == news.topic)
            .scalar_subquery()
            .label("how"),
            exists()
            .where(BroadFollow.person_id == person.id, BroadFollow.followed_at.is_not(None), here)
            .label("broadly"),
        )
    ).one()


def _still_wished(news: News, stands) -> bool:
    """The follow that made them hear is still there (a mention needs none)."""
    if news.notification.reason == "mentioned":
        return True
    if news.event.kind == kinds.IDEA_SUBMITTED:
        return stands.broadly
    if news.event.kind == kinds.COMMENT_POSTED and news.notification.reason == "author":
        return bool((stands.reasons or 0) & Reason.AUTHOR)
    return bool(stands.reasons)
