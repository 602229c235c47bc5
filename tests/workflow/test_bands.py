"""A rank is a band where the difference is noise."""

from random import Random

import pytest

from ideaboard.workflow.bands import RANKED, band
from ideaboard.workflow.queue import bands_of
from tests.conftest import NOW


def test_counts_that_chance_could_swap_share_a_band():
    votes = [100, 98, 97, 60, 58, 5]
    assert band(100, votes) == band(97, votes) == (1, 3)
    assert band(60, votes) == (4, 5)
    assert band(5, votes) == (6, 6)


def test_few_votes_tell_nothing():
    votes = [4, 3, 2, 2, 1, 1, 1]
    assert band(4, votes) == (1, 7)
    assert band(0, [0, 0, 0]) == (1, 3)


def test_a_band_holds_its_own_place():
    random = Random(3)
    for _ in range(200):
        votes = sorted((int(random.paretovariate(1)) for _ in range(30)), reverse=True)
        for place, count in enumerate(votes, start=1):
            best, worst = band(count, votes)
            assert best <= place <= worst


def test_two_counts_of_one_rate_are_told_apart_as_seldom_as_promised():
    """Of pairs that chance alone parted, one in twenty may be told apart."""
    random = Random(7)
    told_apart = 0
    for _ in range(2000):
        one, other = (sum(random.random() < 0.05 for _ in range(1000)) for _ in range(2))
        most = max(one, other)
        told_apart += band(min(one, other), [most, min(one, other)]) == (2, 2)
    assert 0.02 < told_apart / 2000 < 0.08


def test_beyond_the_cut_nothing_is_told():
    votes = list(range(2000, 1000, -1))
    assert band(1001, votes, more_below=True) is None
    assert band(2000, votes, more_below=True) is not None


def test_bands_of_a_list_count_the_ideas_of_that_list_only(cast, make_idea):
    top = make_idea("Top", votes_count=200)
    near = make_idea("Near", votes_count=190)
    low = make_idea("Low", votes_count=9)
    make_idea("Elsewhere", board=cast.panel, votes_count=900)
    found = bands_of([top, near, low], cast.ada, NOW, "UTC", board=cast.drinks)
    assert found == {top.id: (1, 2), near.id: (1, 2), low.id: (3, 3)}
    assert bands_of([top], cast.ada, NOW, "UTC")[top.id] == (2, 3)
    assert RANKED == 1_000


@pytest.mark.parametrize(("sort", "says"), [("votes", True), ("waiting", False)])
def test_staffs_list_says_it_where_it_is_by_votes(client_of, cast, make_idea, sort, says):
    make_idea("Top", votes_count=200)
    make_idea("Near", votes_count=190)
    text = client_of(cast.ada).get(f"/staff?sort={sort}").get_data(as_text=True)
    assert ("Rank 1–2" in text) is says
