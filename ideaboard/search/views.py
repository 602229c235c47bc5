"""The door of search: a page of what was found, and a few rows while somebody types."""

from dataclasses import dataclass

from flask import Blueprint, request, url_for
from markupsafe import Markup
from sqlalchemy import bindparam, select
from sqlalchemy.orm import joinedload

from ideaboard.boards.directory import Sight, sight_of
from ideaboard.extensions import db
from ideaboard.ideas.lines import COLUMNS, IDEA, Line, line_of, with_what_it_shows
from ideaboard.ideas.listing import Filter
from ideaboard.models import Comment, IdeaAddition, Person, StatusChange
from ideaboard.search.documents import ANSWER, COMMENT, plain
from ideaboard.search.marking import marked, snippet
from ideaboard.search.query import Query, read
from ideaboard.search.reading import Found, Hit, Said, find
from ideaboard.voting.ballots import voted_on
from ideaboard.voting.counts import as_counted_for
from ideaboard.web.gate import gate, load_board, viewer
from ideaboard.web.swap import page_or_fragment, wants_fragment

search = Blueprint("search", __name__)
PAGE_SIZE = 10  # each is shown with its why, which costs more than a row of a list
WHILE_TYPING = 6
SHORTEST = 2  # letters, before rows are shown while typing


_IDS = bindparam("ids", expanding=True)
_LINES = select(*COLUMNS, IDEA.c.body_html).select_from(
    with_what_it_shows(select(IDEA.c.id).where(IDEA.c.id.in_(_IDS)).subquery())
)
_ADDED = select(IdeaAddition.idea_id, IdeaAddition.html).where(IdeaAddition.idea_id.in_(_IDS)).order_by(IdeaAddition.id)


@dataclass(frozen=True)
class Asked(Filter):
    """The filter of lists, with the words."""

    q: str = ""

    def values(self, **changes) -> dict[str, str]:
        values = super().values(**changes)
        values.pop("sort", None)  # what fits best comes first
        return {"q": self.q, **values}


@dataclass(frozen=True)
class SaidShown:
    """An answer or a comment as a hit shows it."""

    by: Person | None
    is_answer: bool
    text: Markup
    url: str


@dataclass(frozen=True)
class Shown:
    """A hit as the page shows it; `text` is a snippet, or None where its excerpt will do."""

    idea: Line
    title: Markup
    text: Markup | None
    said: SaidShown | None
    own: bool  # found by its own words


@search.get("/search")
@gate("idea.read")
def index():
    slug = request.args.get("board", "")
    filtered = Filter.read(request.args, viewer(), load_board(slug) if slug else None)
    query = read(request.args.get("q", ""))
    wanted = Asked(**{name: getattr(filtered, name) for name in filtered.__dataclass_fields__}, q=query.typed)
    typing = wants_fragment()
    sight = sight_of(viewer())
    found = _found(query, wanted, typing, sight)
    number = _page_number(found)
    size = WHILE_TYPING if typing else PAGE_SIZE
    hits = found.hits[(number - 1) * size : number * size]
    votes = voted_on([hit.idea_id for hit in hits], viewer())
    return page_or_fragment(
        "search/index.html",
        "search/found.htmx.html",
        query=query,
        wanted=wanted,
        found=found,
        shown=_shown(hits, found, votes),
        votes=votes,
        boards=sight.boards,
        number=number,
        last=number * size >= len(found.hits),
        place="search.index",
    )


def _found(query: Query, wanted: Asked, typing: bool, sight: Sight) -> Found:
    if typing and len(query.typed) < SHORTEST and query.typed.isascii():
        return Found()
    board_id = wanted.board.id if wanted.board else None
    conditions = wanted.conditions(viewer())
    return find(query, viewer(), conditions, board_id=board_id, uncounted=sight.uncounted, typing=typing)


def _page_number(found: Found) -> int:
    """From 1 to the last page there is: what was ranked is bounded, and so are its pages."""
    last = max(1, -(-len(found.hits) // PAGE_SIZE))
    asked = request.args.get("page", "")[:6]
    return min(max(1, int(asked)), last) if asked.isascii() and asked.isdigit() else 1


def _shown(hits: list[Hit], found: Found, votes: frozenset[int]) -> list[Shown]:
    ids = {"ids": [hit.idea_id for hit in hits]}
    ideas = {row.id: (line_of(row), row.body_html) for row in db.session.execute(_LINES, ids)}
    added: dict[int, str] = {}
    for idea_id, html in db.session.execute(_ADDED, ids):
        added[idea_id] = f"{added.get(idea_id, '')} {html}"
    said = _said([hit.said for hit in hits if hit.said])
    shown = []
    for hit in hits:
        idea, html = ideas[hit.idea_id]
        idea = as_counted_for(idea, viewer(), has_voted=idea.id in votes)
        text = snippet(plain(html + added.get(idea.id, "")), found.terms) if hit.own else None
        shown.append(Shown(idea, marked(idea.title, found.terms), text, _said_shown(hit, idea, said, found), hit.own))
    return shown


def _said(said: list[Said]) -> dict[Said, Comment | StatusChange]:
    found: dict[Said, Comment | StatusChange] = {}
    for kind, model, by in ((ANSWER, StatusChange, StatusChange.actor), (COMMENT, Comment, Comment.author)):
        ids = [one.row_id for one in said if one.kind == kind]
        if ids:
            rows = db.session.scalars(select(model).where(model.id.in_(ids)).options(joinedload(by)))
            found |= {Said(kind, row.id): row for row in rows}
    return found


def _said_shown(hit: Hit, idea: Line, said: dict, found: Found) -> SaidShown | None:
    row = said.get(hit.said) if hit.said else None
    text = snippet(plain(row.html), found.terms) if row is not None else None
    if text is None:
        return None
    if hit.said.kind == COMMENT:
        return SaidShown(row.author, False, text, url_for("discussion.thread_at", comment_id=row.id))
    there = "answer" if row.id == idea.change_id else "timeline"
    return SaidShown(row.actor, True, text, url_for("ideas.show", idea_id=idea.id, slug=idea.slug, _anchor=there))
