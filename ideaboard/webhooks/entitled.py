"""What a webhook may hear of an event, judged when sending.

A webhook without a board reads as a guest: boards open to everyone. One that names a board reads that board, also a
closed one: its admin named it. Neither hears of what is held, hidden, taken back, merged, deleted or redacted since.
"""

from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import joinedload

from ideaboard.events import kinds
from ideaboard.extensions import db
from ideaboard.models import Board, Comment, Event, Idea, StatusChange, Story, StoryIdea, Webhook
from ideaboard.models.vocabulary import StoryState
from ideaboard.voting.support import end_of
from ideaboard.webhooks.offers import GONE

_FRESH = {"populate_existing": True}


@dataclass(frozen=True)
class About:
    """What an event is about, as the webhook may read it now. `gone`: nothing but its number is left."""

    event: Event
    idea: Idea | None = None
    change: StatusChange | None = None
    comment: Comment | None = None
    story: Story | None = None
    story_ideas: list[Idea] = field(default_factory=list)
    gone: bool = False
    into: Idea | None = None  # what took a merged idea in, and stands for it now


def about(event: Event, webhook: Webhook) -> About | None:
    """None: no longer entitled. Reads only."""
    if event.kind == kinds.STORY_PUBLISHED:
        return _story(event, webhook)
    if event.kind in GONE:
        return _gone(event, webhook)
    idea = _idea(event.idea_id, webhook, Idea.in_the_open())
    if idea is None:
        return None
    change = comment = None
    if event.change_id is not None:
        change = db.session.execute(
            select(StatusChange)
            .where(StatusChange.id == event.change_id)
            .options(
                joinedload(StatusChange.actor), joinedload(StatusChange.status), joinedload(StatusChange.linked_idea)
            ),
            execution_options=_FRESH,
        ).scalar_one_or_none()
    if event.comment_id is not None:
        comment = db.session.execute(
            select(Comment).where(Comment.id == event.comment_id).options(joinedload(Comment.author)),
            execution_options=_FRESH,
        ).scalar_one_or_none()
        if comment is None or not comment.stands or comment.redacted_at:
            return None
    return About(event, idea, change, comment)


def may_read(idea: Idea, webhook: Webhook) -> bool:
    """Whether the webhook may hear of another idea that a text leads to."""
    return _idea(idea.id, webhook, Idea.in_the_open()) is not None


def _reads(webhook: Webhook) -> ColumnElement[bool]:
    """SQL about Board: the boards that the webhook reads."""
    return Board.id == webhook.board_id if webhook.board_id else Board.visible_to(None)


def _idea(idea_id: int | None, webhook: Webhook, *standing) -> Idea | None:
    return db.session.execute(
        select(Idea)
        .join(Board, Board.id == Idea.board_id)
        .where(Idea.id == idea_id, _reads(webhook), *standing)
        .options(joinedload(Idea.board), joinedload(Idea.author), joinedload(Idea.status), joinedload(Idea.change)),
        execution_options=_FRESH,
    ).scalar_one_or_none()


def _gone(event: Event, webhook: Webhook) -> About | None:
    """It was in the open once, and nobody hid it."""
    standing = (Idea.visible_at.is_not(None), Idea.held_at.is_(None), Idea.hidden_at.is_(None))
    idea = _idea(event.idea_id, webhook, *standing)
    if idea is None:
        return None
    into = _idea(end_of(idea.id), webhook, Idea.in_the_open()) if event.kind == kinds.IDEA_MERGED else None
    return About(event, idea, gone=True, into=into)


def _story(event: Event, webhook: Webhook) -> About | None:
    of_board = Story.board_id.in_(select(Board.id).where(_reads(webhook)))
    reads = of_board if webhook.board_id else of_board | Story.board_id.is_(None)
    story = db.session.execute(
        select(Story)
        .where(Story.id == event.story_id, Story.state == StoryState.PUBLISHED, Story.hidden_at.is_(None), reads)
        .options(joinedload(Story.author)),
        execution_options=_FRESH,
    ).scalar_one_or_none()
    if story is None:
        return None
    ideas = db.session.execute(
        select(Idea)
        .join(StoryIdea, StoryIdea.idea_id == Idea.id)
        .join(Board, Board.id == Idea.board_id)
        .where(StoryIdea.story_id == story.id, _reads(webhook), Idea.in_the_open())
        .order_by(StoryIdea.position, Idea.id)
    ).scalars()
    return About(event, story=story, story_ideas=list(ideas))
