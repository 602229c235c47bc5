import threading

import pytest

from ideaboard.extensions import db
from ideaboard.foundation.refusals import Missing
from ideaboard.ideas.editing import OthersTookPart, edit_idea
from ideaboard.ideas.leaving import take_back
from ideaboard.ideas.submission import submit_idea
from ideaboard.models import Board, Idea, Person, Vote
from ideaboard.voting.ballot import cast_vote
from tests.conftest import NOW

ROUNDS = 6


def at_once(app, *deeds):
    """Run (name, deed(person)) side by side; {deed's place: 'done' or the refusal's name}."""
    outcome, start = {}, threading.Barrier(len(deeds))

    def run(place, name, deed):
        with app.app_context():
            person = db.session.execute(db.select(Person).where(Person.email == f"{name}@example.org")).scalar_one()
            db.session.commit()
            start.wait(10)
            try:
                deed(person)
                outcome[place] = "done"
            except (Missing, OthersTookPart) as refusal:
                outcome[place] = type(refusal).__name__

    threads = [threading.Thread(target=run, args=(i, *deed)) for i, deed in enumerate(deeds)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    return outcome


@pytest.fixture
def fresh(own_app):
    """fresh(n) -> the id of a new idea of Vera's."""

    def make(n):
        with own_app.app_context():
            vera = db.session.execute(db.select(Person).where(Person.email == "vera@example.org")).scalar_one()
            board_id = db.session.execute(db.select(Board.id).where(Board.slug == "drinks")).scalar_one()
            db.session.commit()
            return submit_idea(vera, NOW, board_id=board_id, title=f"Idea {n}", body="", form_token=f"{n:040}").id

    return make


def test_an_idea_is_taken_back_or_voted_on_never_both(own_app, fresh):
    for n in range(ROUNDS):
        idea_id = fresh(n)
        outcome = at_once(
            own_app,
            ("vera", lambda vera, i=idea_id: take_back(i, vera, NOW)),
            ("noor", lambda noor, i=idea_id: cast_vote(i, noor, NOW)),
        )
        assert outcome in ({0: "done", 1: "Missing"}, {0: "OthersTookPart", 1: "done"})


def test_nobody_votes_for_a_text_that_is_edited_after(own_app, fresh):
    for n in range(ROUNDS):
        idea_id = fresh(n)
        outcome = at_once(
            own_app,
            ("vera", lambda vera, i=idea_id: edit_idea(i, vera, NOW, title="Another thing", body="")),
            ("noor", lambda noor, i=idea_id: cast_vote(i, noor, NOW)),
        )
        with own_app.app_context():
            idea = db.session.get(Idea, idea_id)
            votes = db.session.execute(
                db.select(db.func.count()).select_from(Vote).where(Vote.idea_id == idea_id)
            ).scalar()
            assert (idea.votes_count, votes) == (2, 2)
            assert idea.others_took_part_at == NOW
            assert (idea.title == "Another thing") == (outcome[0] == "done")
            db.session.commit()
