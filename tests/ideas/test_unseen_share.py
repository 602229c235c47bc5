"""The first page of the default list keeps two places for what few have seen so far, and says so."""

from datetime import timedelta

import pytest

from ideaboard.ideas.listing import PAGE_SIZE, Filter, page_of
from ideaboard.ideas.unseen import PLACES, lifted, mixed
from ideaboard.models.ranking import TRIAL, showing_due_of, trending_of
from tests.conftest import NOW

FEW, MANY = 3, 500


@pytest.fixture
def many(make_idea):
    """25 ideas that many have seen, the first the most voted; then three in their trial with nothing but their age."""
    for n in range(25):
        make_idea(f"Seen {n}", visible_at=NOW, views_count=MANY, votes_count=90 - n, **scores(NOW, 90 - n, MANY))
    return [
        make_idea(f"Hardly seen {n}", visible_at=NOW - timedelta(days=900 + n), views_count=FEW, **scores(NOW - timedelta(days=900 + n), 0, FEW))
        for n in range(3)
    ]  # fmt: skip


def scores(born, votes, looks):
    return {"trending": trending_of(born, [born] * votes, looks), "showing_due": showing_due_of(born, looks)}


def titles(page):
    return [line.title for line in page.items]


def test_two_fixed_places_go_to_those_due_and_are_marked(many):
    page = page_of(Filter(), None)
    assert len(page.items) == PAGE_SIZE
    picks = [number for number, line in enumerate(page.items, 1) if line.is_under_seen_pick]
    assert tuple(picks) == PLACES
    assert [page.items[place - 1].title for place in PLACES] == ["Hardly seen 2", "Hardly seen 1"]  # the oldest first


def test_nothing_is_lost_between_the_pages(many):
    first = page_of(Filter(), None)
    second = page_of(Filter(), None, after=first.after)
    seen = [title for title in titles(first) + titles(second) if title.startswith("Seen")]
    assert seen == [f"Seen {n}" for n in range(25)]
    assert not any(line.is_under_seen_pick for line in second.items)
    assert page_of(Filter(), None, before=second.before) == first


def test_a_look_puts_the_next_in_its_place(many, db):
    page_of(Filter(), None)
    oldest = many[2]
    oldest.views_count, oldest.showing_due = FEW + 20, showing_due_of(oldest.visible_at, FEW + 20)
    db.session.commit()
    assert [page_of(Filter(), None).items[place - 1].title for place in PLACES] == ["Hardly seen 1", "Hardly seen 0"]


def test_who_stands_higher_by_votes_is_not_moved_down_to_a_kept_place(many, make_idea):
    born = NOW - timedelta(days=1000)  # the first that is due; what it was given stands above all others
    make_idea("On top", visible_at=born, showing_due=showing_due_of(born, 0), trending=trending_of(NOW, [NOW] * 999, 0))
    first = page_of(Filter(), None)
    assert titles(first)[:3] == ["On top", "Seen 0", "Hardly seen 2"]
    assert [line.title for line in first.items if line.is_under_seen_pick] == ["On top", "Hardly seen 2"]
    second = page_of(Filter(), None, after=first.after)
    assert [t for t in titles(first) + titles(second) if t.startswith("Seen")] == [f"Seen {n}" for n in range(25)]
    assert page_of(Filter(), None, before=second.before) == first


@pytest.mark.parametrize("facts", [{"views_count": TRIAL}, {"standing": "launched"}, {"hidden_at": NOW}])
def test_who_was_looked_at_or_can_gain_nothing_has_no_place(many, db, facts):
    for idea in many:
        for name, value in facts.items():
            setattr(idea, name, value)
        idea.showing_due = showing_due_of(idea.visible_at, idea.views_count)
    db.session.commit()
    assert not any(line.is_under_seen_pick for line in page_of(Filter(), None).items)


@pytest.mark.parametrize("wanted", [Filter(sort="newest"), Filter(sort="votes"), Filter(standing="received")])
def test_other_lists_are_what_they_say(many, wanted):
    assert not any(line.is_under_seen_pick for line in page_of(wanted, None).items)


def test_a_list_of_one_page_has_no_need_of_it(make_idea):
    for n in range(PAGE_SIZE):
        make_idea(f"Idea {n}")
    assert not any(line.is_under_seen_pick for line in page_of(Filter(), None).items)


def test_a_board_that_is_not_mine_leaves_no_trace(many, db, cast):
    for idea in many:
        idea.board_id = cast.panel.id
    db.session.commit()
    assert not any(line.is_under_seen_pick for line in page_of(Filter(), cast.oskar).items)
    assert any(line.is_under_seen_pick for line in page_of(Filter(), cast.lena).items)


def test_the_page_says_so(many, guest):
    text = guest.get("/ideas").get_data(as_text=True)
    assert text.count("Seen by few so far") == len(PLACES)
    assert "Seen by few so far" not in guest.get("/ideas?sort=newest").get_data(as_text=True)


def test_mixed_keeps_short_lists_whole():
    assert mixed([1, 2, 3], [3]) == [1, 2, 3]
    assert mixed([1], [9, 8]) == [1, 9, 8]
    assert mixed([1, 2, 3], []) == [1, 2, 3]


def test_lifted_are_those_whom_the_order_puts_lower():
    letters = "abcdefghijkl"
    assert lifted(letters, "xy") == ["x", "y"]
    assert lifted(letters, "cx") == ["x"]  # c has the third place of itself
    assert lifted(letters, "dg") == ["d"]  # with d before it, g is the seventh
    assert lifted(letters, "dk") == ["d", "k"]
    assert mixed(letters, lifted(letters, "dk")) == list("abdcefgkhijl")
