"""Plants the demo community: everything in one transaction, or nothing."""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, exists, insert, or_, select, update
from sqlalchemy.orm import Session

from ideaboard.extensions import gettext
from ideaboard.foundation.database import transaction
from ideaboard.foundation.refusals import Conflict
from ideaboard.models import (
    Board,
    BoardMember,
    ClearAnswer,
    Comment,
    Follow,
    Idea,
    IdeaAddition,
    Person,
    Site,
    Solved,
    Status,
    StatusChange,
    Vote,
)  # fmt: skip
from ideaboard.models.vocabulary import SiteRole
from ideaboard.search.indexing import index_all_of
from ideaboard.site.demo import crowd, figures, rows
from ideaboard.site.demo.chat import plant_chat
from ideaboard.site.demo.content import load
from ideaboard.site.demo.merged import plant_merge
from ideaboard.site.demo.news import plant_news, told_counts
from ideaboard.site.demo.solved import solved_rows
from ideaboard.site.demo.told import plant_stories, story_rows
from ideaboard.site.demo.unreached import plant_unreached
from ideaboard.site.demo.wording import SITE_ZONE
from ideaboard.voting.trending import recompute

MAILS_A_WEEK = 30  # who clicks through the demo in an hour would meet the usual ceiling
BOARDS_AGE = 405  # days; older than the first idea


class NotEmpty(Conflict):
    """There are boards or ideas already: the demo would mix with them."""


def plant(now: datetime) -> dict[str, int]:
    """Plant the whole demo on an empty database; returns {table: rows}. Raises NotEmpty, and Busy.

    The same `now` gives the same rows. Nobody is mailed: its events are of origin demo, which nothing dispatches.
    """
    community = load()

    def moment(days: float) -> datetime:
        return now - timedelta(days=days)

    cast = crowd.ballots(community, moment)
    follows = crowd.follows(community, cast, moment)
    people_rows = rows.person_rows(community, rows.first_seen(community, cast, moment), moment)
    by_age = sorted(community.ideas, key=lambda idea: -idea.days)  # ids grow with time, as they would have
    idea_rows = [rows.idea_row(idea, cast[idea.key], moment) for idea in by_age]
    change_rows = [
        {"idea": idea.key, **row, **told_counts(row, follows[idea.key])}
        for idea in by_age
        for row in rows.change_rows(community, idea, cast[idea.key], moment)
    ]
    comment_rows = {idea.key: rows.comment_rows(idea, moment) for idea in by_age}
    addition_rows = {idea.key: rows.addition_rows(idea, moment) for idea in by_age}

    with transaction() as session:
        if session.scalar(select(or_(exists(select(Board.id)), exists(select(Idea.id))))):
            raise NotEmpty(
                gettext("There are boards here already, so nothing was planted. The demo wants an empty database.")
            )
        _plant_site(session, community.site["name"], now)
        people = dict(zip(people_rows, _add(session, Person, list(people_rows.values())), strict=True))
        boards = _plant_boards(session, community, people, moment(BOARDS_AGE))
        placed = [_resolve(row, board=(boards, "board_id"), author=(people, "author_id")) for row in idea_rows]
        ideas = dict(zip([idea.key for idea in by_age], _add(session, Idea, placed), strict=True))
        changes = _plant_changes(session, change_rows, ideas, people)
        comments = _plant_comments(session, comment_rows, ideas, people)
        additions = [{"idea_id": ideas[key], **row} for key, each in addition_rows.items() for row in each]
        _add(session, IdeaAddition, additions)
        ballots = [
            {"idea_id": ideas[key], "person_id": people[b.who], "cast_at": b.at, "is_unnamed": b.unnamed}
            for key, each in cast.items() for b in each
        ]  # fmt: skip
        session.execute(insert(Vote.__table__), ballots)
        session.execute(insert(Solved.__table__), solved_rows(community, cast, ideas, people, moment))
        wishes = [
            {"idea_id": ideas[key], "person_id": people[who], "reasons": reasons, "followed_at": since}
            for key, each in follows.items() for who, (reasons, since) in each.items()
        ]  # fmt: skip
        session.execute(insert(Follow.__table__), wishes)
        plant_unreached(session, people, moment)
        session.execute(insert(ClearAnswer.__table__), figures.clear_rows(changes, follows, people, now))
        stories = plant_stories(session, follows, ideas, people, moment)
        told = plant_news(session, community, follows, changes, comments, cast, ideas, boards, people, stories, moment)
        admin = next(who for who, row in people_rows.items() if row["site_role"] == SiteRole.ADMIN)
        plant_chat(session, people[admin], now)
        recompute(ideas.values())
        plant_merge(ideas, people, moment)
        index_all_of(ideas.values())
    return {
        "people": len(people), "boards": len(boards), "ideas": len(ideas), "changes": len(changes),
        "comments": len(comments), "votes": len(ballots), "follows": len(wishes), "stories": len(story_rows()), **told,
    }  # fmt: skip


