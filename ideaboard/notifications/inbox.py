"""The inbox: what a person was told, newest first, one group an idea or story; opened, read, counted.

All that the page shows is plain values, so that a group is kept by what it shows (web/fragments.py).
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import NamedTuple

from sqlalchemy import case, func, or_, select, text, update
from sqlalchemy.orm import aliased

from ideaboard.events import kinds
from ideaboard.foundation.database import transaction
from ideaboard.foundation.kept import Kept, given, in_slots
from ideaboard.foundation.paging import Page, Turn
from ideaboard.models import Board, Comment, Event, Idea, Merge, Notification, Person, Status, StatusChange, Story
from ideaboard.models.eyes import Eyes, eyes_of

_UNREAD = text("notification.read_at IS NULL")
PAGE = 20  # groups
SHOWN = 3  # entries of a group that the page words; of the others it says how many


class Face(NamedTuple):
    avatar_seed: str
    display_name: str | None
    erased_at: datetime | None


class Entry(NamedTuple):
    """`what`: story, change, merge, became_idea, comment or idea. `title`: the idea's; `is_gone`: nobody may read the text
    any more; `by`: who said or did it, where that is told."""

    what: str
    reason: str
    title: str
    board: str
    text: str
    is_gone: bool
    at: datetime | None
    by: Face | None
    stage: str | None
    outcome: str | None
    promised_on: date | None
    label: str | None
    undone: bool


class Group(NamedTuple):
    """All that one was told about one idea (`story_id` is None), or by one story; `entries`: the latest of it, newest first;
    `more`: how many others there are."""

    idea_id: int
    story_id: int | None
    title: str
    face: Face | None
    is_new: bool
    more: int
    entries: tuple[Entry, ...]


@dataclass
class _Found:
    """A group before its entries are read; `ids`: of the latest, newest first."""

    count: int = 0
    unread: int = 0
    ids: list[int] = field(default_factory=list)


def unread_count(viewer: Person | None, at_most: int = 100) -> int:
    """How many entries the viewer has not read, up to `at_most`; what they may not see any more is not counted."""
    if viewer is None:
        return 0
    eyes = eyes_of(viewer)
    kept = _COUNTS.get((eyes, at_most))
    if kept is None:
        kept = _COUNTS[eyes, at_most] = Kept(lambda _: _unread(eyes, at_most))
    return kept.one(viewer_id=viewer.id)[0]


_COUNTS: dict[tuple[Eyes | None, int], Kept] = {}


def _unread(eyes: Eyes, at_most: int):
    unread = _seen(select(Notification.id), eyes).where(_UNREAD).limit(at_most)
    return select(func.count()).select_from(unread.subquery())


def inbox_of(person: Person, *, after: str | None = None, before: str | None = None) -> tuple[list[Group], Page]:
    """One page of groups; a group stands on one page only, where its latest entry belongs.

    Raises Missing for a cursor that is not ours.
    """
    eyes = eyes_of(person)
    turn = Turn.read(after, before, [Notification.id])
    groups: dict[tuple[int | None, int | None], _Found] = {}
    # All of them, since a group counts its entries wherever they stand: four numbers each.
    for entry_id, idea_id, story_id, unread in _entries(eyes).all(viewer_id=person.id):
        about = (story_id, None if story_id is not None else idea_id)
        found = groups.get(about)
        if found is None:
            found = groups[about] = _Found()
        found.count += 1
        found.unread += unread
        if len(found.ids) < SHOWN:
            found.ids.append(entry_id)
    ordered = list(groups.values())
    if turn.values is not None:
        ordered = [
            found
            for found in ordered
            if found.ids[0] != turn.values[0] and (found.ids[0] > turn.values[0]) is turn.backwards
        ]
    if turn.backwards:
        ordered.reverse()
    page = turn.page(ordered[: PAGE + 1], PAGE, lambda found: [found.ids[0]])
    ids = [entry_id for found in page.items for entry_id in found.ids]
    rows = {row.id: row for row in in_slots(_shown(eyes), "id", PAGE * SHOWN, ids, viewer_id=person.id)}
    made = (_group(found, [rows[entry_id] for entry_id in found.ids if entry_id in rows]) for found in page.items)
    return [group for group in made if group is not None], page


def _group(found: _Found, rows: list) -> Group | None:
    """None: what was there a moment ago is out of sight."""
    if not rows:
        return None
    latest = rows[0]
    title = latest.idea_title if latest.story_id is None else latest.story_title
    face = None if latest.face_id is None else Face(latest.face_seed, latest.face_name, latest.face_erased_at)
    more = found.count - len(rows)
    return Group(latest.idea_id, latest.story_id, title, face, found.unread > 0, more, tuple(map(_entry, rows)))


def _entry(row) -> Entry:
    if row.story_id is not None:
        what = "story"
    elif row.change_id is not None:
        what = "change"
    elif row.merge_id is not None:
        what = "merge"
    elif row.kind == kinds.COMMENT_BECAME_IDEA:
        what = "became_idea"
    else:
        what = "comment" if row.comment_id is not None else "idea"
    return Entry(
        what=what,
        reason=row.reason,
        title=row.idea_title,
        board=row.board_name,
        text="" if row.is_gone else row.text,
        is_gone=bool(row.is_gone),
        at=row.at,
        by=None if row.by_id is None else Face(row.by_seed, row.by_name, row.by_erased_at),
        stage=row.stage,
        outcome=row.outcome,
        promised_on=row.promised_on,
        label=row.label,
        undone=row.kind == kinds.IDEA_UNMERGED,
    )


def mark_read(person: Person, now: datetime, idea_id: int | None = None, story_id: int | None = None) -> int:
    """Mark the entries about one idea, or by one story, or all, as read; returns how many were unread."""
    entries = update(Notification).where(Notification.person_id == person.id, _UNREAD)
    if idea_id is not None:
        of_a_story = select(Event.id).where(Event.id == Notification.event_id, Event.story_id.is_not(None)).exists()
        entries = entries.where(Notification.idea_id == idea_id, ~of_a_story)
    if story_id is not None:
        entries = entries.where(Notification.event_id.in_(select(Event.id).where(Event.story_id == story_id)))
    with transaction() as session:
        return session.execute(entries.values(read_at=now), execution_options={"synchronize_session": False}).rowcount


def _seen(statement, person: Person | Eyes):
    """Of the person's entries those whose idea, and story, they may see now."""
    readable = Event.story_id.in_(select(Story.id).where(Story.visible_to(person)))
    return (
        statement.select_from(Notification)
        .join(Idea, Idea.id == Notification.idea_id)
        .join(Event, Event.id == Notification.event_id)
        .where(
            Notification.person_id == person.id,
            Idea.visible_to(person, merged=True),
            or_(Event.story_id.is_(None), readable),
        )
    )


