"""Imports point down only (docs/architecture.md). A kind message says where a line should go instead."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FLOORS = [
    {"extensions", "foundation"},
    {"models"},
    {"events", "permissions", "shapes", "search", "similar"},
    {"accounts", "boards", "following", "voting", "ideas", "discussion", "workflow", "merging", "moderation"},
    {"notifications", "transfer", "site", "webhooks", "stories", "roadmap", "feeds", "insights", "simulation"},
    {"web"},
    {"doors"},
    {"registry", "__init__", "serving"},
]
# Between rooms of verbs, beyond accounts and boards, which all may use.
ARROWS = {
    ("voting", "following"),
    ("ideas", "voting"),
    ("ideas", "following"),
    ("ideas", "discussion"),
    ("discussion", "following"),
    ("workflow", "following"),
    ("merging", "voting"),
    ("merging", "ideas"),
    ("merging", "following"),
}
DOORS = ("views.py", "forms.py", "commands.py")
DOOR_ROOMS = {"jobs", "admin", "cli", "patterns"}
WEB_ONLY = {"flask", "flask_login", "htmx_flask", "wtforms", "flask_wtf"}
VERB_ROOMS = FLOORS[3]


def files():
    return sorted((ROOT / "ideaboard").rglob("*.py"))


def room_of(path: Path) -> str:
    parts = path.relative_to(ROOT / "ideaboard").parts
    return parts[0].removesuffix(".py")


def is_door(path: Path) -> bool:
    return path.name.endswith(DOORS) or room_of(path) in DOOR_ROOMS or "/demo/" in str(path) and path.name == "bar.py"


def floor_of(path: Path) -> int:
    room = "doors" if is_door(path) else room_of(path)
    for number, rooms in enumerate(FLOORS):
        if room in rooms:
            return number
    raise AssertionError(f"{path.relative_to(ROOT)}: the room {room!r} stands on no floor; give it one in {__file__}")


def imports_of(path: Path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, node.lineno
            if node.module.startswith("ideaboard"):
                yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def file_of(module: str) -> Path | None:
    place = ROOT / Path(*module.split("."))
    if place.with_suffix(".py").exists():
        return place.with_suffix(".py")
    return place / "__init__.py" if (place / "__init__.py").exists() else None


@pytest.mark.parametrize("path", files(), ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_point_down(path):
    floor, room = floor_of(path), room_of(path)
    for module, line in imports_of(path):
        target = file_of(module) if module.startswith("ideaboard.") else None
        if target is None or target == path or target.name == "__init__.py" and room_of(target) == room:
            continue
        where = f"{path.relative_to(ROOT)}:{line} imports {module}"
        assert floor_of(target) <= floor, f"{where}, which stands above it: pass it in, or listen to an event instead"
        other = room_of(target)
        if (
            not is_door(path)
            and room in VERB_ROOMS
            and other in VERB_ROOMS
            and other not in (room, "accounts", "boards")
        ):
            assert (room, other) in ARROWS, f"{where}: the arrow {room} → {other} is not in docs/architecture.md"


@pytest.mark.parametrize("path", files(), ids=lambda p: str(p.relative_to(ROOT)))
def test_only_doors_know_the_web(path):
    if floor_of(path) >= 5 or path.name == "extensions.py":
        return
    for module, line in imports_of(path):
        top = module.split(".")[0]
        assert top not in WEB_ONLY, (
            f"{path.relative_to(ROOT)}:{line} imports {top}: a verb gets what it needs as arguments"
        )


def test_only_the_database_commits():
    for path in files():
        if path.name == "database.py" and room_of(path) == "foundation":
            continue
        for number, line in enumerate(path.read_text().splitlines(), 1):
            assert ".commit()" not in line, f"{path.relative_to(ROOT)}:{number}: use transaction() or end_reading()"


def test_nothing_else_reads_the_environment():
    for path in [*files(), ROOT / "wsgi.py"]:
        if room_of(path) == "serving" if "ideaboard" in path.parts else False:
            continue
        assert "os.environ" not in path.read_text(), f"{path.name}: config.py reads the environment, nothing else"


def test_no_drawer_for_everything():
    bad = {"utils.py", "helpers.py", "misc.py", "common.py"}
    assert not [p for p in files() if p.name in bad]


def test_only_the_dialects_ask_which_database():
    for path in files():
        if path.name in ("dialects.py", "dialects_bulk.py", "dialects_sql.py", "dialects_text.py", "database.py"):
            continue
        text = path.read_text()
        for word in ("dialect.name ==", "dialect_name() ==", '== "sqlite"', "== 'sqlite'"):
            assert word not in text, f"{path.relative_to(ROOT)}: ask foundation/dialects.py instead of {word!r}"
