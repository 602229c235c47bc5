"""What stands in feeds: ideas, changes with their answers, additions, comments, stories; each as an Entry.

All of it is asked for through `Idea.visible_to(reader)` and in the open: what is held, hidden, merged or taken back, on a
board that the reader does not see, or redacted, is in no feed from the next request on.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from html import escape

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import joinedload

from ideaboard.accounts.called import author_of, name_of
from ideaboard.extensions import db, gettext
from ideaboard.foundation.links import links
from ideaboard.foundation.markdown import with_whole_links
from ideaboard.models import Comment, Idea, IdeaAddition, Person, StatusChange, Story
from ideaboard.models.vocabulary import Origin
from ideaboard.stories.reading import body_of
from ideaboard.workflow.linked import link_of
from ideaboard.workflow.words import status_words

MOST = 30


@dataclass(frozen=True)
class Entry:
    """`key`: 'change/12', the same for ever; `link`: absolute; `html`: safe, every link in it absolute."""

    key: str
    title: str
    link: str
    published: datetime
    updated: datetime
    author: str
    html: str


def newest(*kinds: Iterable[Entry], most: int = MOST) -> list[Entry]:
    """The newest of several kinds together, the newest first."""
    found = [entry for kind in kinds for entry in kind]
    return sorted(found, key=lambda e: (e.updated, e.key), reverse=True)[:most]


def seen_by(viewer: Person | None) -> list[ColumnElement[bool]]:
    """SQL: the ideas that feeds of this reader may tell of."""
    return [Idea.in_the_open(), Idea.visible_to(viewer)]


def ideas(where: list[ColumnElement[bool]]) -> list[Entry]:
    """Ideas as they were shared."""
    rows = db.session.scalars(
        select(Idea)
        .where(*where)
        .options(joinedload(Idea.author))
        .order_by(Idea.visible_at.desc(), Idea.id.desc())
        .limit(MOST)
    )
    return [_idea(idea) for idea in rows]


def changes(where: list[ColumnElement[bool]]) -> list[Entry]:
    """Status changes with their texts. An imported one without a text, or of which nobody knew the day, tells nothing."""
    rows = db.session.scalars(
        select(StatusChange)
        .join(Idea, Idea.id == StatusChange.idea_id)
        .where(StatusChange.text != "", StatusChange.redacted_at.is_(None), *where)
        .where(or_(StatusChange.origin != Origin.IMPORT, StatusChange.changed_at != Idea.created_at))
        .options(
            joinedload(StatusChange.idea).joinedload(Idea.board),
            joinedload(StatusChange.actor),
            joinedload(StatusChange.status),
            joinedload(StatusChange.linked_idea).joinedload(Idea.board),
        )
        .order_by(StatusChange.changed_at.desc(), StatusChange.id.desc())
        .limit(MOST)
    )
    return [change_entry(change) for change in rows]


def additions(where: list[ColumnElement[bool]]) -> list[Entry]:
    """What authors added later."""
    rows = db.session.execute(
        select(IdeaAddition, Idea)
        .join(Idea, Idea.id == IdeaAddition.idea_id)
        .where(*where)
        .options(joinedload(Idea.author))
        .order_by(IdeaAddition.added_at.desc(), IdeaAddition.id.desc())
        .limit(MOST)
    )
    return [
        _entry(
            f"addition/{addition.id}", gettext("Added to: %(title)s", title=idea.title), _page_of(idea),
            addition.added_at, author_of(idea), addition.html,
        )
        for addition, idea in rows
    ]  # fmt: skip


def comments(where: list[ColumnElement[bool]]) -> list[Entry]:
    """Comments that stand."""
    stands = and_(
        Comment.deleted_at.is_(None),
        Comment.held_at.is_(None),
        Comment.hidden_at.is_(None),
        Comment.redacted_at.is_(None),
    )
    rows = db.session.execute(
        select(Comment, Idea)
        .join(Idea, Idea.id == Comment.idea_id)
        .where(stands, *where)
        .options(joinedload(Comment.author))
        .order_by(Comment.posted_at.desc(), Comment.id.desc())
        .limit(MOST)
    )
    return [
        _entry(
            f"comment/{comment.id}", gettext("Comment on: %(title)s", title=idea.title),
            links.public("discussion.thread_at", comment_id=comment.id), comment.posted_at, name_of(comment.author),
            comment.html, comment.edited_at,
        )
        for comment, idea in rows
    ]  # fmt: skip


def stories(viewer: Person | None, *where: ColumnElement[bool]) -> list[Entry]:
    """Published stories that the reader may read."""
    rows = db.session.scalars(
        select(Story)
        .where(Story.visible_to(viewer), *where)
        .options(joinedload(Story.author))
        .order_by(Story.published_at.desc(), Story.id.desc())
        .limit(MOST)
    )
    return [
        _entry(
            f"story/{story.id}", story.title, links.public("stories.show", story_id=story.id, slug=story.slug),
            story.published_at, name_of(story.author), body_of(story, absolute=True), story.edited_at,
        )
        for story in rows
    ]  # fmt: skip


def change_entry(change: StatusChange, *, at: datetime | None = None) -> Entry:
    """A change: "Coming soon · June: Oat milk", with staff's words and where they lead."""
    idea, page = change.idea, _page_of(change.idea)
    title = f"{status_words(change.status, change.outcome, change.promised_on)}: {idea.title}"
    html, link = change.html, link_of(change, idea)
    if link:
        html += f'<p><a href="{escape(link)}">{escape(link)}</a></p>'
    return _entry(f"change/{change.id}", title, page, at or change.changed_at, name_of(change.actor), html)


def _idea(idea: Idea) -> Entry:
    return _entry(
        f"idea/{idea.id}", idea.title, _page_of(idea), idea.visible_at, author_of(idea), idea.body_html, idea.edited_at
    )


def _entry(key, title, link, published, author, html, edited=None) -> Entry:
    updated = max(published, edited) if edited else published
    return Entry(key, title, link, published, updated, author, with_whole_links(html, link))


def _page_of(idea: Idea) -> str:
    return links.public("ideas.show", idea_id=idea.id, slug=idea.slug)
