"""Sites of a size: made once, kept where `--sites` says, copied for each run; and who is signed in there."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from config import Settings
from ideaboard import create_app
from ideaboard.accounts.sessions import LASTS
from ideaboard.extensions import db
from ideaboard.foundation.database import end_reading, transaction
from ideaboard.foundation.tokens import hash_token
from ideaboard.ideas.listing import Filter, page_of
from ideaboard.models import Board, Idea, Notification, Person, SignedIn
from ideaboard.models.vocabulary import SiteRole
from ideaboard.transfer.bulk_rows import insert_rows, number_on
from ideaboard.voting.ballot import cast_vote
from tests.bench.fill import fill
from tests.bench.served import SECRET
from tests.serving.conftest import ROOT

VOTERS = 400  # members who are there to vote, and have not yet
OPEN_IDEAS = 400  # for them to vote on
READERS = 24  # members with full inboxes
_FILLING = ("documents.py", "fill.py", "history.py", "rows.py", "words.py")
DEEP = 10_000  # ideas: where a deep page begins


@dataclass
class Site:
    """A site that will be driven. `voters`, `readers`: (person id, cookie header); `pairs` of (voter, idea) left."""

    ideas: int
    url: str
    app: Flask
    voters: list[tuple[int, str]] = field(default_factory=list)
    readers: list[tuple[int, str]] = field(default_factory=list)
    staff: str = ""
    open_ideas: list[int] = field(default_factory=list)
    used: int = 0

    def pairs(self, number: int) -> list[tuple[tuple[int, str], int]]:
        """The next (voter, idea id): no pair twice, no two of one voter or idea in a row."""
        first, self.used = self.used, self.used + number
        if self.used > len(self.voters) * len(self.open_ideas):
            raise RuntimeError("everybody has voted on everything")
        return [
            (self.voters[n % len(self.voters)], self.open_ideas[(n // len(self.voters) + n) % len(self.open_ideas)])
            for n in range(first, self.used)
        ]

    def vote(self, pair: tuple[int, int] | None = None) -> None:
        """Somebody votes, from another process than the server's: the deed's own cost is not the server's.

        `pair`: (person id, idea id), else the next of `pairs`.
        """
        person, idea = pair or next((voter[0], idea) for voter, idea in self.pairs(1))
        with self.app.app_context():
            by = db.session.get(Person, person)
            end_reading()
            cast_vote(idea, by, datetime.now(UTC))
            db.session.remove()

    def pairs_on(self, ideas: list[int]) -> list[tuple[int, int]]:
        """(person id, idea id), idea after idea, of those that a page shows and `pairs` leaves alone."""
        with self.app.app_context():
            wanted = Idea.id.in_(set(ideas) - set(self.open_ideas))
            found = [idea.id for idea in db.session.scalars(select(Idea).where(wanted)) if idea.is_open_for_votes]
            db.session.remove()
        return [(person, idea) for person, _ in self.voters for idea in found]

    def cursor(self, wanted: Filter) -> str | None:
        """Where the list goes on, deep down."""
        with self.app.app_context():
            found = page_of(wanted, None, size=min(DEEP, max(20, self.ideas // 2)))
            db.session.remove()
        return found.after

    def close(self) -> None:
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()


def edition() -> str:
    """What a kept site was made by: another schema or another way to fill it makes another site."""
    files = [*(ROOT / "migrations" / "versions").glob("*.py"), *(ROOT / "tests" / "bench" / name for name in _FILLING)]
    return hashlib.sha256(b"".join(file.read_bytes() for file in sorted(files))).hexdigest()[:8]


def application(url: str) -> Flask:
    return create_app(Settings.read({"DATABASE_URL": url, "SECRET_KEY": SECRET, "BUDGET_FACTOR": "100000"}))


def sqlite_site(ideas: int, kept: Path, folder: Path, shown: bool = True) -> Site:
    """A copy, in `folder`, of the site that `kept` has or now gets."""
    source = kept / f"ideaboard-{ideas}-{edition()}.db"
    if not source.exists():
        half = source.with_suffix(".half")
        half.unlink(missing_ok=True)
        fill(application(f"sqlite:///{half}"), ideas, shown=shown)
        with closing(sqlite3.connect(half)) as file:
            file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        half.rename(source)
    folder.mkdir(parents=True, exist_ok=True)
    copy = folder / "ideaboard.db"
    shutil.copy(source, copy)
    return signed_in(ideas, f"sqlite:///{copy}")


def made_site(ideas: int, url: str, shown: bool = True) -> Site:
    """The site in the empty database at `url`."""
    fill(application(url), ideas, shown=shown)
    return signed_in(ideas, url)


def _show_the_longest_talk(session: Session) -> None:
    """The idea with the thousand comments stands where everybody reads it: at 1,000 ideas chance puts it on the private
    board, and what was measured there as "idea with 1,000 comments", and growth held against, was one with 19."""
    longest = select(Idea.id).order_by(Idea.comments_count.desc(), Idea.id).limit(1).scalar_subquery()
    shown = select(Board.id).where(Board.visible_to(None)).order_by(Board.position).limit(1).scalar_subquery()
    session.execute(
        update(Idea)
        .where(Idea.id == longest, Idea.board_id.not_in(select(Board.id).where(Board.visible_to(None))))
        .values(board_id=shown),
        execution_options={"synchronize_session": False},
    )


def signed_in(ideas: int, url: str) -> Site:
    """Members and staff, signed in without the pages."""
    site = Site(ideas, url, application(url))
    now = datetime.now(UTC)
    with site.app.app_context():
        busiest = (
            select(Notification.person_id)
            .group_by(Notification.person_id)
            .order_by(func.count().desc())
            .limit(READERS * 8)
        )
        readers = list(db.session.scalars(busiest))[::8]
        staff = db.session.scalars(select(Person.id).where(Person.site_role == SiteRole.ADMIN)).first()
        first = db.session.scalar(select(func.max(Person.id))) + 1
        open_ones = select(Idea.id).where(Idea.visible_to(None), Idea.in_the_open(), Idea.status_id.is_(None))
        found = list(db.session.scalars(open_ones.order_by(Idea.id)))
        site.open_ideas = found[:: max(1, len(found) // OPEN_IDEAS)][:OPEN_IDEAS]
        end_reading()
        voters = list(range(first, first + VOTERS))
        with transaction() as session:
            _show_the_longest_talk(session)
            insert_rows(
                session,
                Person,
                (
                    {"id": n, "display_name": f"Voter {n}", "email": f"voter{n}@example.org", "created_at": now}
                    for n in voters
                ),
            )
            number_on(session, Person)
            everyone = {person: f"bench-session-{person}" for person in (*voters, *readers, staff)}
            insert_rows(
                session,
                SignedIn,
                (
                    {
                        "token_hash": hash_token(token), "person_id": person, "created_at": now - timedelta(days=1),
                        "expires_at": now + LASTS, "browser": "bench",
                    }
                    for person, token in everyone.items()
                ),
            )  # fmt: skip
        serializer = site.app.session_interface.get_signing_serializer(site.app)
        cookies = {
            person: "session=" + serializer.dumps({"_user_id": token, "_fresh": True})
            for person, token in everyone.items()
        }
        db.session.remove()
    site.voters = [(person, cookies[person]) for person in voters]
    site.readers = [(person, cookies[person]) for person in readers]
    site.staff = cookies[staff]
    return site
