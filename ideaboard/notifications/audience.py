"""Who is told of an event, and of a change before it is made. Mute wins over everything; the actor is not told."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import aliased, joinedload

from ideaboard.events import kinds
from ideaboard.extensions import db
from ideaboard.foundation.clock import now as clock_now
from ideaboard.models import BroadFollow, Comment, Event, Follow, Idea, Mention, Person, Preference, Story, StoryIdea
from ideaboard.models.vocabulary import How, Reason, Topic
from ideaboard.notifications.bundling import Reader
from ideaboard.notifications.channels import Channel, channel_of, default_how, soonest
from ideaboard.notifications.seeing import seers, story_seers

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
    reader: Reader
    idea_id: int
    topic: str
    reason: str
    channel: Channel

    @property
    def person_id(self) -> int:
        return self.reader.person_id


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
    rows, told_of = WHO[event.kind](event, after, size, now)
    last = rows[-1].id if len(rows) == size else None
    told = {row.id: told_of(row) for row in rows}
    rows = [row for row in rows if told[row.id]]
    topics = {topic for of_one in told.values() for topic, _, _ in of_one}
    choices = {topic: _hows([row.id for row in rows], topic) for topic in sorted(topics)}
    return [_hearer(row, told[row.id], choices) for row in rows], last


def _hearer(row, told, choices) -> Hearer:
    """Of several reasons the one whose news tells first."""
    hows = [choices[topic].get(row.id, default_how(topic)) for topic, _, _ in told]
    best = soonest(hows)
    topic, reason, idea_id = told[best]
    reader = Reader(row.id, hows[best], row.time_zone, row.quiet_from, row.quiet_until)
    return Hearer(reader, idea_id, topic, reason, channel_of(row, hows[best]))


def _idea_of(event: Event) -> Idea | None:
    return db.session.get(Idea, event.idea_id, populate_existing=True) if event.idea_id else None


def _about(idea: Idea, rows, reasons) -> Callable:
    """row -> [(topic, reason, idea id)]; nothing for who may not see the idea."""
    seen = seers(idea.id, [row.id for row in rows])
    return lambda row: [(topic, why, idea.id) for topic, why in reasons(row)] if row.id in seen else []


def _of_a_change(event, after, size, now):
    """The idea's follows by their reasons."""
    if (idea := _idea_of(event)) is None:
        return [], None
    select_rows = _follows(idea, event.actor_id, now).add_columns(Follow.reasons).where(Person.id > after)
    rows = db.session.execute(select_rows.order_by(Person.id).limit(size)).all()
    return rows, _about(idea, rows, lambda row: [(Topic.STATUS, reason_word(row.reasons))])


def _of_a_comment(event, after, size, now):
    """Who is mentioned, whom it replies to (while they follow), the idea's author (while they follow)."""
    if (idea := _idea_of(event)) is None:
        return [], None
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
    return rows, _about(idea, rows, lambda row: reasons[row.id])


def _of_a_new_idea(event, after, size, now):
    """Followers of the board or of the whole site."""
    if (idea := _idea_of(event)) is None:
        return [], None
    broadly = exists().where(
        BroadFollow.person_id == Person.id,
        BroadFollow.followed_at.is_not(None),
        or_(BroadFollow.board_id == idea.board_id, BroadFollow.board_id.is_(None)),
    )
    people = _people(idea, event.actor_id, now).where(broadly, Person.id > after)
    rows = db.session.execute(people.order_by(Person.id).limit(size)).all()
    return rows, _about(idea, rows, lambda row: [(Topic.NEW_IDEAS, "board")])


