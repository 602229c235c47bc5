"""What tests of hearing back share: statuses, a change beside its event, a post box that remembers."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ideaboard.events import kinds
from ideaboard.events.record import record
from ideaboard.extensions import db
from ideaboard.following.follows import add_reason
from ideaboard.foundation.database import end_reading, transaction
from ideaboard.foundation.post import NotNow, Refused
from ideaboard.models import Comment, Event, Mention, Status, StatusChange
from ideaboard.models.vocabulary import Reason
from ideaboard.notifications.sending import send_one
from tests.conftest import NOW
from tests.notifications.relay import Relay

ROOT = Path(__file__).resolve().parents[2]


class Remembering:
    """A post box at the edge: keeps what it is given, or refuses as it is told."""

    def __init__(self):
        self.sent = []
        self.answers = {}  # address: what to raise

    def send(self, message, sender, recipient):
        if recipient in self.answers:
            raise self.answers[recipient]
        self.sent.append(message)

    def close(self):
        pass

    def to(self, address):
        return [m for m in self.sent if m["To"].addresses[0].addr_spec == address]

    refuse = staticmethod(lambda words="550 5.1.1 no such user": Refused(words))
    not_now = staticmethod(lambda words="450 later", **facts: NotNow(words, **facts))


@pytest.fixture
def post():
    return Remembering()


@pytest.fixture
def status_of(app):
    """status_of('reviewed') -> the status row of a stage, planted when missing."""

    def find(stage):
        row = db.session.execute(db.select(Status).where(Status.stage == stage)).scalars().first()
        if row is None:
            row = Status(stage=stage)
            db.session.add(row)
        db.session.commit()
        return row

    return find


@pytest.fixture
def change_to(cast, status_of):
    """change_to(idea, 'reviewed', 'want', text=…) -> the StatusChange, with its event, as workflow writes them."""

    def change(idea, stage, outcome=None, *, text="From June oat costs what milk costs.", at=NOW, by=None, **columns):
        status = status_of(stage)
        by = by or cast.ada
        end_reading()
        with transaction() as session:
            row = StatusChange(
                idea_id=idea.id,
                status_id=status.id,
                stage=stage,
                outcome=outcome,
                text=text,
                html=columns.pop("html", f"<p>{text}</p>"),
                actor_id=by.id,
                changed_at=at,
                **columns,
            )
            session.add(row)
            session.flush()
            record(kinds.IDEA_STATUS_CHANGED, actor=by, at=at, idea=session.merge(idea, load=False), change=row)
        return row

    return change


@pytest.fixture
def say(cast):
    """say(idea, person, 'words', to=…, mentions=[…]) -> the Comment, with its event."""

    def post_comment(idea, author, body="Tuesdays, please.", *, to=None, mentions=(), at=NOW):
        end_reading()
        with transaction() as session:
            comment = Comment(
                idea_id=idea.id,
                author_id=author.id,
                body=body,
                html=f"<p>{body}</p>",
                posted_at=at,
                parent_id=to.id if to else None,
                root_id=(to.root_id or to.id) if to else None,
            )
            session.add(comment)
            session.flush()
            session.add_all(Mention(comment_id=comment.id, person_id=person.id) for person in mentions)
            add_reason(idea.id, author.id, Reason.COMMENTER, at)
            session.add(
                Event(
                    kind=kinds.COMMENT_POSTED,
                    happened_at=at,
                    actor_id=author.id,
                    idea_id=idea.id,
                    board_id=idea.board_id,
                    comment_id=comment.id,
                )
            )
        return comment

    return post_comment


@pytest.fixture
def follows(app):
    """follows(idea, person, Reason.VOTER): the person follows."""

    def add(idea, *people, reason=Reason.VOTER, at=NOW):
        with transaction():
            for person in people:
                add_reason(idea.id, person.id, reason, at)

    return add


@pytest.fixture
def send(app, post):
    """Send every due delivery to `post`; returns what became of each."""

    def all_due(now):
        end_reading()
        states = []
        while (sent := send_one("test", now, post)) is not None:
            states.append(sent.state)
        return states

    return all_due


@pytest.fixture
def relay():
    with Relay() as server:
        yield server


@pytest.fixture
def start(own_app, relay, tmp_path):
    """start(lease=1, offset=0) -> a worker process on own_app's database, its clock wrong by `offset` seconds; whatever is
    left is killed at the end."""
    settings = own_app.config["SETTINGS"]
    environ = os.environ | {
        "DATABASE_URL": settings.database_url,
        "SECRET_KEY": settings.secret_key,
        "DATA_DIR": str(tmp_path),
        "SMTP_URL": relay.url,
        "BUNDLE_SECONDS": "0",
        "PYTHONPATH": str(ROOT),
    }
    running = []

    def go(*, lease: int = 1, offset: int = 0):
        command = [sys.executable, str(Path(__file__).with_name("killable.py")), str(lease)]
        running.append(subprocess.Popen(command, cwd=ROOT, env=environ | {"CLOCK_OFFSET": str(offset)}))
        return running[-1]

    yield go
    for process in running:
        process.kill()
        process.wait()
