"""The report that comes first: what is in the files, what feeds what, what stays behind, what would be written."""

from zoneinfo import ZoneInfo

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ideaboard.extensions import gettext as _
from ideaboard.extensions import ngettext
from ideaboard.transfer.moments import read_moment
from ideaboard.transfer.notes import Notes
from ideaboard.transfer.plan import Part, Plan
from ideaboard.transfer.reading import Column
from ideaboard.transfer.statuses import suggestion_for, target_of

_ROWS_NAMED = 8


def show_report(plan: Plan, console: Console) -> None:
    """Print it. Nothing has been written when this is read."""
    _show_file(plan, plan.ideas, console)
    if plan.statuses:
        _show_statuses(plan, console)
    if plan.comments:
        _show_file(plan, plan.comments, console)
    console.print()
    board = {"board": escape(plan.board_name), "source": escape(plan.source)}
    console.print(_("Into the board [bold]%(board)s[/], as the source \u201c%(source)s\u201d:", **board))
    if plan.board_is_demo:
        warning = _("This board belongs to the demo. \u201cStart for real\u201d removes it and all that stands on it.")
        console.print(f"  [bold red]{warning}[/]", soft_wrap=True)
    _show_part(_("ideas"), plan.ideas, console)
    if plan.comments:
        _show_part(_("comments"), plan.comments, console)


def _show_file(plan: Plan, part: Part, console: Console) -> None:
    sheet = part.sheet
    table = Table(
        title=f"{escape(sheet.path.name)}: {sheet.format}, {sheet.encoding}, {sheet.count:,} " + _("rows"),
        title_justify="left",
        box=SIMPLE_HEAD,
        pad_edge=False,
        expand=True,
    )
    table.add_column(_("column"), overflow="fold", max_width=30)
    table.add_column(_("type"), no_wrap=True)
    table.add_column(_("filled"), justify="right", no_wrap=True)
    table.add_column(_("examples"), no_wrap=True, overflow="ellipsis", ratio=1)
    table.add_column(_("becomes"), no_wrap=True)
    fields = {column: field for field, column in part.columns.items()}
    for column in sheet.columns:
        becomes = fields.get(column.name)
        stays = _("not used") if column.filled else ""
        table.add_row(
            escape(column.name),
            _type(column, plan.zone),
            f"{column.filled:,}",
            escape(" · ".join(column.examples)),
            f"[bold]{becomes}[/]" if becomes else f"[dim]{stays}[/]",
        )
    console.print()
    console.print(table)
    _show_notes(part.notes, console)


def _type(column: Column, zone: ZoneInfo) -> str:
    """sqlite-utils' guess, save that it knows no dates."""
    if column.type == "text" and all(read_moment(example, zone) for example in column.examples):
        return _("date")
    return {"text": _("text"), "integer": _("whole number"), "float": _("number"), "empty": _("empty")}[column.type]


def _show_notes(notes: Notes, console: Console) -> None:
    for kind, reasons in ((_("left out"), notes.left_out), (_("changed"), notes.changed)):
        for reason, rows in reasons.items():
            named = ", ".join(str(row) for row in rows[:_ROWS_NAMED]) + (" …" if len(rows) > _ROWS_NAMED else "")
            count = ngettext("%(num)d row", "%(num)d rows", len(rows))
            which = ngettext("row", "rows", len(rows))
            console.print(f"  [bold]{count} {kind}[/]: {escape(reason)} ({which} {named})", soft_wrap=True)


def _show_statuses(plan: Plan, console: Console) -> None:
    table = Table(title=_("Statuses"), title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    for heading in (_("value"), _("rows"), _("becomes")):
        table.add_column(heading, justify="right" if heading == _("rows") else "left")
    for value, count in plan.statuses.items():
        target = target_of(value, plan.targets)
        usually = suggestion_for(value)
        unsaid = _("not said yet; usually %(target)s", target=usually) if usually else _("not said yet")
        table.add_row(escape(value), f"{count:,}", str(target) if target else f"[bold red]{unsaid}[/]")
    console.print()
    console.print(table)


def _show_part(what: str, part: Part, console: Console) -> None:
    new = len(part.new)
    told = {"what": what, "new": f"{new:,}", "there": f"{len(part.rows) - new:,}"}
    told["left_out"] = f"{sum(map(len, part.notes.left_out.values())):,}"
    line = _("%(what)s: %(new)s new, %(there)s there already and left as they are, %(left_out)s left out", **told)
    console.print(f"  {line}", highlight=False, soft_wrap=True)
