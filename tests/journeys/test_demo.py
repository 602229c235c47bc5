"""The demo's five steps in a browser: from an idea of Vera's to the mail that tells her it is launched, and out."""

import pytest

from tests.journeys.conftest import running, until

pytestmark = pytest.mark.journey
SOMEBODY = "somebody@example.org"


@pytest.fixture
def demo_site(tmp_path):
    """A demo of one's own: it is changed, and removed at the end."""
    with running(tmp_path) as started:
        yield started


def the_step(page) -> str:
    return page.locator(".demobar__line a").last.inner_text()


def answer(page, status: str, words: str, outcome: str | None = None) -> None:
    """Fill the status form as staff do and see that the answer stands."""
    page.get_by_role("radio", name=status).check()
    if outcome:
        page.get_by_role("radio", name=outcome).check()
    page.get_by_label("Your answer, in your own words").fill(words)
    with page.expect_response(lambda response: response.request.method == "POST"):
        page.get_by_role("button", name="Publish answer").click()
    page.wait_for_load_state()
    page.reload()
    page.get_by_text(words).first.wait_for()


def test_five_steps_lead_from_an_idea_to_the_mail_that_says_launched(demo_site, visitor):
    page = visitor(demo_site)
    page.goto("/demo")
    assert the_step(page) == "Step 1 of 5"
    full = page.viewport_size
    for width in (320, 390, 640, 768, 1024):  # the bar with its four people never makes the page wider
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.set_viewport_size(full)

    page.get_by_role("button", name="As Vera, share an idea").click()
    page.locator("[name=title]").fill("A shelf for wet umbrellas")
    page.locator("textarea[name=body]").fill("When it rains, the floor is a lake.")
    if page.locator("select[name=board]").count():
        page.locator("select[name=board]").select_option(index=1)
    page.locator("main form button.button--primary").first.click()
    page.get_by_role("heading", name="A shelf for wet umbrellas").wait_for()
    idea = page.url

    page.goto("/demo")
    assert the_step(page) == "Step 2 of 5"
    page.get_by_role("button", name="As a guest, open the idea").click()
    page.locator(".tally").first.click()
    page.locator("[name=email]").fill(SOMEBODY)
    page.locator("[name=email]").press("Enter")
    page.locator("[name=code]").wait_for()
    page.locator("[name=code]").fill(demo_site.code_for(SOMEBODY))
    page.locator("[name=code]").press("Enter")
    page.locator(".tally[aria-pressed=true]").first.wait_for()

    page.goto("/demo")
    assert the_step(page) == "Step 3 of 5"
    page.get_by_role("button", name="As Ada, answer the idea").click()
    assert page.url == idea
    answer(page, "Reviewed", "A good one; we tried two kinds of shelf.", "We want this")
    assert the_step(page) == "Step 4 of 5"
    answer(page, "Coming soon", "The shelves are ordered.")
    answer(page, "Launched", "There is a shelf in every shop from today.")
    assert the_step(page) == "Step 5 of 5"

    def closed():
        page.goto("/demo")
        return the_step(page) == "Start for real"

    until(closed, what="Vera's mail")
    page.get_by_role("link", name="What Vera received").last.click()
    page.get_by_role("link", name="“A shelf for wet umbrellas” is launched").click()
    framed = (
        page.frame_locator("iframe").get_by_role("paragraph").get_by_text("There is a shelf in every shop from today.")
    )
    framed.wait_for()
    told = until(lambda: demo_site.news_for(SOMEBODY), what="the voter's mail")
    assert "launched" in told[-1]["Subject"]

    page.goto("/demo/start-for-real")
    page.get_by_role("button", name="Remove the demo and start").click()
    page.wait_for_url("**/welcome/**")
    assert page.locator(".demobar").count() == 0
    page.goto(idea)
    assert page.get_by_text("Nothing is here").count() == 1
