"""The one bulk loader: ideas and comments in batches, by Core, under the same constraints as everything else.

`load_ideas` and `load_comments` each write one batch in one short transaction, people, organisations, status changes,
Events (origin `import`, never dispatched) and counters included. A row whose (source, key) is there already is left as
it is, so that any batch may be sent again: after a kill, or by a second run. They grant nothing: no vote, no follow,
no right, no mail. Measured for 2,207 ideas and 3,587 comments: docs/importing.md. For tables without such a key,
benches use `insert_rows`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import case, func, insert, or_, select, update
from sqlalchemy.orm import Session

from ideaboard.events import kinds
from ideaboard.extensions import Model
from ideaboard.foundation.database import transaction
from ideaboard.models import Comment, Event, Idea, Organisation, Person, StatusChange
from ideaboard.models.vocabulary import Origin

BATCH = 500  # rows a transaction: 30 ms on SQLite here, so that a voter meanwhile does not wait noticeably


@dataclass
class NewPerson:
    """Somebody without an address or sign-in. `key` is the person's id at the source."""

    key: str
    name: str | None
    created_at: datetime


@dataclass
class NewIdea:
    """`values`: columns of idea, less board, author, organisation, status and import keys. `change`: columns of its
    status_change (status_id, stage, outcome, text, html, changed_at ...), or None for a received idea."""

    key: str
    values: dict
    author: NewPerson | None = None
    organisation: tuple[str, datetime] | None = None  # its name, and since when it is known
    change: dict | None = None
    facts: dict = field(default_factory=dict)  # for the Event


@dataclass
class NewComment:
    """`values`: columns of comment, less idea, author, parent and import keys. Parents come before their replies."""

    key: str
    idea: str  # the idea's key
    values: dict
    author: NewPerson | None = None
    parent: str | None = None  # the parent's key
    depth: int = 0


def insert_rows(session: Session, model: type[Model], rows: Iterable[dict]) -> None:
    """INSERT by executemany in the open transaction. All rows name the same columns; defaults are filled in."""
    rows = list(rows)
    if rows:
        session.execute(insert(model.__table__), rows)


def load_ideas(batch: Sequence[NewIdea], *, board_id: int, source: str) -> int:
    """Write the ideas of one batch that are not there yet; -> how many. Raises Busy."""
    with transaction() as session:
        there = _ids(session, Idea, source, [idea.key for idea in batch])
        new = [idea for idea in batch if idea.key not in there]
        people = _people(session, source, [idea.author for idea in new])
        organisations = _organisations(session, source, [idea.organisation for idea in new])
        insert_rows(
            session,
            Idea,
            (
                idea.values
                | _imported(source, idea.key)
                | {
                    "board_id": board_id,
                    "author_id": people[idea.author.key] if idea.author else None,
                    "organisation_id": organisations[idea.organisation[0]] if idea.organisation else None,
                }
                for idea in new
            ),
        )
        ids = _ids(session, Idea, source, [idea.key for idea in new])
        changed = [idea for idea in new if idea.change]
        insert_rows(
            session,
            StatusChange,
            (idea.change | {"idea_id": ids[idea.key], "origin": Origin.IMPORT} for idea in changed),
        )
        _stand_at_changes(session, [ids[idea.key] for idea in changed])
        _tell_of_ideas(session, board_id, new, ids)
    return len(new)


def load_comments(batch: Sequence[NewComment], *, source: str) -> int:
    """Write the comments of one batch that are not there yet, and recount their ideas; -> how many. Raises Busy."""
    with transaction() as session:
        there = _ids(session, Comment, source, [comment.key for comment in batch])
        new = [comment for comment in batch if comment.key not in there]
        people = _people(session, source, [comment.author for comment in new])
        ideas = _ids(session, Idea, source, {comment.idea for comment in new})
        for depth in sorted({comment.depth for comment in new}):
            level = [comment for comment in new if comment.depth == depth]
            parents = _parents(session, source, {comment.parent for comment in level if comment.parent})
            insert_rows(
                session,
                Comment,
                (
                    comment.values
                    | _imported(source, comment.key)
                    | {
                        "idea_id": ideas[comment.idea],
                        "author_id": people[comment.author.key] if comment.author else None,
                        "parent_id": parents[comment.parent][0] if comment.parent else None,
                        "root_id": parents[comment.parent][1] if comment.parent else None,
                    }
                    for comment in level
                ),
            )
        _tell_of_comments(session, source, [comment.key for comment in new])
        _recount_comments(session, list(ideas.values()))
    return len(new)


def _imported(source: str, key: str) -> dict:
    return {"origin": Origin.IMPORT, "import_source": source, "import_id": key}


def _ids(session: Session, model, source: str, keys: Iterable[str]) -> dict[str, int]:
    """{key at the source: id here} of the rows that are there."""
    query = select(model.import_id, model.id).where(model.import_source == source, model.import_id.in_(list(keys)))
    return dict(session.execute(query).tuples().all())


def _parents(session: Session, source: str, keys: set[str]) -> dict[str, tuple[int, int]]:
    """{key: (id, id of the comment that opened its thread)}"""
    query = select(Comment.import_id, Comment.id, func.coalesce(Comment.root_id, Comment.id)).where(
        Comment.import_source == source, Comment.import_id.in_(keys)
    )
    return {key: (own, root) for key, own, root in session.execute(query)}


def _people(session: Session, source: str, wanted: Iterable[NewPerson | None]) -> dict[str, int]:
    people = {person.key: person for person in wanted if person}
    there = _ids(session, Person, source, people)
    insert_rows(
        session,
        Person,
        (
            _imported(source, key)
            | {"display_name": person.name, "created_at": person.created_at, "avatar_seed": f"{source}:{key}"[:300]}
            for key, person in people.items()
            if key not in there
        ),
    )
    return _ids(session, Person, source, people)


def _organisations(session: Session, source: str, wanted: Iterable[tuple[str, datetime] | None]) -> dict[str, int]:
    since = dict(one for one in wanted if one)
    keys = {name: f"import:{source}:{name}"[:300] for name in since}
    query = select(Organisation.external_id, Organisation.id).where(Organisation.external_id.in_(keys.values()))
    there = dict(session.execute(query).tuples().all())
    insert_rows(
        session,
        Organisation,
        (
            {"name": name, "external_id": key, "created_at": since[name]}
            for name, key in keys.items()
            if key not in there
        ),
    )
    there = dict(session.execute(query).tuples().all())
    return {name: there[key] for name, key in keys.items()}


def _stand_at_changes(session: Session, idea_ids: list[int]) -> None:
    """Each of these ideas stands at the one change that it came with."""
    own = (StatusChange.idea_id == Idea.id) & (StatusChange.origin == Origin.IMPORT)
    session.execute(
        update(Idea)
        .where(Idea.id.in_(idea_ids))
        .values(
            change_id=select(StatusChange.id).where(own).scalar_subquery(),
            status_id=select(StatusChange.status_id).where(own).scalar_subquery(),
        )
        .execution_options(synchronize_session=False)
    )


def _tell_of_ideas(session: Session, board_id: int, new: Sequence[NewIdea], ids: dict[str, int]) -> None:
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


def _tell_of_comments(session: Session, source: str, keys: list[str]) -> None:
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
