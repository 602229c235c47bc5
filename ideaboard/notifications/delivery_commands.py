"""flask --app wsgi deliveries [--json]"""

import json

import click
from flask.cli import with_appcontext

from ideaboard.foundation.clock import now
from ideaboard.notifications.deliveries import standing
from ideaboard.notifications.delivery_words import as_json, as_lines


@click.command("deliveries")
@click.option("--json", "machine", is_flag=True, help="For a program.")
@with_appcontext
def deliveries(machine: bool) -> None:
    """Say what waits, what went and what failed by its cause: the operator's page for the shell."""
    found = standing(now())
    click.echo(json.dumps(as_json(found), indent=2) if machine else "\n".join(as_lines(found)))
