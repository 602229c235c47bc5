"""A voter mutes an idea from the mail, without signing in, and hears no more of it; with script and without."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from ideaboard.extensions import db
from ideaboard.following.follows import add_reason
from ideaboard.foundation.database import end_reading, transaction
from ideaboard.models import Board, Idea, Person, Status
from ideaboard.models.vocabulary import Reason
from ideaboard.workflow.progress import change_status
from tests.conftest import copy_of
from tests.journeys.conftest import running, text_of, until

pytestmark = pytest.mark.journey
MUTED, HEARD = "Oat milk without the extra charge", "A quiet hour on Tuesdays"


@pytest.fixture
def site(template, tmp_path):
    """A window that is short: what is said within it comes in one mail."""
    if not template.startswith("sqlite"):
        pytest.skip("journeys run on SQLite; the rooms' tests run on both databases")
    copy_of(template, "ideaboard", tmp_path)
    with running(tmp_path, BUNDLE_SECONDS="4") as started:
        yield started


def person(name):
    return db.session.execute(db.select(Person).where(Person.email == f"{name}@example.org")).scalar_one()


@pytest.fixture
def ideas(site):
    """Two ideas that Noor voted for: {title: id}."""
    now = datetime.now(UTC) - timedelta(days=3)
    with site.app.app_context():
        board = db.session.execute(db.select(Board).where(Board.slug == "drinks")).scalar_one()
        vera, noor = person("vera"), person("noor")
        end_reading()
        with transaction() as session:
            made = [
                Idea(title=title, slug="idea", author_id=vera.id, board_id=board.id, created_at=now, visible_at=now)
                for title in (MUTED, HEARD)
            ]
            session.add_all(made)
            session.flush()
            for idea in made:
                add_reason(idea.id, noor.id, Reason.VOTER, now)
            return {idea.title: idea.id for idea in made}


def answer(site, ideas, stage, words):
    """Staff answer both, one after the other."""
    with site.app.app_context():
        status = db.session.execute(db.select(Status.id).where(Status.stage == stage)).scalar_one()
        ada = person("ada")
        for title, idea_id in ideas.items():
            end_reading()
            change_status(idea_id, ada, datetime.now(UTC), status_id=status, text=f"{words} ({title})")
        db.session.remove()


def test_a_voter_mutes_an_idea_from_the_mail(site, ideas, visitor):
    answer(site, ideas, "coming_soon", "It comes in June.")
    (mail,) = until(lambda: site.news_for("noor@example.org"), what="news of both ideas")
    text = text_of(mail)
    assert f"It comes in June. ({MUTED})" in text and f"It comes in June. ({HEARD})" in text

    # Each idea has its link; the one of the idea that shall be silent is found by opening them.
    page = visitor(site)  # nobody has signed in here
    for link in dict.fromkeys(re.findall(r"http://[^\s>)]+/unsubscribe/[^\s>)]+", text)):
        page.goto(link.removeprefix(site.url))
        if page.get_by_text(f"This idea: “{MUTED}”").count():
            break
    page.locator("form[action$='/idea'] button").click()
    page.get_by_text("you hear nothing of this idea any more").wait_for()
    assert page.context.cookies() == []

    answer(site, ideas, "launched", "It is here.")
    until(lambda: len(site.news_for("noor@example.org")) == 2, what="news of the idea that is not muted")
    second = text_of(site.news_for("noor@example.org")[1])
    assert f"It is here. ({HEARD})" in second and MUTED not in second

    # The same page hears it again, and chooses how answers come.
    page.locator("form[action$='/idea'] button").click()
    page.get_by_text("you hear of this idea again").wait_for()
    page.locator("form[action$='/kind'] label:has(input[value=weekly])").click()
    page.locator("form[action$='/kind'] button").click()
    page.get_by_text("kept as you chose it").wait_for()
    assert page.locator("form[action$='/kind'] input[value=weekly]").is_checked()
