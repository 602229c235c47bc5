"""What is asked of the product: one Case a row of the table, and the bar that it is held to."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from sqlalchemy import select

from ideaboard.extensions import db
from ideaboard.ideas.listing import SORTS, STANDINGS, Filter
from ideaboard.models import Board, Idea
from tests.bench.client import Request
from tests.bench.sites import Site


@dataclass(frozen=True)
class Bar:
    """`floor`: times the CPU of the floor's page or vote; `p50`, `p99`: milliseconds."""

    floor: float | None = None
    between: float | None = None  # the same with a vote between every two requests
    p50: float | None = None
    p99: float | None = None


@dataclass(frozen=True)
class Case:
    key: str
    title: str
    make: Callable[[Site], list[Request]]
    bar: Bar = Bar()
    everywhere: bool = True  # with 1, 8 and 32 connections; else with 8 alone
    changing: bool = False  # also with a vote between every two requests


LIST = Bar(floor=2, between=4)
SIX = Bar(floor=6)
TWENTY = Bar(p50=20)
VOTE = Bar(floor=4, p99=60)
WITH_MANY_COMMENTS = "idea with 1,000 comments"


def cases() -> list[Case]:
    """In the order of the table; votes are cast and withdrawn by measure.py, for they use themselves up."""
    found = []
    for sort in SORTS:
        first = sort == SORTS[0]
        found.append(Case(f"list.{sort}.first", f"guest's list, {sort}", _list(sort, False), LIST, first, True))
        found.append(Case(f"list.{sort}.deep", f"guest's list, {sort}, deep", _list(sort, True), LIST, False, True))
    found += [
        Case("list.member", "member's list", _as_members("/ideas"), SIX),
        Case("idea.guest", f"guest's {WITH_MANY_COMMENTS}", _long_idea(False), SIX, changing=True),
        Case("idea.member", f"member's {WITH_MANY_COMMENTS}", _long_idea(True), SIX),
        Case("idea.usual", "guest's ideas, one after the other", _many_ideas, Bar(), False),
        Case("search", "search, two words", _searches("/search?q=", 2), Bar(p50=10, p99=40)),
        Case("similar", "similar while typing", _searches("/ideas/similar?title=", 4), Bar(p50=15, p99=60)),
        Case("home.guest", "guest's home", lambda site: [Request("/")], TWENTY, changing=True),
        Case("home.member", "member's home", _as_members("/"), TWENTY),
        Case("staff", "staff's list", lambda site: [Request("/staff", site.staff)], TWENTY),
        Case("inbox", "inbox", _as_members("/me/inbox"), TWENTY),
        Case("roadmap", "roadmap", lambda site: [Request("/roadmap")], TWENTY, changing=True),
        Case("scoreboard", "scoreboard", lambda site: [Request("/how-we-answer")], TWENTY, changing=True),
        Case("mine.votes", "my votes", _as_members("/ideas?mine=votes"), Bar(), False),
    ]
    return found


def combinations(site: Site) -> Iterator[tuple[str, Request]]:
    """Every board, standing and order together, and what a member can narrow to their own."""
    with site.app.app_context():
        boards = list(db.session.scalars(select(Board.slug).where(Board.visible_to(None)).order_by(Board.position)))
        db.session.remove()
    for sort in SORTS:
        for board in (None, boards[0], boards[-1]):
            for standing in (None, *STANDINGS):
                if board or standing:
                    values = {"sort": sort, "board": board, "status": standing}
                    path = "/ideas?" + urlencode({name: str(value) for name, value in values.items() if value})
                    yield path, Request(path)
        for mine in ("ideas", "votes", "follows"):
            for standing in (None, "received", "launched"):
                values = {"sort": sort, "mine": mine} | ({"status": standing} if standing else {})
                path = "/ideas?" + urlencode(values)
                yield path + " (member)", Request(path, site.readers[0][1])


def vote_requests(site: Site, number: int, withdraw: list | None = None) -> tuple[list[Request], list]:
    """(requests, the pairs they are of): new votes, or the withdrawing of `withdraw`."""
    pairs = site.pairs(number) if withdraw is None else withdraw
    end = "" if withdraw is None else "/withdraw"
    return [Request(f"/ideas/{idea}/vote{end}", cookie, "POST", htmx=True) for (_, cookie), idea in pairs], pairs


def _list(sort: str, deep: bool):
    def make(site: Site) -> list[Request]:
        values = {} if sort == SORTS[0] else {"sort": sort}
        if deep:
            values["after"] = site.cursor(Filter(sort=sort))
            if values["after"] is None:
                return []
        return [Request("/ideas" + ("?" + urlencode(values) if values else ""))]

    return make


def _as_members(path: str):
    return lambda site: [Request(path, cookie) for _, cookie in site.readers]


def _long_idea(member: bool):
    def make(site: Site) -> list[Request]:
        with site.app.app_context():
            idea = db.session.scalars(
                select(Idea).where(Idea.visible_to(None)).order_by(Idea.comments_count.desc()).limit(1)
            ).one()
            path = f"/ideas/{idea.id}-{idea.slug}"
            db.session.remove()
        return [Request(path, cookie) for _, cookie in site.readers] if member else [Request(path)]

    return make


def _many_ideas(site: Site) -> list[Request]:
    with site.app.app_context():
        ideas = db.session.execute(select(Idea.id, Idea.slug).where(Idea.id.in_(site.open_ideas))).all()
        db.session.remove()
    return [Request(f"/ideas/{idea}-{slug}") for idea, slug in ideas]


def _searches(path: str, words: int):
    """Words out of titles that are there, common ones and rare ones."""

    def make(site: Site) -> list[Request]:
        chance, asked = random.Random(11), []
        with site.app.app_context():
            titles = db.session.scalars(select(Idea.title).where(Idea.id.in_(site.open_ideas[:200]))).all()
            db.session.remove()
        for title in titles:
            of = title.split()
            chosen = (
                chance.sample(of, min(words, len(of))) if words == 2 else of[: max(3, chance.randint(3, words + 2))]
            )
            asked.append(Request(path + quote(" ".join(chosen)), htmx=words != 2))
        return asked

    return make
