"""A page of a list: what stands around its rows is kept by what it shows, and the rows are put into it.

After a vote a list differs from what it was by a row. Rows are fragments (web/fragments.py); the rest, from the head to
the pager, was half the work. A guest's depends on the request as a kept page does (web/kept_pages.py, whose key is part of
this one) and on the data named in `_shown`. A member's is the same for all members: what a page shows of its reader is put
into it as the rows are, and a template that asks for more of them while it is made (`Somebody`) is an error. What has
something else to say, a word of thanks or the demo's bar, is made anew.

A guest's page is kept whole (web/kept_pages.py). Where only rows of its ideas are others, it is put together of them
without a request's way through the application (`ListAgain`).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from operator import itemgetter
from secrets import token_hex
from typing import Any, NamedTuple, NoReturn

from flask import Response, current_app, g, render_template, request, session
from markupsafe import Markup, escape

from ideaboard.boards.directory import BoardLink
from ideaboard.foundation.paging import Page
from ideaboard.ideas.arrangement import ID, ListPage, Placed
from ideaboard.ideas.lines import COLUMNS, Line
from ideaboard.ideas.listing import Filter
from ideaboard.models import Site
from ideaboard.site.rows import Rows
from ideaboard.voting.counts import as_counted_for
from ideaboard.web.fragments import PLACE, kept_fragments, offered_standings, reader_key, rows_made
from ideaboard.web.gate import viewer
from ideaboard.web.globals import THEMES, current_site
from ideaboard.web.kept_pages import SLOT
from ideaboard.web.swap import page_made, page_or_fragment, wants_fragment

_QUERY = 2  # its place in the key of a kept page (web/kept_pages.py)
HEADER, SEED = Markup(f"<!--{token_hex(16)}-->"), token_hex(16)  # places, as PLACE is that of the rows
AFTER, BEFORE = token_hex(16), token_hex(16)  # cursors: of letters and digits, as these are, in addresses too
_WORDED = itemgetter(*(Line._fields.index(name) for name in ("id", "change_id", "status_id", "standing")))


@dataclass
class Around(Rows):
    """Rows of which a template makes all but themselves."""

    def as_html(self) -> Markup:
        return PLACE


class Somebody:
    """The reader of a frame that all members share."""

    avatar_seed = SEED

    def __getattr__(self, name: str) -> NoReturn:
        raise TypeError(f"{name} of a reader: this frame is shown to all members")


def _is_asked(*_names, **_values) -> NoReturn:
    raise TypeError("what this reader may: this frame is shown to all members")


SHARED = {"viewer": Somebody(), "reader": Somebody(), "may": _is_asked, "unread_count": None, "head_of_frame": HEADER}


def list_page(template: str, fragment: str, *, rows: Rows, **shown) -> Response:
    """As `page_or_fragment(template, fragment, rows=rows, **shown)`."""
    asked, site = _asked(), current_site()
    if asked is None or wants_fragment() or site.demo_since is not None or not rows.page.items:
        return page_or_fragment(template, fragment, rows=rows, **shown)
    reader = viewer()

    def make() -> str:
        page = Page(rows.page.items, AFTER if rows.page.after else None, BEFORE if rows.page.before else None)
        around = Around(page, rows.votes, rows.answers)
        return render_template(template, rows=around, **shown, **({} if reader is None else SHARED))

    key = (template, asked, reader_key(), _look_of(site), offered_standings(), _shown(rows.page, **shown))
    frame = str(kept_fragments().kept_under(key, make))  # a plain string: Markup escapes what is put into it
    if reader is not None:
        frame = frame.replace(SEED, str(escape(reader.avatar_seed)), 1)
        frame = frame.replace(HEADER, render_template("site/_head.html"), 1)
    made = rows_made(rows)
    slot = request.environ.get(SLOT)
    if slot is not None:
        slot.again = ListAgain(rows, made, frame)
    return page_made(_filled(frame, made, rows.page))


def guests_frame(template: str, shown: tuple, facts: Callable[[], dict[str, Any]]) -> tuple[str, str] | None:
    """What stands before and after `results` on a guest's page; None where it is to be made anew.

    `shown`: all that it shows of the query and the data, and `facts` gives it to the template. What differs each time
    (words that were typed) stands in it as something that nobody can write, for which its door puts it in.
    """
    slot, site = request.environ.get(SLOT), current_site()
    if slot is None or wants_fragment() or site.demo_since is not None:
        return None
    asked = slot.key[:_QUERY] + slot.key[_QUERY + 1 :]
    key = (template, asked, reader_key(), _look_of(site), offered_standings(), shown)
    frame = str(kept_fragments().kept_under(key, lambda: render_template(template, results=PLACE, **facts())))
    before, _, after = frame.partition(PLACE)
    return before, after


def _filled(frame: str, made: list[str], page: Page) -> str:
    head, _, foot = frame.partition(PLACE)
    foot = foot.replace(AFTER, page.after or "").replace(BEFORE, page.before or "")
    return "".join((head, "\n".join(made), foot))


class _Row(NamedTuple):
    of: tuple  # what it was made of
    line: Line
    html: str


class ListAgain:
    """A guest's list of its ideas' rows as they are now, where nothing else of it is another: what moved is made, the
    rest stands. Asked by web/kept_pages.py."""

    def __init__(self, rows: Rows, made: list[str], frame: str):
        page: ListPage = rows.page
        self.app, self.site = current_app._get_current_object(), current_site()
        self.by, self.answers, self.frame = page.by, rows.answers, frame
        self.worded, self.framed = _worded(page.placed), _framed(page)
        each = zip(page.placed, page.items, made, strict=True)
        self.rows = {line.id: _Row(_what_shows(placed), line, html) for placed, line, html in each}
        self.size = 2 * sum(map(len, made)) + len(frame)

    def __call__(self, environ: dict[str, Any], moved: tuple[list[tuple], ...]) -> tuple[str, tuple[int, ...]] | None:
        found, *due = moved
        page = self.by.placed(found, due[0] if due else [])
        if _worded(page.items) != self.worded:
            return None  # what was said of them is another row
        known, ids = self.rows, tuple(placed.row[ID] for placed in page.items)
        anew = [p for p in page.items if (row := known.get(p.row[ID])) is None or row.of != _what_shows(p)]
        lines = [as_counted_for(self.by.line(placed), None, has_voted=False) for placed in anew]
        if anew:
            each = zip(anew, lines, self._made(environ, lines), strict=True)
            known = known | {line.id: _Row(_what_shows(placed), line, html) for placed, line, html in each}
        self.rows = known = {number: known[number] for number in ids}
        page.items = [row.line for row in known.values()]
        if _framed(page) != self.framed:
            return None
        return _filled(self.frame, [row.html for row in known.values()], page), ids

    def _made(self, environ: dict[str, Any], lines: list[Line]) -> list[str]:
        with self.app.request_context(environ):
            g.site = self.site
            return rows_made(Rows(Page(lines, None, None), frozenset(), self.answers))


def _what_shows(placed: Placed) -> tuple:
    return placed.row[: len(COLUMNS)], placed.is_under_seen_pick


def _worded(placed: list[Placed]) -> set[tuple]:
    """By what the words of staff are found."""
    return {word for word in map(_WORDED, map(itemgetter(0), placed)) if word[1] is not None}


def _framed(page: Page) -> tuple:
    """What a frame shows of its rows."""
    counted = None if page.after or page.before else len(page.items)
    return page.after is None, page.before is None, counted, any(idea.imported_votes for idea in page.items)


def _asked() -> tuple | None:
    """What the request brings to the frame; None: more than is known here."""
    slot = request.environ.get(SLOT)
    if slot is not None:
        return slot.key
    if viewer() is None or "_flashes" in session:
        return None
    theme = request.cookies.get("theme", "")
    return request.script_root, request.path, request.query_string, theme if theme in THEMES else "", request.host_url


def _look_of(site: Site) -> tuple:
    return tuple(value for name, value in vars(site).items() if not name.startswith("_"))


def _shown(
    page: Page, *, wanted: Filter, orders: list, boards: tuple, left_out: frozenset, place: str
) -> tuple[Any, ...]:
    """All that these templates show of the data beside the rows: a name that is not here is an error."""
    board = wanted.board and BoardLink(wanted.board.id, wanted.board.slug, wanted.board.name)
    return replace(wanted, board=board), tuple(orders), boards, left_out, place, *_framed(page)
