"""Merges, votes and withdrawals at once, on real transactions: one order, no deadlock, nobody lost or counted twice."""

import contextvars
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import event

from ideaboard.extensions import db
from ideaboard.foundation.database import end_reading, write_wait_ms
from ideaboard.foundation.refusals import Refusal
from ideaboard.merging.merge import CannotMerge, merge, unmerge
from ideaboard.models import Board, Comment, Event, Follow, Idea, Merge, Person, Vote
from ideaboard.site.recount import find_drift
from ideaboard.voting.ballot import cast_vote, withdraw_vote
from tests.conftest import NOW

PEOPLE = 20


@pytest.fixture
def world(own_app):
    """Three ideas, twenty people; the first ten voted on the first, the last twelve on the second."""
    with own_app.app_context():
        board = db.session.scalars(db.select(Board).where(Board.slug == "drinks")).one()
        people = [Person(display_name=f"P{n}", email=f"m{n}@example.org", created_at=NOW) for n in range(PEOPLE)]
        ideas = [
            Idea(title=f"Milk {n}", slug=f"milk-{n}", board_id=board.id, created_at=NOW, visible_at=NOW)
            for n in range(3)
        ]
        db.session.add_all([*people, *ideas])
        db.session.commit()
        ids, person_ids = [idea.id for idea in ideas], [person.id for person in people]
        for person in people[:10]:
            cast_vote(ids[0], person, NOW)
        for person in people[8:]:
            cast_vote(ids[1], person, NOW)
    return ids, person_ids


def at_once(own_app, *deeds):
    """Run all deeds at the same time, each in a context of its own; -> what each returned or raised."""

    def alone(deed):
        def go():
            write_wait_ms.set(20_000)  # order is tested here, not patience
            with own_app.app_context():
                try:
                    return deed()
                except Refusal as refusal:
                    return refusal
                finally:
                    db.session.remove()

        return contextvars.Context().run(go)

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(alone, deeds))


def ada():
    person = db.session.scalars(db.select(Person).where(Person.email == "ada@example.org")).one()
    _ = person.board_roles
    end_reading()
    return person


def person_of(person_id):
    person = db.session.get(Person, person_id)
    _ = person.board_roles
    end_reading()
    return person


def merging(idea, into):
    return lambda: merge(idea, into, ada(), NOW, note="The same.").id


def settled(own_app):
    """{idea id: its voters}, once counters are held against rows and every kept or carried vote against the other."""
    with own_app.app_context():
        assert find_drift(NOW + timedelta(days=1)) == []
        votes: dict[int, set[int]] = {}
        for idea_id, person_id in db.session.execute(db.select(Vote.idea_id, Vote.person_id)):
            votes.setdefault(idea_id, set()).add(person_id)
        for idea_id, into_id in db.session.execute(
            db.select(Idea.id, Idea.merged_into_id).where(Idea.merged_into_id.is_not(None))
        ):
            assert votes.get(idea_id, set()) <= votes.get(into_id, set()), "who is kept below counts above"
        end_reading()
        return votes


def test_merges_in_both_directions_at_once_end_in_one_order(own_app, world):
    (one, two, _), people = world
    for round_ in range(6):
        answers = at_once(own_app, *[merging(one, two), merging(two, one)] * 2)
        made = {answer for answer in answers if isinstance(answer, int)}
        assert len(made) == 1, answers
        assert all(isinstance(answer, int | CannotMerge) for answer in answers), answers
        votes = settled(own_app)
        assert max(votes.values(), key=len) == set(people)
        undone = at_once(own_app, *[lambda m=m: unmerge(m, ada(), NOW, note="No.").id for m in made] * 2)
        assert set(undone) == made
        assert settled(own_app)[one] == set(people[:10]), round_


def test_a_ring_of_merges_at_once_leaves_one_idea_standing_and_no_circle(own_app, world):
    ids, people = world
    one, two, three = ids
    for _ in range(4):
        answers = at_once(own_app, merging(one, two), merging(two, three), merging(three, one))
        made = [answer for answer in answers if isinstance(answer, int)]
        assert len(made) == 2 and all(isinstance(a, int | CannotMerge) for a in answers), answers
        with own_app.app_context():
            standing = db.session.scalars(db.select(Idea.id).where(Idea.merged_into_id.is_(None))).all()
        assert len(standing) == 1
        assert settled(own_app)[standing[0]] == set(people)
        at_once(own_app, *[lambda m=m: unmerge(m, ada(), NOW, note="No.").id for m in made])
        votes = settled(own_app)
        assert (votes[one], votes[two]) == (set(people[:10]), set(people[8:]))
        assert three not in votes


def test_a_merge_while_twenty_people_vote_and_withdraw(own_app, world):
    (one, two, _), people = world
    voting = [lambda p=p: bool(cast_vote(two, person_of(p), NOW)) for p in people[:5]]
    leaving = [lambda p=p: bool(withdraw_vote(two, person_of(p))) for p in people[10:15]]
    late = [lambda p=p: bool(cast_vote(one, person_of(p), NOW)) for p in people[15:]]
    answers = at_once(own_app, *voting, *leaving[:2], merging(one, two), *leaving[2:], *late)
    votes = settled(own_app)
    assert votes[two] == set(people) - set(people[10:15])
    assert answers.count(True) >= len(leaving)
    with own_app.app_context():
        made = db.session.scalars(db.select(Merge.id)).one()
        came = {
            person
            for person, origin in db.session.execute(
                db.select(Vote.person_id, Vote.origin_idea_id).where(Vote.idea_id == two)
            )
            if origin == one
        }
    # Who withdraws while it parts again keeps no vote anywhere.
    gone = sorted(came)[:4]
    at_once(
        own_app,
        *[lambda p=p: bool(withdraw_vote(two, person_of(p))) for p in gone[:2]],
        lambda: unmerge(made, ada(), NOW, note="No.").id,
        *[lambda p=p: bool(withdraw_vote(two, person_of(p))) for p in gone[2:]],
    )
    votes = settled(own_app)
    assert not came & votes[two], "what came from it left with it"
    assert set(people[8:10]) <= votes[two] & votes[one], "who voted for both has both again"


@pytest.mark.parametrize("at", ["INSERT INTO event", "UPDATE idea SET trending", "UPDATE comment"])
def test_a_merge_that_breaks_half_way_changed_nothing(own_app, world, at):
    (one, two, _), people = world
    with own_app.app_context():
        before = _everything()

        def breaks(connection, cursor, statement, *_):
            if statement.startswith(at):
                raise RuntimeError("the process ends here")

        event.listen(db.engine, "before_cursor_execute", breaks)
        try:
            with pytest.raises(RuntimeError):
                merge(one, two, ada(), NOW, note="The same.")
        finally:
            event.remove(db.engine, "before_cursor_execute", breaks)
        assert _everything() == before
        assert merge(one, two, ada(), NOW, note="The same.").votes == 10


def _everything() -> list:
    found = []
    for model in (Idea, Vote, Follow, Comment, Merge, Event):
        table = model.__table__
        found.append(sorted(map(repr, db.session.execute(db.select(table)).all())))
    end_reading()
    return found
