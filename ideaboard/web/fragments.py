"""Parts of pages, kept by what they show: `fragment('ideas/_row.html', idea=line, my_vote=False, …)` in a template.

A fragment is made from its facts alone and kept under them, so it cannot hold anything of a reader that it was not given:
its template sees no viewer, no request and no site, and a name that it was not given is an error. Facts are plain
values or tuples of them; a row of the database is refused, since it changes under its key. What filters and words
depend on beside them (language, zone, the day, the path below which we live, guest or person) is part of every key.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import is_dataclass, replace
from functools import partial
from secrets import randbelow, token_hex
from typing import Any, NamedTuple

from flask import Flask, current_app, g, request
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup, escape

from ideaboard.boards.directory import BoardLink
from ideaboard.extensions import Model, get_locale
from ideaboard.ideas.lines import Line
from ideaboard.ideas.listing import Filter
from ideaboard.models.votable import Votable
from ideaboard.web.gate import viewer
from ideaboard.web.globals import current_site, reader_zone, request_now

MOST = 8 * 1024 * 1024  # characters of fragments that a process keeps
_OF_A_REQUEST = {"request", "session", "g", "get_flashed_messages", "config"}
ROW, BUTTON = "ideas/_row.html", "voting/_vote_button.html"
PLACE = Markup(f"<!--{token_hex(16)}-->")  # of what is put in afterwards: nobody can write it, and it never leaves
_QUARTER = 900  # seconds; midnight falls on one in every zone


class Fragments:
    """Rendered parts by key, the least lately used go first; safe among threads."""

    def __init__(self, environment: Environment, most: int = MOST):
        self._environment = environment
        self._own: Environment | None = None
        self._kept: OrderedDict[tuple, tuple[Markup, int]] = OrderedDict()
        self._lock = threading.Lock()
        self.most = most
        self.size = 0

    def fragment(self, template: str, **facts: Any) -> Markup:
        """The part, kept or made. Raises TypeError for a fact that is no plain value."""
        return self.kept_or_made(template, reader_key(), tuple(facts.items()))

    def kept_or_made(self, template: str, reader: tuple, facts: tuple[tuple[str, Any], ...]) -> Markup:
        """The same, where the reader is known already. `facts`: (name, value) of each."""
        key = (template, reader, facts)

        def make() -> str:
            for name, value in facts:
                _refuse_rows(name, value)
            return self.render(template, facts)

        return self.kept_under(key, make)

    def of_rows(self, template: str, key: tuple, facts: dict[str, Any]) -> Markup:
        """A part whose facts are rows: who asks says with `key` all that the template can read of them.

        Such a key holds the words of its part once more.
        """
        return self.kept_under((template, *key), lambda: self.render(template, facts), copies=2)

    def render(self, template: str, facts: Any) -> str:
        """The template with its facts and nothing else, not kept."""
        return self._templates().get_template(template).render(facts)

    def kept_under(self, key: tuple, make: Callable[[], str], *, copies: int = 1) -> Markup:
        """What is kept under the key, or made and kept: who asks says with the key all that it depends on."""
        kept = self._kept.get(key)
        if kept is not None:
            with self._lock, suppress(KeyError):  # another thread may have let it go meanwhile
                self._kept.move_to_end(key)
            return kept[0]
        made = Markup(make())  # noqa: S704 - of templates
        weight = copies * len(made)
        with self._lock:
            if key not in self._kept:
                self.size += weight
                self._kept[key] = made, weight
            while self._kept and self.size > self.most:
                self.size -= self._kept.popitem(last=False)[1][1]
        return made

    def _templates(self) -> Environment:
        """The application's templates, with nothing of a request within reach."""
        if self._own is None:
            own = self._environment.overlay(undefined=StrictUndefined, cache_size=100)
            own.globals = {n: v for n, v in self._environment.globals.items() if n not in _OF_A_REQUEST}
            self._own = own
        return self._own


def _refuse_rows(name: str, value: Any) -> None:
    if isinstance(value, tuple):
        for one in value:
            _refuse_rows(name, one)
    elif is_dataclass(value):
        _refuse_rows(name, tuple(vars(value).values()))
    elif isinstance(value, Model):
        raise TypeError(f"{name} is a row of the database: a fragment is kept by plain values")


def reader_key() -> tuple:
    """What words, days and links depend on beside the facts."""
    if "reader_key" not in g:
        quarter = int(request_now().timestamp()) // _QUARTER
        g.reader_key = (reader_zone(), current_site().time_zone, quarter, request.script_root, viewer() is None)
    return str(get_locale()), g.reader_key  # a feed speaks the site's language, whoever asks


class SiteFace(NamedTuple):
    received_reads_under_review: bool


def list_rows(rows: Any, appended: bool = False) -> Markup:
    """The rows of a page of a list (site/rows.py); `appended`: to rows that stand already, so the first takes the focus.

    A line of plain values (not an Idea) is kept, and a vote makes one button anew.
    """
    if hasattr(rows, "as_html"):  # the frame of such a page is made (web/frames.py)
        return rows.as_html()
    return Markup("\n".join(rows_made(rows, appended)))  # noqa: S704 - of templates