@cache
def _entries(eyes: Eyes) -> Kept:
    """(id, idea id, story id, 1 if unread) of all that a person was told, newest first."""
    unread = case((Notification.read_at.is_(None), 1), else_=0).label("unread")
    told = _seen(select(Notification.id, Notification.idea_id, Event.story_id, unread), eyes)
    return Kept(lambda _: told.order_by(Notification.id.desc()))


@cache
def _shown(eyes: Eyes) -> Kept:
    """What the page words of the entries `id_0`, `id_1`, …, in no order."""
    face, by = aliased(Person), aliased(Person)
    of_story, of_change, of_merge = (
        Event.story_id.is_not(None),
        Event.change_id.is_not(None),
        Event.merge_id.is_not(None),
    )
    of_comment, undone = Event.comment_id.is_not(None), Event.kind == kinds.IDEA_UNMERGED
    no_comment = or_(
        Comment.deleted_at.is_not(None),
        Comment.held_at.is_not(None),
        Comment.hidden_at.is_not(None),
        Comment.redacted_at.is_not(None),
    )
    happened = or_(of_merge, Event.kind == kinds.COMMENT_BECAME_IDEA)
    of_face = case(
        (of_story, Story.author_id), (of_change, StatusChange.actor_id), (of_merge, Merge.actor_id),
        (of_comment, Comment.author_id), else_=Idea.author_id,
    )  # fmt: skip
    of_by = case(
        (of_change, StatusChange.actor_id), (undone, Merge.unmerged_by_id), (of_merge, Merge.actor_id),
        else_=Comment.author_id,
    )  # fmt: skip
    columns = (
        Notification.id, Notification.reason, Notification.idea_id, Event.kind,
        Event.story_id, Event.change_id, Event.merge_id, Event.comment_id,
        Idea.title.label("idea_title"), Story.title.label("story_title"), Board.name.label("board_name"),
        case(
            (of_story, Story.excerpt), (of_change, StatusChange.text), (undone, Merge.unmerge_note),
            (of_merge, Merge.note), (of_comment, Comment.body), else_="",
        ).label("text"),
        case((of_change, case((StatusChange.redacted_at.is_not(None), 1), else_=0)), (no_comment, 1), else_=0).label("is_gone"),
        case(
            (of_story, Story.published_at), (of_change, StatusChange.changed_at), (happened, Event.happened_at),
            (of_comment, Comment.posted_at), else_=Idea.visible_at,
        ).label("at"),
        StatusChange.stage, StatusChange.outcome, StatusChange.promised_on, Status.label.label("label"),
        *_face_columns(face, "face"), *_face_columns(by, "by"),
    )  # fmt: skip
    told = (
        _seen(select(*columns), eyes)
        .outerjoin(Board, Board.id == Idea.board_id)
        .outerjoin(StatusChange, StatusChange.id == Event.change_id)
        .outerjoin(Status, Status.id == StatusChange.status_id)
        .outerjoin(Comment, Comment.id == Event.comment_id)
        .outerjoin(Story, Story.id == Event.story_id)
        .outerjoin(Merge, Merge.id == Event.merge_id)
        .outerjoin(face, face.id == of_face)
        .outerjoin(by, by.id == of_by)
        .where(Notification.id.in_([given(f"id_{place}") for place in range(PAGE * SHOWN)]))
    )
    return Kept(lambda _: told)


def _face_columns(person, name: str) -> tuple:
    columns = (person.id, person.avatar_seed, person.display_name, person.erased_at)
    return tuple(
        column.label(f"{name}_{of}") for column, of in zip(columns, ("id", "seed", "name", "erased_at"), strict=True)
    )
