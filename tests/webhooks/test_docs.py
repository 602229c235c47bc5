"""docs/webhooks.md says what is so: its verifier verifies, its tables are those of the code."""

import re
import runpy
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ideaboard.models import Webhook
from ideaboard.webhooks.chats import LAUNCH_EMOJI
from ideaboard.webhooks.offers import ANNOUNCED, OFFERED
from ideaboard.webhooks.signing import headers_of, secret_of

TEXT = (Path(__file__).parents[2] / "docs/webhooks.md").read_text()


@pytest.fixture
def is_ours(tmp_path):
    code = next(block for block in re.findall(r"```python\n(.*?)```", TEXT, re.S) if "def is_ours" in block)
    (tmp_path / "verifier.py").write_text(code)
    return runpy.run_path(str(tmp_path / "verifier.py"))["is_ours"]


def test_the_verifier_of_the_page_verifies(app, is_ours):
    at = datetime.fromtimestamp(time.time(), UTC)
    body = '{"type":"idea.submitted","text":"ü"}'.encode()
    headers = headers_of(Webhook(salt="a"), "msg_1", at, body)
    assert is_ours(secret_of("a"), headers, body)
    assert not is_ours(secret_of("b"), headers, body)
    assert not is_ours(secret_of("a"), headers, body + b" ")
    old = headers | {"webhook-timestamp": str(int(at.timestamp()) - 600)}
    assert not is_ours(secret_of("a"), old, body)


def test_every_event_on_offer_stands_in_its_table():
    rows = {
        kind: line for line in TEXT.splitlines() if line.startswith("| `") for kind in re.findall(r"`(\w+\.\w+)`", line)
    }
    assert set(rows) - {"webhook.test"} == set(OFFERED)
    for kind in OFFERED:
        assert rows[kind].rstrip("| ").endswith("yes") == (kind in ANNOUNCED), kind


def test_the_emoji_are_those_of_the_table():
    shown = re.findall(r"^\| (?:fewer than |)([\d,]+)[^|]*\| (\S+) \|$", TEXT, re.M)
    assert [emoji for _, emoji in shown if not emoji.isascii()] == [emoji for _, emoji in reversed(LAUNCH_EMOJI)]
