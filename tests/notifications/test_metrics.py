"""The operator's figures for a shell and for machines: no name, no address; for whom they are."""

import json
import re

import pytest

from ideaboard.foundation.database import transaction
from ideaboard.models import Delivery
from ideaboard.notifications.delivery_commands import deliveries
from tests.conftest import NOW

TOKEN = "a-token-of-twenty-and-more"


@pytest.fixture
def some(app, cast):
    vera = cast.vera.id
    failed = {"cause": "timeout", "last_error": "vera@example.org timed out", "attempts": 2}
    with transaction() as session:
        session.add(Delivery(kind="news", person_id=vera, message_key="a", created_at=NOW, due_at=NOW))
        session.add(
            Delivery(
                kind="code",
                address="x@example.org",
                message_key="b",
                created_at=NOW,
                due_at=NOW,
                state="refused",
                settled_at=NOW,
                **failed,
            )  # fmt: skip
        )
        session.add(Delivery(kind="news", person_id=vera, message_key="c", created_at=NOW, due_at=NOW, **failed))


def test_the_command_says_the_same_in_lines_and_json(app, some):
    said = app.test_cli_runner().invoke(deliveries)
    assert said.exit_code == 0, said.output
    assert "waiting: 2 (2 due, 0 later, 0 in digests, 0 sign-in codes, 1 tried again)" in said.output
    assert "The mail server does not answer in time [timeout]: 1 tried again, 0 not delivered" in said.output
    said = json.loads(app.test_cli_runner().invoke(deliveries, ["--json"]).output)
    assert (said["waiting"]["due"], said["causes"][0]["cause"], said["workers"]) == (2, "timeout", [])


def test_metrics_are_prometheus_text_without_people(guest, some):
    answer = guest.get("/metrics")
    assert answer.status_code == 200 and answer.content_type.startswith("text/plain; version=0.0.4")
    assert answer.headers["Cache-Control"] == "no-store" and "Set-Cookie" not in answer.headers
    assert 'ideaboard_mails_waiting{kind="due"} 2' in answer.text
    assert 'ideaboard_mails_trying{cause="timeout"} 1' in answer.text
    assert "@" not in answer.text and "Vera" not in answer.text
    for line in answer.text.splitlines():
        assert re.match(r'(# (HELP|TYPE) ideaboard_\w+ .+|ideaboard_\w+(\{\w+="\w+"\})? [\d.e+]+)$', line), line


def test_without_a_token_only_this_machine_reads_them(guest, some):
    assert guest.get("/metrics", environ_base={"REMOTE_ADDR": "192.0.2.5"}).status_code == 404
    assert guest.get("/metrics", headers={"X-Forwarded-For": "192.0.2.5"}).status_code == 404


def test_with_a_token_its_holder_reads_them_from_anywhere(app, guest, some, monkeypatch):
    monkeypatch.setattr(app.config["SETTINGS"], "metrics_token", TOKEN)
    there = {"REMOTE_ADDR": "192.0.2.5"}
    assert guest.get("/metrics").status_code == 404
    for wrong in ("", "Bearer", "Bearer é", f"Bearer {TOKEN}x", TOKEN):
        assert guest.get("/metrics", headers={"Authorization": wrong}, environ_base=there).status_code == 404
    right = {"Authorization": f"Bearer {TOKEN}"}
    assert guest.get("/metrics", headers=right, environ_base=there).status_code == 200
