"""The door of search: a page of what was found, and a few rows while somebody types."""

from dataclasses import dataclass, replace
from datetime import datetime
from secrets import token_hex
from typing import NamedTuple

from flask import Blueprint, Response, render_template, request, url_for
from markupsafe import Markup, escape
from sqlalchemy import select

from ideaboard.boards.directory import BoardLink, Sight, sight_of
from ideaboard.foundation.database import one_reading
from ideaboard.foundation.kept import Kept, given, in_slots
from ideaboard.ideas.lines import IDEA, Line, lines_of
from ideaboard.ideas.listing import Filter
from ideaboard.models import Comment, IdeaAddition, Person, StatusChange
from ideaboard.search.documents import ANSWER, COMMENT, plain
from ideaboard.search.marking import Marks
from ideaboard.search.query import Query, read
from ideaboard.search.reading import Found, Hit, Said, find
from ideaboard.voting.ballots import voted_on
from ideaboard.voting.counts import as_counted_for
from ideaboard.web.fragments import kept_fragments, offered_standings
from ideaboard.web.frames import guests_frame
from ideaboard.web.gate import gate, load_board, viewer
from ideaboard.web.swap import page_made, page_or_fragment, wants_fragment

search = Blueprint("search", __name__)
PAGE_SIZE = 10  # each is shown with its why, which costs more than a row of a list
WHILE_TYPING = 6
SHORTEST = 2  # letters, before rows are shown while typing
# Stand for what was typed, in links and elsewhere, where a part of the page is kept.
_WORDS, _TYPED = token_hex(16), token_hex(16)


_AT_ONCE = PAGE_SIZE
_SOME = [given(f"id_{n}") for n in range(_AT_ONCE)]
_TEXTS = Kept(lambda _: select(IDEA.c.id, IDEA.c.body_html).where(IDEA.c.id.in_(_SOME)))
_ADDED = Kept(
    lambda _: (
        select(IdeaAddition.idea_id, IdeaAddition.html).where(IdeaAddition.idea_id.in_(_SOME)).order_by(IdeaAddition.id)
    )
)


class By(NamedTuple):
    """Who said something, as a hit shows them."""

    display_name: str | None
    erased_at: datetime | None
    avatar_seed: str


def _said_by(model, by_id) -> Kept:
    columns = model.id, model.html, by_id.label("by_id"), *(getattr(Person, name) for name in By._fields)
    return Kept(lambda _: select(*columns).outerjoin(Person, Person.id == by_id).where(model.id.in_(_SOME)))


_SAID = {ANSWER: _said_by(StatusChange, StatusChange.actor_id), COMMENT: _said_by(Comment, Comment.author_id)}


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

    by: By | None
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
    with one_reading():
        typing = wants_fragment()
        sight = sight_of(viewer())
        found = _found(query, wanted, typing, sight)
        number = _page_number(found)
        size = WHILE_TYPING if typing else PAGE_SIZE
        hits = found.hits[(number - 1) * size : number * size]
        votes = voted_on([hit.idea_id for hit in hits], viewer())
        results = {
            "query": query,
            "wanted": wanted,
            "found": found,
            "shown": _shown(hits, found, votes),
            "votes": votes,
            "number": number,
            "last": number * size >= len(found.hits),
            "place": "search.index",
        }
        return _in_its_frame(wanted, sight, results) or page_or_fragment(
            "search/index.html",
            "search/found.htmx.html",
            filters="" if typing else _filters(wanted, sight),
            **results,
        )


def _in_its_frame(wanted: Asked, sight: Sight, results: dict) -> Response | None:
    """A guest's page: what stands around the results is kept for all words alike."""
    if not wanted.q:
        return None
    board = wanted.board and BoardLink(wanted.board.id, wanted.board.slug, wanted.board.name)

    def facts() -> dict:
        of_any = {"wanted": replace(wanted, q=_TYPED), "query": Query(_TYPED)}
        return {**of_any, "filters": _filters(replace(wanted, q=_WORDS), sight)}

    frame = guests_frame("search/index.html", (replace(wanted, board=board, q=""), sight.boards), facts)
    if frame is None:
        return None
    before = frame[0].replace(_WORDS, escape(_in_a_link(wanted.q))).replace(_TYPED, escape(wanted.q))
    return page_made(f"{before}{render_template('search/_results.html', **results)}{frame[1]}")


