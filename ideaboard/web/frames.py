"""A guest's page of a list: what stands around its rows is kept by what it shows, and the rows are put into it.

After a vote a list differs from what it was by a row. Rows are fragments (web/fragments.py); the rest, from the head to
the pager, was half the work. It depends on the request as a kept page does (web/kept_pages.py, whose key is part of this
one) and on the data named in `_shown`. Without that key, or with the demo's bar, which has data of its own, it is made.
"""

from dataclasses import dataclass, replace
from secrets import token_hex
from typing import Any

from flask import Response, render_template, request
from markupsafe import Markup

from ideaboard.boards.directory import BoardLink
from ideaboard.ideas.listing import Filter
from ideaboard.models import Site
from ideaboard.site.rows import Rows
from ideaboard.web.fragments import kept_fragments, list_rows, offered_standings, reader_key
from ideaboard.web.globals import current_site
from ideaboard.web.kept_pages import SLOT
from ideaboard.web.swap import page_made, page_or_fragment, wants_fragment

PLACE = Markup(f"<!--{token_hex(16)}-->")  # nobody can write it, and it never leaves


@dataclass
class Around(Rows):
    """Rows of which a template makes all but themselves."""

    def as_html(self) -> Markup:
        return PLACE


def list_page(template: str, fragment: str, *, rows: Rows, **shown) -> Response:
    """As `page_or_fragment(template, fragment, rows=rows, **shown)`."""
    slot, site = request.environ.get(SLOT), current_site()
    if slot is None or wants_fragment() or site.demo_since is not None or not rows.page.items:
        return page_or_fragment(template, fragment, rows=rows, **shown)

    def make() -> str:
        around = Around(rows.page, rows.votes, rows.answers)
        return render_template(template, rows=around, **shown)

    key = (template, slot.key, reader_key(), _look_of(site), offered_standings(), _shown(rows, **shown))
    head, _, foot = kept_fragments().kept_under(key, make).partition(PLACE)
    return page_made(f"{head}{list_rows(rows)}{foot}")


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