def _plant_site(session: Session, name: str, now: datetime) -> None:
    values = {"name": name, "time_zone": SITE_ZONE, "demo_since": now, "mails_a_week": MAILS_A_WEEK}
    if not session.execute(update(Site).where(Site.id == 1).values(**values)).rowcount:
        session.execute(insert(Site).values(id=1, **values))


def _plant_boards(session: Session, community, people: dict[str, int], at: datetime) -> dict[str, int]:
    board_rows = [rows.board_row(board, i, people, at) for i, board in enumerate(community.boards, 1)]
    ids = _add(session, Board, board_rows)
    boards = {board.slug: board_id for board, board_id in zip(community.boards, ids, strict=True)}
    session.execute(
        insert(BoardMember.__table__),
        [seat for board in community.boards for seat in rows.seats(board, boards[board.slug], people)],
    )
    return boards


def _plant_changes(session: Session, change_rows: list[dict], ideas: dict, people: dict) -> list[dict]:
    """Plant the changes in the order of time, stand each idea at its latest; gives the rows with their ids."""
    statuses = dict(session.execute(select(Status.stage, Status.id).order_by(Status.position.desc())).all())
    change_rows = sorted(change_rows, key=lambda row: row["changed_at"])
    resolved = [
        _resolve(
            {**row, "status_id": statuses[row["stage"]]},
            idea=(ideas, "idea_id"), actor=(people, "actor_id"), linked_idea=(ideas, "linked_idea_id"),
        )
        for row in change_rows
    ]  # fmt: skip
    ids = _add(session, StatusChange, resolved)
    planted = [{**row, "id": i, "actor": key["actor"], "idea": key["idea"]}
               for row, i, key in zip(resolved, ids, change_rows, strict=True)]  # fmt: skip
    latest = {
        row["idea_id"]: {
            "b_id": row["idea_id"],
            "change": row["id"],
            "status": row["status_id"],
            "standing": row["outcome"] or row["stage"],
        }
        for row in planted
    }
    session.execute(
        update(Idea.__table__).where(Idea.__table__.c.id == bindparam("b_id"))
        .values(change_id=bindparam("change"), status_id=bindparam("status"), standing=bindparam("standing")),
        list(latest.values()),
    )  # fmt: skip
    return planted


def _plant_comments(session: Session, comment_rows: dict[str, list[dict]], ideas: dict, people: dict) -> list[dict]:
    """Plant the comments level by level, so that a parent has its id; gives the rows with their ids."""
    everything = [(key, place, row) for key, each in comment_rows.items() for place, row in enumerate(each)]
    ids: dict[tuple[str, int], int] = {}
    planted = []
    for depth in range(max(row["depth"] for _, _, row in everything) + 1):
        level = sorted((e for e in everything if e[2]["depth"] == depth), key=lambda e: e[2]["posted_at"])
        resolved = []
        for key, _, row in level:
            columns = {name: value for name, value in row.items() if name not in ("author", "parent", "root", "depth")}
            resolved.append({
                **columns, "idea_id": ideas[key], "author_id": people[row["author"]],
                "parent_id": ids.get((key, row["parent"])), "root_id": ids.get((key, row["root"])),
            })  # fmt: skip
        for (key, place, row), comment_id, columns in zip(
            level, _add(session, Comment, resolved), resolved, strict=True
        ):
            ids[key, place] = comment_id
            answered = None if row["parent"] is None else comment_rows[key][row["parent"]]["author"]
            planted.append({**columns, "id": comment_id, "idea": key, "author": row["author"], "answered": answered})
    return planted


def _add(session: Session, model, values: list[dict]) -> list[int]:
    """Insert rows in one statement a batch; their ids in the order of `values`."""
    if not values:
        return []
    table = model.__table__
    return list(session.scalars(insert(table).returning(table.c.id, sort_by_parameter_order=True), values))


def _resolve(row: dict, **keys: tuple[dict, str]) -> dict:
    """The row with ids in place of keys: `author=(people, "author_id")`."""
    resolved = dict(row)
    for name, (ids, column) in keys.items():
        key = resolved.pop(name)
        resolved[column] = None if key is None else ids[key]
    return resolved
