"""Every order with every filter, for each kind of viewer: the pages put together are what a plain sort of all ideas gives."""

import random
from datetime import date, timedelta
from itertools import product

import pytest
from sqlalchemy import select, update

from ideaboard.boards.directory import sight_of
from ideaboard.foundation.refusals import Missing
from ideaboard.ideas.listing import SORTS, STANDINGS, Filter, count_of, page_of, settled, standings_of
from ideaboard.models import Board, Follow, Idea, Status, StatusChange, Vote
from ideaboard.models.vocabulary import Outcome, Stage
from tests.conftest import NOW

MONTH = date(2026, 6, 1)
KEYS = {
    "trending": lambda i: (-i.trending, -i.id),
    "votes": lambda i: (-i.votes_count, -i.imported_votes, -i.id),
    "newest": lambda i: (-i.visible_at.timestamp(), -i.id),
    "discussed": lambda i: (-i.comments_count, -i.id),
    "waiting": lambda i: (i.visible_at.timestamp(), i.id),
    "unseen": lambda i: (i.showing_due, i.id),
    "imported": lambda i: (-i.imported_votes, -i.id),
}


@pytest.fixture
def world(db, cast):
    """90 ideas on both boards and a third, standing everywhere, some out of sight; Vera votes for and follows a few."""
    rng = random.Random(1)
    third = Board(slug="food", name="Food", created_at=NOW, who_may_see="colleagues")
    db.session.add(third)
    db.session.flush()
    statuses = dict(db.session.execute(select(Status.stage, Status.id)).tuples().all())
    for number in range(90):
        at = NOW - timedelta(hours=rng.randrange(40))
        out = {rng.choice(("held_at", "hidden_at", "taken_back_at")): NOW} if number % 9 == 4 else {}
        idea = Idea(
            title=f"Idea {number}", slug=f"idea-{number}", board_id=rng.choice((cast.drinks.id, cast.panel.id, third.id)),
            author_id=rng.choice((cast.vera.id, cast.noor.id, None)), created_at=at, visible_at=at,
            votes_count=rng.randrange(3), comments_count=rng.randrange(3), imported_votes=rng.choice((0, 0, 7, 8)),
            trending=rng.choice((0.5, 0.25, 2.0)), views_count=100, showing_due=2e11 + rng.randrange(4), **out,
        )  # fmt: skip
        db.session.add(idea)
        db.session.flush()
        standing = rng.choice([s for s in STANDINGS if s != Stage.REVIEWED])
        if standing != Stage.RECEIVED:
            outcome = standing if standing in tuple(Outcome) else None
            stage = Stage.REVIEWED if outcome else standing
            change = StatusChange(
                idea_id=idea.id, status_id=statuses[stage], stage=stage, outcome=outcome, text="Looked.", html="",
                changed_at=NOW, linked_url="https://example.org/", promised_on=rng.choice((MONTH, date(2026, 9, 1))),
            )  # fmt: skip
            db.session.add(change)
            db.session.flush()
            idea.change_id, idea.status_id, idea.standing = change.id, change.status_id, change.standing
        if number % 4 == 0:
            db.session.add(Vote(idea_id=idea.id, person_id=cast.vera.id, cast_at=at))
        if number % 5 == 0:
            db.session.add(Follow(idea_id=idea.id, person_id=cast.vera.id, reasons=number % 2 * 8, followed_at=at))
    merged = db.session.scalars(select(Idea).order_by(Idea.id)).first()
    merged.merged_into_id, merged.merged_at = merged.id + 1, NOW
    db.session.commit()
    return {board.slug: board for board in db.session.scalars(select(Board))}


