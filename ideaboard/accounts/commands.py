"""`flask --app wsgi create-admin`: a one-time link for the first admin."""

import click
from flask.cli import with_appcontext

from ideaboard.accounts.first_admin import make_link
from ideaboard.foundation import clock


@click.command("create-admin")
@with_appcontext
def create_admin():
    """Print a one-time link; whoever opens it within a day becomes an admin."""
    click.echo(make_link(clock.now()))
