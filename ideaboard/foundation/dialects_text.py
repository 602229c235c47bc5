"""Full text on either database: FTS5 on SQLite, a tsvector on PostgreSQL, over words that Python has folded and stemmed.

The table is `search_fts` (migration 0004): a number, and words joined by spaces. `title` counts more; `other` is searched
like `body`; words of `scope` narrow a search and are never found themselves. What is asked is a `Term`: any of its
`options`, each one word, or several in this order. Neither database cuts, folds or stems anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy import Connection, TextClause, text
from sqlalchemy import Row as SqlRow

from ideaboard.foundation import driver


@dataclass(frozen=True)
class Option:
    """Words in this order; `begins`: the last of them is the beginning of one."""

    words: tuple[str, ...]
    begins: bool = False


@dataclass(frozen=True)
class Term:
    options: tuple[Option, ...]


@dataclass(frozen=True)
class Row:
    """One document: its number and its words, joined by spaces."""

    id: int
    title: str
    body: str
    other: str
    scope: str


class FullText:
    """What both dialects share; an expression is a text in the database's own language of search."""

    both: str
    either: str
    without: str
    read: str  # in the driver's own words, as the next two
    read_of_titles: str
    number: str
    options: ClassVar[dict] = {}  # of the driver, for these
    whole: TextClause
    remove: TextClause
    remove_between: TextClause
    write: TextClause

    def expression(
        self,
        all_of: Sequence[Term],
        none_of: Sequence[Term] = (),
        *,
        scope: Iterable[str] = (),
        in_title: bool = False,
        any_of: Sequence[Sequence[Term]] = (),
    ) -> str:
        """All terms of `all_of`, or of one of the groups of `any_of`; no term of `none_of`; one of the words of `scope`."""
        parts = [self._term(term, in_title) for term in all_of]
        if any_of:
            groups = [f"({self.both.join(self._term(term, in_title) for term in group)})" for group in any_of]
            parts.append(f"({self.either.join(groups)})")
        if places := [self._option(Option((word,)), False) for word in scope]:
            parts.append(f"({self.either.join(places)})")
        found = self.both.join(parts)
        if none_of:
            found = self.without.format(found, self.either.join(self._term(term, False) for term in none_of))
        return found

    def _term(self, term: Term, in_title: bool) -> str:
        return f"({self.either.join(self._option(option, in_title) for option in term.options)})"

    def _option(self, option: Option, in_title: bool) -> str:
        raise NotImplementedError

    def find(
        self, connection: Connection, words: str, above: int, below: int, most: int, *, in_title: bool = False
    ) -> Sequence[tuple]:
        """(id, title, body, other) of up to `most` documents between two numbers, the highest first. `in_title`: of an
        expression that was made so."""
        values = {"words": words, "above": above, "below": below, "most": most}
        read = self.read_of_titles if in_title else self.read
        return driver.run(connection, read, values, **self.options).fetchall()

    def count(self, connection: Connection, words: str, most: int) -> int:
        """How many documents an expression finds, counted up to `most`."""
        return driver.run(connection, self.number, {"words": words, "most": most}, **self.options).fetchone()[0]

    def everything(self, connection: Connection) -> Iterable[SqlRow]:
        """(id, title, body, other) of every document."""
        return connection.execute(self.whole)

    def put(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Write documents whose numbers are not there yet."""
        if rows:
            connection.execute(self.write, [self.values(row) for row in rows])

    def values(self, row: Row) -> dict:
        return {"id": row.id, "title": row.title, "body": row.body, "other": row.other, "scope": row.scope}

    def take(self, connection: Connection, ids: Sequence[int]) -> None:
        """Remove documents by their numbers."""
        if ids:
            connection.execute(self.remove, [{"id": number} for number in ids])

    def clear(self, connection: Connection, above: int, below: int) -> None:
        """Remove the documents between two numbers."""
        connection.execute(self.remove_between, {"above": above, "below": below})

    def tidy(self, connection: Connection) -> None:
        """After many rows: make the index small and quick again."""


class Fts5(FullText):
    both, either, without = " AND ", " OR ", "({}) NOT ({})"
    read = (
        "SELECT rowid, title, body, other FROM search_fts WHERE search_fts MATCH :words"
        " AND rowid > :above AND rowid < :below ORDER BY rowid DESC LIMIT :most"
    )
    read_of_titles = read
    number = "SELECT count(*) FROM (SELECT rowid FROM search_fts WHERE search_fts MATCH :words LIMIT :most) AS found"
    whole = text("SELECT rowid, title, body, other FROM search_fts")
    remove = text("DELETE FROM search_fts WHERE rowid = :id")
    remove_between = text("DELETE FROM search_fts WHERE rowid > :above AND rowid < :below")
    write = text(
        "INSERT INTO search_fts (rowid, title, body, other, scope) VALUES (:id, :title, :body, :other, :scope)"
    )

    def _option(self, option: Option, in_title: bool) -> str:
        # Quoted, so that AND, NEAR or * are words like others; a word of ours holds no quotation mark.
        phrase = '"{}"{}'.format(" ".join(option.words), "*" if option.begins else "")
        return f"title : {phrase}" if in_title else phrase

    def tidy(self, connection: Connection) -> None:
        connection.execute(text("INSERT INTO search_fts (search_fts) VALUES ('optimize')"))


class TsVector(FullText):
    both, either, without = " & ", " | ", "({}) & !({})"
    read = (
        "SELECT id, title, body, other FROM search_fts WHERE words @@ CAST(%(words)s AS tsquery)"
        " AND id > %(above)s AND id < %(below)s ORDER BY id DESC LIMIT %(most)s"
    )
    # What is known of words is how common they are anywhere. Where they shall stand in the title the planner expected many
    # and walked all ideas for a few (125 ms among 152,322): an order that is no index's has the words found first.
    read_of_titles = read.replace("ORDER BY id DESC", "ORDER BY id + 0 DESC")
    number = "SELECT count(*) FROM (SELECT id FROM search_fts WHERE words @@ CAST(%(words)s AS tsquery) LIMIT %(most)s) AS found"
    # Planned for the words each time: rare ones are found by the index of words, common ones by walking the newest. A plan
    # for any words, which PostgreSQL makes of what is prepared, walks for the rare ones too: seconds among 467,000.
    options: ClassVar[dict] = {"prepare": False}
    whole = text("SELECT id, title, body, other FROM search_fts")
    remove = text("DELETE FROM search_fts WHERE id = :id")
    remove_between = text("DELETE FROM search_fts WHERE id > :above AND id < :below")
    write = text(
        "INSERT INTO search_fts (id, title, body, other, words)"
        " VALUES (:id, :title, :body, :other, CAST(:words AS tsvector))"
    )
    # A tsvector counts positions up to here; between two texts there is room, so that no phrase reaches over.
    _last, _gap = 16_383, 10

    def values(self, row: Row) -> dict:
        return {"id": row.id, "title": row.title, "body": row.body, "other": row.other, "words": self._vector(row)}

    def _vector(self, row: Row) -> str:
        places: dict[str, list[str]] = {}
        at = 1
        for words, weight in ((row.title, "A"), (row.body, "B"), (row.other, "C"), (row.scope, "D")):
            for word in words.split():
                places.setdefault(word, []).append(f"{min(at, self._last)}{weight}")
                at += 1
            at += self._gap
        return " ".join(f"'{word}':{','.join(where[:200])}" for word, where in places.items())

    def _option(self, option: Option, in_title: bool) -> str:
        marks = ("*" if option.begins else "") + ("A" if in_title else "")
        *before, last = (f"'{word}'" for word in option.words)
        weight = ":A" if in_title else ""
        return f"({' <-> '.join([*(word + weight for word in before), last + (':' + marks if marks else '')])})"


_OF_DIALECT = {"sqlite": Fts5(), "postgresql": TsVector()}


def full_text(dialect_name: str) -> FullText:
    return _OF_DIALECT[dialect_name]
