"""A page whose snapshot is old is handed out again while the rows that it was made of are the same."""

import gzip

import pytest
import time_machine

from ideaboard.extensions import db
from ideaboard.foundation import dialects
from ideaboard.foundation.database import transaction
from ideaboard.foundation.reads import Reads, RowsNow, hearing
from ideaboard.foundation.tokens import new_token
from ideaboard.ideas.submission import submit_idea
from ideaboard.models import Board, Idea, Person, Site
from ideaboard.voting.ballot import cast_vote
from ideaboard.web.kept_pages import SLOT, KeptPages
from tests.conftest import NOW, copy_of, make_app
from tests.web.test_kept_pages import change, noor, row

SHOWN, ELSEWHERE = 30, 1  # ideas: on the first page of the newest, and beyond it


@pytest.fixture
def site(template, tmp_path):
    """(application with thirty ideas that keeps pages, a list of how often it was asked for one)."""
    app = make_app(copy_of(template, f"again_{abs(hash(str(tmp_path))) % 10**8}", tmp_path), tmp_path, kept_pages_mb=8)
    made, application = [], app.wsgi_app.application

    def counted(environ, start_response):
        made.append(environ["PATH_INFO"])
        return application(environ, start_response)

    app.wsgi_app.application = counted
    with time_machine.travel(NOW, tick=False):
        with app.app_context():
            for n in range(SHOWN):
                board = row(Board, slug="drinks").id
                submit_idea(row(Person, display_name="Vera"), NOW, board_id=board, title=f"Oat milk {n}",
                            body="", form_token=new_token())  # fmt: skip
        yield app, made
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def settled(app, made, path):
    """A client for whom the page was made twice: from then on what was read for it is known."""
    client = app.test_client(use_cookies=False)
    client.get(path)
    with app.app_context():
        cast_vote(ELSEWHERE, noor(), NOW)
    client.get(path)
    made.clear()
    return client


def asks_again(app) -> bool:
    with app.app_context():
        return dialects.reads_alone(db.engine.dialect.name)


@pytest.mark.parametrize("path", ["/ideas?sort=newest", "/boards/drinks?sort=newest", "/how-we-answer", "/boards"])
def test_what_moves_nothing_of_a_page_lets_it_stand(site, path):
    app, made = site
    client = settled(app, made, path)
    for idea in (ELSEWHERE + 1, ELSEWHERE + 2, ELSEWHERE + 3):
        with app.app_context():
            cast_vote(idea, noor(), NOW)
        again = client.get(path)
        assert again.status_code == 200
        assert again.data == client.get(path, headers={"Cookie": "elsewhere=1"}).data
    assert len(made) == (3 if asks_again(app) else 6)  # those of the strange cookie


def test_what_moves_a_row_of_it_does_not(site):
    app, made = site
    client = settled(app, made, "/boards/drinks?sort=newest")
    with app.app_context():
        change(Idea, {"title": "Oat milk for all"}, id=SHOWN)
    assert "Oat milk for all" in client.get("/boards/drinks?sort=newest").text
    assert made == ["/boards/drinks"]


def test_what_is_read_beside_any_transaction_is_read_too(site):
    app, made = site
    with app.app_context(), transaction() as session:
        session.merge(Site(id=1, name="Counter"))
    client = settled(app, made, "/boards")
    with app.app_context():
        change(Site, {"name": "Till"}, id=1)
    assert "Till" in client.get("/boards").text


def test_a_right_that_ends_is_read_too(site):
    app, made = site
    client = settled(app, made, f"/ideas/{SHOWN}-oat-milk-{SHOWN - 1}")
    with app.app_context():
        change(Idea, {"hidden_at": NOW}, id=SHOWN)
    assert client.get(f"/ideas/{SHOWN}-oat-milk-{SHOWN - 1}").status_code == 404


