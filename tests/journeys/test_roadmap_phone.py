"""The roadmap on a phone: every column by touch, by keyboard and without script; vote and follow; and on other sites."""

import functools
import http.server
import threading
from datetime import timedelta

import pytest

from ideaboard.extensions import db
from ideaboard.models import Board, Idea, Person, Site, Status
from ideaboard.roadmap.frames import save_frame_sites
from ideaboard.workflow.progress import change_status
from tests.conftest import NOW
from tests.journeys.conftest import free_port, until

pytestmark = pytest.mark.journey
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
COLUMNS = ("under_review", "want", "coming_soon", "launched")


@pytest.fixture
def road(site):
    """Six ideas in each column; {standing: the title of its first}."""
    with site.app.app_context():
        ada = db.session.execute(db.select(Person).where(Person.display_name == "Ada")).scalar_one()
        drinks = db.session.scalar(db.select(Board.id).where(Board.slug == "drinks"))
        statuses = {s.stage: s.id for s in db.session.scalars(db.select(Status))}
        ideas = {}
        for standing in COLUMNS:
            for n in range(6):
                idea = Idea(
                    title=f"{standing.title()} {n}", slug=f"{standing}-{n}", body="", body_html="", excerpt="",
                    board_id=drinks, author_id=ada.id, created_at=NOW, visible_at=NOW, votes_count=0,
                )  # fmt: skip
                db.session.add(idea)
                db.session.flush()
                ideas[idea.id] = standing
        db.session.commit()
        for n, (idea_id, standing) in enumerate(ideas.items()):
            stage = "reviewed" if standing == "want" else standing
            outcome = "want" if standing == "want" else None
            at = NOW + timedelta(minutes=n)
            change_status(idea_id, ada, at, status_id=statuses[stage], outcome=outcome, text="We say so.")
        db.session.remove()
    return site


def is_in_sight(page, standing) -> bool:
    """Whether most of a column's width lies in the window."""
    box = page.locator(f"#lane-{standing}").bounding_box()
    return box["x"] > -20 and box["x"] + box["width"] < 390 + 60


def until_in_sight(page, standing):
    until(lambda: is_in_sight(page, standing), what=f"the column {standing}")


def test_every_column_is_reached_and_the_page_stays_in_its_width(road, visitor, script):
    page = visitor(road, **PHONE)
    page.goto("/roadmap")
    assert is_in_sight(page, "under_review") and not is_in_sight(page, "launched")
    edge = page.locator("#lane-want").bounding_box()
    assert 0 < 390 - edge["x"] < 100, "the edge of the next column is in sight, so that one swipes"
    # By touch: the row of names leads to each.
    for standing in (*COLUMNS[1:], COLUMNS[0]):
        page.locator(f'.lanes__nav a[href="#lane-{standing}"]').tap()
        until_in_sight(page, standing)
    # By keyboard: the links of a column bring it into sight when they get the focus.
    for standing in COLUMNS:
        page.locator(f"#lane-{standing} .plan__title a").first.focus()
        until_in_sight(page, standing)
    if script:
        page.locator("#lanes").focus()
        page.keyboard.press("ArrowLeft")
        until(lambda: not is_in_sight(page, "launched"), what="the keyboard's step")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth && scrollX === 0")


def test_vote_and_follow_from_the_roadmap(road, visitor, script):
    page = visitor(road, **PHONE)
    page.context.add_cookies([road.cookie_of("noor@example.org")])
    page.goto("/roadmap")
    card = page.locator("#lane-under_review .plan").first
    card.locator(".tally").tap()
    if script:
        card.locator(".tally[aria-pressed=true]").wait_for()
        card.get_by_role("button", name="Unfollow").tap()
        card.get_by_role("button", name="Follow “").wait_for()
        assert page.url.endswith("/roadmap")
    else:
        page.wait_for_url("**/ideas/*")
        page.goto("/roadmap?mine=votes")
        page.locator("#lane-under_review .plan .tally[aria-pressed=true]").wait_for()
        page.get_by_role("button", name="Unfollow").tap()
        page.wait_for_url("**/ideas/*")
    page.goto("/roadmap?mine=votes")
    assert page.locator(".plan").count() == 1
    page.goto("/roadmap?mine=follows")
    assert page.locator(".plan").count() == 0


class Elsewhere(http.server.BaseHTTPRequestHandler):
    """A page of another site that frames the roadmap."""

    roadmap = ""

    def do_GET(self):
        body = f'<!doctype html><title>Elsewhere</title><iframe src="{self.roadmap}" width="390" height="600"></iframe>'
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *args):
        pass


@pytest.fixture
def elsewhere(road):
    """The address of another site, on this machine, with the frame in its page."""
    handler = type("Page", (Elsewhere,), {"roadmap": f"{road.url}/roadmap/frame?theme=dark"})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", free_port()), functools.partial(handler))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def name_sites(site, *origins):
    with site.app.app_context():
        admin = db.session.execute(db.select(Person).where(Person.display_name == "Ruth")).scalar_one()
        db.session.commit()
        save_frame_sites(admin, NOW, "\n".join(origins))
        assert db.session.get(Site, 1).frame_sites.split() == list(origins)
        db.session.remove()


def framed(page) -> str:
    """What stands in the frame: its words, or '' where the browser shows none of it."""
    page.wait_for_load_state("load")
    inner = page.frames[1]
    return inner.evaluate("document.body ? document.body.innerText : ''") if "/roadmap" in inner.url else ""


def test_framed_where_an_admin_named_the_site_and_blocked_elsewhere(road, browser, elsewhere):
    context = browser.new_context(locale="en-GB", **PHONE)
    page = context.new_page()
    name_sites(road, elsewhere)
    page.goto(elsewhere)
    assert "Under_Review 0" in framed(page)
    link = page.frames[1].locator(".plan__title a").first
    with context.expect_page() as opened:
        link.tap()
    assert "/ideas/" in opened.value.url
    name_sites(road, "https://www.example.org")
    page.goto(elsewhere)
    assert "Under_Review 0" not in framed(page)
    # No other page: the list is not shown even by the site that may show the roadmap.
    name_sites(road, elsewhere)
    page.goto(elsewhere)
    page.evaluate("url => { document.querySelector('iframe').src = url }", f"{road.url}/roadmap")
    page.wait_for_timeout(500)
    assert "Under_Review 0" not in framed(page)
    context.close()
