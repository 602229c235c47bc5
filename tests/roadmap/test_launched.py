"""What was launched: who asked, how long it took, who is named, what they say of it."""

import re
from datetime import timedelta

import pytest

from ideaboard.foundation.database import end_reading
from ideaboard.ideas.listing import Filter
from ideaboard.models import Person, Solved, StatusChange, Vote
from ideaboard.roadmap.deeds import NAMED, launches_of
from ideaboard.roadmap.launches import page_of_launches
from ideaboard.voting.aftermath import answer_solved
from ideaboard.voting.ballot import cast_vote
from tests.conftest import NOW

LAUNCHED = Filter(standing="launched")


@pytest.fixture
def done(make_idea, move, cast):
    """Vera's idea, launched 12 days later; she, Noor, Lena (unnamed), Oskar, Cole and Mo voted, in this order."""
    idea = make_idea("Oat milk", author=cast.vera)
    for n, name in enumerate(("vera", "noor", "lena", "oskar", "cole", "mo")):
        cast_vote(idea.id, getattr(cast, name), NOW + timedelta(minutes=n), unnamed=name == "lena")
    move(idea, "coming_soon", days=3)
    move(idea, "launched", text="From Monday, in **all** shops.", days=12)
    return idea


def launch(viewer=None):
    rows = page_of_launches(LAUNCHED, viewer).items
    found = launches_of(rows, viewer)[0]
    end_reading()
    return found


def test_what_a_launch_tells(done, guest):
    one = launch()
    assert (one.days, one.at.day, one.others, one.named) == (12, 15, 5, [])
    page = guest.get("/launched").text
    for words in ("Vera asked, and 5 supporters", "done in 12 days", "From Monday, in all shops.", "Ada, Store Design"):
        assert words in page, words
    assert "Noor" not in page and "March 2026" in page


@pytest.mark.parametrize(
    ("seen_by", "who", "sees"),
    [
        ("staff", None, False), ("staff", "noor", False), ("staff", "ada", True), ("members", None, False),
        ("members", "noor", True), ("everyone", None, True),
    ],
)  # fmt: skip
def test_supporters_are_named_where_the_board_lets_this_reader_see_names(
    seen_by, who, sees, done, db, cast, guest, client_of
):
    board = cast.drinks
    board.voters_seen_by = seen_by
    db.session.commit()
    viewer = getattr(cast, who) if who else None
    named = [person.display_name for person in launch(viewer).named]
    assert named == (["Noor", "Oskar", "Cole"] if sees else [])
    page = (client_of(viewer) if viewer else guest).get("/launched").text
    assert ("First supporters: Noor, Oskar, Cole, and 2 more" in page) is sees
    assert "Lena" not in page, "she voted unnamed"


def test_who_left_or_has_no_name_is_not_named_and_the_author_not_twice(done, db, cast):
    board = cast.drinks
    board.voters_seen_by = "everyone"
    db.session.get(Person, cast.noor.id).erased_at = NOW
    db.session.get(Person, cast.oskar.id).display_name = None
    db.session.get(Vote, (done.id, cast.cole.id)).set_aside_at = NOW
    db.session.commit()
    assert [p.display_name for p in launch().named] == ["Mo"]
    done.author_stepped_back_at = NOW
    db.session.commit()
    assert [p.display_name for p in launch().named] == ["Mo"], "her vote is not what names her"
    assert NAMED == 3


def test_an_import_without_days_says_nothing_of_days(db, cast, make_idea, guest):
    idea = make_idea("Long ago", origin="import")
    known = make_idea("Known day", origin="import")
    for one, at in ((idea, NOW), (known, NOW + timedelta(days=4))):
        status = db.session.execute(db.text("SELECT id FROM status WHERE stage = 'launched'")).scalar_one()
        change = StatusChange(
            idea_id=one.id, status_id=status, stage="launched", text="", html="", changed_at=at, origin="import"
        )
        db.session.add(change)
        db.session.flush()
        one.change_id, one.status_id, one.standing = change.id, status, change.standing
        db.session.commit()
    page = guest.get("/launched").text
    assert "Known day" in page and "done in 4 days" in page and "Long ago" not in page and "2 ideas" in page
    rest = guest.get("/launched?day=unknown").text
    assert (
        "Long ago" in rest
        and "Known day" not in rest
        and "done" not in re.sub(r".*<main", "", rest, flags=re.S).split("</article>")[0].replace("and is done", "")
    )
    assert "/launched?day=unknown" in page
    known.hidden_at = NOW
    db.session.commit()
    assert "Long ago" in guest.get("/launched").text, "where nothing else is there, it is shown at once"


def test_answers_are_counted_and_who_voted_is_asked(done, db, cast, guest, client_of):
    for name, solves in (("noor", True), ("oskar", True), ("cole", False)):
        answer_solved(done, getattr(cast, name), NOW, solves=solves)
    assert launch().solved == (2, 1)
    page = guest.get("/launched").text
    assert "2 say that it solves it, 1 not quite" in page and '<rect width="66.7"' in page
    assert "Does this solve it?" not in page
    mo, stranger = client_of(cast.mo), client_of(cast.root)
    assert "Does this solve it?" in mo.get("/launched").text
    assert "Does this solve it?" not in stranger.get("/launched").text
    answer = mo.post(
        f"/ideas/{done.id}/solved", data={"solves": "no", "size": "launch"}, headers={"HX-Request": "true"}
    )
    assert f'id="solved-{done.id}"' in answer.text and "2 say that it solves it, 2 not quite" in answer.text
    assert db.session.get(Solved, (done.id, cast.mo.id)).solves is False


def test_a_redacted_sentence_is_not_quoted(done, db, guest):
    db.session.execute(db.text("UPDATE status_change SET redacted_at = changed_at"))
    db.session.commit()
    page = guest.get("/launched").text
    assert "Oat milk" in page and "From Monday" not in page


def test_months_and_pages(make_idea, move, guest):
    for n in range(45):
        move(make_idea(f"Deed {n:02}"), "launched", days=2 * n)
    first = guest.get("/launched").text
    months = re.findall(r'<h2 id="month-\d+">([^<]+)</h2>', first)
    assert months == sorted(set(months), key=months.index) and len(months) == 2
    seen, path = [], "/launched"
    while path:
        page = guest.get(path).text
        seen += re.findall(r"Deed (\d\d)</a>", page)
        path = (re.findall(r'rel="next" href="([^"]+)"', page) or [""])[0].replace("&amp;", "&")
    assert seen == [f"{n:02}" for n in reversed(range(45))]
    assert guest.get("/launched?after=nonsense").status_code == 404


def test_a_board_narrows_it_and_a_closed_one_is_not_there(done, cast, guest, client_of, make_idea, move):
    move(make_idea("Of the panel", board=cast.panel), "launched")
    assert "Of the panel" not in guest.get("/launched").text and "1 idea" in guest.get("/launched").text
    assert guest.get("/launched?board=panel").status_code == 404
    lena = client_of(cast.lena)
    assert "Of the panel" in lena.get("/launched").text and "Oat milk" not in lena.get("/launched?board=panel").text


def test_nothing_launched_yet_says_so(guest):
    assert "Nothing is launched yet" in guest.get("/launched").text
