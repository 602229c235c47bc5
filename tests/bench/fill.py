"""Make a big site: `python -m tests.bench.fill --ideas 152322 [--database-url URL | --file new.db] [--seed 4]`.

Deterministic, through the bulk loader (ideaboard/transfer/bulk_rows.py), into a database that holds nothing yet. It
takes some three minutes at full size.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from sqlalchemy import select

from config import Settings
from ideaboard import create_app
from ideaboard.extensions import db
from ideaboard.foundation.database import end_reading, transaction
from ideaboard.models import (
    Board,
    BoardMember,
    Comment,
    Delivery,
    Event,
    Follow,
    Idea,
    Notification,
    Person,
    Site,
    Status,
    StatusChange,
    Vote,
)
from ideaboard.models.vocabulary import Audience, BoardRole, SiteRole
from ideaboard.search.documents import COMMENT
from ideaboard.similar.folding import LARGEST, fold
from ideaboard.transfer.bulk_rows import filling, insert_rows, number_on, write_rows
from tests.bench import rows as shapes
from tests.bench.documents import AT_ONCE
from tests.bench.history import BOARDS, DAY, FULL_SIZE, LISTED_ONE_IN, PRIVATE, STAFF, History
from tests.bench.rows import Rows, entries_of, html_of, moment

BATCH = 4_000  # ideas a transaction
FILLED = (Person, Idea, StatusChange, Vote, Follow, Comment, Event, Delivery, Notification)
_NAMES = "Drinks Food Shops App Inside".split()
_COLLEAGUES = 250


def fill(app: Flask, ideas: int, *, seed: int = 4, now: datetime | None = None, shown: bool = True) -> None:
    """Migrate and fill the empty database of `app`. The same seed and `now` give the same rows."""
    now = now or datetime(2026, 11, 20, 12, tzinfo=UTC)
    with app.app_context(), _progress(shown) as bar:
        upgrade()
        history = History(ideas, now.timestamp(), seed)
        with filling(*FILLED):
            _people_and_boards(history, bar)
            found = _ideas(history, bar)
            _comments(history, found, bar)
            _events(history, found, bar)
            _search(history, found, bar)
            task = bar.add_task("indexes", total=1)
        bar.update(task, completed=1)
        end_reading()
        db.session.remove()
        db.engine.dispose()


def _progress(shown: bool) -> Progress:
    return Progress(
        TextColumn("{task.description:>16}"), BarColumn(), MofNCompleteColumn(), TaskProgressColumn(),
        TimeElapsedColumn(), disable=not shown,
    )  # fmt: skip


def _write(bar: Progress, name: str, total: int, model, columns: Sequence[str], rows: Iterable[Sequence]) -> None:
    """One table in one transaction, its bar moving."""

    def counted():
        task = bar.add_task(name, total=total)
        for n, row in enumerate(rows, 1):
            if not n % 2000:
                bar.update(task, completed=n)
            yield row
        bar.update(task, completed=total)

    with transaction() as session:
        write_rows(session, model, columns, counted())


def _people_and_boards(history: History, bar: Progress) -> None:
    columns = "id display_name email site_role is_moderator avatar_seed locale created_at".split()

    def people():
        for n, joined in enumerate(history.joined, 1):
            colleague = STAFF < n <= STAFF + _COLLEAGUES
            role = SiteRole.ADMIN if n == 1 else SiteRole.COLLEAGUE if colleague or n <= STAFF else SiteRole.MEMBER
            locale = "de" if n % 3 == 0 else None
            yield n, f"Person {n}", f"person{n}@example.org", role, n == 2, f"bench {n}", locale, moment(joined)

    _write(bar, "people", history.people, Person, columns, people())
    since = moment(history.now - 3_660 * DAY)
    words = "We read everything. What safety and the law ask for stays as it is. A small team decides with the shops."
    briefs = {f"brief_{part}": words for part in ("asks", "fixed", "decides", "hear")}
    with transaction() as session:
        session.merge(Site(id=1, name="Corner Coffee"))
        insert_rows(
            session,
            Board,
            (
                briefs | {
                    "id": n, "slug": name.lower(), "name": name, "owner_id": 1 + n, "position": n, "created_at": since,
                    "promise_votes": shapes.PROMISE_VOTES,
                    "who_may_see": Audience.LISTED if n == PRIVATE else Audience.EVERYONE,
                }
                for n, name in enumerate(_NAMES, 1)
            ),
        )  # fmt: skip
        staff = [(board, 1 + board + more, BoardRole.STAFF) for board in range(1, BOARDS + 1) for more in (0, BOARDS)]
        listed = [(PRIVATE, n, BoardRole.LISTED) for n in range(LISTED_ONE_IN, history.people + 1, LISTED_ONE_IN)]
        write_rows(session, BoardMember, ("board_id", "person_id", "role"), staff + listed)
        number_on(session, Board)


def _ideas(history: History, bar: Progress) -> Rows:
    statuses = dict(db.session.execute(select(Status.stage, Status.id)).tuples().all())
    end_reading()
    found, task = Rows(history, statuses), bar.add_task("ideas and votes", total=history.ideas)
    for first in range(1, history.ideas + 1, BATCH):
        last = min(first + BATCH, history.ideas + 1)
        for number in range(first, last):
            found.add(history.life(number))
            if not number % 500:
                bar.update(task, completed=number)
        with transaction() as session:
            write_rows(session, Idea, shapes.IDEA, found.ideas)
            write_rows(session, StatusChange, shapes.CHANGE, found.changes)
            write_rows(session, Vote, shapes.VOTE, found.votes)
            write_rows(session, Follow, shapes.FOLLOW, found.follows)
        found.clear()
    bar.update(task, completed=history.ideas)
    return found


def _comments(history: History, found: Rows, bar: Progress) -> None:
    """In the order of time; `found.comments` becomes {(idea, place): id}."""
    ordered = sorted(found.comments)
    ids = {(idea, place): number for number, (_, idea, place, _, _) in enumerate(ordered, 1)}
    parents = {(idea, place): parent for _, idea, place, _, parent in ordered}
    chance, texts = random.Random(f"{history.seed} comments"), found.texts

    def rows():
        for at, idea, place, author, parent in ordered:
            root = parent
            while root is not None and (above := parents[idea, root]) is not None:
                root = above
            body = texts.paragraph(chance, texts.of(chance), chance.expovariate(1 / 18))
            parent_id, root_id = (None, None) if parent is None else (ids[idea, parent], ids[idea, root])
            html = html_of(body)
            found.documents.add(COMMENT, ids[idea, place], found.boards[idea - 1], "", "", html)
            yield (
                ids[idea, place], idea, author, parent_id, root_id, body, html, shapes.RENDERER_VERSION, moment(at)
            )  # fmt: skip

    _write(bar, "comments", len(ordered), Comment, shapes.COMMENT, rows())
    found.comments = ids


def _events(history: History, found: Rows, bar: Progress) -> None:
    events = sorted(found.events, key=lambda event: event[0])

    def rows():
        for number, (at, kind, actor, board, idea, change, comment, facts, origin, told) in enumerate(events, 1):
            done = moment(min(at + 60, history.now)) if origin == "here" else None
            up_to = max((one[0] for one in told), default=0)
            comment_id = found.comments[comment] if comment else None
            yield number, kind, moment(at), actor, board, idea, change, comment_id, facts, origin, up_to, done

    _write(bar, "events", len(events), Event, shapes.EVENT, rows())
    deliveries, notifications = entries_of(events, history.now, history.seed)
    _write(bar, "deliveries", 0, Delivery, shapes.DELIVERY, deliveries)
    entries = sum(len(event[9]) for event in events)
    _write(bar, "inboxes", entries, Notification, shapes.NOTIFICATION, notifications)


def _search(history: History, found: Rows, bar: Progress) -> None:
    """The indexes of search and of similar ideas; they are empty since the migrations that made them."""
    documents = found.documents
    task = bar.add_task("search", total=len(documents.made) * AT_ONCE + len(documents.texts))
    with transaction() as session:
        documents.write(session, lambda number: bar.advance(task, number))
    task, now = bar.add_task("similar", total=history.ideas), moment(history.now)
    while fold(now, 1):
        bar.advance(task, LARGEST)
    bar.update(task, completed=history.ideas)


def main() -> None:
    parser = argparse.ArgumentParser(prog="fill", description=__doc__)
    parser.add_argument("--ideas", type=int, default=FULL_SIZE)
    parser.add_argument("--seed", type=int, default=4)
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--file", type=Path, help="a SQLite file that is not there yet")
    where.add_argument("--database-url", help="an empty database")
    asked = parser.parse_args()
    if asked.file and asked.file.exists():
        sys.exit(f"{asked.file} exists already: remove it or name another file.")
    url = asked.database_url or f"sqlite:///{asked.file.resolve()}"
    app = create_app(Settings.read({"DATABASE_URL": url, "SECRET_KEY": "bench-" * 8}))
    began = time.monotonic()
    fill(app, asked.ideas, seed=asked.seed)
    print(f"{asked.ideas} ideas in {time.monotonic() - began:.1f} s")


if __name__ == "__main__":
    main()
