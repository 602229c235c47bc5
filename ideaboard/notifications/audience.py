"""Who is told of an event, and of a change before it is made. Mute wins over everything; the actor is not told."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import aliased

from ideaboard.events import kinds
from ideaboard.extensions import db
from ideaboard.foundation.clock import now as clock_now
from ideaboard.models import BroadFollow, Comment, Event, Follow, Idea, Mention, Person, Preference
from ideaboard.models.vocabulary import How, Reason, Topic
from ideaboard.notifications.channels import Channel, channel_of, default_how
from ideaboard.notifications.seeing import seers

# Why somebody hears, most telling first (notification.reason).
REASON_WORDS = ((Reason.AUTHOR, "author"), (Reason.VOTER, "voter"), (Reason.COMMENTER, "commenter"), (15, "chosen"))


@dataclass(frozen=True)
class Reach:
    """Whom a status change would tell now: people = voters + followers (for another reason); by_mail of them."""

    people: int
    voters: int
    followers: int
    by_mail: int


@dataclass(frozen=True)
class Hearer:
    person_id: int
    topic: str
    reason: str
    channel: Channel


def reach_of(idea_id: int, actor: Person | None, now: datetime | None = None) -> Reach:
    """Whom a status change by `actor` would tell. Reads only."""
    idea = db.session.get(Idea, idea_id)
    rows = db.session.execute(
        _follows(idea, actor.id if actor else None, now or clock_now()).add_columns(Follow.reasons)
    ).all()
    seen = seers(idea.id, [row.id for row in rows])
    rows = [row for row in rows if row.id in seen]
    hows = _hows([row.id for row in rows] if len(rows) <= 500 else None, Topic.STATUS)
    voters = sum(bool(row.reasons & Reason.VOTER) for row in rows)
    mailed = sum(channel_of(row, hows.get(row.id, How.AT_ONCE)) is Channel.MAIL for row in rows)
    return Reach(len(rows), voters, len(rows) - voters, mailed)


def hearers(event: Event, after: int, size: int, now: datetime) -> tuple[list[Hearer], int | None]:
    """The next people by id beyond `after` (at most `size` looked at), and the last id looked at, None at the end."""
    idea = db.session.get(Idea, event.idea_id, populate_existing=True) if event.idea_id else None
    if idea is None:
        return [], None
    rows, topics = WHO[event.kind](event, idea, after, size, now)
    last = rows[-1].id if len(rows) == size else None
    seen = seers(idea.id, [row.id for row in rows])
    rows = [row for row in rows if row.id in seen]
    choices = {topic: _hows([row.id for row in rows], topic) for topic in {t for row in rows for t, _ in topics(row)}}
    return [_hearer(row, topics(row), choices) for row in rows], last


def _hearer(row, reasons, choices) -> Hearer:
    """The first reason whose news the person wants by mail, else the first."""
    hows = [choices[topic].get(row.id, default_how(topic)) for topic, _ in reasons]
    best = next((i for i, how in enumerate(hows) if how == How.AT_ONCE), 0)
    return Hearer(row.id, reasons[best][0], reasons[best][1], channel_of(row, hows[best]))


def _of_a_change(event, idea, after, size, now):
    """The idea's follows by their reasons."""
    select_rows = _follows(idea, event.actor_id, now).add_columns(Follow.reasons).where(Person.id > after)
    rows = db.session.execute(select_rows.order_by(Person.id).limit(size)).all()
    return rows, lambda row: [(Topic.STATUS, reason_word(row.reasons))]


def _of_a_comment(event, idea, after, size, now):
    """Who is mentioned, whom it replies to (while they follow), the idea's author (while they follow)."""
    comment = db.session.get(Comment, event.comment_id, populate_existing=True)
    if comment is None or not comment.stands:
        return [], None
    reasons: dict[int, list[tuple[str, str]]] = {}
    for (person_id,) in db.session.execute(select(Mention.person_id).where(Mention.comment_id == comment.id)):
        reasons.setdefault(person_id, []).append((Topic.MENTIONS, "mentioned"))
    parent = db.session.get(Comment, comment.parent_id) if comment.parent_id else None
    following = select(Follow.person_id).where(Follow.idea_id == idea.id)
    if parent is not None and parent.author_id is not None:
        for (person_id,) in db.session.execute(
            following.where(Follow.person_id == parent.author_id, Follow.reasons > 0)
        ):
            reasons.setdefault(person_id, []).append((Topic.COMMENTS, "replied_to"))
    if idea.author_id is not None:
        of_author = following.where(Follow.person_id == idea.author_id, Follow.reasons.op("&")(Reason.AUTHOR) > 0)
        for (person_id,) in db.session.execute(of_author):
            reasons.setdefault(person_id, []).append((Topic.COMMENTS, "author"))
    people = _people(idea, event.actor_id, now).where(Person.id.in_(reasons), Person.id > after)
    rows = db.session.execute(people.order_by(Person.id).limit(size)).all()
    return rows, lambda row: reasons[row.id]


def _of_a_new_idea(event, idea, after, size, now):
    """Followers of the board or of the whole site."""
    broadly = exists().where(
        BroadFollow.person_id == Person.id,
        BroadFollow.followed_at.is_not(None),
        or_(BroadFollow.board_id == idea.board_id, BroadFollow.board_id.is_(None)),
    )
    people = _people(idea, event.actor_id, now).where(broadly, Person.id > after)
    rows = db.session.execute(people.order_by(Person.id).limit(size)).all()
    return rows, lambda row: [(Topic.NEW_IDEAS, "board")]


WHO = {
    kinds.IDEA_STATUS_CHANGED: _of_a_change,
    kinds.COMMENT_POSTED: _of_a_comment,
    kinds.IDEA_SUBMITTED: _of_a_new_idea,
}


def reason_word(reasons: int) -> str:
    """The most telling of a follow's reasons: 'author', 'voter', 'commenter' or 'chosen'."""
    return next(word for bit, word in REASON_WORDS if reasons & bit)


def _follows(idea: Idea, actor_id: int | None, now: datetime):
    return (
        _people(idea, actor_id, now)
        .join(Follow, and_(Follow.person_id == Person.id, Follow.idea_id == idea.id))
        .where(Follow.reasons != 0)
    )


def _people(idea: Idea, actor_id: int | None, now: datetime):
    """People who may act at all, less the actor and who muted the idea, its board or the site."""
    return select(Person.id, Person.email, Person.mail_stopped_at, Person.mail_refused_at).where(
        Person.id != (actor_id or 0),
        Person.suspended_at.is_(None),
        Person.erased_at.is_(None),
        or_(Person.valid_until.is_(None), Person.valid_until > now),
        ~is_muted(idea.id, idea.board_id, Person.id),
    )


def is_muted(idea_id: int, board_id: int, person_id):
    """SQL: whether the person (a column or an id) muted the idea, its board, or the whole site."""
    muted, broad = aliased(Follow), aliased(BroadFollow)  # the asking statement may hold the same tables
    here = or_(broad.board_id == board_id, broad.board_id.is_(None))
    return or_(
        exists().where(muted.idea_id == idea_id, muted.person_id == person_id, muted.muted_at.is_not(None)),
        exists().where(broad.person_id == person_id, broad.muted_at.is_not(None), here),
    )


def _hows(person_ids: list[int] | None, topic: str) -> dict[int, str]:
    """{person id: how}; None: of everybody who chose."""
    chosen = select(Preference.person_id, Preference.how).where(Preference.kind == topic)
    if person_ids is not None:
        chosen = chosen.where(Preference.person_id.in_(person_ids))
    return dict(db.session.execute(chosen).all())
