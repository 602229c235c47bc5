"""Two admins, or two clicks, name a board alike at the same moment."""

import threading

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from ideaboard.admin.areas import create_board
from ideaboard.extensions import db
from ideaboard.foundation import dialects
from ideaboard.models import Board, Person, Vote
from tests.admin.test_boards import FORM
from tests.conftest import NOW


def test_boards_of_one_name_made_at_once_each_get_an_address(own_app):
    start, values = (
        threading.Barrier(5),
        {**FORM, "owner_id": 0, "first_look_days": 7, "promise_votes": 50, "promise_days": 14},
    )

    def make():
        with own_app.app_context():
            root = db.session.execute(select(Person).where(Person.email == "root@example.org")).scalar_one()
            db.session.commit()
            start.wait(10)
            create_board(root, NOW, dict(values), set())

    threads = [threading.Thread(target=make) for _ in range(5)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    with own_app.app_context():
        slugs = set(db.session.scalars(select(Board.slug).where(Board.name == FORM["name"])))
    assert slugs == {"our-shops", *(f"our-shops-{n}" for n in range(2, 6))}


def test_what_another_deed_wrote_meanwhile_is_no_fault_of_ours(db, cast, make_idea):
    idea, noor = make_idea(), cast.noor

    def refused(*rows) -> bool:
        db.session.add_all(rows)
        try:
            db.session.commit()
        except IntegrityError as error:
            db.session.rollback()
            return dialects.is_race(error)
        raise AssertionError("the database took it")

    one = {"idea_id": idea.id, "person_id": noor.id, "cast_at": NOW}
    db.session.execute(Vote.__table__.insert().values(**one, is_unnamed=False))
    db.session.commit()
    assert refused(Vote(**one))
    assert refused(Vote(**{**one, "idea_id": 10**6}))
    assert not refused(Board(slug="x", name="x", created_at=NOW, first_look_days=0))
