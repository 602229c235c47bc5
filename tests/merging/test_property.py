"""Any sequence of vote, withdraw, merge, unmerge, comment, comment to idea, launch and erase leaves what a plain model of
sets says: who supports what, where each comment stands, who follows why. Counters are the rows, and nothing drifts.
"""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from ideaboard.accounts.erasing import erase
from ideaboard.discussion.comments import post_comment
from ideaboard.extensions import db
from ideaboard.foundation.database import end_reading
from ideaboard.foundation.refusals import Refusal
from ideaboard.ideas.submission import submit_idea
from ideaboard.merging.merge import merge, unmerge
from ideaboard.merging.own_idea import make_idea_of
from ideaboard.models import Comment, Follow, Idea, Merge, Person, Status, Vote
from ideaboard.models.vocabulary import Reason
from ideaboard.site.recount import find_drift
from ideaboard.voting.ballot import cast_vote, withdraw_vote
from ideaboard.voting.trending import computed
from ideaboard.workflow.progress import change_status
from tests.conftest import NOW


class Model:
    """The truth in sets. An idea's supporters are its own and those of what was merged into it."""

    def __init__(self):
        self.author: dict[int, int] = {}
        self.own: dict[int, set[int]] = {}
        self.into: dict[int, int | None] = {}
        self.rests: dict[int, int] = {}  # a merged idea's count, as it was
        self.closed: set[int] = set()
        self.home: dict[int, tuple[int, int]] = {}  # comment: (idea it was written on, by whom)
        self.became: dict[int, int] = {}
        self.erased: set[int] = set()

    def add(self, idea: int, author: int, votes: bool) -> None:
        self.author[idea], self.own[idea], self.into[idea] = author, {author} if votes else set(), None

    def below(self, idea: int) -> list[int]:
        return [other for other, into in self.into.items() if into == idea]

    def family(self, idea: int) -> list[int]:
        return [idea, *(deep for other in self.below(idea) for deep in self.family(other))]

    def end(self, idea: int) -> int:
        return idea if self.into[idea] is None else self.end(self.into[idea])

    def supporters(self, idea: int) -> set[int]:
        return set().union(*(self.own[member] for member in self.family(idea)))

    def vote(self, idea: int, person: int) -> None:
        if self.into[idea] is None and idea not in self.closed and person not in self.supporters(idea):
            self.own[idea].add(person)

    def withdraw(self, idea: int, person: int) -> None:
        if self.into[idea] is None:
            for member in self.family(idea):
                self.own[member].discard(person)

    def merge(self, idea: int, into: int) -> None:
        end = self.end(into)
        if self.into[idea] is None and end != idea and not {idea, end} & self.closed:
            self.rests[idea] = len(self.supporters(idea))
            self.into[idea] = end

    def unmerge(self, idea: int) -> None:
        self.into[idea] = None

    def erase(self, person: int) -> None:
        self.erased.add(person)
        for idea in self.into:
            if self.end(idea) not in self.closed:
                self.own[idea].discard(person)

    def reasons(self, idea: int, person: int) -> int:
        found = Reason.AUTHOR if self.author[idea] == person else 0
        found |= Reason.VOTER if person in self.supporters(idea) else 0
        wrote = any(home in self.family(idea) and by == person for home, by in self.home.values())
        found |= Reason.COMMENTER if wrote else 0
        return found | (Reason.CHOSEN if any(self._brings(below, person) for below in self.below(idea)) else 0)

    def _brings(self, idea: int, person: int) -> bool:
        return self.author[idea] == person or any(self._brings(below, person) for below in self.below(idea))


