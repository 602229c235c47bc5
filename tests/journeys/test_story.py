"""A story in a browser, with script and without: written with a picture, read over, scheduled, published, and heard of."""

import re
import urllib.request
from datetime import UTC, datetime, timedelta

import pytest

from ideaboard.extensions import db
from ideaboard.following.follows import follow, mute
from ideaboard.ideas.submission import submit_idea
from ideaboard.models import Board, Person, Story
from tests.journeys.conftest import text_of, until
from tests.stories.conftest import file_of

pytestmark = pytest.mark.journey
TITLE = "Oat milk, a year on"


def person(name: str) -> Person:
    found = db.session.scalars(db.select(Person).where(Person.email == f"{name}@example.org")).one()
    db.session.commit()
    return found


def idea_that_is_followed(site) -> str:
    """Vera's idea, which Noor follows, and Oskar followed and muted; its path."""
    with site.app.test_request_context():
        now = datetime.now(UTC)
        drinks = db.session.scalars(db.select(Board.id).where(Board.slug == "drinks")).one()
        db.session.commit()
        idea = submit_idea(person("vera"), now, board_id=drinks, title="Oat milk", body="", form_token="i" * 43)
        follow(idea, person("noor"), now)
        follow(idea, person("oskar"), now)
        mute(idea, person("oskar"), now)
        return f"/ideas/{idea.id}-{idea.slug}"


def the_moment_comes(site) -> None:
    """The clock is at the scheduled moment: the row's moment is put to now, the worker does the rest."""
    with site.app.app_context():
        db.session.execute(db.update(Story).values(publish_at=datetime.now(UTC)))
        db.session.commit()


def test_a_story_is_written_read_scheduled_published_and_heard_of(site, visitor):
    path = idea_that_is_followed(site)
    ada, cole, vera = visitor(site), visitor(site), visitor(site)
    for page, who in ((ada, "ada"), (cole, "cole"), (vera, "vera")):
        page.context.add_cookies([site.cookie_of(f"{who}@example.org")])

    # Ada writes: a look at the text first, then a picture, the idea, and Save.
    ada.goto("/staff/stories")
    ada.get_by_role("link", name="Write a story").first.click()
    ada.fill("[name=title]", TITLE)
    ada.fill("[name=body]", "## How it went\n\nIt went **well**.")
    ada.get_by_role("button", name="Preview").click()
    ada.locator("#preview strong").get_by_text("well").wait_for()
    ada.set_input_files("[name=pictures]", {"name": "cup.jpg", "mimeType": "image/jpeg", "buffer": file_of()})
    ada.fill("[name=words]", "A cup of oat milk")
    ada.fill("[name=link]", site.url + path)
    ada.get_by_role("button", name="Save", exact=True).click()
    ada.get_by_role("heading", level=1, name=TITLE).wait_for()
    assert (
        ada.get_by_alt_text("A cup of oat milk").evaluate("image => image.decode().then(() => image.naturalWidth)")
        == 64
    )
    ada.get_by_role("button", name="Ask for reading over").click()
    ada.get_by_text("Waiting to be read over").wait_for()
    assert ada.get_by_role("button", name="Publish now").count() == 0

    # Cole, a colleague, finds it on the desk and reads it.
    cole.goto("/staff/stories")
    cole.get_by_role("link", name=re.compile("^Read it over")).click()
    cole.get_by_role("button", name="I read it; it can go").click()
    cole.locator(".notice").get_by_text("It can go now").wait_for()

    # Ada schedules it for tomorrow; nobody sees it before.
    ada.reload()
    ada.fill("[name=day]", (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%d"))
    ada.fill("[name=time]", "09:00")
    ada.get_by_role("button", name="Schedule it").click()
    ada.locator(".badge").get_by_text("Scheduled").wait_for()
    guest = visitor(site)
    guest.goto("/stories")
    assert guest.get_by_text(TITLE).count() == 0

    # The moment comes: the worker publishes it, on its page, at home, beside the idea, and in the feed.
    the_moment_comes(site)
    until(lambda: guest.goto("/stories") and guest.get_by_role("link", name=TITLE).count(), what="the story")
    guest.get_by_role("link", name=TITLE).click()
    guest.get_by_role("heading", level=1, name=TITLE).wait_for()
    assert guest.locator("article h2").first.inner_text() == "How it went"
    assert guest.get_by_alt_text("A cup of oat milk").get_attribute("height") == "48"
    address = guest.url
    with urllib.request.urlopen(f"{site.url}/feeds/stories.atom") as feed:
        assert TITLE in feed.read().decode()
    for place in ("/", path):
        guest.goto(place)
        assert guest.get_by_role("link", name=TITLE).count() == 1, place

    # Its followers hear, once, by mail and in the inbox; who muted the idea does not.
    for who in ("vera", "noor"):
        mail = until(lambda a=f"{who}@example.org": site.news_for(a), what=f"news for {who}")[0]
        assert TITLE in text_of(mail) and address in text_of(mail), text_of(mail)
    vera.goto("/me/inbox")
    assert vera.get_by_text(TITLE).count() >= 1
    assert not site.news_for("oskar@example.org")
    guest.goto(address)
    until(lambda: guest.reload() and guest.get_by_text("told 2 people").count(), what="the count of who was told")

    # Correcting it says the day and tells nobody again.
    ada.goto(address)
    ada.get_by_role("link", name="Correct it, or take it off").click()
    ada.get_by_role("link", name="Correct it", exact=True).click()
    ada.fill("[name=body]", ada.input_value("[name=body]").replace("well", "rather well"))
    ada.get_by_role("button", name="Save", exact=True).click()
    ada.get_by_text("corrected on").wait_for()
    assert [len(site.news_for(f"{who}@example.org")) for who in ("vera", "noor", "oskar")] == [1, 1, 0]
