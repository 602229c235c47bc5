"""axe-core finds nothing on any page: light and dark, phone and desktop, as guest, customer, staff and admin."""

from datetime import UTC, datetime

import pytest
from axe_playwright_python.sync_playwright import Axe

from ideaboard.extensions import db
from ideaboard.merging.by_link import token_of as withdraw_token
from ideaboard.models import Board, Comment, Idea, Merge, Notification, Person, StatusChange, Story, Vote
from ideaboard.notifications.unsubscribing import token_of

pytestmark = pytest.mark.journey

GUEST = ["/", "/ideas", "/ideas?sort=votes", "/boards", "/boards/drinks", "/ideas/new", "/sign-in", "/nothing-here"]
GUEST += ["/roadmap", "/roadmap?board=drinks", "/launched", "/feeds", "/how-we-answer"]
GUEST += ["/search", "/search?q=oat+milk", "/search?q=zeppelin"]
GUEST += ["/ideas/similar?title=Bigger+letters+in+the+app", "/ideas/new?title=Bigger+letters+in+the+app"]
GUEST += ["/demo", "/demo/mails", "/demo/start-for-real"]
VERA = ["/", "/ideas", "/ideas/new", "/me", "/me/inbox", "/me/preferences", "/me/ideas", "/me/votes", "/me/follows"]
VERA += ["/me/erase", "/erased", "/roadmap", "/roadmap?mine=votes", "/launched", "/me/feeds"]
ADA = ["/", "/staff", "/staff/stories", "/staff/stories/new"]
ADMIN = [
    "/admin/frames",
    "/admin",
    "/admin/accent",
    "/admin/boards",
    "/admin/boards/new",
    "/admin/people",
    "/admin/statuses",
    "/admin/mails?kind=weekly",
    "/admin/deliveries",
    "/admin/deliveries?list=addresses",
    "/admin/webhooks",
    "/admin/webhooks/new",
    "/admin/webhooks/1",
    "/admin/webhooks/1/change",
    "/admin/webhooks/1/calls/1",
]


def ideas_of_all_kinds(site) -> list[str]:
    """Addresses of one idea in each stage and outcome, and of the one with the longest talk."""
    with site.app.app_context():
        shown = db.select(Idea).where(Idea.visible_to(None))
        rows = [db.session.scalars(shown.order_by(Idea.comments_count.desc()).limit(1)).one()]
        rows += db.session.scalars(shown.where(Idea.status_id.is_(None)).limit(1))
        for stage, outcome in db.session.execute(db.select(StatusChange.stage, StatusChange.outcome).distinct()):
            at = (StatusChange.stage == stage) & (StatusChange.outcome.is_not_distinct_from(outcome))
            rows += db.session.scalars(shown.join(StatusChange, Idea.change_id == StatusChange.id).where(at).limit(1))
        return [f"/ideas/{idea.id}-{idea.slug}" for idea in rows]


def stories_of_all_kinds(site) -> tuple[list[str], list[str]]:
    """(what everybody reads, what staff have before them) of the demo's stories."""
    with site.app.app_context():
        stories = list(db.session.scalars(db.select(Story).order_by(Story.id)))
        read = [f"/stories/{story.id}-{story.slug}" for story in stories if story.published_at]
        desk = [f"/staff/stories/{story.id}" for story in stories]
    return ["/stories", *read], [*desk, *(f"{path}/edit" for path in desk)]


def own_forms(site, email: str) -> list[str]:
    """What an author is offered on an idea of hers that others took part in."""
    with site.app.app_context():
        mine = db.select(Idea.id).join(Person, Person.id == Idea.author_id).where(Person.email == email)
        taken_up = db.session.scalars(mine.where(Idea.others_took_part_at.is_not(None)).limit(1)).one()
        alone = db.session.scalars(mine.where(Idea.others_took_part_at.is_(None)).limit(1)).all()
    return [f"/ideas/{taken_up}/add", *(f"/ideas/{idea_id}/edit" for idea_id in alone)]


def merging_pages(site) -> tuple[list[str], str]:
    """(what staff of every board see of merging, the page of the mail's link) on the demo's merged pair."""
    with site.app.app_context():
        made = db.session.scalars(db.select(Merge)).first()
        goes = db.session.scalars(db.select(Idea.id).where(Idea.title == "Larger letters in the app")).one()
        comment = db.session.scalars(db.select(Comment.id).where(Comment.idea_id == made.into_id).limit(1)).one()
        voter = db.session.scalars(db.select(Vote.person_id).where(Vote.idea_id == made.idea_id).limit(1)).one()
        link = withdraw_token(voter, made.id, datetime.now(UTC))
        into, merge_id = made.into_id, made.id
    staff = [f"/ideas/{goes}/merge?q=letters", f"/ideas/{goes}/merge?into={into}", f"/merges/{merge_id}/undo"]
    return [*staff, f"/comments/{comment}/idea"], f"/withdraw/{link}"


def pages(site) -> dict[str | None, list[str]]:
    some = ideas_of_all_kinds(site)
    with site.app.app_context():
        admin = db.session.scalars(db.select(Person.email).where(Person.site_role == "admin").limit(1)).one()
        staff = db.session.scalars(db.select(Person.email).where(Person.display_name == "Ada").limit(1)).one()
        vera = db.session.scalars(db.select(Person.email).where(Person.display_name == "Vera").limit(1)).one()
        slug = db.session.scalars(db.select(Board.slug).where(Board.visible_to(None)).limit(1)).one()
        person = db.session.scalars(db.select(Person.id).where(Person.email == vera)).one()
        links = [token_of(person, None, "status")]
        told = db.select(Notification).where(Notification.person_id == person).limit(1)
        links += [token_of(person, entry.idea_id, entry.topic) for entry in db.session.scalars(told)]
    number = some[0].split("/")[2].split("-")[0]
    board = [p.replace("drinks", slug) for p in GUEST]
    forms = [f"/ideas/{some[1].split('/')[2].split('-')[0]}/{page}" for page in ("status", "title", "versions")]
    read, desk = stories_of_all_kinds(site)
    merging, withdraw = merging_pages(site)
    return {
        None: [
            *board,
            *some,
            *read,
            f"/ideas/{number}/comments",
            "/mailbox",
            withdraw,
            *(f"/unsubscribe/{link}" for link in links),
        ],
        vera: VERA + own_forms(site, vera) + some[:2],
        staff: [*ADA, *desk, *some[:3], *forms, f"/ideas/{number}/voters", f"/ideas/{number}/comments/new"],
        admin: [*ADMIN, *merging, f"/admin/people/{person}", f"/admin/boards/{slug}"],
    }


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_no_violation_on_any_page(demo, browser, scheme, width):
    found, wide = [], []
    for address, paths in pages(demo).items():
        context = browser.new_context(
            base_url=demo.url, color_scheme=scheme, viewport={"width": width, "height": 900}, locale="en-GB"
        )
        if address:
            context.add_cookies([demo.cookie_of(address)])
        page = context.new_page()
        for path in paths:
            answer = page.goto(path)
            assert answer.status == (404 if path == "/nothing-here" else 200), (address, path, answer.status)
            for violation in Axe().run(page).response["violations"]:
                nodes = [node["html"][:160] for node in violation["nodes"][:3]]
                found.append((path, violation["id"], nodes))
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                wide.append(path)
        context.close()
    assert not found, "\n".join(map(str, found))
    assert not wide, f"these pages scroll sideways at {width} px: {wide}"
