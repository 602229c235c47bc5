"""What search and similarity keep of the big site's texts, made by a second process while the first one writes rows."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from ideaboard.foundation.dialects_text import full_text
from ideaboard.models import SimilarFresh, SimilarShape
from ideaboard.search.documents import IDEA, document
from ideaboard.similar.shapes import shape_of
from ideaboard.transfer.bulk_rows import write_rows

WORTH_IT = 5_000  # ideas: below, the second process takes longer to start than it saves
AT_ONCE = 2_000

Text = tuple[int, int, int, str, str, str]  # kind, id of the row, its board, title, Markdown, HTML


def made_of(texts: list[Text]) -> tuple[list, list]:
    """(documents of search, [(idea, its board, its shape for similarity)])"""
    documents = [document(kind, row, board, title, [html]) for kind, row, board, title, _, html in texts]
    shapes = [(row, board, shape_of(title, body)) for kind, row, board, title, body, _ in texts if kind == IDEA]
    return documents, shapes


@dataclass
class Documents:
    """`add` texts as they are made; `write` them at the end into the indexes, which are empty."""

    beside: bool
    texts: list[Text] = field(default_factory=list)
    made: list[Callable[[], tuple[list, list]]] = field(default_factory=list)
    pool: ProcessPoolExecutor | None = None

    def __post_init__(self):
        if self.beside:
            self.pool = ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))

    def add(self, *text) -> None:
        self.texts.append(text)
        if len(self.texts) >= AT_ONCE:
            self._hand_over()

    def _hand_over(self) -> None:
        texts, self.texts = self.texts, []
        self.made.append(self.pool.submit(made_of, texts).result if self.pool else lambda: made_of(texts))

    def write(self, session: Session, progress: Callable[[int], None]) -> None:
        self._hand_over()
        connection = session.connection()
        index = full_text(connection.dialect.name)
        for made in self.made:
            rows, shapes = made()
            index.put(connection, rows)
            write_rows(session, SimilarShape, ("idea_id", "board_id", "shape"), shapes)
            write_rows(session, SimilarFresh, ("idea_id",), ((idea,) for idea, _, _ in shapes))
            progress(len(rows))
        index.tidy(connection)
        if self.pool:
            self.pool.shutdown()
