from ideaboard.models import Board
from tests.conftest import NOW


def test_with_one_board_home_is_that_board(db, guest, cast, make_idea):
    make_idea()
    html = guest.get("/").text
    assert "What should we pour?" in html and 'name="board" value="drinks"' in html
    db.session.add(Board(slug="food", name="Food", created_at=NOW))
    db.session.commit()
    html = guest.get("/").text
    assert "What should we pour?" not in html
    assert '<a href="/boards/food">Food</a><span>0</span>' in html
    assert '<a href="/boards/drinks">Drinks</a><span>1</span>' in html


def test_home_asks_with_one_field_that_starts_an_idea(guest):
    assert '<form class="starter" action="/ideas/new">' in guest.get("/").text
    assert 'value="Warm cups"' in guest.get("/ideas/new?title=Warm+cups").text


def test_an_empty_site_says_what_will_be_here(db, guest, cast, client_of):
    for board in db.session.execute(db.select(Board)).scalars():
        board.archived_at = NOW
    db.session.commit()
    for client in (guest, client_of(cast.root)):
        html = client.get("/").text
        assert "Nothing is asked here yet" in html and "answered this week" not in html
        assert "No board takes ideas from you just now" in client.get("/ideas/new").text
