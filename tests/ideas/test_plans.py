"""At 20,000 ideas: what each order reads, with at most one filter, on the first page, a deep one, and back from it.

No list sorts: SQLite names an index and no temporary B-tree, PostgreSQL no Sort; and a page costs 200 rows at most, of
all tables together. A person's own ideas and a month's are as many as they are: these are sorted, and read no others.
"""

import json
import random
from datetime import date, timedelta

import pytest
from sqlalchemy import event, insert, select, text, update

from ideaboard.boards.directory import sight_of
from ideaboard.extensions import db
from ideaboard.foundation.database import dialect_name
from ideaboard.ideas.listing import SORTS, Filter, orders_offered, page_of
from ideaboard.models import Board, Follow, Idea, Person, Status, StatusChange, Vote
from ideaboard.models.vocabulary import Outcome, Stage
from tests.conftest import NOW

pytestmark = pytest.mark.slow
IDEAS, BOARDS, MOST_ROWS, MOST_STEPS = 20_000, 12, 200, 12_000
MONTH = date(2026, 6, 1)
# How ideas stand on boards of this kind: most wait, few are done.
STANDINGS = {
    Stage.RECEIVED: 700, Stage.UNDER_REVIEW: 100, Outcome.WANT: 30, Outcome.NOT_NOW: 30, Outcome.WILL_NOT: 80,
    Outcome.EXISTS: 20, Outcome.HANDED_OVER: 15, Stage.COMING_SOON: 10, Stage.LAUNCHED: 15,
}  # fmt: skip
FILTERS = {
    "none": {},
    "board": {"board": "board-3"},
    **{f"status={standing}": {"standing": standing} for standing in (*STANDINGS, Stage.REVIEWED)},
    "month": {"month": MONTH},
    **{f"mine={mine}": {"mine": mine} for mine in ("ideas", "votes", "follows")},
}


@pytest.fixture(scope="module")
def big(session_app):
    """The session's database with 20,000 ideas in a transaction that is rolled back at the end."""
    with session_app.app_context():
        engine = db.engines[None]
        connection = engine.connect()
        outer = connection.begin()
        db.engines[None] = connection
        maker = db.session
        db.session = db._make_scoped_session({"join_transaction_mode": "create_savepoint", "expire_on_commit": False})
        try:
            plant()
            yield
        finally:
            db.session.remove()
            db.session, db.engines[None] = maker, engine
            outer.rollback()
            connection.close()


def plant() -> None:
    rng = random.Random(4)
    session = db.session
    session.execute(
        insert(Board),
        [{"slug": f"board-{n}", "name": f"Board {n}", "created_at": NOW, "who_may_see": "listed" if n == 7 else "everyone"}
         for n in range(BOARDS)],
    )  # fmt: skip
    boards = session.scalars(select(Board.id).order_by(Board.id)).all()
    people = session.scalars(select(Person.id).order_by(Person.id)).all()
    statuses = dict(session.execute(select(Status.stage, Status.id)).tuples().all())
    ideas, changes, votes, follows = [], [], [], []
    for number in range(1, IDEAS + 1):
        standing = rng.choices(list(STANDINGS), STANDINGS.values())[0]
        at = NOW - timedelta(minutes=rng.randrange(IDEAS * 20))
        gone = {} if rng.random() > 0.05 else {rng.choice(("hidden_at", "held_at", "taken_back_at")): at}
        ideas.append(
            {"id": number, "title": f"Idea {number}", "slug": f"idea-{number}", "excerpt": "Words.", "board_id": rng.choice(boards),
             "author_id": rng.choice(people[:-1]) if number % 5 else None, "standing": standing, "created_at": at, "visible_at": at,
             "votes_count": min(2000, int(1 / rng.random())), "comments_count": min(300, int(1 / rng.random()) - 1),
             "imported_votes": rng.randrange(400) if number % 9 == 0 else 0, "trending": rng.random() ** 9 * 40,
             "showing_due": at.timestamp() + rng.randrange(50) * 86_400.0,
             **dict.fromkeys(("hidden_at", "held_at", "taken_back_at")), **gone}
        )  # fmt: skip
        if standing != Stage.RECEIVED:
            outcome = standing if standing in tuple(Outcome) else None
            stage = Stage.REVIEWED if outcome else standing
            changes.append(
                {"id": number, "idea_id": number, "status_id": statuses[stage], "stage": stage, "outcome": outcome,
                 "text": "We looked at it.", "html": "", "changed_at": NOW, "linked_url": "https://example.org/",
                 "promised_on": MONTH + timedelta(days=31 * rng.randrange(12)) if rng.random() < 0.9 else MONTH}
            )  # fmt: skip
        if number % 700 == 0:
            votes.append({"idea_id": number, "person_id": people[-1], "cast_at": at})
            follows.append({"idea_id": number, "person_id": people[-1], "reasons": 2, "followed_at": at})
    for idea in ideas[::700]:
        idea["author_id"] = people[-1]
    for table, rows in ((Idea, ideas), (StatusChange, changes), (Vote, votes), (Follow, follows)):
        session.execute(insert(table.__table__), rows)
    stands = StatusChange.__table__
    session.execute(
        update(Idea)
        .where(Idea.id == stands.c.id, stands.c.id <= IDEAS)
        .values(change_id=stands.c.id, status_id=stands.c.status_id)
        .execution_options(synchronize_session=False)
    )
    session.commit()
    session.execute(text("ANALYZE") if dialect_name() != "sqlite" else select(1))


