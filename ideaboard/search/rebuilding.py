"""The whole index from the rows, in batches: for the migration that makes it, for bulk loaders, and to mend it."""

from collections.abc import Callable, Iterator

from sqlalchemy import Connection, func, select, text

from ideaboard.extensions import db
from ideaboard.foundation.database import dialect_name, end_reading, transaction
from ideaboard.foundation.dialects_text import Row, full_text
from ideaboard.models import Comment, Idea, StatusChange
from ideaboard.search.documents import ANSWER, COMMENT, IDEA, above, document, number_of
from ideaboard.search.indexing import index_answers, index_comments, index_ideas

BATCH = 5_000
# Named columns and no models: a migration runs on tables as they were then.
_ADDED = "SELECT idea_id, html FROM idea_addition ORDER BY id"
_SOURCES = {
    IDEA: "SELECT id, board_id, title, body_html AS html FROM idea WHERE taken_back_at IS NULL AND id > :after",
    ANSWER: "SELECT c.id, i.board_id, '' AS title, c.html FROM status_change c JOIN idea i ON i.id = c.idea_id"
    " WHERE c.text <> '' AND NOT c.is_ready_sentence AND c.id > :after",
    COMMENT: "SELECT c.id, i.board_id, '' AS title, c.html FROM comment c JOIN idea i ON i.id = c.idea_id"
    " WHERE c.deleted_at IS NULL AND c.id > :after",
}


def fill(connection: Connection, progress: Callable[[int], None] = lambda documents: None) -> int:
    """Write every document into an empty index, in the open transaction; -> how many."""
    index, written = full_text(connection.dialect.name), 0
    for batch in _documents(connection):
        index.put(connection, batch)
        written += len(batch)
        progress(len(batch))
    if written:
        index.tidy(connection)
    return written


def drift(connection: Connection) -> int:
    """How many documents are missing, say something else than their row, or are of none. Reads only."""
    rows = full_text(connection.dialect.name).everything(connection)
    there = {number: hash((title, body, other)) for number, title, body, other in rows}
    wrong = 0
    for batch in _documents(connection):
        wrong += sum(there.pop(one.id, None) != hash((one.title, one.body, one.other)) for one in batch)
    return wrong + len(there)


def _documents(connection: Connection) -> Iterator[list[Row]]:
    added: dict[int, list[str]] = {}
    for idea_id, html in connection.execute(text(_ADDED)):
        added.setdefault(idea_id, []).append(html)
    for kind, source in _SOURCES.items():
        for batch in _batches(connection, source + " ORDER BY 1 LIMIT :most"):
            more = added if kind == IDEA else {}
            yield [document(kind, row.id, row.board_id, row.title, [row.html, *more.get(row.id, ())]) for row in batch]


def _batches(connection: Connection, query: str) -> Iterator[list]:
    after = 0
    while batch := connection.execute(text(query), {"after": after, "most": BATCH}).all():
        yield batch
        after = batch[-1].id


_KINDS = ((IDEA, Idea, index_ideas), (ANSWER, StatusChange, index_answers), (COMMENT, Comment, index_comments))
AT_ONCE = 500  # rows a transaction: the web waits meanwhile, at most a quarter of a second


def rebuild(progress: Callable[[int], None] = lambda rows: None) -> int:
    """Make every document anew beside the running site, in short transactions; -> how many rows were read. Raises Busy."""
    index, done = full_text(dialect_name()), 0
    for kind, model, index_rows in _KINDS:
        after, last = 0, 0
        while last is not None:
            ids = list(db.session.scalars(select(model.id).where(model.id > after).order_by(model.id).limit(AT_ONCE)))
            last = ids[-1] if ids else None
            end_reading()
            with transaction() as session:
                # What lies between is of rows that are gone.
                below = above(kind + 1) if last is None else number_of(kind, last + 1)
                index.clear(session.connection(), number_of(kind, after), below)
                index_rows(ids)
            after = last or after
            done += len(ids)
            progress(len(ids))
    with transaction() as session:
        index.tidy(session.connection())
    return done


def rows_to_read() -> int:
    """How many rows `rebuild` reads."""
    found = sum(db.session.scalar(select(func.count()).select_from(model)) for _, model, _ in _KINDS)
    end_reading()
    return found
