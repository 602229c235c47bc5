import re
from datetime import timedelta

import pytest

from ideaboard.models import Status, StatusChange
from ideaboard.voting.ballot import cast_vote
from tests.conftest import NOW


def titles(html):
    return re.findall(r'row__title"><a href="[^"]+"[^>]*>([^<]+)</a>', html)


@pytest.fixture
def stand(db):
    """stand(idea, stage, outcome) gives an idea a status with an answer, straight into the tables."""

    def to(idea, stage, outcome=None, **facts):
        status = db.session.execute(db.select(Status).where(Status.stage == stage).limit(1)).scalar_one()
        change = StatusChange(
            idea_id=idea.id,
            status_id=status.id,
            stage=stage,
            outcome=outcome,
            text=facts.pop("text", "We looked at it."),
            html="<p>We looked at it.</p>",
            changed_at=facts.pop("changed_at", NOW),
            promised_on=NOW.date() if outcome == "not_now" else None,
            **facts,
        )
        db.session.add(change)
        db.session.flush()
        idea.change_id, idea.status_id, idea.standing = change.id, status.id, change.standing
        db.session.commit()
        return change

    return to


def test_newest_first_and_most_voted_with_imports_behind(guest, make_idea):
    for title, votes, imported, age in [("Two", 2, 0, 3), ("Ten", 10, 0, 2), ("Moved", 2, 90, 1), ("New", 0, 0, 0)]:
        make_idea(title, votes_count=votes, imported_votes=imported, at=NOW - timedelta(days=age))
    assert titles(guest.get("/ideas?sort=newest").text) == ["New", "Moved", "Ten", "Two"]
    voted = guest.get("/ideas?sort=votes").text
    assert titles(voted) == ["Ten", "Moved", "Two", "New"]
    assert "then by imported votes" in voted
    assert "then by imported votes" not in guest.get("/ideas?sort=newest").text


@pytest.mark.parametrize("sort", ["newest", "votes", "trending"])
def test_pages_of_twenty_lead_in_both_directions(guest, make_idea, sort):
    for n in range(45):
        make_idea(
            f"Idea {n:02}", votes_count=n % 3, at=NOW + timedelta(minutes=n // 2), views_count=99
        )  # all were seen
    seen, where, backs = [], f"/ideas?sort={sort}", []
    while where:
        html = guest.get(where).text
        seen.append(titles(html))
        older = re.search(r'rel="next" href="([^"]+)"', html)
        newer = re.search(r'rel="prev" href="([^"]+)"', html)
        backs.append(newer and newer[1].replace("&amp;", "&"))
        where = older and older[1].replace("&amp;", "&")
        assert where is None or f"sort={sort}" in where or sort == "trending"
    assert [len(page) for page in seen] == [20, 20, 5]
    assert len(set(sum(seen, []))) == 45
    assert titles(guest.get(backs[2]).text) == seen[1]
    assert titles(guest.get(backs[1]).text) == seen[0]


def test_more_for_htmx_is_rows_and_the_next_link(guest, make_idea):
    for n in range(25):
        make_idea(f"Idea {n}", at=NOW + timedelta(minutes=n), views_count=99)
    first = guest.get("/ideas").text
    more = guest.get(re.search(r'hx-get="(/ideas[^"]+)"', first)[1], headers={"HX-Request": "true"})
    assert "<html" not in more.text and len(titles(more.text)) == 5
    assert "HX-Request" in more.headers["Vary"]
    assert more.text.count(" autofocus") == 1 and "autofocus" not in first


def test_filters_combine_and_live_in_the_address(guest, make_idea, stand, cast):
    want, launched, none = make_idea("Wanted"), make_idea("Out there"), make_idea("Waiting")
    no = make_idea("Never")
    stand(want, "reviewed", "want")
    stand(no, "reviewed", "will_not")
    stand(launched, "launched")
    assert titles(guest.get("/ideas?status=received").text) == [none.title]
    assert titles(guest.get("/ideas?status=launched&sort=votes").text) == ["Out there"]
    assert sorted(titles(guest.get("/ideas?status=reviewed").text)) == ["Never", "Wanted"]
    assert titles(guest.get("/ideas?status=will_not&board=drinks").text) == ["Never"]
    html = guest.get("/ideas?status=will_not&board=drinks&sort=votes").text
    assert "sort=votes&amp;board=drinks&amp;status=launched" in html
    assert len(titles(guest.get("/ideas?status=nonsense&sort=drop").text)) == 4


def test_mine_is_mine_and_nothing_for_a_guest(guest, make_idea, cast, client_of):
    mine, voted, _ = make_idea("Mine"), make_idea("Voted", author=cast.noor), make_idea("Other", author=cast.noor)
    cast_vote(voted.id, cast.vera, NOW)
    vera = client_of(cast.vera)
    assert titles(vera.get("/ideas?mine=ideas").text) == [mine.title]
    assert titles(vera.get("/ideas?mine=votes").text) == ["Voted"]
    assert len(titles(guest.get("/ideas?mine=ideas").text)) == 3


def test_an_empty_list_offers_the_next_step(guest):
    assert "No idea here yet" in guest.get("/ideas").text
    assert 'href="/ideas/new?board=drinks"' in guest.get("/boards/drinks").text
    assert "Nothing fits this choice" in guest.get("/ideas?status=launched").text


def test_a_page_that_is_none_of_ours_is_missing(guest):
    for cursor in ("x", "e30", "W10", "eyJ0IjogMX0"):
        assert guest.get(f"/ideas?after={cursor}").status_code == 404
    assert guest.get("/ideas?board=nowhere").status_code == 404


def test_home_proves_and_leaves_imports_out(guest, make_idea, stand, cast):
    launched, coming, moved = make_idea("Refill"), make_idea("Allergens"), make_idea("From before")
    stand(launched, "launched", text="From **Monday**, everywhere.", actor_id=cast.ada.id, votes_at_change=380)
    stand(coming, "coming_soon", text="We test it.")
    stand(moved, "reviewed", "want", text="", origin="import")
    html = guest.get("/").text
    did = html[html.index("You asked, we did") : html.index('id="ideas"')]
    assert "From Monday, everywhere." in did and "Ada, Store Design" in did
    assert "Vera asked" in did and "380 voted" in did
    assert "From before" not in did
    assert "<b>1</b> coming soon" in html and "<b>1</b> launched" in html
    assert "1 decision made before the move here is not counted" in html
