"""Kept pages are the pages that would be made: after every deed, for every guest, byte for byte."""

import pytest
import time_machine

from ideaboard.accounts.sessions import open_session
from ideaboard.discussion.comments import delete_comment, post_comment
from ideaboard.extensions import db
from ideaboard.foundation.database import end_reading, transaction
from ideaboard.foundation.tokens import new_token
from ideaboard.ideas.editing import retitle_idea
from ideaboard.ideas.leaving import step_back
from ideaboard.ideas.submission import submit_idea
from ideaboard.models import Board, Comment, Idea, Person, Site, Status
from ideaboard.voting.ballot import cast_vote, withdraw_vote
from ideaboard.web.kept_pages import AROUND, SLOT, Kept, KeptPages, Shelf, key_of
from ideaboard.workflow.progress import change_status
from tests.conftest import NOW, copy_of, make_app
from tests.house.test_no_trace import LEFT_OUT, VALUES

# The same guest with a cookie that nobody keeps anything for: always a page made anew.
ANEW = {"Cookie": "elsewhere=1"}
QUERIES = ("sort=votes", "sort=newest", "status=received", "status=coming_soon", "board=drinks", "title=Oat+milk")
SEARCHES = (
    "milk",
    "oat&status=received",
    "oat&board=drinks",
    "c%2B%2B+%26+it%27s",
    "%3Cb%3E+milk",
    "%22oat+milk%22+-cup",
)


@pytest.fixture
def kept_app(template, tmp_path):
    """An application that keeps pages, on a database of its own with real commits; the clock stands."""
    app = make_app(copy_of(template, f"kept_{abs(hash(str(tmp_path))) % 10**8}", tmp_path), tmp_path, kept_pages_mb=8)
    with time_machine.travel(NOW, tick=False):
        with app.app_context():
            with transaction() as session:
                session.add(Site(id=1))
            for n in range(25):
                board = row(Board, slug="drinks").id
                submit_idea(row(Person, display_name="Vera"), NOW, board_id=board, title=f"Oat milk {n}",
                            body="I drink **two** a day.", form_token=new_token())  # fmt: skip
        yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def row(model, **columns):
    found = db.session.execute(db.select(model).filter_by(**columns).limit(1)).scalar_one()
    end_reading()
    return found


def change(model, changes, **columns):
    with transaction():
        found = db.session.execute(db.select(model).filter_by(**columns).limit(1)).scalar_one()
        for name, value in changes.items():
            setattr(found, name, value)


def noor():
    return row(Person, display_name="Noor")


def decided(idea_id, stage, **more):
    change_status(
        idea_id,
        row(Person, display_name="Ada"),
        NOW,
        status_id=row(Status, stage=stage).id,
        text="We do it.",
        **more,
    )


# What happens on a site, one after the other: after each of them every page is right at once.
DEEDS = {
    "nothing": lambda: None,
    "a vote": lambda: cast_vote(3, noor(), NOW),
    "a withdrawal": lambda: withdraw_vote(3, noor()),
    "a comment": lambda: post_comment(3, noor(), NOW, body="Yes, and *oat*.", form_token=new_token()),
    "an answer": lambda: decided(3, "coming_soon"),
    "a launch": lambda: decided(4, "launched"),
    "a clearer title": lambda: retitle_idea(5, row(Person, display_name="Ada"), NOW, title="Oat milk for all"),
    "an author who steps back": lambda: (cast_vote(6, noor(), NOW), step_back(6, row(Person, display_name="Vera"), NOW)),
    "a comment that goes": lambda: delete_comment(row(Comment, idea_id=3).id, noor(), NOW),
    "an idea out of sight": lambda: change(Idea, {"hidden_at": NOW}, id=7),
    "a name of the site": lambda: change(Site, {"name": "Counter"}, id=1),
    "a colour of the site": lambda: change(Site, {"accent": "#884400"}, id=1),
    "a name of a person": lambda: change(Person, {"display_name": "Vera B."}, display_name="Vera"),
    "a label": lambda: change(Status, {"label": "On its way"}, stage="coming_soon"),
    "a board that closes": lambda: change(Board, {"who_may_see": "listed"}, slug="drinks"),
}  # fmt: skip


