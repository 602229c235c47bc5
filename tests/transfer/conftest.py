"""A small export of another tool, as rows, and the command that imports it."""

import csv
import gzip
import io
import json

import pytest

from ideaboard.transfer.commands import import_ideas

IDEAS = [
    {
        "id": 3,
        "title": "More shade on the square",
        "summary": "Trees, not <umbrellas>.\nAnd benches.",
        "created_at": "2016-01-22",
        "status": "accepted",
        "author_id": 17,
        "author": "user-17",
        "author_organization": False,
        "total_votes": 60,
        "category": "Streets",
        "url": "https://city.example/3",
    },
    {
        "id": 4,
        "title": "Night buses to the port",
        "summary": "Until two.",
        "created_at": "2016-02-01",
        "status": "rejected",
        "author_id": None,
        "author": "user-None",
        "author_organization": False,
        "total_votes": 5,
        "category": "Traffic",
        "url": "https://city.example/4",
    },
    {
        "id": 7,
        "title": "A tool library",
        "summary": "Drills for everybody.",
        "created_at": "2016-02-03",
        "status": "",
        "author_id": 24,
        "author": "Neighbours of Sants",
        "author_organization": True,
        "total_votes": 0,
        "category": "Sharing",
        "url": "https://city.example/7",
    },
]


def _comment(key, idea, ancestry, author, html, at, hidden=False):
    return {
        "id": key,
        "proposal_id": idea,
        "ancestry": ancestry,
        "author_id": author,
        "author": f"user-{author}",
        "body_html": html,
        "created_at": at,
        "hidden": hidden,
    }


COMMENTS = [
    _comment(50, 3, None, 17, "<p>I would <b>water</b> them.</p>", "2016-01-22T09:30:00"),
    _comment(51, 3, "50", 30, "<p>Me too: <a href='https://a.org/b'>https://a.org/b</a></p>", "2016-01-23T10:00:00"),
    _comment(52, 3, "50/51", 17, "<p>Thanks</p>", "2016-01-24T10:00:00"),
    _comment(53, 4, None, 30, "<p>Rubbish</p>", "2016-02-02T10:00:00", hidden=True),
    _comment(54, 4, None, 31, "<p>Until three!</p>", "2016-02-03T10:00:00"),
]
STATUSES = ("--status", "accepted=reviewed:want", "--status", "rejected=reviewed:will_not")


def as_csv(rows: list[dict], separator: str = ",") -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, rows[0].keys(), delimiter=separator)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def as_lines(rows: list[dict]) -> str:
    return "\n".join(json.dumps(row) for row in rows)


@pytest.fixture
def put(tmp_path):
    """put('a.csv', text or bytes) -> the path; a name that ends in .gz is compressed."""

    def write(name: str, content: str | bytes):
        content = content.encode() if isinstance(content, str) else content
        path = tmp_path / name
        path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
        return path

    return write


@pytest.fixture
def run(app, db):
    """run(FILE, ...) -> the click result of `import-ideas` into the board `drinks`."""

    def invoke(*args, board="drinks"):
        db.session.commit()
        result = app.test_cli_runner().invoke(import_ideas, [*map(str, args), "--board", board])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return invoke


@pytest.fixture
def city(put):
    """The arguments that import IDEAS with COMMENTS."""
    return put("city.jsonl.gz", as_lines(IDEAS)), "--comments", put("talk.jsonl", as_lines(COMMENTS)), *STATUSES
