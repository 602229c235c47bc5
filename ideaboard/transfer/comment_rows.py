"""Rows of a file of comments, checked one by one, each with its true parent; parents come before their replies."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from ideaboard.extensions import gettext as _
from ideaboard.transfer import cells
from ideaboard.transfer.cells import Author, cell
from ideaboard.transfer.files import ROW
from ideaboard.transfer.idea_rows import day_order, unique_key
from ideaboard.transfer.moments import read_moment
from ideaboard.transfer.notes import Notes
from ideaboard.transfer.reading import Sheet


@dataclass
class CommentRow:
    """One comment as the file tells it; `chain` names its ancestors, the nearest last, until `parent` is settled."""

    row: int
    key: str
    idea: str
    posted_at: datetime | None  # None: the file has no dates
    author: Author | None
    hidden: bool
    chain: tuple[str, ...]
    parent: str | None = None
    depth: int = 0


def comment_rows(
    sheet: Sheet,
    columns: dict[str, str],
    ideas: Collection[str],
    zone: ZoneInfo,
    order: str | None,
    notes: Notes,
) -> list[CommentRow]:
    """The comments that come in, by depth and then as in the file. `ideas`: the ids of all ideas that there will be."""
    day_first = day_order(sheet, columns, order)
    found: dict[str, CommentRow] = {}
    seen: dict[str, int] = {}
    for row in sheet.rows():
        number = row[ROW]
        key = unique_key(row, columns, seen, notes)
        if key is None:
            continue
        seen[key] = number
        idea = cells.key_of(cell(row, columns, "idea_id"))
        written = cell(row, columns, "created_at")
        posted_at = read_moment(written, zone, day_first) if written else None
        if idea not in ideas:
            notes.leave_out(number, _("its idea is not there"))
        elif not cells.has_words(row, columns):
            notes.leave_out(number, _("no words"))
        elif "created_at" in columns and posted_at is None:
            notes.leave_out(number, _("no readable date") if written else _("no date"))
        else:
            found[key] = CommentRow(
                row=number,
                key=key,
                idea=idea,
                posted_at=posted_at,
                author=cells.author_of(row, columns),
                hidden=cells.is_yes(cell(row, columns, "hidden")),
                chain=_chain(row, columns),
            )
    _settle_parents(found, notes)
    return sorted(found.values(), key=lambda comment: (comment.depth, comment.row))


def _chain(row: dict, columns: dict[str, str]) -> tuple[str, ...]:
    if "ancestry" in columns:
        return tuple(cells.key_of(part) for part in cell(row, columns, "ancestry").split("/") if part.strip())
    parent = cell(row, columns, "parent_id")
    return (cells.key_of(parent),) if parent else ()


def _settle_parents(found: dict[str, CommentRow], notes: Notes) -> None:
    """The nearest ancestor that comes in, on the same idea, is the parent; a circle is opened at its first row."""
    for comment in found.values():
        there = [key for key in comment.chain if key in found and found[key].idea == comment.idea]
        comment.parent = there[-1] if there else None
        if comment.chain and comment.parent != comment.chain[-1]:
            notes.change(comment.row, _("the comment it answers is not there: it stands under the nearest that is"))
    settled: set[str] = set()
    for comment in found.values():
        path: list[CommentRow] = []
        on_path: set[str] = set()
        at: CommentRow | None = comment
        while at and at.key not in settled:
            if at.key in on_path:
                first = min(path[path.index(at) :], key=lambda one: one.row)
                notes.change(first.row, _("it answers itself in a circle: it opens the thread"))
                first.parent, first.chain = None, ()
                # Start again below the opened circle: its depths are settled from there.
                path, on_path, at = [], set(), comment
                continue
            path.append(at)
            on_path.add(at.key)
            at = found[at.parent] if at.parent else None
        for one in reversed(path):
            one.depth = found[one.parent].depth + 1 if one.parent else 0
            settled.add(one.key)
