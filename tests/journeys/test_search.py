"""A guest looks for an idea, narrows what was found, and shares what nobody has said; with script and without."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.journey


def test_searching_with_filters(demo, visitor, script):
    page = visitor(demo)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(demo.url + "/")
    box = page.get_by_role("searchbox", name="Search ideas, answers and comments")
    if script:
        box.press_sequentially("oat mil")
        row = page.locator(".quick a").first
        expect(row).to_contain_text("Oat milk without the extra charge")
        page.keyboard.press("ArrowDown")
        expect(row).to_be_focused()
        page.keyboard.press("Escape")
        expect(page.locator(".quick")).to_have_count(0)
        expect(box).to_be_focused()
    box.fill("milk")
    box.press("Enter")
    page.wait_for_url("**/search?q=milk")
    hits = page.locator(".hit")
    expect(hits.first.locator("mark").first).to_have_text(re.compile("milk", re.I))
    everything = hits.count()
    page.locator("summary", has_text="All boards").click()
    page.get_by_role("link", name="Drinks", exact=True).first.click()
    page.wait_for_url("**/search?q=milk&board=drinks")
    assert 0 < hits.count() <= everything
    page.locator("summary", has_text="Any status").click()
    page.locator(".menu__panel").get_by_role("link", name="Launched").click()
    page.wait_for_url("**board=drinks&status=launched")
    # The filters stay while other words are looked for.
    box.fill("zeppelin landing")
    box.press("Enter")
    page.wait_for_url("**status=launched**")
    expect(page.get_by_role("heading", name="Nothing has these words")).to_be_visible()
    page.get_by_role("link", name="Search everywhere").click()
    page.get_by_role("link", name="Share it as an idea").click()
    expect(page.get_by_label("Your idea in one line")).to_have_value("zeppelin landing")


def test_on_a_phone_the_box_is_one_press_away(demo, visitor):
    page = visitor(demo)
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(demo.url + "/")
    page.get_by_role("link", name="Search", exact=True).click()
    box = page.get_by_role("searchbox")
    expect(box).to_be_focused()
    box.fill("refill")
    box.press("Enter")
    expect(page.locator(".hit").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
