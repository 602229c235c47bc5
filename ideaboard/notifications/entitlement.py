"""Entitled is judged when sending: each notification of a delivery, as things stand now.

The verdict is whole: who may see what, mutes, choices, the ceiling, quiet hours. Who composes mails what `stand`s, or
nothing before `wait_until`; who settles writes `settled` and calls `also`. Nothing else is to be decided.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from ideaboard.events import kinds
from ideaboard.extensions import db
from ideaboard.models import (
    Comment,
    Delivery,
    Event,
    Idea,
    Merge,
    Notification,
    Person,
    Site,
    StatusChange,
    Story,
)
from ideaboard.models.vocabulary import DIGESTS, How, Reason, ToldBy
from ideaboard.notifications.audience import another_idea
from ideaboard.notifications.bundling import move_to_digest
from ideaboard.notifications.ceiling import over_ceiling
from ideaboard.notifications.channels import Channel, channel_of
from ideaboard.notifications.claims import Fate
from ideaboard.notifications.moments import quiet_until
from ideaboard.notifications.seeing import fresh
from ideaboard.notifications.standing import Standings

AHEAD_SECONDS = 1.0
# Over the ceiling: the inbox tells it, and the weekly digest carries it.
HELD = "held"
# Fates that are no ToldBy: a digest carries it from now on.
_DIGEST_OF = {How.DAILY: How.DAILY, How.WEEKLY: How.WEEKLY, HELD: How.WEEKLY}


@dataclass(frozen=True)
class News:
    """One notification with what it is about, loaded. A story's has one linked idea that the person follows.

    `instead`: why they hear, where that is another idea than the notification's.
    """

    notification: Notification
    event: Event
    idea: Idea
    change: StatusChange | None = None
    comment: Comment | None = None
    story: Story | None = None
    merge: Merge | None = None
    instead: str = ""

    @property
    def reason(self) -> str:
        return self.instead or self.notification.reason

    @property
    def idea_id(self) -> int:
        return self.idea.id

    @property
    def topic(self) -> str:
        return self.notification.topic


@dataclass
class Judged:
    """`stand`: what the mail may say, oldest first; `fates`: each news with its ToldBy ('mail' as long as it stands),
    or 'daily', 'weekly' (a digest is chosen by now, and carries it) or HELD.

    `wait_until`: quiet hours have begun; nothing is sent before, and all is judged again then.
    """

    stand: list[News] = field(default_factory=list)
    fates: list[tuple[News, str]] = field(default_factory=list)
    because: str = "nothing is left to tell"
    wait_until: datetime | None = None
    also: Callable[[], None] | None = None  # moves what a digest carries, in the transaction that settles

    @property
    def settled(self) -> list[Fate]:
        """What is decided whether or not a mail goes."""
        told = {**{told_by: told_by for told_by in ToldBy if told_by != ToldBy.MAIL}, HELD: ToldBy.INBOX}
        return [_fate_of(news, told[fate]) for news, fate in self.fates if fate in told]

    def carried(self, told_by: str = ToldBy.MAIL) -> list[Fate]:
        """What counts as told once the mail is accepted."""
        return [_fate_of(news, told_by) for news in self.stand]


def _fate_of(news: News, told_by: str) -> Fate:
    return Fate(news.notification.id, news.event.change_id, told_by)


def judge(delivery: Delivery, now: datetime) -> Judged:
    """What of a delivery's notifications ('news' or 'digest') may be mailed now. Reads only."""
    known = db.session.info.get("judged", {}).pop(delivery.id, None)
    if known is not None and time.monotonic() < known[0]:
        judged = known[1]
    else:
        judged = judge_all([delivery], now)[delivery.id]
    site, person = Site.current(), db.session.get(Person, delivery.person_id)
    # Asked one by one: of two mails of one person that go together the second must see the first.
    if judged.stand and _rhythm_of(delivery) != How.WEEKLY and over_ceiling(person, now, site, delivery):
        judged.fates = [(news, _held_back(news, fate, person)) for news, fate in judged.fates]
        judged.because = "over the ceiling of mails a week"
    judged.stand = [news for news, fate in judged.fates if fate == ToldBy.MAIL]
    judged.also = _moving(judged, person, now)
    if judged.stand:
        zone = person.time_zone or site.time_zone
        judged.wait_until = quiet_until(now, zone, person.quiet_from, person.quiet_until)
    return judged


def _rhythm_of(delivery: Delivery) -> str | None:
    return delivery.facts.get("rhythm") if delivery.kind == "digest" else None


