"""The one bulk loader: ideas and comments in batches, by Core, under the same constraints as everything else.

`load_ideas` and `load_comments` each write one batch in one short transaction, people, organisations, status changes,
Events (origin `import`, never dispatched) and counters included. A row whose (source, key) is there already is left as
it is, so that any batch may be sent again: after a kill, or by a second run. They grant nothing: no vote, no follow,
no right, no mail. Measured for 2,207 ideas and 3,587 comments: docs/importing.md. For tables without such a key
there are `insert_rows` and `write_rows` of bulk_rows.py, on which these stand too.
"""

from collections.abc import Sequence

from sqlalchemy import case, func, or_, select, update
from sqlalchemy.orm import Session

from ideaboard.foundation.database import transaction
from ideaboard.models import Comment, Idea, StatusChange
from ideaboard.models.vocabulary import Origin
from ideaboard.search.indexing import answers_of, index_answers, index_comments, index_ideas
from ideaboard.transfer.bulk_events import tell_of_comments, tell_of_ideas
from ideaboard.transfer.bulk_people import ids_of, imported, organisation_ids, people_ids
from ideaboard.transfer.bulk_rows import insert_rows
from ideaboard.transfer.bulk_shapes import NewComment, NewIdea

BATCH = 500  # rows a transaction: 30 to 50 ms on SQLite here; the web waits up to 250 for the lock


def load_ideas(batch: Sequence[NewIdea], *, board_id: int, source: str) -> int:
    """Write the ideas of one batch that are not there yet; -> how many. Raises Busy."""
    with transaction() as session:
        there = ids_of(session, Idea, source, [idea.key for idea in batch])
        new = [idea for idea in batch if idea.key not in there]
        people = people_ids(session, source, [idea.author for idea in new])
        organisations = organisation_ids(session, source, [idea.organisation for idea in new])
        insert_rows(
            session,
            Idea,
            (
                idea.values
                | imported(source, idea.key)
                | {
                    "board_id": board_id,
                    "author_id": people[idea.author.key] if idea.author else None,
                    "organisation_id": organisations[idea.organisation[0]] if idea.organisation else None,
                }
                for idea in new
            ),
        )
        ids = ids_of(session, Idea, source, [idea.key for idea in new])
        changed = [idea for idea in new if idea.change]
        insert_rows(
            session,
            StatusChange,
            (idea.change | {"idea_id": ids[idea.key], "origin": Origin.IMPORT} for idea in changed),
        )
        _stand_at_changes(session, [ids[idea.key] for idea in changed])
        tell_of_ideas(session, board_id, new, ids)
        index_ideas(ids.values())
        index_answers(answers_of(ids.values()))
    return len(new)


def load_comments(batch: Sequence[NewComment], *, source: str) -> int:
    """Write the comments of one batch that are not there yet, and recount their ideas; -> how many. Raises Busy."""
    with transaction() as session:
        there = ids_of(session, Comment, source, [comment.key for comment in batch])
        new = [comment for comment in batch if comment.key not in there]
        people = people_ids(session, source, [comment.author for comment in new])
        ideas = ids_of(session, Idea, source, {comment.idea for comment in new})
        for depth in sorted({comment.depth for comment in new}):
            level = [comment for comment in new if comment.depth == depth]
            parents = _parents(session, source, {comment.parent for comment in level if comment.parent})
            insert_rows(
                session,
                Comment,
                (
                    comment.values
                    | imported(source, comment.key)
                    | {
                        "idea_id": ideas[comment.idea],
                        "author_id": people[comment.author.key] if comment.author else None,
                        "parent_id": parents[comment.parent][0] if comment.parent else None,
                        "root_id": parents[comment.parent][1] if comment.parent else None,
                    }
                    for comment in level
                ),
            )
        keys = [comment.key for comment in new]
        tell_of_comments(session, source, keys)
        index_comments(ids_of(session, Comment, source, keys).values())
        _recount_comments(session, list(ideas.values()))
    return len(new)


def _parents(session: Session, source: str, keys: set[str]) -> dict[str, tuple[int, int]]:
    """{key: (id, id of the comment that opened its thread)}"""
    query = select(Comment.import_id, Comment.id, func.coalesce(Comment.root_id, Comment.id)).where(
        Comment.import_source == source, Comment.import_id.in_(keys)
    )
    return {key: (own, root) for key, own, root in session.execute(query)}


def _stand_at_changes(session: Session, idea_ids: list[int]) -> None:
    """Each of these ideas stands at the one change that it came with."""
    own = (StatusChange.idea_id == Idea.id) & (StatusChange.origin == Origin.IMPORT)
    session.execute(
        update(Idea)
        .where(Idea.id.in_(idea_ids))
        .values(
            change_id=select(StatusChange.id).where(own).scalar_subquery(),
            status_id=select(StatusChange.status_id).where(own).scalar_subquery(),
            standing=select(StatusChange.standing).where(own).scalar_subquery(),
        )
        .execution_options(synchronize_session=False)
    )


def _recount_comments(session: Session, idea_ids: list[int]) -> None:
    """comments_count, and since when others take part, from the rows themselves."""
    stands = (
        (Comment.idea_id == Idea.id)
        & Comment.deleted_at.is_(None)
        & Comment.hidden_at.is_(None)
        & Comment.held_at.is_(None)
    )
    others = Comment.author_id.is_distinct_from(Idea.author_id) | Comment.author_id.is_(None)
    first = select(func.min(Comment.posted_at)).where(stands, others).scalar_subquery()
    session.execute(
        update(Idea)
        .where(Idea.id.in_(idea_ids))
        .values(
            comments_count=select(func.count()).select_from(Comment).where(stands).scalar_subquery(),
            others_took_part_at=case(
                (or_(Idea.others_took_part_at.is_(None), first < Idea.others_took_part_at), first),
                else_=Idea.others_took_part_at,
            ),
        )
        .execution_options(synchronize_session=False)
    )
