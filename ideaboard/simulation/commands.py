"""`flask --app wsgi simulate-ranking`."""

import os
from pathlib import Path

import click

from ideaboard.extensions import gettext as _
from ideaboard.simulation.replay import replay, streams_of
from ideaboard.simulation.settings import SETTINGS
from ideaboard.simulation.table import RULES, head, line, outcomes, verdicts

NAMES = tuple(setting.name for setting in SETTINGS)


@click.command("simulate-ranking")
@click.option("--quick", is_flag=True, help="One world a setting instead of three.")
@click.option("--setting", "names", multiple=True, type=click.Choice(NAMES), help="Only this one; may be repeated.")
@click.option(
    "--replay", "folder", type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Replay the real votes of a folder (Polis, Decentraland DAO) instead.",
)  # fmt: skip
def simulate_ranking(quick: bool, names: tuple[str, ...], folder: Path | None):
    """Try ranking rules on simulated boards: how well the list knows quality, and how many ideas hardly anybody read."""
    if folder is not None:
        _replay(folder)
        return
    click.echo(_("Rank correlation of the final list with quality, and ideas read fewer than 30 times, by setting:"))
    click.echo(head())
    all_found = {}
    for name, found in outcomes(names or NAMES, seeds=1 if quick else 3, processes=os.cpu_count() or 1):
        click.echo(line(name, found))
        all_found[name] = found
    for verdict in verdicts(all_found):
        click.echo(verdict)


def _replay(folder: Path) -> None:
    click.echo(_("The list half-way: its correlation with the share that agreed later, and with having come first:"))
    click.echo(head())
    try:
        for stream in streams_of(folder):
            found = [replay(stream, make) for make in RULES.values()]
            name = f"{stream.name} ({found[0].things})"
            click.echo(f"{name:34}" + " | ".join(f"{o.with_later:6.2f} {o.with_first:6.2f} " for o in found))
    except FileNotFoundError as missing:
        raise click.ClickException(str(missing)) from None
