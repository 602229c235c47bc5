"""The visitor model: the same for every rule, and what its words say."""

from dataclasses import replace

import pytest

from ideaboard.simulation.rivals import RIVALS, fider, hacker_news, reddit_hot
from ideaboard.simulation.run import ByKey, correlation, run
from ideaboard.simulation.settings import SETTINGS
from ideaboard.simulation.world import Entry, Setting, make_world

SMALL = Setting("small", ideas=30, visits_per_idea=8)


def test_at_least_twenty_settings_of_different_names():
    assert len({setting.name for setting in SETTINGS}) == len(SETTINGS) >= 20


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda s: s.name)
def test_every_setting_makes_its_world(setting):
    world = make_world(replace(setting, ideas=max(20, setting.ideas // 20), visits_per_idea=2), seed=1)
    entries = world.beginning()
    assert len(entries) == max(20, setting.ideas // 20)
    assert [e.born for e in entries] == sorted(e.born for e in entries)
    assert all(e.cast == sorted(e.cast) for e in entries)


def test_a_rule_leaves_the_world_to_the_next_as_it_was():
    world = make_world(SMALL, seed=1)
    first = run(world, ByKey(RIVALS["most voted"]))
    run(world, ByKey(RIVALS["newest"]))
    assert run(world, ByKey(RIVALS["most voted"])) == first == run(make_world(SMALL, 1), ByKey(RIVALS["most voted"]))
    assert first != run(make_world(SMALL, 2), ByKey(RIVALS["most voted"]))


def test_who_would_not_vote_at_the_first_look_will_not_at_the_second():
    world = make_world(replace(SMALL, returning=1.0, visits_per_idea=40), seed=1)
    votes = {}

    class Watched(ByKey):
        def voted(self, entry, at):
            votes[entry.id] = votes.get(entry.id, 0) + 1

    run(world, Watched(RIVALS["newest"]))
    circle = {visit.person for visit in world.visits}
    for entry in world.beginning():
        assert votes.get(entry.id, 0) <= sum(world.opinion(person, entry.id) < entry.quality for person in circle)


def test_better_ideas_get_more_votes_for_their_looks():
    world = make_world(replace(SMALL, visits_per_idea=100), seed=1)
    final = []

    class Kept(ByKey):
        def order(self, entries, at):
            final[:] = super().order(entries, at)
            return final

    run(world, Kept(RIVALS["newest"]))
    assert correlation(sorted(final, key=lambda e: -len(e.cast) / (e.looks + 1))) > 0.8


def test_correlation_runs_from_one_to_minus_one():
    ranked = [Entry(n, 0, quality=1 / n) for n in range(1, 9)]
    assert correlation(ranked) == 1
    assert correlation(ranked[::-1]) == -1


def test_rivals_by_their_formulas():
    entry = Entry(1, born=0.0, quality=0.1, cast=[0.0, 1.0, 2.0], commented=[1.0])
    assert hacker_news(entry, 2.0)[0] == pytest.approx(2 / 50**1.8)
    assert fider(entry, 2.0)[0] == pytest.approx((5 * 3 + 3 - 1) / 50**1.4)
    assert fider(entry, 31.5)[0] == pytest.approx((5 * 1 - 1) / (31.5 * 24 + 2) ** 1.4)
    ten = Entry(2, born=0.0, quality=0.1, cast=[0.0] * 10)
    later = Entry(3, born=12.5 / 24, quality=0.1, cast=[0.0])
    assert reddit_hot(ten, 2.0)[0] == pytest.approx(reddit_hot(later, 2.0)[0])