def _of_a_story(event, after, size, now):
    """Who follows any of its ideas, may see that idea and the story, and muted neither them nor its board: once."""
    story = db.session.get(Story, event.story_id, populate_existing=True) if event.story_id else None
    if story is None:
        return [], None
    linked = (
        select(Follow.idea_id, Follow.person_id, Follow.reasons, Idea.board_id, StoryIdea.position)
        .join(StoryIdea, StoryIdea.idea_id == Follow.idea_id)
        .join(Idea, Idea.id == Follow.idea_id)
        .where(StoryIdea.story_id == story.id, Follow.reasons != 0, Follow.muted_at.is_(None))
    )
    follows_one = linked.where(
        Follow.person_id == Person.id, ~is_muted(Follow.idea_id, Idea.board_id, Follow.person_id)
    ).correlate(Person)
    people = _heard_at_all(event.actor_id, now).where(
        follows_one.exists(), ~is_muted_broadly(story.board_id, Person.id), Person.id > after
    )
    rows = db.session.execute(people.order_by(Person.id).limit(size)).all()
    ids = [row.id for row in rows]
    readers = story_seers(story.id, ids)
    follows = db.session.execute(
        linked.where(Follow.person_id.in_(ids), ~is_muted(Follow.idea_id, Idea.board_id, Follow.person_id)).order_by(
            StoryIdea.position, Follow.idea_id
        )
    ).all()
    seen = {
        idea_id: seers(idea_id, [f.person_id for f in follows if f.idea_id == idea_id])
        for idea_id in sorted({f.idea_id for f in follows})
    }
    best: dict[int, tuple[int, str, int]] = {}  # the most telling reason first, then the story's own order
    for follow in follows:
        if follow.person_id in readers and follow.person_id in seen[follow.idea_id]:
            word = reason_word(follow.reasons)
            rank = [w for _, w in REASON_WORDS].index(word)
            if follow.person_id not in best or rank < best[follow.person_id][0]:
                best[follow.person_id] = (rank, word, follow.idea_id)
    return rows, lambda row: [(Topic.STORIES, *best[row.id][1:])] if row.id in best else []


def another_idea(story: Story, person: Person) -> tuple[Idea, str] | None:
    """An idea of the story that the person follows, sees and has not muted now, the first in the story's own order;
    and why they hear of it."""
    found = db.session.execute(
        select(Idea, Follow.reasons)
        .join(StoryIdea, StoryIdea.idea_id == Idea.id)
        .join(Follow, and_(Follow.idea_id == Idea.id, Follow.person_id == person.id))
        .where(StoryIdea.story_id == story.id, Follow.reasons != 0, Idea.visible_to(person))
        .where(~is_muted(Idea.id, Idea.board_id, person.id))
        .options(joinedload(Idea.board), joinedload(Idea.author))
        .order_by(StoryIdea.position, Idea.id)
        .limit(1)
    ).first()
    return (found[0], reason_word(found[1])) if found else None


def _of_an_own_idea(event, after, size, now):
    """The author of the comment that it was made of."""
    comment = db.session.get(Comment, event.comment_id, populate_existing=True)
    if (idea := _idea_of(event)) is None or comment is None:
        return [], None
    people = _people(idea, event.actor_id, now).where(Person.id == comment.author_id, Person.id > after)
    rows = db.session.execute(people).all()
    return rows, _about(idea, rows, lambda row: [(Topic.COMMENTS, "author")])


WHO = {
    kinds.IDEA_MERGED: _of_a_change,
    kinds.IDEA_UNMERGED: _of_a_change,
    kinds.COMMENT_BECAME_IDEA: _of_an_own_idea,
    kinds.IDEA_STATUS_CHANGED: _of_a_change,
    kinds.COMMENT_POSTED: _of_a_comment,
    kinds.IDEA_SUBMITTED: _of_a_new_idea,
    kinds.STORY_PUBLISHED: _of_a_story,
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
    return _heard_at_all(actor_id, now).where(~is_muted(idea.id, idea.board_id, Person.id))


def _heard_at_all(actor_id: int | None, now: datetime):
    columns = (Person.id, Person.email, Person.mail_stopped_at, Person.mail_refused_at)
    return select(*columns, Person.time_zone, Person.quiet_from, Person.quiet_until).where(
        Person.id != (actor_id or 0),
        Person.suspended_at.is_(None),
        Person.erased_at.is_(None),
        or_(Person.valid_until.is_(None), Person.valid_until > now),
    )


def is_muted(idea_id, board_id, person_id):
    """SQL: whether the person muted the idea, its board, or the whole site (each: a column or an id)."""
    muted = aliased(Follow)  # the asking statement may hold the same table
    of_idea = exists().where(muted.idea_id == idea_id, muted.person_id == person_id, muted.muted_at.is_not(None))
    return or_(of_idea.correlate_except(muted), is_muted_broadly(board_id, person_id))


def is_muted_broadly(board_id, person_id):
    """SQL: whether the person muted the board (None: of no board) or the whole site."""
    broad = aliased(BroadFollow)
    here = broad.board_id.is_(None) if board_id is None else or_(broad.board_id == board_id, broad.board_id.is_(None))
    return exists().where(broad.person_id == person_id, broad.muted_at.is_not(None), here).correlate_except(broad)


def _hows(person_ids: list[int] | None, topic: str) -> dict[int, str]:
    """{person id: how}; None: of everybody who chose."""
    chosen = select(Preference.person_id, Preference.how).where(Preference.kind == topic)
    if person_ids is not None:
        chosen = chosen.where(Preference.person_id.in_(person_ids))
    return dict(db.session.execute(chosen).all())
