"""The page of search, and its rows while typing."""

import json
from pathlib import Path

import pytest

from ideaboard.extensions import db
from ideaboard.models import Comment, Idea
from ideaboard.search import reading
from tests.conftest import NOW

TYPING = {"HX-Request": "true"}


def test_a_hit_shows_why_it_was_found(guest, shared, said, titles):
    idea = shared("Oat milk <b>free</b>", "There is *oat* milk at home & <i>abroad</i>.")
    other = shared("Nothing of that kind")
    comment = said(other, "But oats grow here.")
    page = guest.get("/search?q=oats").text
    assert titles(guest, "oats") == ["Oat milk <b>free</b>", "Nothing of that kind"]
    assert "<mark>Oat</mark> milk &lt;b&gt;free&lt;/b&gt;" in page
    assert "There is <mark>oat</mark> milk at home &amp; &lt;i&gt;abroad&lt;/i&gt;." in page
    assert "But <mark>oats</mark> grow here." in page and f'href="/comments/{comment.id}"' in page
    assert "Noor commented:" in page
    assert f'href="/ideas/{idea.id}-{idea.slug}"' in page


def test_an_answer_leads_to_where_it_stands(guest, shared, move):
    idea = shared("Warm cups")
    move(idea, "coming_soon", text="We heat the shelves.")
    page = guest.get("/search?q=shelf+heat").text
    assert f'href="/ideas/{idea.id}-{idea.slug}#answer"' in page and "Ada answered:" in page


def test_while_typing_there_are_a_few_rows(guest, shared):
    for n in range(8):
        shared(f"Lantern {n}")
    rows = guest.get("/search?q=lant", headers=TYPING)
    assert rows.text.count("<li>") == 6 and "<html" not in rows.text and "All that was found" in rows.text
    assert 'href="/search?q=lant"' in rows.text
    assert guest.get("/search?q=l", headers=TYPING).text.strip() == '<div class="quick" id="quick">\n</div>'
    assert "Share it as an idea" in guest.get("/search?q=zeppelin", headers=TYPING).text
    assert "HX-Request" in rows.headers["Vary"]


def test_what_nobody_said_can_be_said(guest, shared):
    page = guest.get("/search?q=zeppelin+landing+%26+more").text
    assert "Nothing has these words" in page
    assert 'href="/ideas/new?title=zeppelin+landing+%26+more"' in page
    assert 'value="zeppelin landing &amp; more"' in guest.get("/ideas/new?title=zeppelin+landing+%26+more").text


def test_what_has_only_some_words_says_so(guest, shared):
    shared("Lantern at the door")
    assert "Nothing has all of these words" in guest.get("/search?q=lantern+zeppelin").text


def test_filters_live_in_the_address(client_of, cast, shared, titles):
    lena = client_of(cast.lena)
    shared("Lantern of the panel", by=cast.lena, board=cast.panel)
    shared("Lantern of all", by=cast.vera)
    assert titles(lena, "lantern", board="panel") == ["Lantern of the panel"]
    assert titles(lena, "lantern", mine="ideas") == ["Lantern of the panel"]
    assert titles(lena, "lantern", status="launched") == []
    page = lena.get("/search?q=lantern&status=received&board=panel").text
    assert '<input type="hidden" name="board" value="panel">' in page
    assert "/search?q=lantern&amp;board=panel&amp;status=coming_soon" in page
    assert lena.get("/search?q=lantern&board=nowhere").status_code == 404


def test_the_line_of_filters_holds_the_words_of_each_search(guest, shared):
    shared("Oat milk")
    for asked, words in (("oat", "oat"), ("c%2B%2B+%26+it%27s", "c%2B%2B+%26+it&#39;s"), ("", "")):
        line = guest.get(f"/search?q={asked}").text.partition('id="filters"')[2].partition('<section id="results"')[0]
        assert f'href="/search?q={words}&amp;status=launched"' in line
        assert line.count("/search?q=") == line.count(f"/search?q={words}") > 5
    assert 'status=launched" aria-current' in guest.get("/search?q=oat&status=launched").text


def test_a_row_is_kept_by_the_words_that_found_it_and_by_who_looks(guest, client_of, cast, shared):
    idea = shared("Oat milk and cups")
    assert "<mark>Oat</mark> milk" in guest.get("/search?q=oat").text
    assert "Oat <mark>milk</mark>" in guest.get("/search?q=milk").text
    noor = client_of(cast.noor)
    noor.post(f"/ideas/{idea.id}/vote")
    assert f'action="/ideas/{idea.id}/vote/withdraw"' in noor.get("/search?q=milk").text
    for other in (guest, client_of(cast.cole)):
        assert f'action="/ideas/{idea.id}/vote"' in other.get("/search?q=milk").text


