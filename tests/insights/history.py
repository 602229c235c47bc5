"""A made-up history of a site, by the real verbs, at made-up times: what the two computations are asked about.

hide, hold and merge have no verbs yet, and an import is a file of its own: these are set in the tables, and `left`
says what an Event will say one day.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from ideaboard.admin.areas import change_board
from ideaboard.events import kinds
from ideaboard.events.record import record
from ideaboard.extensions import db
from ideaboard.foundation.database import end_reading, transaction
from ideaboard.foundation.refusals import Refusal
from ideaboard.ideas.leaving import step_back, take_back
from ideaboard.ideas.submission import submit_idea
from ideaboard.insights.clearness import judge_answer
from ideaboard.merging.merge import merge, unmerge
from ideaboard.models import Board, Delivery, Event, Idea, Merge, Notification, Person, Status, StatusChange
from ideaboard.models.vocabulary import Origin, Outcome
from ideaboard.voting.ballot import cast_vote, withdraw_vote
from ideaboard.workflow.progress import change_status

BEGIN = datetime(2026, 1, 20, 9, 0, tzinfo=UTC)
STAGES = ("under_review", "reviewed", "reviewed", "coming_soon", "launched", "launched")


class History:
    """`left`: {idea id: when hands took it out of sight}; `now`: the moment at which it ends."""

    def __init__(self, cast, seed: int, ideas: int):
        self.rng, self.cast = random.Random(seed), cast
        self.now, self.left = BEGIN, {}
        with db.session.begin():
            db.session.add_all(
                Person(display_name=f"P{n}", email=f"p{n}@example.org", created_at=BEGIN) for n in range(9)
            )
            db.session.execute(db.update(Board).values(promise_votes=4, promise_days=9))
        self.people = list(db.session.scalars(db.select(Person).where(Person.email.startswith("p"))))
        self.statuses = dict(db.session.execute(db.select(Status.stage, Status.id)).tuples().all())
        self.boards, self.staff, self.ids = [cast.drinks, cast.panel], [cast.ada, cast.root], []
        self.lena = cast.lena
        end_reading()
        deeds = [self.submit] * 4 + [self.vote] * 7 + [self.withdraw, self.leave, self.judge, self.judge, self.vanish]
        deeds += [self.move] * 6 + [self.merge, self.unmerge]
        while len(self.ids) < ideas:
            # Now and then two deeds at one moment: ties.
            self.now += timedelta(minutes=self.rng.choice((0, 0, 7, 45, 300, 1_440)))
            self.attempt(self.rng.choice(deeds))
            if self.rng.random() < 0.004:
                self.attempt(self.promise_otherwise)
        self.bring_from_elsewhere()
        self.tell()
        self.now += timedelta(hours=30)

    def attempt(self, deed) -> None:
        for thing in (*self.boards, *self.staff, self.lena, *self.people):
            _ = thing.id  # what a refusal's rollback has expired is read again here, not within a verb
        end_reading()
        try:
            deed()
        except Refusal:
            pass  # as in life: too late, not theirs, closed
        finally:
            end_reading()

    def any_idea(self) -> int:
        """A newer one more often."""
        return self.ids[-1 - int(len(self.ids) * self.rng.random() ** 2)] if self.ids else 0

    def submit(self) -> None:
        board = self.rng.choice(self.boards)
        by = self.rng.choice(self.people) if board.slug == "drinks" else self.lena
        title, token = f"Idea number {len(self.ids)}", f"{self.rng.getrandbits(200):050x}"
        self.ids.append(submit_idea(by, self.now, board_id=board.id, title=title, body="", form_token=token).id)

    def vote(self) -> None:
        cast_vote(self.any_idea(), self.rng.choice([*self.people, self.lena, *self.staff]), self.now)

    def withdraw(self) -> None:
        withdraw_vote(self.any_idea(), self.rng.choice(self.people))

    def move(self) -> None:
        stage, ready = self.rng.choice(STAGES), self.rng.random() < 0.5
        facts = {}
        if stage == "under_review" and ready:
            facts = {"is_ready_sentence": True, "promised_on": self.now.date() + timedelta(days=9)}
        if stage == "reviewed":
            facts = {"outcome": self.rng.choice((Outcome.WANT, Outcome.NOT_NOW, Outcome.WILL_NOT))}
            facts["promised_on"] = self.now.date() + timedelta(days=90)
        text = "" if "is_ready_sentence" in facts else "In our own words."
        by = self.rng.choice(self.staff)
        change_status(self.any_idea(), by, self.now, status_id=self.statuses[stage], text=text, **facts)

    def leave(self) -> None:
        idea = db.session.get(Idea, self.any_idea(), populate_existing=True)
        end_reading()
        if idea is not None and idea.author_id is not None:
            author = next(p for p in [*self.people, self.lena] if p.id == idea.author_id)
            self.rng.choice((take_back, take_back, take_back, step_back))(idea.id, author, self.now)

    def judge(self) -> None:
        changes = db.session.execute(
            db.select(StatusChange.id, StatusChange.idea_id).order_by(StatusChange.id.desc()).limit(25)
        ).all()
        end_reading()
        if changes:
            change_id, idea_id = self.rng.choice(changes)
            by = self.rng.choice([*self.people, self.lena])
            judge_answer(idea_id, change_id, by, self.now, is_clear=self.rng.random() < 0.7)

    def promise_otherwise(self) -> None:
        board = self.rng.choice(self.boards)
        values = {column.key: getattr(board, column.key) for column in Board.__table__.columns}
        values |= {"promise_votes": self.rng.randint(2, 7), "promise_days": self.rng.randint(3, 30)}
        change_board(board.id, self.staff[1], self.now, values, {board.owner_id})

    def merge(self) -> None:
        merge(self.any_idea(), self.any_idea(), self.rng.choice(self.staff), self.now, note="The same wish.")

    def unmerge(self) -> None:
        standing = db.session.scalars(db.select(Merge.id).where(Merge.unmerged_at.is_(None)).order_by(Merge.id)).all()
        end_reading()
        if standing:
            unmerge(self.rng.choice(standing), self.rng.choice(self.staff), self.now, note="Not the same.")

    def vanish(self) -> None:
        """By hand: hidden or held."""
        idea_id = self.any_idea()
        if self.rng.random() < 0.3:  # one whose promise has begun
            newest = db.select(Event.idea_id).where(Event.kind == kinds.IDEA_PROMISE_REACHED).order_by(Event.id.desc())
            idea_id = db.session.scalars(newest.limit(1)).first() or 0
            end_reading()
        if not idea_id or idea_id in self.left or self.rng.random() < 0.5:
            return
        with transaction() as session:
            idea = session.get(Idea, idea_id, populate_existing=True)
            setattr(idea, self.rng.choice(("hidden_at", "held_at")), self.now)
        self.left[idea_id] = self.now

    def bring_from_elsewhere(self) -> None:
        """By hand, as an import does: ideas with a decision of before, and events of origin import."""
        with transaction() as session:
            for n in range(7):
                idea = Idea(
                    title=f"Of before {n}", slug="x", board_id=self.boards[n % 2].id, created_at=BEGIN, visible_at=BEGIN,
                    origin=Origin.IMPORT, import_source="x", import_id=str(n), votes_count=0, imported_votes=900,
                )  # fmt: skip
                session.add(idea)
                session.flush()
                record(kinds.IDEA_SUBMITTED, actor=None, at=BEGIN, idea=idea, origin=Origin.IMPORT)
                facts = {"stage": "launched", "outcome": None, "from": "received", "answer": True}
                record(kinds.IDEA_STATUS_CHANGED, actor=None, at=BEGIN, idea=idea, origin=Origin.IMPORT, **facts)

    def tell(self) -> None:
        """Entries of what was launched, as a worker would have left them."""
        with transaction() as session:
            for event in session.scalars(db.select(Event).where(Event.kind == kinds.IDEA_STATUS_CHANGED, Event.origin == Origin.HERE)).all():  # fmt: skip
                for person in self.rng.sample(self.people, 4):
                    told_by = self.rng.choice(("mail", "mail", "digest", "inbox", "refused", "lost", None))
                    kind = "digest" if told_by == "digest" else self.rng.choice(("news", "news", "digest"))
                    told_at = event.happened_at + timedelta(hours=self.rng.choice((0, 1, 20, 24, 25, 90)))
                    mail = None
                    if told_by != "inbox" and self.rng.random() < 0.9:  # the rest went after ninety days
                        mail = Delivery(
                            channel="mail", kind=kind, person_id=person.id, created_at=event.happened_at,
                            message_key=f"{self.rng.getrandbits(120):x}", due_at=event.happened_at, state="sent",
                        )  # fmt: skip
                        session.add(mail)
                        session.flush()
                    session.add(Notification(
                        event_id=event.id, person_id=person.id, idea_id=event.idea_id, topic="status", reason="voter",
                        created_at=event.happened_at, told_by=told_by, told_at=told_at if told_by else None,
                        delivery_id=mail.id if mail else None,
                    ))  # fmt: skip