def _found(query: Query, wanted: Asked, typing: bool, sight: Sight) -> Found:
    if typing and len(query.typed) < SHORTEST and query.typed.isascii():
        return Found()
    board_id = wanted.board.id if wanted.board else None
    is_filtered = wanted.board is not None or wanted.standing or wanted.is_narrowed_beyond_status
    conditions = wanted.conditions(viewer()) if is_filtered else None
    return find(query, viewer(), conditions, board_id=board_id, uncounted=sight.uncounted, typing=typing)


def _filters(wanted: Asked, sight: Sight) -> Markup:
    """The line below the box, kept for all words alike: they stand in its links alone."""
    if not sight.boards:
        return Markup()
    board = wanted.board and BoardLink(wanted.board.id, wanted.board.slug, wanted.board.name)
    kept = kept_fragments().fragment(
        "search/_filters.html",
        wanted=replace(wanted, board=board, q=_WORDS),
        place="search.index",
        boards=sight.boards,
        stages=offered_standings(),
        viewer=viewer() is not None,
    )
    return kept.replace(_WORDS, escape(_in_a_link(wanted.q)))


def _in_a_link(words: str) -> str:
    return url_for("search.index", q=words).partition("q=")[2]


def _page_number(found: Found) -> int:
    """From 1 to the last page there is: what was ranked is bounded, and so are its pages."""
    last = max(1, -(-len(found.hits) // PAGE_SIZE))
    asked = request.args.get("page", "")[:6]
    return min(max(1, int(asked)), last) if asked.isascii() and asked.isdigit() else 1


def _shown(hits: list[Hit], found: Found, votes: frozenset[int]) -> list[Shown]:
    ids, own = [hit.idea_id for hit in hits], [hit.idea_id for hit in hits if hit.own]
    ideas = lines_of(ids)
    texts = {row.id: row.body_html for row in in_slots(_TEXTS, "id", _AT_ONCE, own)}
    for idea_id, html in in_slots(_ADDED, "id", _AT_ONCE, own):
        texts[idea_id] += f" {html}"
    said = _said([hit.said for hit in hits if hit.said])
    marks, shown = Marks(found.terms), []
    for hit in hits:
        idea = as_counted_for(ideas[hit.idea_id], viewer(), has_voted=hit.idea_id in votes)
        text = marks.snippet(plain(texts[idea.id])) if hit.own else None
        shown.append(Shown(idea, marks.whole(idea.title), text, _said_shown(hit, idea, said, marks), hit.own))
    return shown


def _said(said: list[Said]) -> dict[Said, tuple[str, By | None]]:
    """{an answer or comment: (its HTML, who said it)}"""
    found = {}
    for kind, kept in _SAID.items():
        for row_id, html, by_id, *by in in_slots(kept, "id", _AT_ONCE, [s.row_id for s in said if s.kind == kind]):
            found[Said(kind, row_id)] = html, None if by_id is None else By._make(by)
    return found


def _said_shown(hit: Hit, idea: Line, said: dict, marks: Marks) -> SaidShown | None:
    html, by = said.get(hit.said, ("", None))
    text = marks.snippet(plain(html)) if html else None
    if text is None:
        return None
    if hit.said.kind == COMMENT:
        return SaidShown(by, False, text, url_for("discussion.thread_at", comment_id=hit.said.row_id))
    there = "answer" if hit.said.row_id == idea.change_id else "timeline"
    return SaidShown(by, True, text, url_for("ideas.show", idea_id=idea.id, slug=idea.slug, _anchor=there))
