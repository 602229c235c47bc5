"""A guest's list whose rows moved is put together of them, and is the one that the application would have made."""

import gzip
from datetime import timedelta

import pytest
import time_machine

from ideaboard.extensions import db
from ideaboard.foundation.tokens import new_token
from ideaboard.ideas.looks import Looks, write
from ideaboard.ideas.submission import submit_idea
from ideaboard.models import Board, Idea, Person, Site, Status
from ideaboard.models.ranking import RESTED
from ideaboard.voting.ballot import cast_vote, withdraw_vote
from tests.conftest import NOW, copy_of, make_app
from tests.web.test_kept_pages import ANEW, change, decided, noor, row, said
from tests.web.test_read_again import asks_again

IDEAS = 50
FIRST, LAST = IDEAS, 1  # of the newest
LISTS = ("/ideas", "/ideas?sort=votes", "/ideas?sort=newest", "/ideas?status=received&sort=unseen")


@pytest.fixture
def site(template, tmp_path):
    """(application with fifty ideas that keeps pages, the paths that it was asked to make)."""
    app = make_app(copy_of(template, f"list_{abs(hash(str(tmp_path))) % 10**8}", tmp_path), tmp_path, kept_pages_mb=8)
    made, application = [], app.wsgi_app.application

    def counted(environ, start_response):
        if "HTTP_COOKIE" not in environ:
            made.append(environ["PATH_INFO"])
        return application(environ, start_response)

    app.wsgi_app.application = counted
    with time_machine.travel(NOW, tick=False):
        with app.app_context():
            db.session.merge(Site(id=1))
            db.session.commit()
            board = row(Board, slug="drinks").id
            for n in range(IDEAS):
                submit_idea(row(Person, display_name="Vera"), NOW + timedelta(seconds=n), board_id=board,
                            title=f"Oat milk {n}", body="I drink two.", form_token=new_token())  # fmt: skip
            decided(FIRST - 1, "coming_soon")
        yield app, made
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def settled(app, path):
    """A client for whom the page was made twice: from then on what was read for it is known."""
    client = app.test_client(use_cookies=False)
    client.get(path)
    with app.app_context():
        change(Person, {"department": path}, display_name="Oskar")  # shown nowhere
    client.get(path)
    return client


def seen(idea_id):
    looks = Looks()
    looks._seen = {idea_id: 70}
    assert write(looks)


# Deeds that move rows and nothing else: of them the page is put together.
MOVES = {
    "a vote": lambda: cast_vote(FIRST, noor(), NOW),
    "a withdrawal": lambda: withdraw_vote(FIRST, noor()),
    "votes that change the order": lambda: [cast_vote(FIRST - 9, row(Person, display_name=n), NOW) for n in ("Noor", "Ada")],
    "one that comes up from below": lambda: [cast_vote(LAST, row(Person, display_name=n), NOW) for n in ("Noor", "Ada", "Mo")],
    "a trial that ends": lambda: change(Idea, {"showing_due": 2 * RESTED}, id=LAST),
    "a title": lambda: change(Idea, {"title": "Oat & <b>milk</b>", "slug": "oat"}, id=FIRST - 2),
    "an author's name": lambda: change(Person, {"display_name": "Vera B."}, display_name="Vera"),
    "looks": lambda: seen(FIRST - 3),
    "a comment": lambda: change(Idea, {"comments_count": 7}, id=FIRST - 5),
}  # fmt: skip
# Those that change what stands around the rows, or what staff said of them: the application makes it, of some lists at least.
OTHERS = {
    "ideas below out of sight": lambda: [change(Idea, {"hidden_at": NOW}, id=n) for n in range(LAST + 3, 16)],
    "an idea out of sight": lambda: change(Idea, {"hidden_at": NOW}, id=FIRST - 4),
    "an imported total": lambda: change(Idea, {"imported_votes": 3}, id=FIRST - 7),
    "an imported total beside it": lambda: change(Idea, {"imported_votes": 0}, id=FIRST - 7),
    "a name of the site": lambda: change(Site, {"name": "Counter"}, id=1),
    "an answer": lambda: decided(FIRST - 6, "coming_soon"),
    "words of an answer": lambda: decided(FIRST - 1, "launched"),
    "a label": lambda: change(Status, {"label": "On its way"}, stage="coming_soon"),
    "a board that hides its counts": lambda: change(Board, {"hides_counts": True}, slug="drinks"),
    "a new label of what is received": lambda: change(Site, {"received_reads_under_review": True}, id=1),
    "a board that closes": lambda: change(Board, {"who_may_see": "listed"}, slug="drinks"),
}  # fmt: skip


