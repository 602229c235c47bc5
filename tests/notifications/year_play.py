"""Plays the simulated year with the product's own verbs, fan-out, windows, digests, ceiling and letters.

Status changes and comments go through their verbs, and so do dispatching, judging, composing and settling; only ideas
and votes are written as rows (with their follows and events), a day at a time. Mails end at a box that counts.

Staff is one person: on working days, from ten in the morning, one answer each ANSWER_MINUTES, PACE a day. What is to be
launched comes first (LAUNCH_DAYS after "we want this", for a share of LAUNCHED), then in turn the oldest and the most
voted idea without an answer; what the file calls accepted is wanted, the rest is not.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, insert, select, text, update

from ideaboard.discussion.comments import post_comment
from ideaboard.events import dispatch, kinds
from ideaboard.events.record import record
from ideaboard.extensions import db
from ideaboard.following.follows import add_reason
from ideaboard.foundation.database import transaction
from ideaboard.models import Board, BoardMember, Delivery, Idea, Person, Preference, Site, Status, Vote
from ideaboard.models.vocabulary import BoardRole, How, Reason, Topic
from ideaboard.notifications.sending import Hand
from ideaboard.workflow.progress import change_status
from tests.notifications.year_story import Story

ZONE = ZoneInfo("Europe/Madrid")
PACE, ANSWER_MINUTES = 8, 7
LAUNCHED, LAUNCH_DAYS = 0.5, (45, 150)
DAILY, WEEKLY, QUIET = 0.2, 0.15, 0.3  # shares of people, where digests are on
WORDS = "We read this with the people who would build it, and here is what came of it, in our own words. "


class Counting:
    """The box at the edge."""

    def __init__(self):
        self.mails = 0

    def send(self, message, sender, recipient) -> None:
        self.mails += 1

    def close(self) -> None:
        pass


class Play:
    """One run over an empty, migrated database; an application context is open."""

    def __init__(self, story: Story, digests: bool, every: int, seed: int = 1):
        self.story, self.every = story, every
        # Apart, so that what people choose does not change what staff do: the runs are compared.
        self.chance, self.launching = random.Random(seed), random.Random(seed)
        self.box = Counting()
        self.hand = Hand("year", self.box)
        self.ids: dict[int, int] = {}  # {number: id} of the ideas that are there
        self.waiting: dict[int, None] = {}  # numbers without an answer, the oldest first
        self.launches: list[tuple[datetime, int]] = []
        self.oldest_next = True
        self._plant(digests)

    def _plant(self, digests: bool) -> None:
        at = self.story.begins - timedelta(days=1)
        with transaction() as session:
            site = session.get(Site, 1) or Site(id=1, name="Decidim")
            site.time_zone = str(ZONE)
            self.staff = Person(email="staff@example.org", display_name="Staff", avatar_seed="a", created_at=at)
            session.add_all([site, self.staff])
            session.flush()
            brief = {f"brief_{part}": "Words." for part in ("asks", "fixed", "decides", "hear")}
            board = Board(slug="city", name="City", owner_id=self.staff.id, created_at=at, **brief)
            session.add(board)
            session.flush()
            session.add(BoardMember(board_id=board.id, person_id=self.staff.id, role=BoardRole.STAFF))
            self.board = board
            rows = [self._person(number, at) for number in range(self.story.people)]
            session.execute(insert(Person), rows)
            found = session.execute(
                select(Person).where(Person.email.like("p%@example.org"), Person.id > self.staff.id).order_by(Person.id)
            ).scalars()
            self.people = [person.id for person in found]
            how = {number: self._how() for number in range(self.story.people)} if digests else {}
            chosen = [
                {"person_id": self.people[number], "kind": topic, "how": rhythm}
                for number, rhythm in how.items()
                if rhythm
                for topic in (Topic.STATUS, Topic.COMMENTS)
            ]
            if chosen:
                session.execute(insert(Preference), chosen)
            self.statuses = dict(session.execute(select(Status.stage, Status.id).order_by(Status.id.desc())).all())

    def _person(self, number: int, at: datetime) -> dict:
        quiet = (22, 7) if self.chance.random() < QUIET else (None, None)
        named = {"email": f"p{number}@example.org", "display_name": f"P{number}", "avatar_seed": str(number)}
        return {**named, "created_at": at, "quiet_from": quiet[0], "quiet_until": quiet[1]}

    def _how(self) -> str | None:
        drawn = self.chance.random()
        return How.DAILY if drawn < DAILY else How.WEEKLY if drawn < DAILY + WEEKLY else None

    def run(self) -> None:
        """The whole year."""
        deeds = [(idea.at, 0, number, None) for number, idea in enumerate(self.story.ideas)]
        for number, idea in enumerate(self.story.ideas):
            deeds += [(at, 1, number, person) for at, person in idea.comments]
        votes = sorted(
            (at, number, person) for number, idea in enumerate(self.story.ideas) for at, person in idea.votes
        )
        deeds += [(moment, 2, None, None) for moment in self._hours_of_staff()]
        cast, carry = 0, []
        for moment, what, number, person in sorted(deeds, key=lambda deed: deed[:2]):
            if moment >= self.story.ends:
                break
            while cast < len(votes) and votes[cast][0] <= moment:
                carry.append(votes[cast])
                cast += 1
            if what == 2 and not self.waiting and not (self.launches and self.launches[0][0] <= moment):
                continue  # staff have nothing to answer
            if carry:
                self._vote(carry)
                carry = []
            self._send_until(moment)
            (self._submit, self._comment, self._answer)[what](moment, number, person)
            self._tell(moment)
        self._send_until(self.story.ends)

    @staticmethod
    def _tell(moment: datetime) -> None:
        while dispatch.has_waiting():
            db.session.commit()
            dispatch.dispatch_one("year", moment)
        db.session.commit()

    def _hours_of_staff(self) -> list[datetime]:
        """PACE a working day, divided by `every`: some days none."""
        moments, owed = [], 0.0
        for day in range(int((self.story.ends - self.story.begins).days)):
            local = (self.story.begins + timedelta(days=day)).astimezone(ZONE).replace(hour=10, minute=0)
            if local.weekday() < 5:
                owed += PACE / self.every
                moments += [local + timedelta(minutes=ANSWER_MINUTES * n) for n in range(int(owed))]
                owed -= int(owed)
        return moments

    def _submit(self, moment: datetime, number: int, _) -> None:
        told = self.story.ideas[number]
        with transaction() as session:
            author = session.get(Person, self.people[told.author]) if told.author is not None else None
            facts = {"created_at": moment, "visible_at": moment, "author_id": author.id if author else None}
            idea = Idea(title=told.title, slug=f"idea-{number}", board_id=self.board.id, body="Words.", **facts)
            session.add(idea)
            session.flush()
            if author:
                add_reason(idea.id, author.id, Reason.AUTHOR, moment)
            record(kinds.IDEA_SUBMITTED, actor=author, at=moment, idea=idea)
        self.ids[number] = idea.id
        self.waiting[number] = None

    def _vote(self, votes: list[tuple[datetime, int, int]]) -> None:
        rows = [(at, self.ids[number], self.people[person]) for at, number, person in votes]
        with transaction() as session:
            facts = [{"idea_id": idea, "person_id": person} for _, idea, person in rows]
            moments = [at for at, _, _ in rows]
            session.execute(insert(Vote), [f | {"cast_at": at} for f, at in zip(facts, moments, strict=True)])
            for at, idea, person in rows:
                add_reason(idea, person, Reason.VOTER, at)
                more = update(Idea).where(Idea.id == idea).values(votes_count=Idea.votes_count + 1)
                session.execute(more, execution_options={"synchronize_session": False})

    def _comment(self, moment: datetime, number: int, person: int) -> None:
        by = db.session.get(Person, self.people[person])
        db.session.commit()
        post_comment(self.ids[number], by, moment, body="I would use it every week, and so would my neighbours.")

    def _answer(self, moment: datetime, _, __) -> None:
        staff = db.session.get(Person, self.staff.id)
        db.session.commit()
        if self.launches and self.launches[0][0] <= moment:
            number = self.launches.pop(0)[1]
            change_status(self.ids[number], staff, moment, status_id=self.statuses["launched"], text=WORDS * 3)
            return
        if not self.waiting:
            return
        number = self._next()
        self.oldest_next = not self.oldest_next
        wanted = self.story.ideas[number].is_wanted
        outcome, named = "want" if wanted else "will_not", {"status_id": self.statuses["reviewed"]}
        change_status(self.ids[number], staff, moment, outcome=outcome, text=WORDS * 4, **named)
        if wanted and self.launching.random() < LAUNCHED:
            self.launches.append((moment + timedelta(days=self.launching.uniform(*LAUNCH_DAYS)), number))
            self.launches.sort()

    def _next(self) -> int:
        number = next(iter(self.waiting))
        if not self.oldest_next:
            by_id = {self.ids[n]: n for n in self.waiting}
            most = db.session.execute(
                select(Idea.id)
                .where(Idea.board_id == self.board.id, Idea.status_id.is_(None))
                .order_by(Idea.votes_count.desc(), Idea.id)
                .limit(1)
            ).scalar_one()
            db.session.commit()
            number = by_id[most]
        del self.waiting[number]
        return number

    def _send_until(self, moment: datetime) -> None:
        """Every mail that falls due before the moment goes when it is due."""
        due = select(func.min(Delivery.due_at)).where(text("delivery.state = 'waiting'"))
        while True:
            at = db.session.execute(due).scalar()
            db.session.commit()
            if at is None or at > moment:
                return
            while self.hand.send_next(at):
                pass
            db.session.remove()
