"""Rows of a file of ideas, checked one by one: what each becomes, or why it stays behind."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from ideaboard.extensions import gettext as _
from ideaboard.models.vocabulary import Stage
from ideaboard.transfer import cells
from ideaboard.transfer.cells import Author, cell
from ideaboard.transfer.files import ROW
from ideaboard.transfer.moments import day_comes_first, is_day, read_moment
from ideaboard.transfer.notes import Notes
from ideaboard.transfer.reading import Sheet
from ideaboard.transfer.statuses import Target, target_of


@dataclass
class IdeaRow:
    """One idea as the file tells it; its words are fetched when it is written (see `cells.markdown_of`)."""

    row: int
    key: str
    created_at: datetime | None  # None: the file has no dates
    day_alone: bool
    target: Target
    status_changed_at: datetime | None
    author: Author | None
    organisation: str | None
    votes: int
    hidden: bool


def idea_rows(
    sheet: Sheet,
    columns: dict[str, str],
    targets: dict[str, Target],
    zone: ZoneInfo,
    order: str | None,
    notes: Notes,
) -> Iterator[IdeaRow]:
    """The rows that come in; a status that nobody gave a meaning counts as received here (the plan refuses to run).

    Raises AmbiguousDates before the first.
    """
    day_first = day_order(sheet, columns, order)
    seen: dict[str, int] = {}
    for row in sheet.rows():
        number = row[ROW]
        key = unique_key(row, columns, seen, notes)
        if key is None:
            continue
        if not cells.title_of(cell(row, columns, "title"))[0]:
            notes.leave_out(number, _("no title"))
            continue
        written = cell(row, columns, "created_at")
        created_at = read_moment(written, zone, day_first) if written else None
        if "created_at" in columns and created_at is None:
            notes.leave_out(number, _("no readable date") if written else _("no date"))
            continue
        seen[key] = number
        yield _idea_row(row, columns, key, targets, zone, day_first, created_at, notes)


def _idea_row(row, columns, key, targets, zone, day_first, created_at, notes) -> IdeaRow:
    number = row[ROW]
    votes = cells.count_of(cell(row, columns, "total_votes"))
    if votes is None:
        notes.change(number, _("the number of votes is no whole number: counted as 0"))
    if cells.title_of(cell(row, columns, "title"))[1]:
        notes.change(number, _("the title is longer than 300 characters: it stands whole above the text"))
    author = cells.author_of(row, columns)
    if author and author.name is None and cell(row, columns, "author"):
        notes.change(number, _("the author is named by an e-mail address: comes in without a name"))
    said = target_of(cell(row, columns, "status"), targets)
    target = said or Target(Stage.RECEIVED)
    if cell(row, columns, "answer") and said and said.stage is Stage.RECEIVED:
        notes.change(number, _("it has an answer and no status: the answer stays behind"))
    changed = cell(row, columns, "status_changed_at")
    return IdeaRow(
        row=number,
        key=key,
        created_at=created_at,
        day_alone=created_at is not None and is_day(cell(row, columns, "created_at"), zone, created_at),
        target=target,
        status_changed_at=read_moment(changed, zone, day_first) if changed else None,
        author=author,
        organisation=cells.organisation_of(row, columns),
        votes=votes or 0,
        hidden=cells.is_yes(cell(row, columns, "hidden")),
    )


def day_order(sheet: Sheet, columns: dict[str, str], order: str | None) -> bool:
    """Whether days come first in this file's dates. Raises AmbiguousDates."""
    if "created_at" not in columns:
        return True
    return day_comes_first(sheet.values(columns["created_at"]), columns["created_at"], order)


def unique_key(row: dict, columns: dict[str, str], seen: dict[str, int], notes: Notes) -> str | None:
    """The row's id, or None (noted) when it has none or another row has it. The caller adds it to `seen`."""
    number = row[ROW]
    if "id" not in columns:
        key = content = cells.key_of_content(row)
        again = 1
        while key in seen:
            again += 1
            key = f"{content}-{again}"
        return key
    key = cells.key_of(cell(row, columns, "id"))
    if not key:
        notes.leave_out(number, _("no id"))
        return None
    if key in seen:
        notes.leave_out(number, _("the same id as an earlier row"))
        return None
    return key
