"""`flask --app wsgi simulate-ranking`."""

import os

import click

from ideaboard.extensions import gettext as _
from ideaboard.simulation.settings import SETTINGS
from ideaboard.simulation.table import head, line, outcomes, verdicts

NAMES = tuple(setting.name for setting in SETTINGS)


@click.command("simulate-ranking")
@click.option("--quick", is_flag=True, help="One world a setting instead of three.")
@click.option("--setting", "names", multiple=True, type=click.Choice(NAMES), help="Only this one; may be repeated.")
def simulate_ranking(quick: bool, names: tuple[str, ...]):
    """Try ranking rules on simulated boards: how well the list knows quality, and how many ideas hardly anybody read."""
    click.echo(_("Rank correlation of the final list with quality, and ideas read fewer than 30 times, by setting:"))
    click.echo(head())
    all_found = {}
    for name, found in outcomes(names or NAMES, seeds=1 if quick else 3, processes=os.cpu_count() or 1):
        click.echo(line(name, found))
        all_found[name] = found
    for verdict in verdicts(all_found):
        click.echo(verdict)
