"""`flask --app wsgi index-search`: the words of everything, made anew beside the running site."""

import sys

import click
from flask.cli import with_appcontext
from rich.progress import Progress

from ideaboard.extensions import db
from ideaboard.extensions import gettext as _
from ideaboard.foundation.refusals import Refusal
from ideaboard.foundation.schema import require_schema
from ideaboard.search.rebuilding import drift, rebuild, rows_to_read


@click.command("index-search")
@click.option("--check", "checking", is_flag=True, help="Only say how many documents drift; exit status 1 when any do.")
@with_appcontext
def index_search(checking: bool) -> None:
    """Make the index of search anew."""
    try:
        require_schema()
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from None
    if checking:
        with db.engine.connect() as connection:
            wrong = drift(connection)
        click.echo(_("Drift %(num)s.", num=wrong))
        sys.exit(1 if wrong else 0)
    with Progress() as bar:
        task = bar.add_task(_("Reading"), total=rows_to_read())
        done = rebuild(lambda rows: bar.advance(task, rows))
    click.echo(_("%(num)s ideas, answers and comments were read, and the index says what they say.", num=done))