def addresses(app) -> list[str]:
    """Every address that GET reaches, and the lists in their orders."""
    found = set()
    with app.test_request_context():
        adapter = app.url_map.bind("localhost")
        for rule in app.url_map.iter_rules():
            if "GET" in rule.methods and rule.rule not in LEFT_OUT:
                for number in (3, 7):
                    given = {"slug": "drinks", "idea_id": number, "comment_id": 1, "story_id": 1}
                    values = {name: given.get(name, VALUES.get(name, 1)) for name in rule.arguments}
                    found.add(adapter.build(rule.endpoint, values, method="GET"))
    found |= {f"{path}?{query}" for path in ("/", "/ideas", "/boards/drinks", "/roadmap") for query in QUERIES}
    found |= {f"/search?q={asked}" for asked in SEARCHES}
    return sorted(found | {f"/ideas/{n}-oat-milk-{n - 1}" for n in (3, 4, 5, 6, 7)})


def said(answer):
    """Status, headers but the date, and the bytes."""
    return answer.status, sorted((k, v) for k, v in answer.headers if k != "Date"), answer.data


def shelf_of(app) -> Shelf:
    return app.wsgi_app.shelf


def test_every_page_is_the_one_that_would_be_made(kept_app):
    """Equal for all addresses, after each of the deeds: a snapshot that is not looked at makes this fail."""
    client = kept_app.test_client(use_cookies=False)
    paths = [path for path in addresses(kept_app) if client.get(path).status_code == 200]
    assert len(paths) > 30
    for deed, happen in DEEDS.items():
        with kept_app.app_context():
            happen()
        for path in paths:
            headers = {"Accept-Encoding": "gzip"} if deed == "nothing" else {}
            handed_out = said(client.get(path, headers=headers))
            assert handed_out == said(client.get(path, headers=headers | ANEW)), (deed, path)
            if deed in ("nothing", "a vote"):
                assert handed_out == said(client.get(path, headers=headers)), (deed, path)
    assert len(shelf_of(kept_app)._kept) > 20


def test_what_stands_around_a_search_is_kept_for_all_words(kept_app):
    client = kept_app.test_client(use_cookies=False)
    for asked in SEARCHES * 2:
        path = f"/search?q={asked}&page=1"
        assert said(client.get(path)) == said(client.get(path, headers=ANEW)), path
        shelf_of(kept_app)._kept.clear()
    kept = kept_app.extensions["fragments"]._kept
    assert len([key for key in kept if key[0] == "search/index.html"]) == 3  # without a filter, and with each of two


@pytest.mark.parametrize("cookie", ["theme=dark", "theme=bogus", "lang=de", "lang=de; theme=light", "lang=xx"])
def test_language_and_theme_are_told_apart(kept_app, cookie):
    client = kept_app.test_client(use_cookies=False)
    for headers in ({}, {"Accept-Language": "de"}, {"Accept-Language": "fr, de;q=0.5"}, {"Accept-Language": "sv"}):
        for path in ("/ideas", "/", "/feeds/site.atom"):
            client.get(path, headers=headers)
            fresh = said(client.get(path, headers=headers | {"Cookie": f"{cookie}; elsewhere=1"}))
            assert [said(client.get(path, headers=headers | {"Cookie": cookie})) for _ in range(2)] == [fresh, fresh]


def test_a_right_that_ends_ends_with_the_next_request(kept_app):
    client = kept_app.test_client()
    where = "/ideas/3-oat-milk-2"
    assert [client.get(where).status_code for _ in range(2)] == [200, 200]
    with kept_app.app_context():
        change(Board, {"who_may_see": "listed"}, slug="drinks")
    assert client.get(where).status_code == 404
    assert "Oat milk" not in client.get("/ideas").text


def test_nothing_of_a_person_is_kept_or_handed_to_one(kept_app):
    member = kept_app.test_client()
    with kept_app.app_context():
        token = open_session(noor(), NOW)
    with member.session_transaction() as cookie:
        cookie["_user_id"], cookie["_fresh"] = token, True
    for path in ("/ideas", "/", "/ideas/3-oat-milk-2", "/feeds/site.atom"):
        member.get(path)
    assert not shelf_of(kept_app)._kept
    guests = kept_app.test_client().get("/ideas")
    assert "Noor" not in guests.text
    assert "Noor" in member.get("/ideas").text


@pytest.mark.parametrize(
    "path", ["/sign-in", "/healthz", "/robots.txt", "/metrics", "/me", "/nowhere", "/ideas/999-x", "/ideas/3"]
)
def test_what_is_no_page_of_guests_is_not_kept(kept_app, path):
    kept_app.test_client().get(path)
    assert not shelf_of(kept_app)._kept


@pytest.mark.parametrize("name, value", [("Authorization", "Bearer x"), ("HX-Request", "true"), ("Range", "bytes=0-9"),
    ("Cookie", "session=x"), ("Cookie", "remember_token=x"), ("Cookie", "known=x"), ("Cookie", "lang=de; attempt=x")])  # fmt: skip
