"""Reads the demo community from community/*.toml: people, boards, ideas with their changes and talk.

Every time is a number of days before the planting, so that the demo is as fresh as the day it is planted.

An idea:
    key, board, title, body       board stands once at the head of a file; an idea may name another
    by, days, votes               author, age, and how many people voted, the author among them
    followers                     people who follow without having voted
    additions                     [{days, text}], dated additions of the author
    taken_back, stepped_back      days ago; the idea or the author's name left
    changes                       [{to, days, by, text, hear, month, link}] in order:
        to      "under_review", "coming_soon", "launched", or "reviewed" with an outcome ("reviewed want")
        text    staff's own words; left out only at Under review, which then has the ready sentence
        hear    Under review: you hear so many days after this change
        month   Coming soon and not now: so many months after the month of this change; {month} in texts names it
        link    exists, handed over: an address, or "idea:<key>"
    talk                          [[who, days, text]]; each ">" before who is one level deeper, no text means deleted
"""

import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "community"
MAIL_DOMAIN = "demo.example"  # reserved by RFC 2606: no mail can ever arrive there


@dataclass(frozen=True)
class Person:
    key: str
    name: str
    days: float
    title: str = ""
    role: str = "member"
    moderator: bool = False
    zone: str = "UTC"
    lang: str | None = None  # none: as the browser asks

    @property
    def email(self):
        return f"{self.key}@{MAIL_DOMAIN}"


@dataclass(frozen=True)
class Board:
    slug: str
    name: str
    owner: str
    staff: list
    look_days: int
    asks: str
    fixed: str
    decides: str
    hear: str
    listed: list = field(default_factory=list)
    see: str = "everyone"
    submit: str = "everyone"
    vote: str = "everyone"
    comment: str = "everyone"
    voters: str = "staff"


@dataclass(frozen=True)
class Change:
    stage: str
    outcome: str | None
    days: float
    by: str
    text: str | None = None
    hear: int | None = None
    month: int | None = None
    link: str | None = None


@dataclass(frozen=True)
class Comment:
    by: str
    days: float
    text: str
    parent: int | None  # index of the comment answered, within the idea's talk


@dataclass(frozen=True)
class Idea:
    key: str
    board: str
    title: str
    by: str
    days: float
    votes: int
    body: str
    followers: int = 0
    additions: list = field(default_factory=list)
    changes: list = field(default_factory=list)
    talk: list = field(default_factory=list)
    taken_back: float | None = None
    stepped_back: float | None = None


@dataclass(frozen=True)
class Community:
    site: dict
    people: dict  # key -> Person
    boards: list
    ideas: list
    members: int  # further members, named from the two lists below
    first_names: list
    choices: dict  # key -> keys of the ideas that this person votes for besides their own
    initials: str


@cache
def load() -> Community:
    """The whole community. Raises KeyError, TypeError or ValueError when a file does not hold together."""
    people = {key: Person(key=key, **row) for key, row in _read("people.toml").items()}
    boards = _read("boards.toml")
    voters = _read("voters.toml")
    ideas = []
    for path in sorted(FOLDER.glob("*.toml")):
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        ideas += [_idea({"board": data["board"], **row}) for row in data.get("idea", ())]
    return Community(
        site=boards["site"],
        people=people,
        boards=[Board(**row) for row in boards["board"]],
        ideas=ideas,
        members=voters["members"],
        first_names=voters["first"],
        choices=voters["choices"],
        initials=voters["initials"],
    )


def _read(name):
    return tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))


def _idea(row):
    talk = row.pop("talk", [])
    if talk_file := row.pop("talk_file", None):
        talk = _read(f"{talk_file}.toml")["talk"]
    changes = [_change(dict(change)) for change in row.pop("changes", [])]
    return Idea(**{**row, "body": row["body"].strip()}, changes=changes, talk=_talk(talk))


def _change(row):
    stage, _, outcome = row.pop("to").partition(" ")
    return Change(stage=stage, outcome=outcome or None, **row)


def _talk(rows):
    """A row's parent is the last row above it that stands one level less deep."""
    comments, last_at = [], {}
    for index, (who, days, text) in enumerate(rows):
        marks, _, key = who.rpartition(" ")
        depth = len(marks)
        parent = last_at[depth - 1] if depth else None
        last_at[depth] = index
        comments.append(Comment(by=key, days=days, text=text, parent=parent))
    return comments
