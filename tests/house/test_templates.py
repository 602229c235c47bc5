"""Each template says in its first comment, by name, what it needs; what it uses and does not say fails here."""

import re
from pathlib import Path

import pytest
from jinja2 import meta, nodes

TEMPLATES = Path(__file__).parents[2] / "templates"
# `oob`: set by the htmx answers, which include a page's partial once more to swap it elsewhere on the page.
ALWAYS = {"oob", "caller", "self", "super", "loop", "config"}


@pytest.fixture(scope="module")
def given(session_app):
    """What every template is given: globals, and what the context processors add."""
    with session_app.test_request_context("/"):
        context: dict = {}
        session_app.update_template_context(context)
    return set(context) | set(session_app.jinja_env.globals) | ALWAYS


def made_in(tree: nodes.Template) -> set[str]:
    """Names that a template imports, sets or defines itself (blocks see those of the template)."""
    made = {node.name for node in tree.find_all(nodes.Macro)}
    made |= {node.name for node in tree.find_all(nodes.Name) if node.ctx == "store"}
    for node in tree.find_all(nodes.FromImport):
        made |= {name if isinstance(name, str) else name[1] for name in node.names}
    return made


@pytest.mark.parametrize(
    "path",
    [p for p in sorted(TEMPLATES.rglob("*.html")) if p.parent.name != "components"],
    ids=lambda p: str(p.relative_to(TEMPLATES)),
)
def test_a_template_names_what_it_needs(path, session_app, given):
    source = path.read_text()
    tree = session_app.jinja_env.parse(source)
    said = re.match(r"\{#(.*?)#\}", source, re.S)[1]
    used = meta.find_undeclared_variables(tree) - given - made_in(tree)
    silent = sorted(name for name in used if not re.search(rf"\b{re.escape(name)}\b", said))
    assert not silent, f"{path.relative_to(TEMPLATES)}: its first comment does not name {silent}"
