"""What search keeps of the big site's texts, made by a second process while the first one writes rows."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field

from sqlalchemy import Connection

from ideaboard.foundation.dialects_text import full_text
from ideaboard.search.documents import document

WORTH_IT = 5_000  # ideas: below, the second process takes longer to start than it saves
AT_ONCE = 2_000

Text = tuple[int, int, int, str, str]  # kind, id of the row, its board, title, HTML


def documents_of(texts: list[Text]) -> list:
    return [document(kind, row, board, title, [html]) for kind, row, board, title, html in texts]


@dataclass
class Documents:
    """`add` texts as they are made; `write` them at the end into the index, which is empty."""

    beside: bool
    texts: list[Text] = field(default_factory=list)
    made: list[Callable[[], list]] = field(default_factory=list)
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
        self.made.append(self.pool.submit(documents_of, texts).result if self.pool else lambda: documents_of(texts))

    def write(self, connection: Connection, progress: Callable[[int], None]) -> None:
        self._hand_over()
        index = full_text(connection.dialect.name)
        for made in self.made:
            rows = made()
            index.put(connection, rows)
            progress(len(rows))
        index.tidy(connection)
        if self.pool:
            self.pool.shutdown()