def test_it_is_the_one_that_would_be_made(site):
    app, made = site
    clients = {path: settled(app, path) for path in _pages(app)}
    made.clear()
    for deed, happen in (MOVES | OTHERS).items():
        with app.app_context():
            happen()
        for path, client in clients.items():
            assert said(client.get(path)) == said(client.get(path, headers=ANEW)), (deed, path)
            if deed in MOVES and asks_again(app):
                assert not made, (deed, path)


def _pages(app) -> list[str]:
    """The first pages, a deep one, and the one before it."""
    found = list(LISTS)
    client = app.test_client(use_cookies=False)
    for _ in range(2):
        text = client.get(found[-1] if len(found) > len(LISTS) else "/ideas", headers=ANEW).text
        found.append("/ideas?after=" + text.partition('hx-get="/ideas?after=')[2].partition('"')[0])
    text = client.get(found[-1], headers=ANEW).text
    found.append("/ideas?before=" + text.partition('href="/ideas?before=')[2].partition('"')[0])
    assert all(len(path) > len("/ideas?before=") for path in found[len(LISTS) :])
    return found


def test_packed_it_unpacks_to_the_same_under_the_same_word(site):
    app, made = site
    client, packed = app.test_client(use_cookies=False), {"Accept-Encoding": "gzip"}
    for deed in ("a vote", "a title", "a withdrawal"):
        client.get("/ideas", headers=packed)
        with app.app_context():
            MOVES[deed]()
        anew = client.get("/ideas", headers=packed | ANEW)
        made.clear()
        handed_out = client.get("/ideas", headers=packed)
        assert handed_out.headers["ETag"] == anew.headers["ETag"]
        assert handed_out.headers["Content-Length"] == str(len(handed_out.data))
        assert gzip.decompress(handed_out.data) == gzip.decompress(anew.data)
        unchanged = client.get("/ideas", headers=packed | {"If-None-Match": anew.headers["ETag"]})
        assert (unchanged.status_code, unchanged.data) == (304, b"")
    assert made == ([] if asks_again(app) else ["/ideas"])


def test_what_it_shows_then_is_what_was_looked_at(site):
    app, _ = site
    client = settled(app, "/ideas?sort=votes")
    app.wsgi_app.saw = lambda _environ, ids: told.append(ids)
    told: list = []
    with app.app_context():
        MOVES["one that comes up from below"]()
    client.get("/ideas?sort=votes")
    if asks_again(app):
        assert told[0][0] == LAST
        assert len(told[0]) == 20


@pytest.mark.parametrize(
    "model, what, which",
    [(Board, {"hides_counts": True}, {"slug": "drinks"}), (Site, {"received_reads_under_review": True}, {"id": 1})],
)
def test_what_its_rows_do_not_say_is_not_said_again(site, model, what, which):
    app, made = site
    with app.app_context():
        change(model, what, **which)
    client = settled(app, "/ideas?sort=newest")
    made.clear()
    with app.app_context():
        MOVES["a vote"]()
    assert said(client.get("/ideas?sort=newest")) == said(client.get("/ideas?sort=newest", headers=ANEW))
    assert made == ([] if asks_again(app) else ["/ideas"])
