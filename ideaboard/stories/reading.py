"""Reading stories: the list, the latest, those about an idea, what feeds carry, and staff's desk."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import NamedTuple

from sqlalchemy import ColumnElement, false, func, or_, select
from sqlalchemy.orm import joinedload

from ideaboard.events.kinds import STORY_PUBLISHED
from ideaboard.extensions import db
from ideaboard.foundation.kept import Kept, given
from ideaboard.foundation.paging import Page, paginate
from ideaboard.foundation.settings import settings
from ideaboard.models import Board, Event, Idea, Notification, Person, Story, StoryIdea
from ideaboard.models.eyes import Eyes, eyes_of
from ideaboard.models.vocabulary import StoryState, ToldBy

_PLACE = 'src="/pictures/'
TOLD = (ToldBy.MAIL, ToldBy.DIGEST, ToldBy.INBOX)


def published(viewer: Person | None, limit: int = 20, board: Board | None = None) -> list[Story]:
    """The newest stories that the viewer may read, with author and board; `board`: of that board alone."""
    statement = _stories(viewer).order_by(Story.published_at.desc(), Story.id.desc()).limit(limit)
    return list(db.session.scalars(statement if board is None else statement.where(Story.board_id == board.id)))


def page_of_stories(viewer: Person | None, *, after: str | None = None, before: str | None = None) -> Page:
    """One page of 12, newest first. Raises Missing for a cursor that is none."""
    key = [(Story.published_at, True), (Story.id, True)]
    return paginate(_stories(viewer), key, lambda s: (s.published_at, s.id), after=after, before=before, size=12)


class Latest(NamedTuple):
    """What the home page shows of the newest story."""

    id: int
    slug: str
    title: str
    excerpt: str
    published_at: datetime


def latest(viewer: Person | None) -> Latest | None:
    """The newest story that the viewer may read."""
    return _latest(eyes_of(viewer)).one(viewer_id=viewer.id if viewer else None)


@cache
def _latest(eyes: Eyes | None) -> Kept:
    newest = Story.published_at.desc(), Story.id.desc()
    shown = (getattr(Story, name) for name in Latest._fields)
    return Kept(lambda _: select(*shown).where(Story.visible_to(eyes)).order_by(*newest).limit(1), Latest)


class Told(NamedTuple):
    """What an idea's page shows of a story."""

    id: int
    slug: str
    title: str
    published_at: datetime


def stories_about(idea: Idea, viewer: Person | None, limit: int = 5) -> list[Told]:
    """The stories about an idea that the viewer may read, newest first; one query."""
    return _about(eyes_of(viewer), limit).all(idea_id=idea.id, viewer_id=viewer.id if viewer else None)


@cache
def _about(eyes: Eyes | None, limit: int) -> Kept:
    return Kept(
        lambda _: (
            select(Story.id, Story.slug, Story.title, Story.published_at)
            .join(StoryIdea, StoryIdea.story_id == Story.id)
            .where(StoryIdea.idea_id == given("idea_id"), Story.visible_to(eyes))
            .order_by(Story.published_at.desc(), Story.id.desc())
            .limit(limit)
        ),
        Told,
    )


def told_count(story: Story) -> int:
    """How many people were told that it is out."""
    told = (
        select(func.count())
        .select_from(Notification)
        .join(Event, Event.id == Notification.event_id)
        .where(Event.kind == STORY_PUBLISHED, Event.story_id == story.id, Notification.told_by.in_(TOLD))
    )
    return db.session.scalar(told)


def body_of(story: Story, *, absolute: bool = False) -> str:
    """Its HTML with the pictures' addresses below our root; `absolute`: with scheme and host, for feeds."""
    root = settings.public_url if absolute else settings.sub_path
    return with_root(story.body_html, root)


def with_root(html: str, root: str) -> str:
    """HTML of the renderer with the pictures' addresses below `root`."""
    return html.replace(_PLACE, f'src="{root}/pictures/')


@dataclass(frozen=True)
class Desk:
    """What staff and colleagues have before them, each list newest first."""

    waiting: list[Story]  # drafts whose writer asks to have them read over
    drafts: list[Story]
    ready: list[Story]  # read over, not scheduled
    scheduled: list[Story]  # the next one first
    off: list[Story]  # published and taken off their page


def desk_of(viewer: Person) -> Desk:
    """Everything unpublished that the viewer may see, and what was taken off; one query."""
    found = db.session.scalars(
        select(Story)
        .where(seen_at_the_desk(viewer), or_(Story.state != StoryState.PUBLISHED, Story.hidden_at.is_not(None)))
        .options(joinedload(Story.board), joinedload(Story.author), joinedload(Story.read_by))
        .order_by(Story.id.desc())
        .limit(200)
    ).all()
    drafts = [s for s in found if s.state == StoryState.DRAFT]
    return Desk(
        waiting=[s for s in drafts if s.asked_at],
        drafts=[s for s in drafts if not s.asked_at],
        ready=[s for s in found if s.state == StoryState.READ],
        scheduled=sorted((s for s in found if s.state == StoryState.SCHEDULED), key=lambda s: s.publish_at),
        off=[s for s in found if s.state == StoryState.PUBLISHED],
    )


def seen_at_the_desk(viewer: Person) -> ColumnElement[bool]:
    """SQL of permission story.see_drafts: colleagues see what they are asked to read, its writers also what is not yet."""
    if not viewer.is_colleague:
        return false()
    on_board = or_(Story.board_id.is_(None), Story.board_id.in_(select(Board.id).where(Board.visible_to(viewer))))
    if viewer.is_admin:
        return on_board
    theirs = Story.board_id.in_(viewer.staff_board_ids)
    if viewer.is_staff_somewhere:
        theirs = or_(theirs, Story.board_id.is_(None))
    asked = or_(Story.asked_at.is_not(None), Story.state != StoryState.DRAFT)
    return on_board & or_(asked, theirs)


def _stories(viewer: Person | None):
    return select(Story).where(Story.visible_to(viewer)).options(joinedload(Story.author), joinedload(Story.board))