def test_pages_are_bounded(guest, shared, titles):
    for n in range(23):
        shared(f"Lantern {n}")
    assert len(titles(guest, "lantern")) == len(titles(guest, "lantern", page="2")) == 10
    assert len(titles(guest, "lantern", page="3")) == 3
    assert titles(guest, "lantern", page="99") == titles(guest, "lantern", page="3")
    for odd in ("0", "-1", "x", "²", "9" * 5000, ""):
        assert len(titles(guest, "lantern", page=odd)) in (10, 3)


def test_the_box_stands_on_every_page(guest, app):
    for path in ("/", "/ideas", "/boards", "/roadmap", "/sign-in"):
        page = guest.get(path).text
        assert 'role="search" action="/search"' in page, path
        assert 'aria-label="Search"' in page, path  # the phone's way there


def test_a_guests_page_of_search_sets_no_cookie_and_has_an_etag(guest, shared):
    shared("Lantern")
    first = guest.get("/search?q=lantern")
    assert "Set-Cookie" not in first.headers and first.headers["ETag"]
    again = guest.get("/search?q=lantern", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("how", ["held_at", "hidden_at", "taken_back_at"])
def test_what_is_out_of_sight_leaves_no_trace(guest, client_of, cast, shared, said, titles, how):
    idea = shared("Quasar lamp", "quasar light")
    said(idea, "quasar comment")
    before = guest.get("/search?q=pulsar").text
    assert titles(guest, "quasar") == ["Quasar lamp"]
    db.session.execute(db.update(Idea).where(Idea.id == idea.id).values({how: NOW}))
    db.session.commit()
    for client in (guest, client_of(cast.noor)):
        page = client.get("/search?q=quasar").text
        assert "lamp" not in page and "<mark>" not in page and "Nothing has these words" in page
        assert "lamp" not in client.get("/search?q=quas", headers=TYPING).text
    assert guest.get("/search?q=quasar").text == before.replace("pulsar", "quasar")


@pytest.mark.parametrize("how", ["held_at", "hidden_at", "deleted_at"])
def test_a_comment_out_of_sight_leaves_no_trace(guest, shared, said, how):
    idea = shared("Lamp")
    comment = said(idea, "quasar comment")
    before = guest.get("/search?q=pulsar").text
    db.session.execute(db.update(Comment).where(Comment.id == comment.id).values({how: NOW}))
    db.session.commit()
    assert guest.get("/search?q=quasar").text == before.replace("pulsar", "quasar")


def test_a_closed_board_leaves_no_trace(guest, client_of, cast, shared, said, titles):
    hidden = shared("Quasar lamp", "quasar light", by=cast.lena, board=cast.panel)
    said(hidden, "quasar comment", cast.lena)
    assert titles(client_of(cast.lena), "quasar") == ["Quasar lamp"]
    for client in (guest, client_of(cast.oskar)):
        nothing = client.get("/search?q=pulsar").text
        assert client.get("/search?q=quasar").text == nothing.replace("pulsar", "quasar")
        nothing = client.get("/search?q=pulsar", headers=TYPING).text
        assert client.get("/search?q=quasar", headers=TYPING).text == nothing.replace("pulsar", "quasar")


def test_a_closed_board_leaves_no_trace_where_boards_are_many(
    guest, client_of, cast, shared, said, titles, monkeypatch
):
    monkeypatch.setattr(
        reading, "_MANY_BOARDS", 0
    )  # no word narrows the search then: who may see what is asked of each
    test_a_closed_board_leaves_no_trace(guest, client_of, cast, shared, said, titles)


def test_how_often_a_word_stands_on_a_closed_board_moves_no_order(guest, cast, shared, titles):
    shared("Alpha lamp")
    shared("Beta lamp")
    order = titles(guest, "alpha beta zeppelin")
    for n in range(5):
        shared(f"Beta {n} of the panel", by=cast.lena, board=cast.panel)
    assert titles(guest, "alpha beta zeppelin") == order


def test_naughty_strings_find_or_find_not_and_never_fail(guest, shared):
    shared("Oat milk ☕ 抹茶", "Ω≈ç√∫ 社會科學院語學研究所 (1) ⑴ ͺ ゛ undefined null")
    strings = json.loads((Path(__file__).parents[1] / "data" / "naughty_strings.json").read_text(encoding="utf-8"))
    for string in [*strings, "⑴", "ͺ", "゛a", '"' * 300, "-" * 300, "a " * 300, "(" * 200, "é" * 10_000]:
        for headers in ({}, TYPING):
            answer = guest.get("/search", query_string={"q": string}, headers=headers)
            assert answer.status_code == 200, string
            assert "<script>alert" not in answer.text.replace("<script src", ""), string
