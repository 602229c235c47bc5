"""Our floor: the least that a list page and a vote can cost in Flask on SQLite, to hold the product against in one run.

    python -m tests.bench.floor make FILE [--ideas 152322]
    FLOOR_DB=FILE python -m tests.bench.floored tests/bench/floor.py PORT

GET /page gives 20 rows by votes; POST /vote/<id> does what no right vote can leave out: who is it, may one vote there,
the vote under its unique key, the counter by the rows that changed, the follow, in one durable transaction.
Cookie: sid=s<1…100000>. Another floor program with these commands and addresses can be named by `--floor FILE`.
"""

import argparse
import os
import random
import sqlite3
import threading

from flask import Flask, request

PEOPLE = 100_000
SCHEMA = """
CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT, may INTEGER);
CREATE TABLE session (token TEXT PRIMARY KEY, person INTEGER) WITHOUT ROWID;
CREATE TABLE board (id INTEGER PRIMARY KEY, name TEXT, open INTEGER);
CREATE TABLE idea (id INTEGER PRIMARY KEY, board INTEGER REFERENCES board, author INTEGER REFERENCES person, title TEXT,
  excerpt TEXT, open INTEGER, votes INTEGER, comments INTEGER, day TEXT);
CREATE INDEX idea_votes ON idea (votes DESC, id DESC);
CREATE TABLE vote (idea INTEGER REFERENCES idea, person INTEGER REFERENCES person, at TEXT, PRIMARY KEY (idea, person))
  WITHOUT ROWID;
CREATE TABLE follow (idea INTEGER, person INTEGER, reasons INTEGER, PRIMARY KEY (idea, person)) WITHOUT ROWID;
"""
ROWS = """SELECT i.id, i.title, i.excerpt, i.votes, i.comments, i.day, p.name, b.name FROM idea i
JOIN person p ON p.id = i.author JOIN board b ON b.id = i.board ORDER BY i.votes DESC, i.id DESC LIMIT 20"""
WHO = "SELECT p.id, p.may FROM session s JOIN person p ON p.id = s.person WHERE s.token = ?"
WHERE = "SELECT i.open, b.open FROM idea i JOIN board b ON b.id = i.board WHERE i.id = ?"
FOLLOW = "INSERT INTO follow VALUES (?, ?, 2) ON CONFLICT DO UPDATE SET reasons = reasons | 2"
app, local = Flask(__name__), threading.local()
PAGE = app.jinja_env.from_string(
    """<!doctype html><html lang=en><title>Ideas</title><link rel=stylesheet href=/static/app.css><main><ul>
{% for id, title, excerpt, votes, comments, day, author, board in ideas %}<li id="idea-{{ id }}">
<form method=post action="/vote/{{ id }}"><button>{{ votes }}</button></form><h2><a href="/ideas/{{ id }}">{{ title }}</a></h2>
<p>{{ excerpt }}</p><p>{{ board }} · {{ author }} · <time>{{ day }}</time> · {{ comments }} comments</p></li>
{% endfor %}</ul></main></html>"""
)


def database() -> sqlite3.Connection:
    if not hasattr(local, "db"):
        local.db = sqlite3.connect(os.environ["FLOOR_DB"], isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000", "foreign_keys=ON"):
            local.db.execute(f"PRAGMA {pragma}")
    return local.db


@app.get("/page")
def page():
    return PAGE.render(ideas=database().execute(ROWS).fetchall())


@app.post("/vote/<int:idea>")
def vote(idea: int):
    db = database()
    who = db.execute(WHO, (request.cookies.get("sid", ""),)).fetchone()
    if who is None or not who[1]:
        return "", 401
    db.execute("BEGIN IMMEDIATE")
    try:
        if db.execute(WHERE, (idea,)).fetchone() != (1, 1):
            return "", 409
        if db.execute(
            "INSERT INTO vote VALUES (?, ?, datetime('now')) ON CONFLICT DO NOTHING", (idea, who[0])
        ).rowcount:
            votes = db.execute("UPDATE idea SET votes = votes + 1 WHERE id = ? RETURNING votes", (idea,)).fetchone()[0]
            db.execute(FOLLOW, (idea, who[0]))
        else:
            votes = db.execute("SELECT votes FROM idea WHERE id = ?", (idea,)).fetchone()[0]
        db.execute("COMMIT")
    finally:
        if db.in_transaction:
            db.execute("ROLLBACK")
    return f'<form id="vote-{idea}" method=post action="/vote/{idea}/withdraw"><button aria-pressed=true>{votes}</button></form>'


def make(path: str, ideas: int) -> None:
    chance = random.Random(7)
    words = (
        "cup lid straw bean roast tea queue window chair garden bottle cookie cake syrup foam price music light".split()
    )
    db = sqlite3.connect(path, isolation_level=None)
    db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;" + SCHEMA)
    db.execute("BEGIN")
    people = range(1, PEOPLE + 1)
    db.executemany("INSERT INTO person VALUES (?, ?, 1)", ((n, f"Person {n}") for n in people))
    db.executemany("INSERT INTO session VALUES (?, ?)", ((f"s{n}", n) for n in people))
    db.executemany("INSERT INTO board VALUES (?, ?, 1)", ((n, f"Board {n}") for n in range(1, 6)))
    db.executemany("INSERT INTO idea VALUES (?, ?, ?, ?, ?, 1, ?, ?, ?)", (
        (n, chance.randint(1, 5), chance.randint(1, PEOPLE), " ".join(chance.choices(words, k=7)),
         " ".join(chance.choices(words, k=30)), int(chance.paretovariate(0.9)) % 8000, n % 9, "2024-05-06")
        for n in range(1, ideas + 1)
    ))  # fmt: skip
    for statement in ("COMMIT", "ANALYZE", "PRAGMA wal_checkpoint(TRUNCATE)"):
        db.execute(statement)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["make"])
    parser.add_argument("file")
    parser.add_argument("--ideas", type=int, default=152_322)
    asked = parser.parse_args()
    make(asked.file, asked.ideas)
