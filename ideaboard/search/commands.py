"""`flask --app wsgi index-search`: the words of everything, made anew beside the running site."""

import click
from flask.cli import with_appcontext
from rich.progress import Progress

from ideaboard.extensions import gettext as _
from ideaboard.search.rebuilding import rebuild, rows_to_read


@click.command("index-search")
@with_appcontext
def index_search() -> None:
    """Make the index of search anew."""
    with Progress() as bar:
        task = bar.add_task(_("Reading"), total=rows_to_read())
        done = rebuild(lambda rows: bar.advance(task, rows))
    click.echo(_("%(num)s ideas, answers and comments were read, and the index says what they say.", num=done))