def _held_back(news: News, fate: str, person: Person) -> str:
    """Over the ceiling only news of one's own ideas goes."""
    is_own = news.reason == "author" or news.idea.author_id == person.id
    return HELD if fate == ToldBy.MAIL and not is_own else fate


def _moving(judged: Judged, person: Person, now: datetime) -> Callable[[], None] | None:
    moves: dict[str, list[int]] = {}
    for news, fate in judged.fates:
        if fate in _DIGEST_OF:
            moves.setdefault(_DIGEST_OF[fate], []).append(news.notification.id)
    if not moves:
        return None

    def move() -> None:
        for rhythm, ids in sorted(moves.items()):
            move_to_digest(ids, person, rhythm, now)

    return move


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
    db.session.info["people"] = people  # a session remembers what is held elsewhere: they are read once
    all_news = news_of(Notification.delivery_id.in_(person_of))
    stories = {news.story.id for news in all_news if news.story}
    standings = Standings({news.idea_id for news in all_news}, list(people), stories)
    found = {id: Judged() for id in person_of}
    rhythms = {delivery.id: _rhythm_of(delivery) for delivery in deliveries}
    for news in all_news:
        judged = found[news.notification.delivery_id]
        person = people[person_of[news.notification.delivery_id]]
        rhythm = rhythms[news.notification.delivery_id]
        fate = _fate(news, person, standings, rhythm, now)
        if fate == ToldBy.LOST and news.story is not None and (other := another_idea(news.story, person)) is not None:
            # Told by one of their ideas, which they muted or see no more; they follow another that it is about.
            news = replace(news, idea=other[0], instead=other[1])
            fate = _fate(news, person, Standings({news.idea_id}, [person.id], {news.story.id}), rhythm, now)
        judged.fates.append((news, fate))
        if fate == ToldBy.MAIL:
            judged.stand.append(news)
    for id, judged in found.items():
        if not people[person_of[id]].is_active_at(now):
            judged.because = "the person is no longer here"
    return found


def news_of(*conditions, newest_first: bool = False, limit: int | None = None) -> list[News]:
    """Notifications with event, idea, change, comment and story, in a constant number of queries."""
    order = Notification.id.desc() if newest_first else Notification.id
    rows = db.session.execute(
        select(Notification, StatusChange, Comment, Story, Merge)
        .join(Event, Event.id == Notification.event_id)
        .join(Idea, Idea.id == Notification.idea_id)
        .outerjoin(StatusChange, StatusChange.id == Event.change_id)
        .outerjoin(Comment, Comment.id == Event.comment_id)
        .outerjoin(Story, Story.id == Event.story_id)
        .outerjoin(Merge, Merge.id == Event.merge_id)
        .where(*conditions)
        .options(
            joinedload(Notification.event),
            joinedload(Notification.idea).joinedload(Idea.board),
            joinedload(Notification.idea).joinedload(Idea.author),
            joinedload(StatusChange.actor),
            joinedload(StatusChange.status),
            joinedload(StatusChange.linked_idea),
            joinedload(Comment.author),
            joinedload(Story.author),
            joinedload(Story.board),
            selectinload(Merge.into),
            selectinload(Merge.actor),
            selectinload(Merge.unmerged_by),
        )
        .order_by(order)
        .limit(limit),
        execution_options={"populate_existing": True},
    ).all()
    return [News(n, n.event, n.idea, change, comment, story, merge) for n, change, comment, story, merge in rows]


def _fate(news: News, person: Person, standings: Standings, rhythm: str | None, now: datetime) -> str:
    """A ToldBy, 'daily' or 'weekly'. `rhythm`: of the digest that carries it, or None."""
    idea, story = news.idea, news.story
    if not person.is_active_at(now):
        return ToldBy.LOST
    if news.comment is not None and (not news.comment.stands or news.comment.redacted_at):
        return ToldBy.LOST
    if news.event.kind == kinds.STORY_PUBLISHED and (story is None or not standings.reads(person, story)):
        return ToldBy.LOST
    if not standings.sees(person, idea) or standings.muted(person, idea) or not _still_wished(news, person, standings):
        return ToldBy.LOST
    how = standings.how(person, news.topic)
    channel = channel_of(person, how)
    if channel is not Channel.MAIL:
        return ToldBy.INBOX if channel is Channel.INBOX else ToldBy.REFUSED
    if rhythm is None:
        return how if how in DIGESTS else ToldBy.MAIL
    # A digest carries what waits for it, whatever else was chosen since, but not what was read in the inbox.
    return ToldBy.INBOX if news.notification.read_at else ToldBy.MAIL


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
