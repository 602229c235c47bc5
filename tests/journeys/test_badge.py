"""The badge on somebody else's page; and the question under an answer, by click, by keyboard and without JavaScript."""

import contextlib
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from ideaboard.extensions import db
from ideaboard.models import Board, ClearAnswer, Idea, Person, Status
from ideaboard.workflow.progress import change_status
from tests.journeys.conftest import until

pytestmark = pytest.mark.journey
AGO = datetime.now(UTC) - timedelta(days=20)


@contextlib.contextmanager
def elsewhere(html: str):
    """A page of another origin ('localhost' is not '127.0.0.1', and the port is another); yields its address."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(b"<!doctype html><title>Elsewhere</title>" + html.encode())

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://localhost:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def answered(site) -> tuple[str, int]:
    """(address of an idea that Ada answered after three days, the answer's id)."""
    with site.app.app_context():
        board = db.session.scalars(db.select(Board).where(Board.slug == "drinks")).one()
        ada = db.session.scalars(db.select(Person).where(Person.email == "ada@example.org")).one()
        idea = Idea(title="Oat milk", slug="oat-milk", board_id=board.id, created_at=AGO, visible_at=AGO)
        db.session.add(idea)
        db.session.commit()
        launched = db.session.scalars(db.select(Status.id).where(Status.stage == "launched")).one()
        db.session.commit()
        change = change_status(idea.id, ada, AGO + timedelta(days=3), status_id=launched, text="It is there.")
        return f"/ideas/{idea.id}-oat-milk", change.id


def said(site, change_id) -> list[bool]:
    with site.app.app_context():
        return list(db.session.scalars(db.select(ClearAnswer.is_clear).where(ClearAnswer.change_id == change_id)))


def test_the_badge_stands_on_another_page(site, answered, visitor):
    page = visitor(site)
    page.goto("/how-we-answer")
    code = page.locator("pre.code").inner_text()
    public = code.split('href="')[1].split("/how-we-answer")[0]
    with elsewhere(code.replace(public, site.url)) as address:
        page.goto(address)
        badge = page.get_by_role("img", name="How we answer")
        badge.scroll_into_view_if_needed()
        box = until(lambda: (found := badge.bounding_box()) and found["width"] > 100 and found, 20, "the badge")
        assert box["height"] == 28
        # A picture that did not come has no size of its own.
        shown = page.context.request.get(f"{site.url}/how-we-answer/badge.svg")
        assert "answers in 3 days" in shown.text()
        assert page.context.cookies() == []
        badge.click()
        page.wait_for_url(f"{site.url}/how-we-answer")


def test_the_badge_opened_alone_keeps_its_colours(site, answered, browser):
    """Its policy lets in the styles that it names by their hash, and nothing else."""
    colours = {}
    for scheme in ("light", "dark"):
        context = browser.new_context(base_url=site.url, color_scheme=scheme)
        page = context.new_page()
        complaints = []
        page.on("console", lambda message, told=complaints: told.append(message.text))
        page.goto("/how-we-answer/badge.svg")
        colours[scheme] = page.evaluate("getComputedStyle(document.querySelector('.b')).fill")
        assert not complaints, complaints
        context.close()
    assert colours["light"] == "rgb(13, 107, 82)" and colours["dark"] != colours["light"]


def test_was_this_answer_clear_by_click(site, answered, visitor):
    address, change_id = answered
    page = visitor(site)
    page.context.add_cookies([site.cookie_of("noor@example.org")])
    page.goto(address)
    page.locator(f"#clear-{change_id}").get_by_role("button", name="Yes").click()
    page.get_by_text("Thank you. You can change your mind here.").first.wait_for()
    assert said(site, change_id) == [True]
    page.locator(f"#clear-{change_id}").get_by_role("button", name="Not quite").click()
    page.locator(f"#clear-no-{change_id}[aria-pressed=true]").wait_for()
    assert said(site, change_id) == [False]


def test_was_this_answer_clear_by_keyboard(site, answered, visitor, script):
    address, change_id = answered
    page = visitor(site)
    page.context.add_cookies([site.cookie_of("noor@example.org")])
    page.goto(address)
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == f"clear-yes-{change_id}":
            break
    assert page.evaluate("document.activeElement.id") == f"clear-yes-{change_id}"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.locator(f"#clear-no-{change_id}[aria-pressed=true]").wait_for()
    assert said(site, change_id) == [False]
    if script:  # the place is kept, to change one's mind at once
        until(lambda: page.evaluate("document.activeElement.id") == f"clear-no-{change_id}", 5, "the focus")
        page.keyboard.press("Shift+Tab")
        page.keyboard.press("Space")
        page.locator(f"#clear-yes-{change_id}[aria-pressed=true]").wait_for()
        assert said(site, change_id) == [True]


def test_a_guest_signs_in_to_say_so(site, answered, visitor):
    address, change_id = answered
    page = visitor(site)
    page.goto(address)
    page.get_by_role("link", name="Was this answer clear? Sign in to say so").click()
    page.wait_for_url("**/sign-in?**")
    assert said(site, change_id) == []
