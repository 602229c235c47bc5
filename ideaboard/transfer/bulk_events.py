"""The bulk loader's Events, for feeds and figures; their origin keeps them from being dispatched."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from ideaboard.events import kinds
from ideaboard.models import Comment, Event, Idea
from ideaboard.models.vocabulary import Origin
from ideaboard.transfer.bulk_rows import insert_rows
from ideaboard.transfer.bulk_shapes import NewIdea


def tell_of_ideas(session: Session, board_id: int, new: Sequence[NewIdea], ids: dict[str, int]) -> None:
    """Events, for feeds and figures; their origin keeps them from being dispatched."""
    query = select(Idea.id, Idea.author_id, Idea.change_id).where(Idea.id.in_(ids.values()))
    rows = {idea_id: (author_id, change_id) for idea_id, author_id, change_id in session.execute(query)}
    common = {"board_id": board_id, "origin": Origin.IMPORT}
    insert_rows(
        session,
        Event,
        (
            common
            | {
                "kind": kinds.IDEA_SUBMITTED,
                "happened_at": idea.values["created_at"],
                "actor_id": rows[ids[idea.key]][0],
                "idea_id": ids[idea.key],
                "facts": idea.facts,
            }
            for idea in new
        ),
    )
    insert_rows(
        session,
        Event,
        (
            common
            | {
                "kind": kinds.IDEA_STATUS_CHANGED,
                "happened_at": idea.change["changed_at"],
                "idea_id": ids[idea.key],
                "change_id": rows[ids[idea.key]][1],
            }
            for idea in new
            if idea.change
        ),
    )


def tell_of_comments(session: Session, source: str, keys: list[str]) -> None:
    query = (
        select(Comment.id, Comment.idea_id, Comment.author_id, Comment.posted_at, Idea.board_id)
        .join(Idea, Idea.id == Comment.idea_id)
        .where(Comment.import_source == source, Comment.import_id.in_(keys))
        .order_by(Comment.id)
    )
    insert_rows(
        session,
        Event,
        (
            {
                "kind": kinds.COMMENT_POSTED,
                "origin": Origin.IMPORT,
                "happened_at": posted_at,
                "actor_id": author_id,
                "board_id": board_id,
                "idea_id": idea_id,
                "comment_id": comment_id,
            }
            for comment_id, idea_id, author_id, posted_at, board_id in session.execute(query)
        ),
    )
