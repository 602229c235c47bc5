"""The roadmap: which idea stands in which column, how many there are, and that each count is the list it leads to."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from ideaboard.following.follows import follow, mute
from ideaboard.foundation.database import end_reading
from ideaboard.ideas.listing import Filter, count_of, page_of
from ideaboard.models import Board, Status
from ideaboard.roadmap import columns
from ideaboard.roadmap.columns import SHOWN, columns_of, months_of
from ideaboard.voting.ballot import cast_vote
from tests.conftest import NOW

JUNE, MAY = date(2027, 6, 1), date(2027, 5, 1)


@pytest.fixture
def road(make_idea, move, cast):
    """{name: idea}: one or more in each standing; the numbers are votes."""
    made = {}

    def add(name, *path, votes=0, **columns):
        made[name] = make_idea(name.title(), votes_count=votes, **columns)
        for step in path:
            move(made[name], **step)
        return made[name]

    add("nobody looked")
    add("looked at", {"stage": "under_review", "month": date(2027, 1, 4)}, votes=3)
    add("looked at more", {"stage": "under_review"}, votes=9)
    add("wanted", {"stage": "reviewed", "outcome": "want"})
    add("not now", {"stage": "reviewed", "outcome": "not_now", "month": JUNE})
    add("no", {"stage": "reviewed", "outcome": "will_not"})
    add("june", {"stage": "coming_soon", "month": JUNE}, votes=50)
    add("may, few", {"stage": "coming_soon", "month": MAY}, votes=2)
    add("may, many", {"stage": "coming_soon", "month": MAY}, votes=20)
    add("some day", {"stage": "coming_soon"}, votes=99)
    add("done", {"stage": "launched", "days": 2})
    add("done later", {"stage": "launched", "days": 5})
    return made


def titles(column) -> list[str]:
    return [idea.title for idea in column.ideas]


def by_standing(wanted=None, viewer=None):
    found = {column.standing: column for column in columns_of(wanted or Filter(), viewer)}
    end_reading()
    return found


def test_each_idea_stands_where_staff_put_it(road):
    columns = by_standing()
    assert list(columns) == ["under_review", "want", "coming_soon", "launched"]
    assert titles(columns["under_review"]) == ["Looked At More", "Looked At"]
    assert titles(columns["want"]) == ["Wanted"]
    assert titles(columns["coming_soon"]) == ["May, Many", "May, Few", "June", "Some Day"]
    assert titles(columns["launched"]) == ["Done Later", "Done"]
    assert [c.count for c in columns.values()] == [2, 1, 4, 2]


@pytest.mark.parametrize("few", [columns.FEW_LAUNCHED, 0], ids=["from the ideas", "from the newest changes"])
def test_a_further_word_launches_nothing_again_and_a_step_back_ends_it(few, road, move, monkeypatch):
    monkeypatch.setattr(columns, "FEW_LAUNCHED", few)
    move(road["done"], "launched", text="In all shops now.", days=9)
    assert titles(by_standing()["launched"]) == ["Done Later", "Done"]
    move(road["done later"], "coming_soon", text="It broke; it comes again.", days=10)
    assert titles(by_standing()["launched"]) == ["Done"]
    move(road["done later"], "launched", text="It holds now.", days=11)
    assert titles(by_standing()["launched"]) == ["Done Later", "Done"]


@pytest.mark.parametrize("who", [None, "noor", "ada"])
@pytest.mark.parametrize("narrowed", [{}, {"month": MAY}, {"mine": "votes"}, {"mine": "follows"}, {"board": "drinks"}])
def test_a_count_is_the_list_it_leads_to(who, narrowed, road, cast, make_idea, move):
    for n in range(SHOWN + 3):
        move(make_idea(f"More {n}", votes_count=n), "coming_soon", month=MAY)
    viewer = getattr(cast, who) if who else None
    if viewer:
        cast_vote(road["june"].id, viewer, NOW)
        follow(road["wanted"], viewer, NOW)
    elif "mine" in narrowed:
        narrowed = {}
    wanted = Filter(**{**narrowed, **({"board": cast.drinks} if "board" in narrowed else {})})
    for column in columns_of(wanted, viewer):
        whole = page_of(column.wanted, viewer, size=500).items
        assert column.count == count_of(column.wanted, viewer) == len(whole), column.standing
        assert {i.id for i in column.ideas} <= {i.id for i in whole}
        assert len(column.ideas) == min(column.count, SHOWN)
        if column.standing in ("under_review", "want"):
            assert [i.id for i in column.ideas] == [i.id for i in whole][:SHOWN]


def test_a_column_bears_the_admins_label_and_place(road, db, guest):
    for status in db.session.scalars(db.select(Status)):
        status.position = {"launched": 0, "under_review": 1, "reviewed": 2, "coming_soon": 3}[status.stage]
        if status.stage == "coming_soon":
            status.label = "In the making"
    db.session.commit()
    page = guest.get("/roadmap").text
    lanes = re.findall(r'id="lane-(\w+)" tabindex', page)
    assert lanes == ["launched", "under_review", "want", "coming_soon"]
    assert "In the making" in page and "Coming soon" not in page


def test_an_idea_that_nobody_looked_at_is_in_no_column_and_no_count(road, guest):
    page = guest.get("/roadmap").text
    assert "Nobody Looked" not in page and "Not Now" not in page
    with_labels = page.lower()
    assert "not yet looked at" not in with_labels and "received" not in with_labels


def test_months_and_their_filter(road, guest):
    assert months_of(Filter(), None) == [MAY, JUNE]
    columns = columns_of(Filter(month=MAY), None)
    assert [(c.standing, titles(c)) for c in columns] == [("coming_soon", ["May, Many", "May, Few"])]
    page = guest.get("/roadmap?month=2027-05").text
    assert "May, Few" in page and "June</a>" not in page.replace("June 2027</a>", "")
    assert guest.get("/roadmap?month=2027-13").text.count('class="lane"') == 4


@pytest.mark.parametrize("words", ["2027", "2027-5", "0000-01", "9999-12", "२०२७-०५", "x" * 7, "2027-05-01"])
def test_a_month_that_is_none_is_not_asked_for(words, road, guest):
    assert guest.get(f"/roadmap?month={words}").status_code == 200


def test_mine(road, cast, client_of, guest):
    noor = cast.noor
    cast_vote(road["june"].id, noor, NOW)
    follow(road["wanted"], noor, NOW)
    mute(road["done"], noor, NOW)
    client = client_of(noor)
    votes, follows = client.get("/roadmap?mine=votes").text, client.get("/roadmap?mine=follows").text
    assert "June" in votes and "Wanted" not in votes and "Done" not in votes
    assert "June" in follows and "Wanted" in follows and ">Done<" not in follows
    assert "mine=follows&amp;status=want" in follows or "status=want&amp;mine=follows" in follows
    assert guest.get("/roadmap?mine=votes").text == guest.get("/roadmap").text


def test_a_board_narrows_it_and_a_closed_one_is_not_there(road, db, cast, guest, client_of, make_idea, move):
    db.session.add(Board(slug="food", name="Food", created_at=NOW))
    db.session.commit()
    move(make_idea("A warmer bun", board=cast.food), "coming_soon")
    page = guest.get("/roadmap?board=food").text
    assert "A warmer bun" in page and "Some Day" not in page
    assert guest.get("/roadmap?board=panel").status_code == 404
    assert client_of(cast.lena).get("/roadmap?board=panel").status_code == 200


HIDING = {
    "held": {"held_at": NOW},
    "hidden": {"hidden_at": NOW},
    "taken back": {"taken_back_at": NOW},
    "not visible yet": {"visible_at": None},
}


@pytest.mark.parametrize("how", [*HIDING, "merged"])
@pytest.mark.parametrize("who", [None, "noor", "vera", "root"])
def test_what_is_not_in_the_open_is_in_no_column(how, who, road, db, cast, guest, client_of):
    viewer = getattr(cast, who) if who else None
    before = {s: c.count for s, c in by_standing(viewer=viewer).items()}
    for name in ("looked at", "wanted", "june", "done"):
        idea = road[name]
        columns = HIDING.get(how) or {"merged_at": NOW, "merged_into_id": road["some day"].id}
        for column, value in columns.items():
            setattr(idea, column, value)
    db.session.commit()
    after = by_standing(viewer=viewer)
    assert {s: c.count for s, c in after.items()} == {s: n - 1 for s, n in before.items()}
    client = client_of(viewer) if viewer else guest
    for path in ("/roadmap", "/launched"):
        page = client.get(path).text
        assert ">Wanted<" not in page and ">Done<" not in page, path


def test_a_guests_page_is_pure_and_kept_by_its_tag(road, guest, db):
    first = guest.get("/roadmap")
    assert "Set-Cookie" not in first.headers and first.headers["Cache-Control"] == "private, no-cache"
    assert guest.get("/roadmap", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    assert guest.get("/roadmap").data == first.data
    assert guest.get("/launched").headers["ETag"]


def test_a_day_by_which_people_should_have_heard_is_said_to_be_over(road, guest, monkeypatch):
    def on(day):
        monkeypatch.setattr("ideaboard.web.globals.now", lambda: datetime(2027, 1, day, 12, tzinfo=UTC))
        return guest.get("/roadmap").text

    assert "you hear by 4 January" in on(4)
    page = on(6)
    assert "answer was due 4 January" in page and "you hear by" not in page


def test_vote_and_follow_from_a_card(road, cast, client_of, guest):
    noor, idea = client_of(cast.noor), road["wanted"]
    htmx = {"HX-Request": "true"}
    page = noor.get("/roadmap").text
    assert f'action="/ideas/{idea.id}/vote"' in page and f'action="/ideas/{idea.id}/follow"' in page
    voted = noor.post(f"/ideas/{idea.id}/vote", data={"size": "card"}, headers=htmx).text
    assert 'aria-pressed="true"' in voted and "hx-swap-oob" in voted and f'id="follow-{idea.id}"' in voted
    assert f"/ideas/{idea.id}/unfollow" in voted and "Hear of this" not in voted
    left = noor.post(f"/ideas/{idea.id}/unfollow", data={"size": "card"}, headers=htmx).text
    assert f"/ideas/{idea.id}/follow" in left and "<section" not in left
    assert "You hear of this" in noor.post(f"/ideas/{idea.id}/follow", headers=htmx).text
    asked = guest.post(f"/ideas/{idea.id}/follow", data={"size": "card"}, headers=htmx)
    assert 'name="email"' in asked.text
    assert noor.get("/roadmap").text.count(f'action="/ideas/{idea.id}/vote/withdraw"') == 1


def test_an_empty_roadmap_says_what_will_be_here(guest):
    page = guest.get("/roadmap").text
    assert "What we make stands here" in page and "All 0" not in page


def test_a_full_column_leads_to_all_of_it(make_idea, move, guest):
    for n in range(SHOWN + 1):
        move(make_idea(f"Plan {n}", at=NOW + timedelta(minutes=n)), "under_review")
    page = guest.get("/roadmap").text
    assert page.count('class="plan"') == SHOWN
    assert re.search(r'href="/ideas\?sort=votes&amp;status=under_review"[^>]*>All 21<', page)
