"""Somebody types an idea that is there already and votes for that one, or says what is different; with script and without."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from ideaboard.extensions import db
from ideaboard.foundation.database import end_reading, transaction
from ideaboard.models import Board, Idea, Person, Vote
from ideaboard.similar.indexing import learn
from tests.journeys.test_loop import type_code

pytestmark = pytest.mark.journey
KNOWN = "Oat milk without the extra charge"
TYPED = "No extra charge for oat milk please"
BODY = "It is **dear**."


@pytest.fixture
def known(site) -> int:
    """The number of an idea that six others resemble."""
    then = datetime.now(UTC) - timedelta(days=3)
    with site.app.app_context():
        author = db.session.scalars(db.select(Person).where(Person.email == "cole@example.org")).one().id
        board = db.session.scalars(db.select(Board).where(Board.slug == "drinks")).one().id
        end_reading()
        titles = [
            KNOWN,
            *(f"Oat milk without an extra charge in {drink}" for drink in ("tea", "cocoa", "mocha", "matcha", "chai")),
        ]
        made = [
            Idea(title=title, slug="idea", author_id=author, board_id=board, created_at=then, visible_at=then)
            for title in titles
        ]
        with transaction() as session:
            session.add_all(made)
            session.flush()
            numbers = [idea.id for idea in made]
            learn(numbers)
        db.session.remove()
    return numbers[0]


def voters(site, idea_id) -> set[str]:
    with site.app.app_context():
        of = db.select(Person.email).join(Vote, Vote.person_id == Person.id).where(Vote.idea_id == idea_id)
        found = {email.split("@")[0] for email in db.session.scalars(of)}
        db.session.remove()
    return found


def suggested(page, script):
    """The idea is typed; its suggestions come by themselves, or after the first send."""
    page.goto("/ideas/new")
    rows = page.locator("#similar .row")
    title = page.get_by_label("Your idea in one line")
    page.locator("[name=board]").select_option("drinks")
    page.locator("[name=body]").fill(BODY)
    if script:
        title.press_sequentially("No extra")
        with page.expect_response("**/ideas/similar?*") as live:
            title.press_sequentially(" charge")
        assert live.value.ok
        expect(rows.first).to_be_visible()
        title.fill(TYPED)
        expect(rows.first.locator("mark", has_text=re.compile("oat", re.I)).first).to_be_visible()
    else:
        title.fill(TYPED)
        if page.locator("[name=email]").count():
            page.locator("[name=email]").fill("gale@example.net")
        page.locator("#idea-form .button--primary").click()
        expect(page.get_by_text("Others had a similar idea")).to_be_visible()
    expect(rows).to_have_count(5)
    return rows.filter(has_text=KNOWN)


def is_as_typed(page):
    expect(page.get_by_label("Your idea in one line")).to_have_value(TYPED)
    expect(page.locator("[name=body]")).to_have_value(BODY)
    expect(page.locator("[name=board]")).to_have_value("drinks")


def test_a_member_votes_for_the_one_that_is_there(site, known, visitor, script):
    page = visitor(site)
    page.context.add_cookies([site.cookie_of("noor@example.org")])
    row = suggested(page, script)
    expect(row.locator("mark")).to_have_text(["Oat", "milk", "extra", "charge"])
    row.get_by_role("button", name=f"Vote for {KNOWN}").click()
    expect(row.get_by_role("button")).to_have_attribute("aria-pressed", "true")
    expect(row.locator(".tally__count")).to_have_text("1")
    is_as_typed(page)
    assert voters(site, known) == {"noor"}
    row.get_by_role("button", name=f"Vote for {KNOWN}").click()
    expect(row.get_by_role("button")).to_have_attribute("aria-pressed", "false")
    is_as_typed(page)
    assert voters(site, known) == set()


def test_a_member_says_what_is_different_and_staff_read_it(site, known, visitor, script):
    page = visitor(site)
    page.context.add_cookies([site.cookie_of("noor@example.org")])
    suggested(page, script)
    page.get_by_label("Mine is different because").fill("Mine is about soy, too")
    page.get_by_role("button", name="Share it").click()
    expect(page.get_by_role("heading", level=1, name=TYPED)).to_be_visible()
    expect(page.get_by_text("Mine is about soy, too")).to_have_count(0)
    staff = visitor(site)
    staff.context.add_cookies([site.cookie_of("ada@example.org")])
    staff.goto(page.url)
    expect(staff.get_by_text("Mine is about soy, too")).to_be_visible()


def test_a_guest_who_votes_keeps_what_was_typed(site, known, visitor, script):
    page = visitor(site)
    row = suggested(page, script)
    row.get_by_role("button", name=f"Vote for {KNOWN}").click()
    asking = page.locator("#asking-email")
    expect(asking).to_be_in_viewport()
    is_as_typed(page)
    asking.fill("gale@example.net")
    page.locator("#asking-send").click()
    type_code(page, site, "gale@example.net", 0)
    page.wait_for_url("**/me/drafts/*/edit")
    is_as_typed(page)
    expect(row.get_by_role("button")).to_have_attribute("aria-pressed", "true")
    assert voters(site, known) == {"gale"}
    page.get_by_label("Mine is different because").fill("Mine is about soy, too")
    page.get_by_role("button", name="Share it").click()
    expect(page.get_by_role("heading", level=1, name=TYPED)).to_be_visible()