def test_such_requests_go_straight_through(kept_app, name, value):
    client = kept_app.test_client(use_cookies=False)
    client.get("/ideas", headers={name: value})
    assert not shelf_of(kept_app)._kept


def test_unchanged_is_said_without_a_body(kept_app):
    client = kept_app.test_client()
    first = client.get("/ideas", headers={"Accept-Encoding": "gzip"})
    again = client.get("/ideas", headers={"Accept-Encoding": "gzip", "If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert again.headers["Cache-Control"] == "private, no-cache"
    assert client.get("/ideas", headers={"If-None-Match": '"another"'}).status_code == 200
    head = client.head("/ideas", headers={"Accept-Encoding": "gzip"})
    assert (head.data, head.headers["ETag"]) == (b"", first.headers["ETag"])


def test_the_demo_bar_is_kept_for_this_machine_alone(kept_app):
    with kept_app.app_context():
        change(Site, {"demo_since": NOW}, id=1)
    client = kept_app.test_client()
    here = client.get("/ideas", environ_overrides={"REMOTE_ADDR": "127.0.0.1"})
    there = client.get("/ideas", environ_overrides={"REMOTE_ADDR": "203.0.113.7"})
    passed_on = client.get("/ideas", headers={"X-Forwarded-For": "203.0.113.7"})
    old = client.get("/ideas", environ_overrides={"REMOTE_ADDR": "127.0.0.1", "SERVER_PROTOCOL": "HTTP/1.0"})
    assert "/demo/play" in here.text
    assert not any("/demo/play" in answer.text for answer in (there, passed_on, old))


def environ(**more):
    return {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "QUERY_STRING": "", "SERVER_NAME": "x", **more}


class Standing:
    """A snapshot that changes when told to, and an application that answers with how often it was asked."""

    def __init__(self, during=None):
        self.words, self.asked, self.during, self.headers = "1", 0, during, [("ETag", '"x"')]
        self.seen = []
        self.pages = KeptPages(self, most=10**6, snapshot=lambda: self.words, saw=lambda e, ids: self.seen.append(ids))

    def __call__(self, environ, start_response):
        self.asked += 1
        if self.during:
            self.during(self)
        if SLOT in environ:
            environ[SLOT].may_be_kept, environ[SLOT].shown = True, [4, 2]
        start_response("200 OK", list(self.headers))
        return [str(self.asked).encode()]

    def get(self, **more):
        return b"".join(self.pages(environ(**more), lambda status, headers: None))


def test_what_changed_while_a_page_was_made_is_not_kept_as_seen():
    """The snapshot is of before: a deed that falls into the making leaves a page that nobody gets."""
    site = Standing(during=lambda s: setattr(s, "words", "2") if s.asked == 1 else None)
    assert [site.get(), site.get(), site.get()] == [b"1", b"2", b"2"]


def test_a_page_lives_for_a_minute_at_most():
    site = Standing()
    with time_machine.travel(NOW, tick=False) as clock:
        assert [site.get(), site.get()] == [b"1", b"1"]
        clock.shift(60)
        assert site.get() == b"2"


def test_looks_at_kept_pages_are_told():
    site = Standing()
    site.get(), site.get(), site.get()
    assert site.seen == [(4, 2), (4, 2)]


def test_an_answer_with_a_cookie_is_never_kept():
    site = Standing()
    site.headers.append(("Set-Cookie", "session=x"))
    assert [site.get(), site.get()] == [b"1", b"2"]


def test_a_database_that_does_not_answer_keeps_nothing():
    site = Standing()
    site.words = None
    assert [site.get(), site.get()] == [b"1", b"2"]


def test_long_questions_and_large_pages_are_not_kept():
    assert key_of(environ(QUERY_STRING="q" * 2000)) is None
    site = Standing()
    site.get(QUERY_STRING="q" * 2000)
    assert not site.pages.shelf._kept


def test_the_shelf_never_outgrows_its_bytes():
    shelf = Shelf(10 * (AROUND + 100))
    page = Kept(("1", 1), "200 OK", [], '"x"', b"x" * 100, ())
    for n in range(50):
        shelf.put((n,), page)
        shelf.take((0,))
    assert shelf.bytes == 10 * page.size
    assert shelf.take((0,)) is page  # asked for all the time
    assert shelf.take((3,)) is None
    for _ in range(20):
        shelf.put((49,), page)
    assert shelf.bytes == 10 * page.size
