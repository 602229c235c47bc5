"""Every naughty string in every field, parameter and address: no fault of ours, nothing stored unescaped.

What a browser makes of them all is tests/journeys/test_naughty.py.
"""

from __future__ import annotations

import base64
import json
import os
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlencode

import pytest

from ideaboard.extensions import db
from ideaboard.foundation.settings import settings
from ideaboard.models import Person
from tests.house.samples import DOORS, World, address, routes

STRINGS: list[str] = json.loads((Path(__file__).parents[1] / "data/naughty_strings.json").read_text("utf-8"))
# What the list lacks: bytes that databases refuse, numbers that no column holds, and what a form may be bent to.
STRINGS += ["\x00", "a\x00b", "-1", "0", "-" + "9" * 30, "9" * 30, "9" * 5000, "१२", "1e400", "\ud800", "x" * 200_000]
STRINGS += [
    "2027-13",
    "0000-00",
    "9999-12-31",
    "2027-02-30",
    "../../etc/passwd",
    "%00",
    "%ff%fe",
    "\r\nSet-Cookie: a=1",
]
NASTY = [s for s in STRINGS if "<script" in s or "javascript:" in s][:2] + STRINGS[-19:]  # a few, for each run
# NAUGHTY=all asks every field of every form for every string: 33,000 requests, some ten minutes.
ALL = os.environ.get("NAUGHTY") == "all"
# Fields whose words are kept and shown: each gets every string on its own, beside good values.
KEPT = {
    ("ideas.create", "title"), ("ideas.create", "body"), ("ideas.edit", "title"), ("ideas.edit", "body"),
    ("ideas.add", "body"), ("ideas.retitle", "title"), ("discussion.post", "body"), ("discussion.edit", "body"),
    ("accounts.save", "display_name"), ("workflow.change_status", "text"), ("workflow.change_status", "link"),
    ("admin.save", "name"), ("admin.board", "name"), ("admin.board", "brief_asks"), ("admin.person", "department"),
    ("admin.statuses", "label-1"), ("admin.frames", "sites"),
    ("stories.create", "title"), ("stories.create", "body"), ("stories.edit", "body"),
}  # fmt: skip
READ_AFTERWARDS = ("/", "/ideas", "/boards", "/boards/drinks", "/staff", "/admin/people", "/admin/boards", "/me/ideas")


class Elements(HTMLParser):
    """Collects what would run: scripts, handlers, frames, links to scripts."""

    def __init__(self, text: str):
        super().__init__(convert_charrefs=True)
        self.running = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        named = dict(attributes)
        if (
            tag == "iframe"
            and (named.get("src") or "").startswith("/")
            and named.get("sandbox") in ("", "allow-popups")
        ):
            return  # a page of ours that may run nothing
        if tag in ("iframe", "object", "embed", "base", "marquee", "video", "audio", "math", "style"):
            self.running.append(tag)
        if tag == "script" and not (named.get("src") or "").startswith("/assets/"):
            self.running.append(tag)
        self.running += [name for name in named if name.startswith("on") or name in ("style", "srcdoc")]
        links = [named.get(name) or "" for name in ("href", "src", "action", "formaction", "xlink:href")]
        self.running += [v for v in links if re.match(r"[\s\x00-\x20]*(javascript|vbscript|data):", v, re.I)]


def is_sound(answer, what) -> None:
    """No 5xx, no header broken open, and nothing in the page that would run."""
    assert answer.status_code < 500, (what, answer.status_code)
    assert "a=1" not in answer.headers.get("Set-Cookie", ""), what
    if (
        answer.mimetype == "text/html"
        and answer.status_code != 304
        and re.search("<(script|iframe|svg)|on|:", answer.text)
    ):
        found = Elements(answer.text).running
        if is_sandboxed(answer):  # a mail, whose styles are its own; nothing in its frame can run
            found = [name for name in found if name != "style"]
        assert not found, (what, found)


def is_sandboxed(answer) -> bool:
    policy = answer.headers.get("Content-Security-Policy", "")
    return "sandbox" in policy and "allow-scripts" not in policy and "default-src 'none'" in policy


@pytest.fixture
def ask(app, cast, client_of, make_idea):
    """ask(method, endpoint, form=, query=, values=, by=) -> the answer, each asked of the same things."""
    settings.fill(replace(app.config["SETTINGS"], budget_factor=10**6))
    world = World(cast, make_idea, cast.drinks)
    cookies = {}
    for name, person in (("admin", cast.root), ("author", world.author), ("guest", None)):
        cookies[name] = client_of(person).get_cookie("session").value if person else None
    people = {"admin": cast.root, "author": world.author, "guest": None}
    connection = db.engine

    def once(method, endpoint, *, by="admin", form=None, query=None, values=None, after=()):
        each = connection.begin_nested()
        door = DOORS[method, endpoint]
        base = world.values(door, people[by])
        path = address(app, method, endpoint, base | (values or {}))
        client = app.test_client()
        if cookies[by]:
            client.set_cookie("session", cookies[by])
        try:
            body = encoded(world.form(door.form | (form or {})))
            answer = client.open(
                path, method=method, data=body, query_string=encoded(query or {}),
                content_type="application/x-www-form-urlencoded",
            )  # fmt: skip
            is_sound(answer, (method, endpoint, str(form or query or values)[:300]))
            for page in after:
                is_sound(
                    client.get(page.format(idea=world.idea.id, talk=world.talk.id)), (endpoint, page, str(form)[:300])
                )
            return answer
        finally:
            db.session.remove()
            each.rollback()

    return once


