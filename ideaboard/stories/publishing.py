"""Asked, read over, scheduled, published, taken off: the way of a story from its writer to its readers.

Nobody publishes what only they have read: a colleague reads it over first, as it stands. Only where nobody else on the
site could (docs/adr/0011-four-eyes.md) does a story go without. Publishing writes the state and one Event, in one transaction.
"""

from datetime import datetime, timedelta

from sqlalchemy import exists, false, or_, select, true
from sqlalchemy.orm import joinedload

from ideaboard.events.kinds import STORY_PUBLISHED
from ideaboard.events.record import record
from ideaboard.extensions import db, gettext
from ideaboard.foundation.database import end_reading, transaction
from ideaboard.foundation.refusals import Conflict, Refusal
from ideaboard.models import Board, BoardMember, Idea, Person, Picture, Story
from ideaboard.models.vocabulary import Audience, BoardRole, SiteRole, StoryState
from ideaboard.stories.linking import hidden_words, is_seen_by_readers, linked_ids
from ideaboard.stories.pictures import name_of_digest
from ideaboard.stories.wording import lacking
from ideaboard.stories.writing import PublishedAlready, WrittenMeanwhile, locked

LONGEST_WAIT = timedelta(days=366)


class NotReady(Conflict):
    """Something is missing before it can be read over or published; the sentence says what."""


class NotReadOver(Conflict):
    """No colleague has read it as it stands."""


class NotATime(Refusal):
    """The moment lies in the past or too far ahead; `field` is 'day'."""


def ask_for_reading(story_id: int, by: Person, now: datetime) -> Story:
    """Put a draft before the colleagues. Twice is once. Raises NotReady, PublishedAlready."""
    with transaction():
        story = _unpublished(locked(story_id, by, "story.edit"))
        if story.state == StoryState.DRAFT and story.asked_at is None:
            _check_ready(story, by)
            story.asked_at = now
        return story


def read_over(story_id: int, by: Person, now: datetime, *, version: int) -> Story:
    """A colleague says: I read it as it stands; it can go. Raises WrittenMeanwhile, NotReady, PublishedAlready."""
    with transaction():
        story = _unpublished(locked(story_id, by, "story.read_over"))
        if story.version != version:
            raise WrittenMeanwhile(gettext("It was changed while you read it. Read it as it stands now."))
        if story.state == StoryState.DRAFT:
            _check_ready(story, by)
            story.state, story.read_by_id, story.read_at = StoryState.READ, by.id, now
        return story


def schedule(story_id: int, by: Person, now: datetime, *, at: datetime) -> Story:
    """Publish at a moment in the future. Raises NotATime, NotReady, NotReadOver, PublishedAlready."""
    if at <= now:
        raise NotATime(gettext("That moment has passed. Choose one in the future, or publish it now."), field="day")
    if at > now + LONGEST_WAIT:
        raise NotATime(gettext("That is more than a year ahead. Choose a nearer day."), field="day")
    with transaction():
        story = _unpublished(locked(story_id, by, "story.publish"))
        _check_may_go(story, by, now)
        story.state, story.publish_at = StoryState.SCHEDULED, at
        return story


def unschedule(story_id: int, by: Person) -> Story:
    """It waits again, read as it is. Raises PublishedAlready."""
    with transaction():
        story = _unpublished(locked(story_id, by, "story.publish"))
        if story.state == StoryState.SCHEDULED:
            story.state, story.publish_at = StoryState.READ if story.read_by_id else StoryState.DRAFT, None
        return story


def publish(story_id: int, by: Person, now: datetime) -> Story:
    """Publish now, once; its followers are told by the one Event. Raises NotReady, NotReadOver."""
    with transaction():
        story = locked(story_id, by, "story.publish")
        if story.state != StoryState.PUBLISHED:
            _check_may_go(story, by, now)
            _go(story, by, now)
        return story


def publish_due(now: datetime) -> int:
    """What the worker does: publish each scheduled story whose moment has come; returns how many.

    Each is a transaction of its own that reads again under its row's lock, so that of two workers one publishes. What may
    not go any more (an idea that is closed now) stays scheduled: staff's desk says why, and it goes once that is mended.
    """
    due = (
        select(Story.id).where(Story.state == StoryState.SCHEDULED, Story.publish_at <= now).order_by(Story.publish_at)
    )
    ids = list(db.session.scalars(due))
    end_reading()
    return sum(_publish_one(story_id, now) for story_id in ids)


