"""A page of a list: what stands around its rows is kept by what it shows, and the rows are put into it.

After a vote a list differs from what it was by a row. Rows are fragments (web/fragments.py); the rest, from the head to
the pager, was half the work. A guest's depends on the request as a kept page does (web/kept_pages.py, whose key is part of
this one) and on the data named in `_shown`. A member's is the same for all members: what a page shows of its reader is put
into it as the rows are, and a template that asks for more of them while it is made (`Somebody`) is an error. What has
something else to say, a word of thanks or the demo's bar, is made anew.
"""

from dataclasses import dataclass, replace
from secrets import token_hex
from typing import Any, NoReturn

from flask import Response, render_template, request, session
from markupsafe import Markup, escape

from ideaboard.boards.directory import BoardLink
from ideaboard.ideas.listing import Filter
from ideaboard.models import Site
from ideaboard.site.rows import Rows
from ideaboard.web.fragments import PLACE, kept_fragments, list_rows, offered_standings, reader_key
from ideaboard.web.gate import viewer
from ideaboard.web.globals import THEMES, current_site
from ideaboard.web.kept_pages import SLOT
from ideaboard.web.swap import page_made, page_or_fragment, wants_fragment

HEADER, SEED = Markup(f"<!--{token_hex(16)}-->"), token_hex(16)  # places, as PLACE is that of the rows


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
        around = Around(rows.page, rows.votes, rows.answers)
        return render_template(template, rows=around, **shown, **({} if reader is None else SHARED))

    key = (template, asked, reader_key(), _look_of(site), offered_standings(), _shown(rows, **shown))
    head, _, foot = kept_fragments().kept_under(key, make).partition(PLACE)
    if reader is not None:
        # As plain strings: Markup escapes what is put into it.
        head = str(head).replace(SEED, str(escape(reader.avatar_seed)), 1)
        head = head.replace(HEADER, render_template("site/_head.html"), 1)
    return page_made(f"{head}{list_rows(rows)}{foot}")


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
    rows: Rows, *, wanted: Filter, orders: list, boards: tuple, left_out: frozenset, place: str
) -> tuple[Any, ...]:
    """All that these templates show of the data beside the rows: a name that is not here is an error."""
    board = wanted.board and BoardLink(wanted.board.id, wanted.board.slug, wanted.board.name)
    page = rows.page
    counted = None if page.after or page.before else len(page.items)
    imported = any(idea.imported_votes for idea in page.items)
    return (
        replace(wanted, board=board),
        tuple(orders),
        boards,
        left_out,
        place,
        page.after,
        page.before,
        counted,
        imported,
    )