def test_a_page_that_deeds_move_again_and_again_is_packed_quickly(site):
    app, _ = site
    client = app.test_client(use_cookies=False)
    sizes, packed = [], {"Accept-Encoding": "gzip"}
    for n in range(4):
        with app.app_context():
            change(Idea, {"title": f"Oat milk no. {n}"}, id=SHOWN)
        answer = client.get("/ideas?sort=newest", headers=packed)
        assert f"Oat milk no. {n}" in gzip.decompress(answer.data).decode()
        sizes.append(len(answer.data))
    if asks_again(app):
        assert sizes[3] > sizes[0] * 1.02  # at level 1
    etag = client.get("/ideas?sort=newest", headers=packed).headers["ETag"]
    assert client.get("/ideas?sort=newest", headers=packed | {"If-None-Match": etag}).status_code == 304


class Page:
    """Pages before an application that tells how often it was asked; `rows` is what the database would say."""

    def __init__(self):
        self.words, self.rows, self.asked, self.read_again, self.moves = 1, "a", 0, 0, False
        self.pages = KeptPages(
            self, most=10**6, snapshot=lambda: str(self.words), saw=lambda *_: None, rows=self.rows_now
        )

    def rows_now(self, _read):
        self.read_again += 1
        self.words += self.moves
        return RowsNow(self.rows.encode(), b"", ())

    def __call__(self, environ, start_response):
        self.asked += 1
        environ[SLOT].may_be_kept = True
        start_response("200 OK", [("ETag", f'"{self.asked}"')])
        return [str(self.asked).encode()]

    def get(self, after_a_deed=True):
        self.words += after_a_deed
        asked = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "QUERY_STRING": "", "SERVER_NAME": "x"}
        return b"".join(self.pages(asked, lambda status, headers: None))


@pytest.fixture
def page():
    with time_machine.travel(NOW, tick=False):
        yield Page()


def test_a_page_that_is_made_once_is_not_read_again(page):
    page.get(), page.get(after_a_deed=False)
    assert (page.asked, page.read_again) == (1, 0)


def test_the_minute_makes_it_anew(page):
    with time_machine.travel(NOW, tick=False) as clock:
        assert [page.get() for _ in range(3)] == [b"1", b"2", b"2"]
        clock.shift(60)
        assert [page.get(), page.get()] == [b"3", b"3"]


def test_what_is_committed_while_it_is_read_again_is_not_taken_for_what_was_shown(page):
    """Between making a page and reading its rows once more a deed came: the rows are not those of the page."""
    page.moves = True
    assert [page.get() for _ in range(4)] == [b"1", b"2", b"3", b"4"]


def test_a_page_that_changes_with_each_deed_is_read_again_ever_more_seldom(page):
    for n in range(200):
        page.rows = str(n)
        page.get()
    assert page.asked == 200
    assert page.read_again < 20
    page.rows = "stands"
    for _ in range(200):
        page.get()
    assert page.asked < 300  # and found again when it comes to rest


def test_who_writes_has_not_read_alone(own_app):
    with own_app.app_context(), hearing() as reads:
        change(Board, {"name": "Drinks and more"}, slug="drinks")
        assert not reads.is_whole
        assert reads.rows_as_they_are(db.engine) is None


def test_rows_are_those_of_all_that_was_asked(own_app):
    reads = Reads()
    with own_app.app_context():
        if not asks_again(own_app):
            pytest.skip("its threads have no connection of their own")
        for name in ("slug", "name"):
            reads.hear(f"SELECT {name} FROM board ORDER BY id", ())
        before = reads.rows_as_they_are(db.engine)
        assert reads.rows_as_they_are(db.engine) == before
        with transaction() as session:
            session.execute(db.update(Board).where(Board.slug == "drinks").values(name="Drinks and more"))
        assert reads.rows_as_they_are(db.engine) != before


def test_a_database_that_fails_says_nothing(own_app):
    reads = Reads()
    reads.hear("SELECT nothing FROM nowhere", ())
    with own_app.app_context():
        assert reads.rows_as_they_are(db.engine) is None
