"""Every route declares its gate; what is named is documented."""

import re
from pathlib import Path

import pytest

from ideaboard.events.kinds import KINDS
from ideaboard.permissions import PERMISSIONS

ROOT = Path(__file__).parents[2]


def test_every_route_declares_its_gate(session_app):
    naked = [
        str(rule)
        for rule in session_app.url_map.iter_rules()
        if getattr(session_app.view_functions[rule.endpoint], "gate", None) is None
    ]
    assert not naked, f"these routes say to nobody who may: {naked}; declare @gate(…)"


def test_only_token_routes_are_exempt_from_the_same_origin_rule(session_app):
    exempt = {
        rule.endpoint
        for rule in session_app.url_map.iter_rules()
        if session_app.view_functions[rule.endpoint].gate.token_route
    }
    for endpoint in exempt:
        assert session_app.view_functions[endpoint].gate.permission == "token.holder", endpoint


def test_every_permission_is_documented():
    text = (ROOT / "docs/permissions.md").read_text()
    for name, (who, _rule) in PERMISSIONS.items():
        assert f"| `{name}` | {who} |" in text, f"docs/permissions.md lacks `{name}` | {who}"
    assert set(re.findall(r"^\| `([a-z._]+)`", text, re.M)) == set(PERMISSIONS)


def test_every_route_is_documented_with_its_permission(session_app):
    """docs/permissions.md lists them; `python3 -m tests.house.routes` writes the table anew."""
    from tests.house.routes import table

    assert table(session_app) in (ROOT / "docs/permissions.md").read_text(), "run: python3 -m tests.house.routes"


def test_every_event_is_documented():
    text = (ROOT / "docs/events.md").read_text()
    for name, words in KINDS.items():
        assert f"| `{name}` | {words} |" in text, f"docs/events.md lacks `{name}`"


def test_every_setting_is_documented():
    from dataclasses import fields

    from config import Settings

    text = (ROOT / "docs/operating.md").read_text()
    names = {field.metadata["env"] for field in fields(Settings)}
    assert set(re.findall(r"^\| `([A-Z_]+)` \|", text, re.M)) == names


def test_every_command_is_documented(session_app):
    text = (ROOT / "docs/operating.md").read_text()
    from ideaboard.registry import COMMANDS

    for command in COMMANDS:
        assert f"`flask --app wsgi {command.name}" in text, f"docs/operating.md lacks the command {command.name}"


def test_every_budget_is_documented():
    from ideaboard.web.throttle import BUDGETS

    text = (ROOT / "docs/operating.md").read_text()
    for name, (limit, seconds) in BUDGETS.items():
        assert f"| `{name}` | {limit} | {seconds} |" in text, f"docs/operating.md lacks the budget {name}"


TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: str(p.relative_to(ROOT / "templates")))
def test_templates_say_what_they_need_and_hold_nothing_inline(path):
    text = path.read_text()
    first = text.splitlines()[0]
    if path.parent.name != "components":
        assert first.startswith("{#"), f"{path.name}: the first line is a comment that says what it needs"
    if "mail" not in path.parts:
        assert " style=" not in text, f"{path}: styles come from tokens and classes"
    assert not re.search(r"\son[a-z]+=", text), f"{path}: no inline script"
    assert "<script>" not in text
    assert not re.search(r"(?:href|action|src)=\"/", text), f"{path}: links come from url_for, so that a sub-path works"


def test_hx_words_of_the_server_live_in_one_file():
    for path in (ROOT / "ideaboard").rglob("*.py"):
        if path.name != "swap.py":
            assert '"HX-' not in path.read_text(), f"{path.relative_to(ROOT)}: htmx headers live in web/swap.py"
