"""All naughty strings at once in titles, texts, comments, names and answers: what a browser makes of the pages."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ideaboard.discussion.comments import post_comment
from ideaboard.extensions import db
from ideaboard.following.follows import follow
from ideaboard.foundation.database import end_reading, transaction
from ideaboard.foundation.refusals import Refusal
from ideaboard.ideas.editing import add_to_idea
from ideaboard.ideas.submission import submit_idea
from ideaboard.models import Board, Event, Idea, Notification, Person, Status
from ideaboard.workflow.progress import change_status

pytestmark = pytest.mark.journey
STRINGS = json.loads((Path(__file__).parents[1] / "data/naughty_strings.json").read_text("utf-8"))
# What a page of ours is made of; anything else came out of somebody's text.
ELEMENTS = """
    a article aside b blockquote body br button code datalist dd details dialog div dl dt em fieldset figure footer form
    h1 h2 h3 h4 head header hr html input kbd label legend li link main meta nav ol optgroup option p pre s script
    section select small span strong sub summary sup table tbody td textarea tfoot th thead time title tr ul noscript
    svg path text g rect circle ellipse line polygon polyline use symbol defs clippath mask
""".split()  # noqa: SIM905
LOOK_AROUND = """() => {
    const found = {names: new Set(), handlers: [], scripts: [], links: []};
    for (const element of document.querySelectorAll('*')) {
        found.names.add(element.localName.toLowerCase());
        for (const {name, value} of element.attributes) {
            if (/^on/i.test(name) || name === 'style' && !element.closest('svg')) found.handlers.push(element.outerHTML.slice(0, 200));
            if (/^\\s*(javascript|vbscript|data:text)/i.test(value) && /href|src|action/i.test(name)) found.links.push(value);
        }
        if (element.localName === 'script' && !element.src.startsWith(location.origin + '/assets/')) {
            found.scripts.push(element.outerHTML.slice(0, 200));
        }
        if (element.localName === 'iframe') found.scripts.push(element.outerHTML.slice(0, 200));
    }
    const over = document.documentElement.scrollWidth > window.innerWidth;
    const wide = !over ? [] : [...document.body.querySelectorAll('*')]
        .filter(e => e.getBoundingClientRect().right > window.innerWidth + 1)
        .filter((e, i, all) => !e.firstElementChild || !all.includes(e.firstElementChild))
        .sort((a, b) => b.getBoundingClientRect().right - a.getBoundingClientRect().right)
        .slice(0, 3).map(e => [e.getBoundingClientRect().right, e.parentElement.className, e.outerHTML.slice(0, 160)]);
    return {...found, names: [...found.names], wide};
}"""


def tried(deed, *arguments, **more):
    """What the verb gives, or None where it refuses the words (too short, too long, empty)."""
    end_reading()
    try:
        return deed(*arguments, **more)
    except Refusal:
        db.session.rollback()
        return None


def plant(site) -> dict:
    """The strings in everything that people write; returns addresses to look at."""
    now = datetime.now(UTC) - timedelta(hours=2)
    with site.app.app_context():
        drinks = db.session.scalar(db.select(Board).where(Board.slug == "drinks"))
        people = {p.display_name: p for p in db.session.scalars(db.select(Person))}
        vera, ada, noor = people["Vera"], people["Ada"], people["Noor"]
        status = db.session.scalar(db.select(Status.id).where(Status.stage == "launched"))
        end_reading()
        ideas = []
        for n, string in enumerate(STRINGS):
            title = string if len(string.strip()) >= 3 else f"{string} as a title"
            token = f"naughty-{n}".ljust(40, "x")
            made = tried(submit_idea, vera, now + timedelta(seconds=n), board_id=drinks.id, title=title[:120],
                         body=f"{string}\n\n{string}"[:9000], form_token=token)  # fmt: skip
            ideas += [made.id] if made else []
        talk = tried(submit_idea, vera, now, board_id=drinks.id, title="All of them", body="\n\n".join(STRINGS)[:9999],
                     form_token="t" * 40)  # fmt: skip
        bearers = []
        end_reading()
        with transaction():
            for n, string in enumerate(STRINGS):
                # As an import writes them: no form would take some of these names.
                person = Person(
                    display_name=string[:60] or None, department=string[:60], email=f"n{n}@example.org",
                    avatar_seed=string[:20], created_at=now,
                )  # fmt: skip
                bearers.append(person)
            db.session.add_all(bearers)
        for n, (person, string) in enumerate(zip(bearers, STRINGS, strict=True)):
            tried(post_comment, talk.id, person, now + timedelta(minutes=1, seconds=n), body=string)
        tried(add_to_idea, talk.id, vera, now + timedelta(minutes=30), text="\n\n".join(STRINGS)[:9000])
        tried(follow, db.session.get(Idea, talk.id), noor, now)
        answer = "\n\n".join(STRINGS[:250])[:9000]
        tried(change_status, talk.id, ada, now + timedelta(minutes=40), status_id=status, text=answer)
        for idea_id in ideas[-25:-5]:
            tried(change_status, idea_id, ada, now + timedelta(minutes=41), status_id=status,
                  text=STRINGS[idea_id % len(STRINGS)] or "Done.")  # fmt: skip
        end_reading()
        with transaction():
            for event in db.session.scalars(db.select(Event).where(Event.kind == "idea.status_changed")):
                db.session.add(
                    Notification(person_id=vera.id, event_id=event.id, idea_id=event.idea_id, topic="status",
                                 reason="author", created_at=now)
                )  # fmt: skip
        with transaction():
            drinks = db.session.get(Board, drinks.id)
            drinks.name, drinks.brief_asks = STRINGS[len(STRINGS) // 2][:60] or "x", "\n\n".join(STRINGS)[:9000]
            drinks.voters_seen_by = "everyone"
        return {"talk": f"/ideas/{talk.id}-{talk.slug}", "ideas": len(ideas), "id": talk.id}


def all_pages(page, path: str, at_most: int = 40):
    """The page and those after it, by the links that work without JavaScript."""
    for _ in range(at_most):
        answer = page.goto(path)
        yield answer
        more = page.locator("a[href*='after=']").first
        if not more.count():
            return
        path = more.get_attribute("href")


def listen(page, troubles: list) -> list[str]:
    """Note what must not happen; returns the list of addresses that the page asks for."""
    asked = []

    def dismiss(dialog):
        troubles.append(("dialog", dialog.message))
        dialog.dismiss()

    page.on("dialog", dismiss)
    page.on("pageerror", lambda error: troubles.append(("page error", str(error))))
    page.on("console", lambda said: troubles.append(("console", said.text)) if said.type == "error" else None)
    page.on("request", lambda request: asked.append(request.url))
    return asked


def test_naughty_strings_run_nothing_and_break_no_page(site, browser):
    planted = plant(site)
    assert planted["ideas"] > 400
    troubles = []
    visits = {
        None: ["/", "/ideas", "/boards", "/boards/drinks", planted["talk"], f"/ideas/{planted['id']}/voters"],
        "vera@example.org": ["/me/inbox", "/me/ideas", f"/ideas/{planted['id']}/versions"],
        "ada@example.org": ["/staff", f"/ideas/{planted['id']}/status"],
        "root@example.org": ["/admin/people", "/admin/boards", "/admin/boards/drinks"],
    }
    seen = 0
    for who, paths in visits.items():
        context = browser.new_context(base_url=site.url, viewport={"width": 390, "height": 844}, locale="en-GB")
        context.set_default_timeout(30_000)
        if who:
            context.add_cookies([site.cookie_of(who)])
        page = context.new_page()
        outside = listen(page, troubles)
        for path in paths:
            for answer in all_pages(page, path):
                seen += 1
                found = page.evaluate(LOOK_AROUND)
                if answer.status != 200:
                    troubles.append((page.url, answer.status))
                for name in ("handlers", "scripts", "links"):
                    troubles += [(page.url, name, what) for what in found[name]]
                if strange := set(found["names"]).difference(ELEMENTS):
                    troubles.append((page.url, "elements", strange))
                if found["wide"]:
                    troubles.append((page.url, "scrolls sideways", found["wide"]))
        troubles += [("asked elsewhere", url) for url in outside if not url.startswith((site.url, "data:"))]
        context.close()
    assert not troubles, "\n".join(map(str, troubles[:40]))
    assert seen > 60, f"{seen} pages are too few to have shown them all"
