"""The page, its JSON and the badge: what whom shows what, and nothing when the owner has switched them off."""

import re
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest

from ideaboard.insights.clearness import judge_answer
from ideaboard.models import Site
from ideaboard.models.vocabulary import Origin

ADDRESSES = ("/how-we-answer", "/how-we-answer.json", "/how-we-answer/badge.svg")
LONG_AGO = datetime.now(UTC) - timedelta(days=40)


def ago(days):
    return datetime.now(UTC) - timedelta(days=days)


@pytest.fixture
def answered(make_idea, move, cast):
    """Three ideas of forty days ago: two answered after three days, one waits."""
    for n in range(2):
        move(make_idea(f"Answered {n}", at=LONG_AGO), "launched", LONG_AGO + timedelta(days=3))
    make_idea("Waits", at=LONG_AGO)


def test_the_page_the_json_and_the_badge_say_the_same(guest, answered):
    page = guest.get("/how-we-answer").text
    found = guest.get("/how-we-answer.json").json
    assert (found["ideas"], found["answered"], found["first_answer"]["median_seconds"]) == (3, 2, 3 * 86400)
    assert found["boards"][0]["slug"] == "drinks" and found["months"][0]["month"] == LONG_AGO.strftime("%Y-%m")
    assert re.search(r'<span class="figure">3 days</span></p><p>to the first answer', page)
    badge = ElementTree.fromstring(guest.get("/how-we-answer/badge.svg").data)
    assert badge.find("{*}title").text == "How we answer: answers in 3 days"


def test_not_reached_is_said_so(guest, make_idea, move):
    for n in range(3):
        idea = make_idea(f"Idea {n}", at=LONG_AGO)
    move(idea, "launched", LONG_AGO + timedelta(days=3))
    page = guest.get("/how-we-answer").text
    assert "not reached" in page and "33 % within 14 days" in page
    badge = guest.get("/how-we-answer/badge.svg").text
    assert "answered: 33 % within 14 days" in badge


def test_an_empty_site_says_what_will_be_here(guest):
    assert "Nothing to count yet" in guest.get("/how-we-answer").text
    assert guest.get("/how-we-answer.json").json["first_look"]["median_seconds"] is None
    assert "no idea yet" in guest.get("/how-we-answer/badge.svg").text


def test_the_badge_can_stand_on_other_pages_and_does_nothing_there(guest, client_of, cast, answered):
    for client in (guest, client_of(cast.lena)):
        answer = client.get("/how-we-answer/badge.svg")
        assert answer.mimetype == "image/svg+xml"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; style-src 'sha256-") and policy.endswith("; sandbox")
        assert answer.headers["Cache-Control"] == "public, max-age=600"
        assert "Set-Cookie" not in answer.headers


def test_the_badge_escapes_what_it_says(app):
    from ideaboard.insights.badge import badge_styles, badge_svg

    picture = badge_svg("<script>", '"&', badge_styles("#0d6b52"))
    assert "<script>" not in picture
    assert ElementTree.fromstring(picture).find("{*}title").text == '<script>: "&'


def test_a_closed_board_counts_for_who_sees_it_alone(guest, client_of, cast, make_idea, move, answered):
    for n in range(3):  # enough to move the median
        idea = make_idea(f"Secret {n}", board=cast.panel, author=cast.lena, at=LONG_AGO)
        change = move(idea, "launched", LONG_AGO + timedelta(days=20))
    judge_answer(idea.id, change.id, cast.lena, ago(1), is_clear=True)
    for client in (guest, client_of(cast.oskar)):
        page = client.get("/how-we-answer").text
        assert "Panel" not in page and "Secret" not in page and "You see boards" not in page
    lena = client_of(cast.lena)
    page = lena.get("/how-we-answer").text
    assert "Panel" in page and "You see boards that not everybody sees" in page and "Secret" not in page
    for client in (guest, lena):  # what leaves the site is what everybody sees, whoever fetches it
        found = client.get("/how-we-answer.json").json
        assert found["ideas"] == 3 and [board["slug"] for board in found["boards"]] == ["drinks"]
        assert "3 days" in client.get("/how-we-answer/badge.svg").text


def test_a_board_that_closes_leaves_with_the_next_request(guest, cast, answered, db):
    assert guest.get("/how-we-answer.json").json["ideas"] == 3
    db.session.execute(db.text("UPDATE board SET who_may_see = 'listed' WHERE slug = 'drinks'"))
    db.session.commit()
    assert guest.get("/how-we-answer.json").json["ideas"] == 0


def test_a_deed_shows_at_once_though_the_rest_is_kept_for_a_minute(guest, cast, make_idea, move, answered):
    assert guest.get("/how-we-answer.json").json["decided"] == 2
    move(make_idea("New", at=LONG_AGO), "launched", ago(1))
    assert guest.get("/how-we-answer.json").json["decided"] == 3


def test_imports_are_said_to_be_left_out(guest, make_idea, answered):
    for n in range(2):
        make_idea(f"Of before {n}", origin=Origin.IMPORT, import_source="x", import_id=str(n))
    assert guest.get("/how-we-answer.json").json["left_out"] == {"imported": 2}
    assert "2 ideas that were brought here from elsewhere" in guest.get("/how-we-answer").text


def test_switched_off_it_is_there_for_nobody(guest, client_of, cast, answered, db):
    for address in ADDRESSES:
        assert guest.get(address).status_code == 200
    admin = client_of(cast.root)
    form = {"name": "Site", "locale": "en", "time_zone": "UTC", "accent": "#006241"}
    assert admin.post("/admin", data={**form, "hides_how_we_answer": "y"}).status_code == 303
    db.session.rollback()
    assert Site.current().shows_how_we_answer is False
    db.session.rollback()
    for client in (guest, client_of(cast.vera), client_of(cast.ada), admin):
        for address in ADDRESSES:
            assert client.get(address).status_code == 404
    for page in ("/", "/ideas", "/boards", "/boards/drinks"):
        assert "how-we-answer" not in guest.get(page).text
    assert re.search(
        r"<input[^>]*checked[^>]*hides_how_we_answer|hides_how_we_answer[^>]*checked", admin.get("/admin").text
    )
    assert admin.post("/admin", data=form).status_code == 303
    assert guest.get("/how-we-answer").status_code == 200


def test_a_guests_page_sets_no_cookie_and_has_a_tag(guest, answered):
    answer = guest.get("/how-we-answer")
    assert "Set-Cookie" not in answer.headers and answer.headers["ETag"]
    again = guest.get("/how-we-answer", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code in (200, 304)  # 200 only where the minute turned between the two
