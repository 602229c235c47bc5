"""Staff merge two ideas, a voter withdraws by the mail's link, staff undo it; with script and without."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from ideaboard.extensions import db
from ideaboard.foundation.database import end_reading, transaction
from ideaboard.models import Board, Idea, Person, Vote
from ideaboard.voting.ballot import cast_vote
from tests.conftest import copy_of
from tests.journeys.conftest import running, text_of, until

pytestmark = pytest.mark.journey
GOES, STAYS = "Oat please", "Oat milk for all"


@pytest.fixture
def site(template, tmp_path):
    if not template.startswith("sqlite"):
        pytest.skip("journeys run on SQLite; the rooms' tests run on both databases")
    copy_of(template, "ideaboard", tmp_path)
    with running(tmp_path, BUNDLE_SECONDS="3") as started:
        yield started


@pytest.fixture
def ideas(site) -> dict[str, int]:
    """{title: id}: Vera and Noor voted for the first, Noor and Oskar for the second."""
    then = datetime.now(UTC) - timedelta(days=3)
    with site.app.app_context():
        people = {p.email.split("@")[0]: p for p in db.session.scalars(db.select(Person))}
        board = db.session.execute(db.select(Board).where(Board.slug == "drinks")).scalar_one()
        end_reading()
        with transaction() as session:
            made = [
                Idea(
                    title=title,
                    slug="idea",
                    author_id=people["cole"].id,
                    board_id=board.id,
                    created_at=then,
                    visible_at=then,
                )
                for title in (GOES, STAYS)
            ]
            session.add_all(made)
        for idea, names in zip(made, (("vera", "noor"), ("noor", "oskar")), strict=True):
            for name in names:
                cast_vote(idea.id, people[name], then)
        found = {idea.title: idea.id for idea in made}
        db.session.remove()
    return found


def voters(site, idea_id) -> set[str]:
    with site.app.app_context():
        rows = db.session.execute(
            db.select(Person.email).join(Vote, Vote.person_id == Person.id).where(Vote.idea_id == idea_id)
        ).scalars()
        found = {email.split("@")[0] for email in rows}
        db.session.remove()
    return found


def test_merge_withdraw_by_the_link_and_unmerge(site, ideas, visitor):
    ada = visitor(site)
    ada.context.add_cookies([site.cookie_of("ada@example.org")])
    ada.goto(f"/ideas/{ideas[GOES]}-idea")
    ada.get_by_role("link", name="Merge", exact=True).click()
    ada.get_by_label("Which idea takes it in?").fill("milk oat")
    ada.get_by_role("button", name="Find").click()
    ada.get_by_role("link", name=STAYS).click()
    assert "1 person voted for both and counts once" in ada.locator("#merge-two").inner_text()
    assert "This tells 2 people" in ada.locator("#merge-tells").inner_text()
    ada.get_by_label("Why, in your own words").fill("Both want oat milk.")
    ada.get_by_role("button", name="Merge them").click()
    ada.get_by_text("Merged. Everyone who took part in it hears").wait_for()
    assert voters(site, ideas[STAYS]) == {"vera", "noor", "oskar"}

    (mail,) = until(lambda: site.news_for("vera@example.org"), what="the news of the merge")
    text = text_of(mail)
    assert "Both want oat milk." in text and "Your vote counts there now" in text
    link = re.search(r"https?://\S+/withdraw/\S+", text)[0]
    reader = visitor(site)
    reader.goto("/withdraw/" + link.rsplit("/", 1)[1])
    reader.get_by_role("button", name="Withdraw my vote").click()
    reader.get_by_text("Your vote is withdrawn.").wait_for()
    assert voters(site, ideas[STAYS]) == {"noor", "oskar"}
    reader.goto(f"/ideas/{ideas[GOES]}-idea")
    assert reader.url.endswith(f"/ideas/{ideas[STAYS]}-idea"), "the old address leads on"

    ada.get_by_role("link", name="Undo this merge").click()
    ada.get_by_label("Why they part, in your own words").fill("One is about iced drinks.")
    ada.get_by_role("button", name="Unmerge").click()
    ada.get_by_text("It stands on its own again").first.wait_for()
    assert voters(site, ideas[GOES]) == {"noor"} and voters(site, ideas[STAYS]) == {"noor", "oskar"}
    until(
        lambda: any("One is about iced drinks." in text_of(m) for m in site.news_for("noor@example.org")),
        what="the news that they parted",
    )