def rows_made(rows: Any, appended: bool = False) -> list[str]:
    """The same, row by row."""
    reads_under_review = current_site().received_reads_under_review
    site, somebody, reader, keep = SiteFace(reads_under_review), viewer() is not None, reader_key(), kept_fragments()
    made: list[str] = []
    for idea in rows.page.items:
        row = idea, idea.id in rows.votes, rows.answers.get(idea.id), appended and not made, somebody, site
        # The label of Under review is an admin's: rows that read so are made anew.
        if isinstance(idea, tuple) and not (reads_under_review and idea.status_id is None):
            made.append(keep.kept_under((ROW, reader, row), partial(_row, keep, reader, *row)))
        else:
            made.append(current_app.jinja_env.get_template(ROW).render(_facts_of_row(*row)))
    return made


# What stands in a kept button in place of its idea: nobody can write the one, and no count is as large as the other.
_ANY_ID = 10**14 + randbelow(10**14)
_ANY_TITLE = token_hex(16)


class _AnyIdea(NamedTuple):
    """An idea open for votes, as its button in a list shows it; without a count where that is hidden."""

    votes_count: int | None
    id: int = _ANY_ID
    title: str = _ANY_TITLE
    is_open_for_votes: bool = True
    is_line: bool = True


def vote_button(idea: Votable, my_vote: bool, count: int | None, somebody: bool) -> Markup:
    """voting/_vote_button.html of a list, of which the idea's id and title are put into one that was made for the same
    count. `idea`: a line or a glance; `count`: None where it is hidden from this reader; `somebody`: they are signed in."""

    def made(shown: Votable | _AnyIdea) -> str:
        facts = {"idea": shown, "size": "list", "my_vote": my_vote, "viewer": somebody}
        return current_app.jinja_env.get_template(BUTTON).render(facts)

    if not idea.is_open_for_votes:
        return Markup(made(idea))  # noqa: S704 - of a template
    key = (BUTTON, get_locale(), request.script_root, my_vote, somebody, count)
    kept = str(kept_fragments().kept_under(key, lambda: made(_AnyIdea(count))))
    filled = kept.replace(str(_ANY_ID), str(idea.id)).replace(_ANY_TITLE, escape(idea.title))
    return Markup(filled)  # noqa: S704 - of a template; the title is escaped


def _row(
    keep: Fragments, reader: tuple, idea: Line, my_vote: bool, said, takes_focus: bool, somebody: bool, site
) -> str:
    """Its button with the number of votes, and the rest, which shows of them only whether there is one."""
    still = idea._replace(votes_count=None if idea.votes_count is None else 0)
    rest = (*_facts_of_row(still, None, said, takes_focus, somebody, site), ("made_button", PLACE))
    before, _, after = keep.kept_or_made(ROW, reader, rest).partition(PLACE)
    return f"{before}{vote_button(idea, my_vote, idea.votes_count, somebody)}{after}"


def _facts_of_row(idea, my_vote, said, takes_focus, somebody, site) -> tuple:
    return (
        ("idea", idea),
        ("my_vote", my_vote),
        ("said", said),
        ("note", None),
        ("takes_focus", takes_focus),
        ("viewer", somebody),
        ("site", site),
        ("oob", None),
    )


def part_of(template: str, idea: Any, **facts: Any) -> Markup:
    """A part that shows a line and where it stands: kept, except where it stands Under review by a label of an admin's."""
    reads_under_review = current_site().received_reads_under_review
    facts |= {"idea": idea, "viewer": viewer() is not None, "site": SiteFace(reads_under_review), "oob": None}
    if reads_under_review and idea.status_id is None:
        return Markup(current_app.jinja_env.get_template(template).render(facts))  # noqa: S704 - of templates
    return kept_fragments().kept_or_made(template, reader_key(), tuple(facts.items()))


def filters_of(wanted: Filter, place: str, orders: list[str], boards: tuple[BoardLink, ...]) -> Markup:
    """The line above a list that orders and narrows it."""
    board = wanted.board and BoardLink(wanted.board.id, wanted.board.slug, wanted.board.name)
    if place == "boards.show":  # a board's own page leads to no other
        boards = ()
    return kept_fragments().fragment(
        "ideas/_filters.html",
        wanted=replace(wanted, board=board),
        place=place,
        orders=tuple(orders),
        stages=offered_standings(),
        boards=tuple(BoardLink(board.id, board.slug, board.name) for board in boards),
        viewer=viewer() is not None,
    )


def offered_standings() -> tuple[tuple[str, str], ...]:
    """What `status=` of a list names, each with its label."""
    return tuple(current_app.jinja_env.globals["standings_offered"]())


def install(app: Flask) -> None:
    fragments = app.extensions["fragments"] = Fragments(app.jinja_env)
    app.jinja_env.globals.update(
        vote_button=vote_button,
        fragment=fragments.fragment,
        list_rows=list_rows,
        filters_of=filters_of,
        part_of=part_of,
    )


def kept_fragments() -> Fragments:
    return current_app.extensions["fragments"]
