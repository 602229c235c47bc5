"""Our list in the simulation: the product's own functions, better than a list by votes, and no worse than its parts say."""

import pytest

from ideaboard.models import ranking
from ideaboard.models.ranking import TRIAL
from ideaboard.simulation.commands import simulate_ranking
from ideaboard.simulation.ours import Ours
from ideaboard.simulation.rivals import most_voted
from ideaboard.simulation.run import ByKey, run
from ideaboard.simulation.world import Entry, Setting, make_world

SMALL = Setting("small", ideas=60, visits_per_idea=20)


def test_ours_knows_more_of_quality_and_leaves_fewer_unread_than_a_list_by_votes():
    world = make_world(SMALL, seed=1)
    ours, votes = run(world, Ours()), run(world, ByKey(most_voted))
    assert ours.correlation > votes.correlation + 0.1
    assert ours.unseen < votes.unseen / 2


def test_the_simulation_asks_the_functions_of_the_product(monkeypatch):
    """Without the trial, new ideas would have to wait for votes from people who do not see them."""
    world = make_world(SMALL, seed=1)
    before = run(world, Ours())
    monkeypatch.setattr(ranking, "TRIAL", 1)
    assert run(world, Ours()).unseen > before.unseen


def test_the_default_list_holds_the_share_of_what_few_have_seen():
    entries = [Entry(n, float(n), 0.1, [float(n)] * (200 - n)) for n in range(100)]
    rule = Ours()
    for entry in entries:
        rule.came(entry)
    for _ in range(TRIAL + 1):
        rule.showed(entries[:20], 100.0)
    for entry in entries[:20]:
        rule.looks[entry.id] = TRIAL + 100
    order = rule.order(entries, 100.0)
    assert [order[2].id, order[7].id] == [20, 21]  # the oldest of those in their trial


def test_the_command_prints_every_rule(app):
    result = app.test_cli_runner().invoke(simulate_ranking, ["--quick", "--setting", "few ideas"])
    assert result.exit_code == 0, result.output
    assert "few ideas" in result.output and "Hacker News: ours is better on both in" in result.output


@pytest.mark.parametrize("seed", [1, 2])
def test_the_same_seed_falls_the_same(seed):
    assert run(make_world(SMALL, seed), Ours()) == run(make_world(SMALL, seed), Ours())