def take_off(story_id: int, by: Person, now: datetime) -> Story:
    """Take a published story off its page; staff still see it. Nobody is told."""
    with transaction():
        story = _published(locked(story_id, by, "story.publish"))
        story.hidden_at = story.hidden_at or now
        return story


def put_back(story_id: int, by: Person) -> Story:
    """Show it again, as it is. Nobody is told a second time."""
    with transaction():
        story = _published(locked(story_id, by, "story.publish"))
        story.hidden_at = None
        return story


def obstacles(story: Story, viewer: Person | None = None) -> list[str]:
    """Why it cannot go before readers, each as a sentence that says what to do; none when it can.

    With a `viewer`, an idea that they may not see is not named.
    """
    names = db.session.scalars(select(Picture.digest).where(Picture.story_id == story.id))
    standing = select(Idea).where(Idea.id.in_(linked_ids(story.id))).options(joinedload(Idea.board))
    # As they stand now, not as this session read them before.
    linked = db.session.scalars(standing.execution_options(populate_existing=True)).all()
    seen = set()
    if viewer is not None and linked:
        of_these = Idea.id.in_([idea.id for idea in linked])
        seen = set(db.session.scalars(select(Idea.id).where(of_these, Idea.visible_to(viewer))))
    return lacking(story.body, {name_of_digest(digest) for digest in names}) + [
        hidden_words(idea, story.board_id) if viewer is None or idea.id in seen else _unnamed(idea)
        for idea in linked
        if not is_seen_by_readers(idea, story.board_id)
    ]


def _unnamed(idea: Idea) -> str:
    return gettext("Idea %(number)s is not open to the readers of this story. Take it off.", number=idea.id)


def somebody_else_reads(story: Story, now: datetime) -> bool:
    """Whether anybody who is not its writer could read it over: a colleague, staff, moderator or admin whom it admits."""
    seat = exists().where(BoardMember.person_id == Person.id, BoardMember.role == BoardRole.STAFF)
    colleague = or_(Person.site_role != SiteRole.MEMBER, Person.is_moderator, seat)
    admitted = true()
    if story.board_id is not None:
        board = db.session.get(Board, story.board_id, populate_existing=True)
        on_it = exists().where(BoardMember.person_id == Person.id, BoardMember.board_id == board.id)
        open_to_all = board.who_may_see != Audience.LISTED
        admitted = or_(
            Person.site_role == SiteRole.ADMIN, Person.is_moderator, on_it, true() if open_to_all else false()
        )
    others = (
        select(Person.id)
        .where(colleague, admitted, Person.email.is_not(None))
        .where(Person.suspended_at.is_(None), Person.erased_at.is_(None))
        .where(or_(Person.valid_until.is_(None), Person.valid_until > now))
        .where(Person.id.not_in([i for i in (story.author_id, story.edited_by_id) if i]))
    )
    return db.session.execute(others.limit(1)).first() is not None


def _publish_one(story_id: int, now: datetime) -> int:
    with transaction():
        due = Story.id == story_id, Story.state == StoryState.SCHEDULED, Story.publish_at <= now
        story = db.session.execute(
            select(Story).where(*due).with_for_update(of=Story, key_share=True),
            execution_options={"populate_existing": True},
        ).scalar_one_or_none()
        if story is None or obstacles(story):
            return 0
        _go(story, story.author, now)
        return 1


def _go(story: Story, by: Person | None, now: datetime) -> None:
    story.state, story.published_at = StoryState.PUBLISHED, now
    record(STORY_PUBLISHED, actor=by, at=now, story=story, board=story.board)


def _check_ready(story: Story, by: Person) -> None:
    if wrong := obstacles(story, by):
        raise NotReady(" ".join(wrong))


def _check_may_go(story: Story, by: Person, now: datetime) -> None:
    if story.state == StoryState.DRAFT and somebody_else_reads(story, now):
        raise NotReadOver(gettext("A colleague reads it over first. Ask for it on the story's page."))
    _check_ready(story, by)


def _unpublished(story: Story) -> Story:
    if story.state == StoryState.PUBLISHED:
        raise PublishedAlready(gettext("It is published already."))
    return story


def _published(story: Story) -> Story:
    if story.state != StoryState.PUBLISHED:
        raise NotReady(gettext("It is not published yet."))
    return story
