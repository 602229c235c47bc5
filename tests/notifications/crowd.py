"""A site with one idea and its followers, another idea to vote on, and voters who are signed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from flask_migrate import upgrade
from sqlalchemy import func, insert, select

from config import Settings
from ideaboard import create_app
from ideaboard.accounts.sessions import open_session
from ideaboard.extensions import db
from ideaboard.foundation.clock import now
from ideaboard.models import Board, Delivery, Event, Follow, Idea, Notification, Person, Site, Status, StatusChange
from ideaboard.models.vocabulary import Reason, SiteRole

VOTERS = 8


@dataclass(frozen=True)
class Crowd:
    app: object
    told_idea: int
    voted_idea: int
    launched: int  # the status
    staff: str  # a cookie, as the voters'
    voters: list[str]


def plant(environment: dict[str, str], followers: int) -> Crowd:
    """Migrate and fill the database that `environment` names."""
    app = create_app(Settings.read(environment))
    with app.app_context():
        upgrade()
        with db.session.begin():
            facts = _rows(followers)
        serializer = app.session_interface.get_signing_serializer(app)

        def cookie(person_id: int) -> str:
            person = db.session.get(Person, person_id)
            db.session.commit()
            token = open_session(person, now())
            return serializer.dumps({"_user_id": token, "_fresh": True})

        told, voted, launched, staff, voters = facts
        crowd = Crowd(app, told, voted, launched, cookie(staff), [cookie(person) for person in voters])
        db.session.remove()
        db.engine.dispose()
    return crowd


def _rows(followers: int) -> tuple[int, int, int, int, list[int]]:
    moment = now() - timedelta(days=2)
    if db.session.get(Site, 1) is None:
        db.session.add(Site(id=1, name="Corner Coffee"))
    ada = Person(
        email="ada@example.org", display_name="Ada", avatar_seed="ada", created_at=moment, site_role=SiteRole.ADMIN
    )
    voters = [
        Person(email=f"voter{n}@example.org", display_name=f"Voter {n}", avatar_seed=f"v{n}", created_at=moment)
        for n in range(VOTERS)
    ]
    db.session.add_all([ada, *voters])
    db.session.flush()
    brief = {f"brief_{part}": "Words." for part in ("asks", "fixed", "decides", "hear")}
    board = Board(slug="drinks", name="Drinks", owner_id=ada.id, created_at=moment, **brief)
    db.session.add(board)
    db.session.flush()
    ideas = [
        Idea(title=title, slug=slug, board_id=board.id, created_at=moment, visible_at=moment)
        for title, slug in (("Oat milk without the extra charge", "oat-milk"), ("Cups to bring back", "cups"))
    ]
    db.session.add_all(ideas)
    db.session.flush()
    people = [
        {"email": f"p{n}@example.org", "display_name": f"Person {n}", "avatar_seed": f"p{n}", "created_at": moment}
        for n in range(followers)
    ]
    db.session.execute(insert(Person), people)
    ids = db.session.scalars(select(Person.id).where(Person.email.like("p%@example.org"), Person.id > board.owner_id))
    follow = {"idea_id": ideas[0].id, "reasons": Reason.VOTER, "followed_at": moment}
    db.session.execute(insert(Follow), [{"person_id": person, **follow} for person in ids])
    launched = db.session.scalars(select(Status.id).where(Status.stage == "launched")).first()
    return ideas[0].id, ideas[1].id, launched, ada.id, [person.id for person in voters]


@dataclass(frozen=True)
class Standing:
    """How far the telling is, by the rows."""

    events_waiting: int
    waiting: int
    sent: int
    entries: int
    untold: int
    entitled: int
    told: int
    not_told: int


def standing(crowd: Crowd) -> Standing:
    def count(column, *conditions) -> int:
        return db.session.execute(select(func.count(column)).where(*conditions)).scalar_one()

    with crowd.app.app_context():
        change = db.session.scalars(select(StatusChange).where(StatusChange.idea_id == crowd.told_idea)).first()
        found = Standing(
            count(Event.id, Event.dispatched_at.is_(None)),
            count(Delivery.id, Delivery.state == "waiting"),
            count(Delivery.id, Delivery.state == "sent"),
            count(Notification.id),
            count(Notification.id, Notification.told_at.is_(None)),
            *((change.entitled_count, change.told_count, change.not_told_count) if change else (0, 0, 0)),
        )
        db.session.remove()
    return found
