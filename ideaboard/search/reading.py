"""Find: what fits the words, as the viewer may see it, ranked over a bounded number of candidates.

The database gives, by its index, the newest documents that hold all words: of ideas, of titles where ideas are many,
and of what was said on them; never more than CANDIDATES of them are ranked. What somebody may not see leaves no trace:
their boards' words narrow the search itself, and each document is held against its idea (`visible_to`) before it is
ranked, counted or shown.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import combinations
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, select

from ideaboard.extensions import db
from ideaboard.foundation.database import connection_at_hand, dialect_name
from ideaboard.foundation.dialects_sql import Numbers, among
from ideaboard.foundation.dialects_text import FullText, Option, Term, full_text
from ideaboard.foundation.kept import Kept, given
from ideaboard.models import Board, Comment, Idea, Person, StatusChange
from ideaboard.models.eyes import Eyes, eyes_of
from ideaboard.search.documents import ANSWER, COMMENT, IDEA, above, number_of, row_of, scope_of
from ideaboard.search.query import Query
from ideaboard.search.ranking import Candidate, scores

OF_EACH = 80  # ideas by any of their words, ideas by their title, answers and comments
CANDIDATES = 3 * OF_EACH
# A filter may leave few of them: so many documents are held against it before the rest is left unread.
WALK = 4_000
_MANY_BOARDS = 64  # more than these narrow the search no more; visible_to does it alone
_RARE_ENOUGH = 1_000  # a word is counted up to here when the rarest are looked for
_RAREST = 3


class Said(NamedTuple):
    """An answer or a comment that fits."""

    kind: int
    row_id: int


class Hit(NamedTuple):
    """An idea that is found: by its own words (`own`), and by the best of what was said on it (`said`)."""

    idea_id: int
    own: bool
    said: Said | None = None


@dataclass(frozen=True)
class Found:
    """`hits` in their order. `terms`: what they were found by. `some`: nothing has all the words, these have some.
    `more`: there are more than were ranked."""

    hits: list[Hit] = field(default_factory=list)
    terms: tuple[Term, ...] = ()
    some: bool = False
    more: bool = False


def find(
    query: Query,
    viewer: Person | None,
    conditions: Sequence[ColumnElement[bool]] | None,
    *,
    board_id: int | None = None,
    uncounted: frozenset[int] = frozenset(),
    typing: bool = False,
) -> Found:
    """`conditions`: SQL that an idea must fulfil (a list's filter, visible_to among it); None: those of a list without a
    filter, in statements that are kept. `uncounted`: boards that keep their counts from the viewer, where votes move no
    order. `typing`: the last word is not finished. The same words, rows and rights give the same hits in the same order on
    both databases."""
    scope = _scope(viewer, board_id) if query.wanted else None
    if scope is None:
        return Found(terms=query.wanted)
    search = _Search(full_text(dialect_name()), query.unwanted, scope, _facts_for(viewer, conditions), uncounted)
    ways = [] if typing and query.last else [query.wanted]
    ways += [query.ending_in(last) for last in (query.last, typing and query.shorter) if last]
    if typing and query.short and len(query.wanted) > 1:
        ways.append(query.wanted[:-1])
    for terms in ways:
        if candidates := search.candidates(terms):
            return Found(_grouped(candidates, terms), terms, more=search.cut)
    terms = ways[0]
    for groups in search.relaxed(terms):
        if candidates := search.candidates((), groups):
            return Found(_grouped(candidates, terms), terms, some=True, more=search.cut)
    return Found(terms=terms)


@dataclass(frozen=True)
class Scope:
    """The words of the boards that are searched, or of those that are not; none of either: all are."""

    inside: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()


def _scope(viewer: Person | None, board_id: int | None) -> Scope | None:
    """None: the viewer sees no board at all."""
    if board_id is not None:
        return Scope(inside=(scope_of(board_id),))
    inside, outside = [], []
    for number, visible in _boards(eyes_of(viewer)).all(viewer_id=_id_of(viewer)):
        (inside if visible else outside).append(scope_of(number))
    if not inside:
        return None
    fewer = Scope(inside=tuple(inside)) if len(inside) < len(outside) else Scope(outside=tuple(outside))
    return fewer if len(fewer.inside + fewer.outside) <= _MANY_BOARDS else Scope()


@cache
def _boards(eyes: Eyes | None) -> Kept:
    return Kept(lambda _: select(Board.id, Board.visible_to(eyes).label("is_seen")))


def _id_of(viewer: Person | None) -> int | None:
    return viewer.id if viewer is not None else None


# (a kind, ids of its rows) -> (id of the row, id of its idea, votes, id of its board) of those that may be seen.
Facts = Callable[[int, list[int]], Iterable[tuple[int, int, int, int]]]


def _facts_for(viewer: Person | None, conditions: Sequence[ColumnElement[bool]] | None) -> Facts:
    if conditions is None:
        kept = _facts_kept(eyes_of(viewer))
        return lambda kind, ids: kept[kind].raw(ids=ids, viewer_id=_id_of(viewer))[0]  # numbers, as the driver has them
    return lambda kind, ids: db.session.execute(_facts(dialect_name(), kind, ids, conditions))


@cache
def _facts_kept(eyes: Eyes | None) -> dict[int, Kept]:
    every, ids = (Idea.in_the_open(), Idea.visible_to(eyes)), given("ids", Numbers)
    return {
        kind: Kept(lambda dialect, kind=kind: _facts(dialect, kind, ids, every)) for kind in (IDEA, ANSWER, COMMENT)
    }


def _facts(dialect: str, kind: int, ids, conditions: Sequence[ColumnElement[bool]]) -> Select:
    of_idea = Idea.votes_count, Idea.board_id
    if kind == IDEA:
        query = select(Idea.id, Idea.id.label("idea_id"), *of_idea).where(among(dialect, Idea.id, ids))
    elif kind == ANSWER:
        query = select(StatusChange.id, Idea.id.label("idea_id"), *of_idea).join(Idea, Idea.id == StatusChange.idea_id)
        query = query.where(among(dialect, StatusChange.id, ids), StatusChange.redacted_at.is_(None))
    else:
        query = select(Comment.id, Idea.id.label("idea_id"), *of_idea).join(Idea, Idea.id == Comment.idea_id)
        stands = Comment.deleted_at.is_(None), Comment.held_at.is_(None), Comment.hidden_at.is_(None)
        query = query.where(among(dialect, Comment.id, ids), *stands)
    return query.where(*conditions)


class _Search:
    """One question to the index, with what does not change between its ways of asking."""

    def __init__(self, index: FullText, unwanted: tuple[Term, ...], scope: Scope, facts: Facts, uncounted):
        self.index, self.scope, self.facts, self.uncounted = index, scope.inside, facts, uncounted
        self.unwanted = (*unwanted, *(Term((Option((word,)),)) for word in scope.outside))
        self.cut = False

    def candidates(self, terms: Sequence[Term], groups: Sequence[Sequence[Term]] = ()) -> list[Candidate]:
        """At most CANDIDATES that fit all terms, or all of one of the groups."""
        found: dict[tuple[int, int], Candidate] = {}
        ideas_cut = self._read(found, (IDEA, ANSWER), terms, groups)
        if ideas_cut:  # the newest of many: those with the words in their title may be older
            self._read(found, (IDEA, ANSWER), terms, groups, in_title=True)
        said_cut = self._read(found, (ANSWER, COMMENT + 1), terms, groups)
        self.cut = ideas_cut or said_cut
        return list(found.values())

    def relaxed(self, terms: Sequence[Term]) -> Iterable[list[list[Term]]]:
        """Ways to ask for less: two of the rarest words, then one of them."""
        if len(terms) < 2:
            return
        counted = [(self._count(term), n, term) for n, term in enumerate(terms)]
        rarest = [term for count, _, term in sorted(counted, key=lambda c: c[:2]) if count][:_RAREST]
        if len(rarest) > 2 or 1 < len(rarest) < len(terms):
            yield [list(pair) for pair in combinations(rarest, 2)]
        if rarest:
            yield [[term] for term in rarest]

    def _count(self, term: Term) -> int:
        words = self.index.expression([term], self.unwanted, scope=self.scope)
        return self.index.count(connection_at_hand(), words, _RARE_ENOUGH)

    def _read(self, found: dict, kinds: tuple[int, int], terms, groups, *, in_title: bool = False) -> bool:
        """Add up to OF_EACH of these kinds; -> whether there are more. Chunk by chunk, until the filter left enough."""
        words = self.index.expression(terms, self.unwanted, scope=self.scope, in_title=in_title, any_of=groups)
        low, high = above(kinds[0]), above(kinds[1])
        walked, kept, chunk = 0, 0, OF_EACH
        while walked < WALK:
            rows = self.index.find(connection_at_hand(), words, low, high, chunk, in_title=in_title)
            for candidate in self._allowed(rows):
                if kept < OF_EACH:
                    found[candidate.kind, candidate.row_id] = candidate
                kept += 1
            if len(rows) < chunk:
                return kept > OF_EACH
            if kept > OF_EACH // 2:  # a few that cannot be seen are no reason to read as many again
                return True
            walked, high, chunk = walked + len(rows), rows[-1][0], OF_EACH * 2
        return True

    def _allowed(self, rows) -> Iterable[Candidate]:
        """Those of the rows that the viewer may see and the filter holds, in their order."""
        ids: dict[int, list[int]] = {}
        for row in rows:
            kind, row_id = row_of(row[0])
            ids.setdefault(kind, []).append(row_id)
        allowed = {}
        for kind, of_kind in ids.items():
            for row_id, idea_id, votes, board_id in self.facts(kind, of_kind):
                allowed[number_of(kind, row_id)] = kind, row_id, idea_id, 0 if board_id in self.uncounted else votes
        for number, title, body, other in rows:
            if facts := allowed.get(number):
                yield Candidate(*facts, title, f"{body} {other}" if other else body)


def _grouped(candidates: list[Candidate], terms: Sequence[Term]) -> list[Hit]:
    """An idea once: those found by their own words first, then those found by what was said on them."""
    own: dict[int, float] = {}
    said: dict[int, tuple[float, Said]] = {}
    votes: dict[int, int] = {}
    for (kind, row_id, idea_id, idea_votes, _, _), score in zip(candidates, scores(candidates, terms), strict=True):
        votes[idea_id] = idea_votes
        if kind == IDEA:
            own[idea_id] = score
        elif idea_id not in said or score > said[idea_id][0]:
            said[idea_id] = score, Said(kind, row_id)

    def key(idea_id: int):
        by_said = said[idea_id][0] if idea_id in said else 0.0
        total = own[idea_id] + by_said / 4 if idea_id in own else by_said
        return idea_id not in own, -round(total, 9), -votes[idea_id], -idea_id

    order = sorted(votes, key=key)
    return [Hit(i, i in own, said[i][1] if i in said else None) for i in order]