def encoded(fields: dict) -> str:
    """As no honest browser sends it: halves of surrogate pairs included."""
    return urlencode(fields, encoding="utf-8", errors="surrogatepass")


def who_asks(endpoint: str, permission: str) -> str:
    author = ("comment.edit", "comment.delete", "idea.edit", "idea.add_to", "idea.take_back", "idea.step_back")
    signs_in = endpoint.startswith("accounts.") and permission == "site.sign_in"
    return "guest" if signs_in else "author" if permission in author else "admin"


def fields(app):
    """(method, endpoint, names of form or query, who asks) of every door that reads any."""
    seen = {}
    for method, rule, gate in routes(app):
        door = DOORS[method, rule.endpoint]
        if not door.absent and (door.form or door.query):
            seen[method, rule.endpoint] = (door.form or door.query, who_asks(rule.endpoint, gate.permission))
    return [(method, endpoint, list(names), by) for (method, endpoint), (names, by) in seen.items()]


def all_fields_at_once(app, ask, strings) -> None:
    """Every string in every field of every form and query; the fields of one request hold different ones."""
    for method, endpoint, names, by in fields(app):
        for i in range(len(strings)):
            typed = {name: strings[(i + 7 * k) % len(strings)] for k, name in enumerate(names)}
            ask(method, endpoint, by=by, **({"form": typed} if method == "POST" else {"query": typed}))


def one_field(ask, app, endpoint, name, strings) -> None:
    by = next(by for _, e, _, by in fields(app) if e == endpoint)
    after = ("/ideas/{idea}-x", "/ideas/{talk}-x", *READ_AFTERWARDS)
    for i, string in enumerate(strings):
        # The pages that show it are read now and then; what a browser makes of them all is a journey of its own.
        shows = after if i % 20 == 0 else ()
        ask("POST", endpoint, by=by, form={name: string}, after=shows)


def addresses(app, ask, strings) -> None:
    """In every part of every address that takes words."""
    for method, rule, gate in routes(app):
        words = [n for n, c in rule._converters.items() if type(c).__name__ == "UnicodeConverter"]
        if words and not DOORS[method, rule.endpoint].absent:
            for string in strings:
                if string and len(string) < 10_000:
                    by, word = who_asks(rule.endpoint, gate.permission), string.encode("utf-8", "ignore").decode()
                    ask(method, rule.endpoint, by=by, values={words[0]: word})


def test_a_few_naughty_strings_in_every_field(app, ask):
    all_fields_at_once(app, ask, NASTY[:3] + NASTY[-6:])


@pytest.mark.slow
def test_naughty_strings_in_every_field(app, ask):
    all_fields_at_once(app, ask, STRINGS if ALL else STRINGS[::9] + NASTY)


@pytest.mark.slow
@pytest.mark.parametrize(("endpoint", "name"), sorted(KEPT))
def test_naughty_strings_in_what_is_kept(endpoint, name, app, ask):
    one_field(ask, app, endpoint, name, STRINGS)


@pytest.mark.slow
def test_naughty_strings_in_addresses(app, ask):
    addresses(app, ask, STRINGS if ALL else STRINGS[::3] + NASTY)


CURSORS = [
    ["a", "b"], [1, 1], [None, 1], [True, 1], [{"t": "2026-01-01"}, 1], [{"t": "0001-01-01T00:00:00+14:00"}, 1],
    [{"t": "9999-12-31T23:59:59-14:00"}, 1], [{"t": "2026-01-01T00:00:00+00:00"}, "x"], [1.5, 2], [[], {}], {},
    "x", 1, [1, 2, 3], ["a", "b", "c"], [2**60, 1], ["\x00", 1], [{"t": 5}, 1], [{"t": "2026-01-01T00:00:00+00:00"}, 1],
]  # fmt: skip


@pytest.mark.parametrize("values", CURSORS, ids=str)
def test_a_cursor_that_is_bent_is_no_fault_of_ours(values, app, ask):
    cursor = base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")
    for method, endpoint, names, by in fields(app):
        if method == "GET" and "after" in names:
            for order in ("newest", "votes", "waiting"):
                for which in ("after", "before"):
                    ask(method, endpoint, by=by, query={which: cursor, "sort": order})


def test_what_a_member_is_called_reaches_no_header(app, ask, cast):
    """A name with a line break becomes one line; one with an address is refused."""
    answer = ask(
        "POST", "accounts.save", by="author", form={"display_name": "a\r\nBcc: x", "locale": "", "time_zone": ""}
    )
    assert answer.status_code == 303
    assert db.session.scalar(db.select(Person.id).where(Person.display_name.contains("\n"))) is None
