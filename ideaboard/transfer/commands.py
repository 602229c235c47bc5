"""`flask --app wsgi import-ideas`: the door of the import."""

from pathlib import Path

import click
from flask.cli import with_appcontext
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from ideaboard.extensions import gettext as _
from ideaboard.foundation import clock
from ideaboard.foundation.refusals import Refusal
from ideaboard.foundation.schema import require_schema
from ideaboard.transfer.ideas_import import run_import
from ideaboard.transfer.plan import Plan, Wishes, make_plan
from ideaboard.transfer.reading import scratch_database
from ideaboard.transfer.report import show_report


@click.command("import-ideas")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--board", required=True, metavar="SLUG", help="The board they come into; it must be there.")
@click.option("--comments", type=click.Path(path_type=Path), metavar="FILE", help="A file of their comments.")
@click.option(
    "--map",
    "maps",
    multiple=True,
    metavar="FIELD=COLUMN",
    help="Which column feeds a field; comments.FIELD=COLUMN for the comments. May be repeated.",
)
@click.option(
    "--status",
    "statuses",
    multiple=True,
    metavar="VALUE=STAGE[:OUTCOME]",
    help="What a status becomes, e.g. accepted=reviewed:want; *=received for all others. May be repeated.",
)
@click.option("--dates", "order", type=click.Choice(["day-first", "month-first"]), help="How to read 03/04/2016.")
@click.option("--source", metavar="NAME", help="Names where the ids come from; the file's name is taken otherwise.")
@click.option("--dry-run", is_flag=True, help="Stop after the report: write nothing.")
@with_appcontext
def import_ideas(file, board, comments, maps, statuses, order, source, dry_run):
    """Import ideas from FILE: CSV, TSV, JSON or JSON Lines, each also gzipped.

    A report comes first. A second run changes nothing; an interrupted run is finished by running it again.
    """
    console = Console()
    wishes = Wishes(board, file, comments, maps, statuses, order, source)
    try:
        require_schema()
        with scratch_database() as scratch:
            plan = make_plan(wishes, scratch, clock.now())
            show_report(plan, console)
            plan.refuse_unsaid()
            if not plan.ideas.rows:
                raise Refusal(_("No row of %(file)s can come in, for the reasons above.", file=file.name))
            if dry_run:
                console.print(_("This was a dry run: nothing was written."))
            else:
                _run(plan, console)
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from refusal


def _run(plan: Plan, console: Console) -> None:
    total = len(plan.ideas.new) + (len(plan.comments.new) if plan.comments else 0)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task(_("Importing"), total=total)
        written = run_import(plan, progress=lambda rows: progress.advance(task, rows))
    if written.ideas or written.comments:
        counts = {"ideas": f"{written.ideas:,}", "comments": f"{written.comments:,}"}
        console.print(_("Written: %(ideas)s ideas, %(comments)s comments. No mail was sent.", **counts))
    else:
        console.print(_("0 changes: everything was there already."))