class Plans:
    """What the database says of each statement that is run within: its plan, and (SQLite) how many steps it took."""

    def __enter__(self):
        self.ran, self.steps = [], 0
        event.listen(db.engines[None].engine, "before_cursor_execute", self._keep)
        if dialect_name() == "sqlite":
            self._driver().set_progress_handler(self._step, 1)
        return self

    def __exit__(self, *_):
        event.remove(db.engines[None].engine, "before_cursor_execute", self._keep)
        if dialect_name() == "sqlite":
            self._driver().set_progress_handler(None, 0)

    def _driver(self):
        return db.engines[None].connection.driver_connection

    def _step(self):
        self.steps += 1

    def _keep(self, connection, cursor, statement, parameters, context, many):
        if statement.startswith("SELECT"):
            self.ran.append((statement, parameters))

    def said(self) -> list:
        explain = "EXPLAIN QUERY PLAN " if dialect_name() == "sqlite" else "EXPLAIN (ANALYZE, FORMAT JSON) "
        cursor = self._driver().cursor()
        return [cursor.execute(explain + statement, parameters).fetchall() for statement, parameters in self.ran]


def nodes_of(plan: dict):
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes_of(below)


def rows_read(node: dict) -> int:
    # What a bitmap found is read, and counted, where the heap is.
    if "Scan" not in node["Node Type"] or node["Node Type"] in ("Subquery Scan", "Bitmap Index Scan"):
        return 0
    removed = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
    return round((node["Actual Rows"] + removed) * node["Actual Loops"])


def short(said) -> str:
    return "\n".join(
        f"{node['Node Type']} {node.get('Index Name', node.get('Relation Name', ''))} {node['Actual Rows']} x {node['Actual Loops']} {node.get('Filter', '')}"
        for ((plan,),) in said
        for node in nodes_of((plan if isinstance(plan, list) else json.loads(plan))[0]["Plan"])
    )


def hold_against(plans: Plans, sorts: bool) -> None:
    said = plans.said()
    assert said
    if dialect_name() == "sqlite":
        lines = [row[3] for plan in said for row in plan]
        assert plans.steps <= MOST_STEPS, (plans.steps, lines)
        # The few boards there are, and the page that was made, are read whole; nothing else is.
        assert not [
            w
            for w in lines
            if w.startswith("SCAN")
            and "INDEX" not in w
            and w not in ("SCAN page", "SCAN own", "SCAN counted", "SCAN board")
        ], lines
        assert any(" idea USING" in line for line in lines), lines
        assert sorts or not [line for line in lines if "TEMP B-TREE" in line], lines
        return
    nodes = [
        node
        for ((plan,),) in said
        for node in nodes_of((plan if isinstance(plan, list) else json.loads(plan))[0]["Plan"])
    ]
    assert sum(map(rows_read, nodes)) <= MOST_ROWS, short(said)
    assert sorts or not [node for node in nodes if node["Node Type"] in ("Sort", "Incremental Sort")], short(said)


def viewers() -> dict:
    """A guest, who may not see the closed board; its member, who sees all; an admin likewise."""
    return {p.email: p for p in db.session.scalars(select(Person))} | {"guest": None}


# Nothing is a guest's own.
WHOSE = [(who, narrowed) for who in ("guest", "root@example.org") for narrowed in FILTERS
         if who != "guest" or not FILTERS[narrowed].get("mine")]  # fmt: skip


@pytest.mark.parametrize(("who", "narrowed"), WHOSE)
@pytest.mark.parametrize("sort", SORTS)
def test_a_page_reads_what_it_shows_and_sorts_nothing(big, sort, narrowed, who):
    viewer, facts = viewers()[who], dict(FILTERS[narrowed])
    if facts.get("mine"):
        viewer = db.session.scalars(select(Person).order_by(Person.id.desc())).first()
    if "board" in facts:
        facts["board"] = db.session.scalars(select(Board).where(Board.slug == facts["board"])).one()
    wanted = Filter(sort=sort, **facts)
    sorts = bool(wanted.mine or wanted.month)
    first = page_of(wanted, viewer)
    deep = first
    for _ in range(6):
        deep = page_of(wanted, viewer, after=deep.after) if deep.after else deep
    for cursor in ({}, {"after": deep.after or first.after}, {"before": deep.before}):
        if cursor and None in cursor.values():
            continue
        with Plans() as plans:
            page_of(wanted, viewer, **cursor)
        hold_against(plans, sorts)


def test_which_orders_there_are_is_asked_of_an_index(big):
    with Plans() as plans:
        assert orders_offered(Filter(), sight_of(None)) == list(SORTS)
    hold_against(plans, sorts=False)
