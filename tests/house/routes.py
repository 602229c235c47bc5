"""The table of routes in docs/permissions.md: `python3 -m tests.house.routes` writes it anew."""

import re
import tempfile
from pathlib import Path

DOCUMENT = Path(__file__).parents[2] / "docs/permissions.md"
START, END = "<!-- routes -->\n", "<!-- end of routes -->"


def table(app) -> str:
    """Markdown rows: method, address, permission, remarks."""
    rows = []
    for rule in app.url_map.iter_rules():
        gate = app.view_functions[rule.endpoint].gate
        methods = ", ".join(sorted(rule.methods - {"HEAD", "OPTIONS"}))
        remark = "signed token, no same-origin rule" if gate.token_route else ""
        remark = "a guest is asked for an address" if gate.guests_pass else remark
        remark = "the same for everybody: a guest's view" if gate.as_guest else remark
        rows.append((str(rule), f"| {methods} | `{rule}` | `{gate.permission}` | {remark} |"))
    return "\n".join(
        ["| Method | Address | Permission | |", "|---|---|---|---|", *(row for _, row in sorted(set(rows)))]
    )


def main() -> None:
    from tests.conftest import make_app

    folder = Path(tempfile.mkdtemp())
    app = make_app(f"sqlite:///{folder / 'none.db'}", folder)
    text = DOCUMENT.read_text()
    new = re.sub(f"{START}.*?{END}", lambda _: f"{START}{table(app)}\n{END}", text, flags=re.S)
    DOCUMENT.write_text(new)


if __name__ == "__main__":
    main()