class Run:
    """Both at once: the verbs on the database, and the same words on the model."""

    def __init__(self, cast, seed: int, people: int = 7, ideas: int = 5):
        self.rng, self.model, self.now, self.told = random.Random(seed), Model(), NOW, []
        self.staff, self.board = cast.ada, cast.drinks
        with db.session.begin():
            self.people = [
                Person(display_name=f"P{n}", email=f"s{seed}p{n}@example.org", created_at=NOW) for n in range(people)
            ]
            db.session.add_all(self.people)
        self.launched = db.session.scalar(db.select(Status.id).where(Status.stage == "launched"))
        end_reading()
        for _ in range(ideas):
            self.submit()

    def step(self) -> None:
        self.now += timedelta(minutes=1)
        deeds = [self.vote] * 8 + [self.withdraw] * 3 + [self.merge] * 5 + [self.unmerge] * 4 + [self.comment] * 2
        deeds += [self.own_idea] * (1 if len(self.model.into) < 14 else 0)
        if self.rng.random() < 0.02:
            deeds = [self.launch, self.erase, self.submit]
        deed = self.rng.choice(deeds)
        for thing in (self.staff, self.board, *self.people):
            _ = thing.id  # what a refusal's rollback has expired is read again here, not within a verb
        end_reading()
        try:
            deed()
        except Refusal:
            pass
        finally:
            end_reading()

    def any_idea(self) -> int:
        return self.rng.choice(list(self.model.into))

    def anybody(self) -> Person:
        return self.rng.choice([p for p in self.people if p.id not in self.model.erased])

    def say(self, *words) -> None:
        self.told.append(words)

    def submit(self) -> None:
        by = self.anybody()
        token = f"{self.rng.getrandbits(200):050x}"
        idea = submit_idea(by, self.now, board_id=self.board.id, title="An idea of it", body="", form_token=token)
        self.model.add(idea.id, by.id, votes=True)
        end_reading()

    def vote(self) -> None:
        idea, by = self.any_idea(), self.anybody()
        self.say("vote", idea, by.id)
        self.model.vote(idea, by.id)
        cast_vote(idea, by, self.now)

    def withdraw(self) -> None:
        idea, by = self.any_idea(), self.anybody()
        self.say("withdraw", idea, by.id)
        self.model.withdraw(idea, by.id)
        withdraw_vote(idea, by)

    def merge(self) -> None:
        idea, into = self.any_idea(), self.any_idea()
        self.say("merge", idea, into)
        self.model.merge(idea, into)
        merge(idea, into, self.staff, self.now, note="The same wish.")

    def unmerge(self) -> None:
        rows = db.session.execute(db.select(Merge.id, Merge.idea_id, Merge.unmerged_at)).all()
        end_reading()
        if not rows:
            return
        standing = [row for row in rows if row.unmerged_at is None]
        row = self.rng.choice(standing if standing and self.rng.random() < 0.9 else rows)
        self.say("unmerge", row.idea_id)
        if row.unmerged_at is None:
            self.model.unmerge(row.idea_id)
        unmerge(row.id, self.staff, self.now, note="Not the same after all.")

    def comment(self) -> None:
        idea, by = self.any_idea(), self.anybody()
        self.say("comment", idea, by.id)
        parent = None
        if here := [c for c, (home, _) in self.model.home.items() if self.model.end(home) == idea]:
            parent = self.rng.choice([None, *here])
        made = post_comment(idea, by, self.now, body="A word on it.", parent_id=parent)
        self.model.home[made.id] = (idea, by.id)

    def own_idea(self) -> None:
        if not self.model.home:
            return
        comment = self.rng.choice(list(self.model.home))
        author = self.model.home[comment][1]
        by = self.rng.choice(
            [self.staff, *(p for p in self.people if p.id == author and author not in self.model.erased)]
        )
        self.say("own idea", comment, by.id)
        made = make_idea_of(comment, by, self.now, title="A wish of its own")
        if comment in self.model.became:
            assert made.id == self.model.became[comment], "done twice is done once"
        else:
            self.model.became[comment] = made.id
            self.model.add(made.id, author, votes=by.id == author)

    def launch(self) -> None:
        idea = self.any_idea()
        if len(self.model.closed) < 3 and self.model.into[idea] is None:
            self.say("launch", idea)
            change_status(idea, self.staff, self.now, status_id=self.launched, text="It is there.")
            self.model.closed.add(idea)

    def erase(self) -> None:
        if len(self.model.erased) > 2:
            return
        by = self.anybody()
        self.say("erase", by.id)
        erase(by.id, by, self.now)
        self.model.erase(by.id)

    def check(self) -> None:
        model, where = self.model, self.told[-12:]
        ids = list(model.into)
        rows = db.session.execute(db.select(Vote.idea_id, Vote.person_id, Vote.origin_idea_id)).all()
        ideas = db.session.scalars(db.select(Idea).where(Idea.id.in_(ids)).execution_options(populate_existing=True))
        for idea in ideas.all():
            here = {row.person_id: row.origin_idea_id for row in rows if row.idea_id == idea.id}
            assert set(here) == model.supporters(idea.id), (idea.id, where)
            for person, origin in here.items():
                if person in model.own[idea.id]:
                    assert origin is None, (idea.id, person, where)
                else:
                    assert origin in model.below(idea.id) and person in model.supporters(origin), (idea.id, where)
            assert idea.merged_into_id == model.into[idea.id], (idea.id, where)
            resting = idea.merged_into_id is not None
            assert idea.votes_count == (model.rests[idea.id] if resting else len(here)), (idea.id, where)
            assert (idea.merged_at is None) == (not resting)
        self._check_comments(where)
        self._check_follows(where)
        assert find_drift(self.now) == [], where
        end_reading()

    def check_trending(self) -> None:
        ids, where = list(self.model.into), self.told[-12:]
        standing = [idea for idea in ids if self.model.into[idea] is None]
        stored = dict(db.session.execute(db.select(Idea.id, Idea.trending).where(Idea.id.in_(standing))).tuples().all())
        for idea, (trending, _) in computed(standing).items():
            assert stored[idea] == pytest.approx(trending, rel=1e-9), (idea, where)
        end_reading()

    def _check_comments(self, where) -> None:
        found = db.session.execute(db.select(Comment.id, Comment.idea_id, Comment.origin_idea_id)).all()
        for comment, idea, origin in found:
            home = self.model.home[comment][0]
            assert idea == self.model.end(home), (comment, where)
            assert origin == (home if idea != home else None), (comment, where)
        counts = dict(db.session.execute(db.select(Idea.id, Idea.comments_count)).tuples().all())
        for idea in self.model.into:
            assert counts[idea] == sum(1 for _, at, _ in found if at == idea), (idea, where)

    def _check_follows(self, where) -> None:
        rows = {(r.idea_id, r.person_id): r.reasons for r in db.session.scalars(db.select(Follow))}
        for idea in self.model.into:
            for person in self.people:
                if person.id not in self.model.erased:
                    wanted = self.model.reasons(idea, person.id)
                    assert rows.get((idea, person.id), 0) == wanted, (idea, person.id, where)


@pytest.mark.parametrize("seed", range(3))
def test_any_sequence_ends_as_the_sets_say(cast, seed):
    run = Run(cast, seed)
    for number in range(90):
        run.step()
        if number % 6 == 0:
            run.check()
    run.check()
    run.check_trending()
    assert len(run.told) > 60


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 110))
def test_any_long_sequence_ends_as_the_sets_say(cast, seed):
    run = Run(cast, seed, people=9, ideas=7)
    for number in range(500):
        run.step()
        if number % 9 == 0:
            run.check()
            run.check_trending()
    run.check()
