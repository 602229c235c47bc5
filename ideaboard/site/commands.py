"""`flask --app wsgi demo` plants the demo community or removes it; `recount` holds the counters against their rows."""

import click
from flask.cli import with_appcontext

from ideaboard.extensions import gettext as _
from ideaboard.extensions import ngettext
from ideaboard.foundation import clock
from ideaboard.foundation.refusals import Refusal
from ideaboard.foundation.schema import require_schema
from ideaboard.foundation.settings import settings
from ideaboard.site.demo.clear import start_for_real
from ideaboard.site.demo.kept import remove_kept_mails
from ideaboard.site.demo.plant import plant
from ideaboard.site.recount import counted, find_drift, repair


@click.command("demo")
@click.option("--start-for-real", "clearing", is_flag=True, help="Remove every demo person and thing.")
@with_appcontext
def demo(clearing: bool):
    """Plant a coffee house's community on an empty database."""
    if clearing:
        gone = start_for_real()
        remove_kept_mails()
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


@click.command("recount")
@click.option("--repair", "repairing", is_flag=True, help="Set right what drifts, in short transactions.")
@with_appcontext
def recount(repairing: bool):
    """Compare every stored counter with the rows it counts. The exit status is 1 while there is drift."""
    try:
        require_schema()
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from None
    now = clock.now()
    drifts = find_drift(now)
    for drift in drifts:
        click.echo(str(drift))
    click.echo(_("Drift %(count)s.", count=len(drifts)) + " " + _("Counted: %(ideas)s ideas, %(votes)s votes, "
               "%(comments)s comments, %(changes)s changes.", **counted()))  # fmt: skip
    if not drifts:
        return
    if not repairing:
        raise click.ClickException(_("The counters are wrong. Set them right with: flask --app wsgi recount --repair"))
    try:
        repaired = repair(drifts, now)
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from None
    click.echo(ngettext("Set right: %(num)d counter.", "Set right: %(num)d counters.", len(repaired)))
