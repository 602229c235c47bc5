"""`flask --app wsgi demo`: plant the demo community; with --start-for-real, remove it."""

import click
from flask.cli import with_appcontext

from ideaboard.foundation import clock
from ideaboard.foundation.refusals import Refusal
from ideaboard.foundation.settings import settings
from ideaboard.site.demo.clear import start_for_real
from ideaboard.site.demo.plant import plant


@click.command("demo")
@click.option("--start-for-real", "clearing", is_flag=True, help="Remove every demo person and thing.")
@with_appcontext
def demo(clearing: bool):
    """Plant a coffee house's community on an empty database."""
    if clearing:
        gone = start_for_real()
        click.echo(f"Removed {gone['person']} demo people and {gone['idea']} ideas. Start for real.")
        return
    if settings.environment == "production" or not settings.is_local:
        raise click.ClickException(
            "The demo is for this machine alone: anybody who reaches it can be its staff by one click."
        )
    try:
        counts = plant(clock.now())
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from None
    click.echo("Planted the demo: " + ", ".join(f"{number} {name}" for name, number in counts.items()) + ".")
