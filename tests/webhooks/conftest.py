"""What tests of calls out share: sinks that may be called although they are on this machine."""

from dataclasses import replace

import pytest

from ideaboard.events.record import record
from ideaboard.extensions import db
from ideaboard.foundation.database import end_reading, transaction
from ideaboard.foundation.settings import settings
from ideaboard.models import Webhook, WebhookCall
from ideaboard.webhooks.claims import claim_due
from ideaboard.webhooks.offers import kinds_of
from ideaboard.webhooks.sending import make_call
from ideaboard.webhooks.signing import new_salt
from tests.conftest import NOW
from tests.webhooks.sinks import Sink


@pytest.fixture
def loopback(app):
    """The operator allowed this machine."""
    settings.fill(replace(app.config["SETTINGS"], outbound_allow="127.0.0.0/8, ::1/128"))


@pytest.fixture
def sink(loopback):
    with Sink() as one:
        yield one


@pytest.fixture
def happen(app, cast):
    """happen(kind, idea=…, …) -> an Event of now, written as a verb writes it."""

    def write(kind, *, actor=None, at=NOW, **what):
        end_reading()
        with transaction() as session:
            event = record(kind, actor=actor, at=at, **what)
            session.flush()
        return event

    return write


@pytest.fixture
def webhook(app, cast):
    """webhook(url=…, kinds=[…], shape=…, board=…) -> the row."""

    def make(url="http://127.0.0.1:9/", kinds_=None, *, shape="standard", board=None, **columns):
        row = Webhook(
            name=columns.pop("name", "Another system"),
            url=url,
            shape=shape,
            kinds=kinds_ or list(kinds_of(shape)),
            board_id=board.id if board else None,
            salt=new_salt(),
            created_by_id=cast.root.id,
            created_at=NOW,
            **columns,
        )
        db.session.add(row)
        db.session.commit()
        return row

    return make


@pytest.fixture
def send(app):
    """send(now) -> what became of each call that was due then."""

    def all_due(now=NOW):
        end_reading()
        states = []
        while (call_id := claim_due("test", now)) is not None:
            states.append(make_call(call_id, "test", now))
        return states

    return all_due


@pytest.fixture
def calls(app):
    """calls() -> the rows of the log as they are now."""

    def rows():
        db.session.rollback()
        found = db.session.execute(
            db.select(WebhookCall).order_by(WebhookCall.id), execution_options={"populate_existing": True}
        ).scalars()
        found = list(found)
        db.session.commit()
        return found

    return rows
