"""The doors of the roadmap: the page, the frame for other sites, and what was launched."""

from datetime import date

from flask import Blueprint, request
from markupsafe import Markup

from ideaboard.boards.directory import BoardLink, boards_seen_by, sight_of
from ideaboard.extensions import gettext
from ideaboard.following.follows import Hearing
from ideaboard.foundation.clock import day_in
from ideaboard.foundation.refusals import Missing
from ideaboard.ideas.lines import Line
from ideaboard.ideas.listing import Filter, count_of
from ideaboard.ideas.own import follows_on
from ideaboard.models.vocabulary import Stage
from ideaboard.roadmap.cards import card_of
from ideaboard.roadmap.columns import columns_of, months_of
from ideaboard.roadmap.deeds import months_of_launches
from ideaboard.roadmap.frames import frame_sites
from ideaboard.roadmap.launches import page_of_launches
from ideaboard.voting.ballots import Ballot, ballots_of
from ideaboard.voting.counts import hides_count
from ideaboard.web.fragments import kept_fragments
from ideaboard.web.gate import gate, load_board, viewer
from ideaboard.web.globals import THEMES, current_site, reader_zone, request_now
from ideaboard.web.swap import page

roadmap = Blueprint("roadmap", __name__)
# No script, no form, nothing from elsewhere; who may frame it is added.
_FRAME_CSP = "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'"


@roadmap.app_template_global()
def roadmap_card(idea: Line, standing: str, my_vote: Ballot | None, my_follow: Hearing | None, today: date) -> Markup:
    """A card, kept by what it shows and by what the viewer did."""
    return kept_fragments().fragment(
        "roadmap/_card.html",
        idea=card_of(idea, is_hidden=hides_count(idea, viewer(), has_voted=my_vote is not None)),
        standing=standing,
        my_vote=my_vote is not None,
        my_follow=my_follow,
        today=today,
        viewer=viewer() is not None,
        oob=None,
    )


@roadmap.get("/roadmap")
@gate("idea.read")
def show():
    wanted = _wanted()
    columns = columns_of(wanted, viewer())
    shown = [idea for column in columns for idea in column.ideas]
    return page(
        "roadmap/show.html",
        wanted=wanted,
        columns=columns,
        today=day_in(request_now(), current_site().time_zone),
        months=tuple(months_of(wanted, viewer())),
        boards=sight_of(viewer()).boards,
        votes=ballots_of([idea.id for idea in shown], viewer()),
        follows=follows_on(shown, viewer()) if viewer() else {},
        place="roadmap.show",
    )


@roadmap.get("/roadmap/frame")
@gate("idea.read", as_guest=True)
def frame():
    """What a guest sees, on pages of the sites that an admin named; where none is named there is no such page."""
    sites = frame_sites(current_site())
    if not sites:
        raise Missing(gettext("The roadmap is shown on no other site."))
    wanted = _wanted()
    theme = request.args.get("theme")
    response = page(
        "roadmap/frame.html",
        wanted=wanted,
        columns=columns_of(wanted, None),
        page_theme=theme if theme in THEMES else "",
    )
    response.headers["Content-Security-Policy"] = f"{_FRAME_CSP}; frame-ancestors {' '.join(sites)}"
    # Whether a page may hold it is said above; these let it be held by a page that isolates itself.
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["Cross-Origin-Embedder-Policy"] = "require-corp"
    response.headers["Cross-Origin-Opener-Policy"] = "unsafe-none"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@roadmap.get("/launched")
@gate("idea.read")
def launched():
    slug = request.args.get("board", "")
    wanted = Filter(board=load_board(slug) if slug else None, standing=Stage.LAUNCHED)
    turn = {"after": request.args.get("after"), "before": request.args.get("before")}
    has_day = request.args.get("day") != "unknown"
    found = page_of_launches(wanted, viewer(), has_day=has_day, **turn)
    total = count_of(wanted, viewer())
    without_day = None
    if has_day and found.after is None:
        # The last page leads on to what an import brought without a day; where there is nothing else, it is shown.
        rest = page_of_launches(wanted, viewer(), has_day=False)
        if rest.items and not found.items and not any(turn.values()):
            found, has_day = rest, False
        elif rest.items:
            without_day = True
    return page(
        "roadmap/launched.html",
        wanted=wanted,
        found=found,
        months=months_of_launches(found.items, viewer(), reader_zone(), has_day=has_day),
        total=total,
        has_day=has_day,
        without_day=without_day,
        boards=boards_seen_by(viewer()),
    )


def _wanted() -> Filter:
    """Board, mine and month of the address; sort and status are the columns' own."""
    slug = request.args.get("board", "")
    read = Filter.read(request.args, viewer(), load_board(slug) if slug else None)
    board = read.board and BoardLink(read.board.id, read.board.slug, read.board.name)
    return Filter(board=board, mine=read.mine, month=read.month)