def plainly(db, wanted, viewer) -> list[int]:
    """The whole list by Python."""
    facts = {change.id: change for change in db.session.scalars(select(StatusChange))}
    seen = {board.id for board in db.session.scalars(select(Board).where(Board.visible_to(viewer)))}
    mine = {
        "ideas": lambda i: i.author_id == viewer.id,
        "votes": lambda i: db.session.get(Vote, (i.id, viewer.id)),
        "follows": lambda i: (follow := db.session.get(Follow, (i.id, viewer.id))) and follow.reasons,
    }.get(wanted.mine, lambda i: True)

    def holds(idea) -> bool:
        change = facts.get(idea.change_id)
        stands = (str(change.outcome or change.stage) if change else "received") if change or not idea.change_id else ""
        if wanted.sort == "waiting" and not wanted.standing and stands not in ("received", "under_review"):
            return False
        if wanted.sort == "imported" and not idea.imported_votes:
            return False
        expected = change is not None and change.stage == "coming_soon" and change.promised_on == wanted.month
        return bool(
            idea.is_in_the_open
            and idea.board_id in seen
            and (not wanted.board or idea.board_id == wanted.board.id)
            and (not wanted.standing or stands in standings_of(wanted.standing))
            and (not wanted.month or expected)
            and mine(idea)
        )

    ideas = [idea for idea in db.session.scalars(select(Idea)) if holds(idea)]
    return [idea.id for idea in sorted(ideas, key=KEYS[wanted.sort])]


def walked(wanted, viewer, size=7) -> tuple[list[int], list[int]]:
    """Down to the end by `after`, and from there up again by `before`."""
    page = page_of(wanted, viewer, size=size)
    down = [line.id for line in page.items]
    while page.after:
        page = page_of(wanted, viewer, size=size, after=page.after)
        down += [line.id for line in page.items]
    up = [line.id for line in page.items]
    while page.before:
        page = page_of(wanted, viewer, size=size, before=page.before)
        up = [line.id for line in page.items] + up
    return down, up


@pytest.mark.parametrize("who", [None, "vera", "root"])
@pytest.mark.parametrize("sort", SORTS)
def test_pages_put_together_are_a_plain_sort(world, db, cast, sort, who):
    viewer = getattr(cast, who) if who else None
    standings = (None, "received", "reviewed", "launched")
    mines = (None, "ideas", "votes", "follows") if who == "vera" else (None,)
    for board, standing, mine, month in product((None, "drinks"), standings, mines, (None, MONTH)):
        wanted = Filter(sort, world.get(board), standing, mine, month)
        expected = plainly(db, wanted, viewer)
        down, up = walked(wanted, viewer)
        assert down == up == expected, wanted
        assert count_of(wanted, viewer) == len(expected)


def test_nothing_is_shown_twice_or_left_out_while_votes_move(world, db):
    """What does not move itself stands exactly once on the pages read, whatever happens around it."""
    wanted = Filter("votes")
    before = plainly(db, wanted, None)
    moving = set(before[::5])
    page, seen = page_of(wanted, None, size=5), []
    while True:
        seen += [line.id for line in page.items if line.id not in moving]
        db.session.execute(update(Idea).where(Idea.id.in_(moving)).values(votes_count=Idea.votes_count + 1))
        if page.after is None:
            break
        page = page_of(wanted, None, size=5, after=page.after)
    assert seen == [idea_id for idea_id in before if idea_id not in moving]


def test_a_line_shows_what_the_idea_shows(world, db):
    for line in page_of(Filter("newest"), None, size=90).items:
        idea = db.session.get(Idea, line.id)
        for name in ("title", "slug", "stage", "outcome", "is_open_for_votes", "votes_count", "visible_at", "excerpt"):
            assert getattr(line, name) == getattr(idea, name), name
        assert (line.board.name, line.change and line.change.promised_on) == (
            idea.board.name,
            idea.change and idea.change.promised_on,
        )
        assert hash(line) == hash(line._replace())


@pytest.mark.parametrize("cursor", ["", "x", "WzFd", "W05hTiwxXQ", "WzFlOTk5LDFd", "WyIxIiwxXQ"])
def test_a_bent_cursor_is_a_page_that_is_not_there(world, cursor):
    for sort in SORTS if cursor else ():
        with pytest.raises(Missing):
            page_of(Filter(sort), None, after=cursor)


def test_a_board_that_one_may_not_see_gives_no_page(world, cast):
    assert (
        page_of(Filter(board=world["panel"]), None).items
        == page_of(Filter(board=world["panel"]), cast.oskar).items
        == []
    )
    assert page_of(Filter(board=world["panel"]), cast.lena).items
    assert settled(Filter(), sight_of(None)).sort == "trending"
