"""The story so far: who did what when, newest first, public and complete."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from ideaboard.models import Idea, Person, StatusChange
from ideaboard.models.vocabulary import Origin
from ideaboard.workflow.history import has_no_day


@dataclass(frozen=True)
class Entry:
    """`kind`: shared, added, retitled, stepped_back, changed, or word (a further word where the idea stood).

    `change` on changed and word; `was`: the title that stood before, on retitled; `is_first_look`: nobody had looked;
    `is_kept`: False for an imported change whose answer was not kept; `has_day`: False where nobody
    knew the day of an imported one; `back`: a step back.
    """

    kind: str
    at: datetime
    actor: Person | None = None
    change: StatusChange | None = None
    was: str | None = None
    is_first_look: bool = False
    is_kept: bool = True
    has_day: bool = True
    back: bool = False
    merge: None = None  # the lines of merging have one


def timeline_of(
    idea: Idea,
    viewer: Person | None,
    changes: list[StatusChange],
    additions: list,
    versions: list,
    merges: Iterable = (),
) -> list[Entry]:
    """All entries, newest first. Whoever sees the idea sees all of it: `viewer` is there for what is not public yet.

    changes: of history.changes_of; additions and versions: of the room of ideas, whose histories they are; merges: the
    lines of the room of merging (merging/history.py: Step).
    """
    author = None if idea.author_stepped_back_at else idea.author
    entries = [Entry("shared", idea.visible_at or idea.created_at, author)]
    entries += _changed(idea, changes)
    entries += [Entry("added", addition.added_at, author) for addition in additions]
    # An author's free edits are not told here: nobody had taken part.
    entries += [
        Entry("retitled", version.revision.revised_at, version.revision.actor, was=version.revision.title)
        for version in versions
        if version.by_staff and version.became != version.revision.title
    ]
    if idea.author_stepped_back_at:
        entries.append(Entry("stepped_back", idea.author_stepped_back_at))
    entries += merges
    # sort is stable: what happened at one moment stays in the order of its making
    return sorted(entries, key=lambda entry: entry.at)[::-1]


def _changed(idea: Idea, changes: list[StatusChange]) -> list[Entry]:
    entries = []
    for before, change in pairwise([None, *changes]):
        further = before is not None and (before.status_id, before.outcome) == (change.status_id, change.outcome)
        entries.append(
            Entry(
                "word" if further else "changed",
                change.changed_at,
                change.actor,
                change,
                is_first_look=before is None and change.origin != Origin.IMPORT,
                is_kept=bool(change.text),
                has_day=not has_no_day(change, idea),
                back=before is not None and _place(change) < _place(before),
            )
        )
    return entries


def _place(change: StatusChange) -> int:
    return ("under_review", "reviewed", "coming_soon", "launched").index(change.stage)
