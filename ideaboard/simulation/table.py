"""All settings under all rules, printed as they fall."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from statistics import fmean

from ideaboard.extensions import gettext as _
from ideaboard.simulation.ours import Ours
from ideaboard.simulation.rivals import RIVALS
from ideaboard.simulation.run import ByKey, Outcome, Rule, run
from ideaboard.simulation.settings import SETTINGS
from ideaboard.simulation.world import make_world

OURS = "ours"
RULES: dict[str, Callable[[], Rule]] = {OURS: Ours} | {name: lambda key=key: ByKey(key) for name, key in RIVALS.items()}


def outcomes(names: Sequence[str], seeds: int, processes: int) -> Iterator[tuple[str, dict[str, Outcome]]]:
    """(setting, {rule: outcome}) for each named setting in its order, the mean of `seeds` worlds."""
    with ProcessPoolExecutor(processes) as pool:
        jobs = {name: [pool.submit(_one, name, seed) for seed in range(1, seeds + 1)] for name in names}
        for name, done in jobs.items():
            worlds = [job.result() for job in done]
            yield name, {rule: _mean([world[rule] for world in worlds]) for rule in RULES}


def _one(name: str, seed: int) -> dict[str, Outcome]:
    setting = next(setting for setting in SETTINGS if setting.name == name)
    world = make_world(setting, seed)
    return {rule: run(world, make()) for rule, make in RULES.items()}


def _mean(found: Sequence[Outcome]) -> Outcome:
    return Outcome(fmean(o.correlation for o in found), fmean(o.unseen for o in found))


def head() -> str:
    return f"{'':34}" + " | ".join(f"{rule:>14}" for rule in RULES)


def line(name: str, found: dict[str, Outcome]) -> str:
    """'base   0.34 82.0 % | …': the correlation with quality, and how many ideas were read fewer than 30 times."""
    return f"{name:34}" + " | ".join(f"{o.correlation:5.2f} {o.unseen:6.1%} " for o in found.values())


def verdicts(found: dict[str, dict[str, Outcome]]) -> Iterator[str]:
    """For each rival: in how many settings ours is better on both, on one and equal on the other, and the reverse."""
    for rival in RIVALS:
        pairs = [(outcomes[OURS], outcomes[rival]) for outcomes in found.values()]
        better = sum(_better(ours, theirs) for ours, theirs in pairs)
        not_worse = sum(_not_worse(ours, theirs) for ours, theirs in pairs) - better
        worse = sum(_better(theirs, ours) for ours, theirs in pairs)
        yield _(
            "%(rival)s: ours is better on both in %(better)s of %(all)s settings, better on one and equal on the other in"
            " %(not_worse)s; it is better on both in %(worse)s.",
            rival=rival, better=better, all=len(pairs), not_worse=not_worse, worse=worse,
        )  # fmt: skip


def _better(one: Outcome, other: Outcome) -> bool:
    return one.correlation > other.correlation and one.unseen < other.unseen


def _not_worse(one: Outcome, other: Outcome) -> bool:
    return one != other and one.correlation >= other.correlation and one.unseen <= other.unseen
