"""What the home page proves, held against the rows counted plainly: for everybody, on every board, of whatever origin."""

from datetime import timedelta
from itertools import product

import pytest

from ideaboard.foundation.database import end_reading
from ideaboard.models import Board, Idea, StatusChange
from ideaboard.models.vocabulary import Audience
from ideaboard.site.proof import A_WEEK, DEEDS, deeds_of, figures_of
from tests.conftest import CAST, NOW

LATER = NOW + timedelta(days=10)
OUT_OF_SIGHT = ({"held_at": NOW}, {"hidden_at": NOW}, {"taken_back_at": NOW}, {"visible_at": None})


@pytest.fixture
def community(db, cast, make_idea, move):
    """On two boards: ideas at all stages, here and imported, one answered twice, one redacted, some out of sight."""
    for board, author, each in ((cast.drinks, cast.vera, 4), (cast.panel, cast.lena, 1)):
        for n in range(each):
            for stage, outcome in (
                ("under_review", None),
                ("reviewed", "want"),
                ("coming_soon", None),
                ("launched", None),
            ):
                idea = make_idea(f"{stage} {n}", author=author, board=board, votes_count=n)
                move(idea, stage, outcome, days=2 * n + 1, text=f"{board.name} {stage} {n}")
                if n == 1:
                    move(idea, stage, outcome, days=9, text="More of it.")
                change = db.session.get(StatusChange, db.session.get(Idea, idea.id).change_id)
                if n == 2:
                    change.origin = "import"
                if n == 3 and stage == "launched":
                    change.redacted_at = NOW
                db.session.commit()
        for state in OUT_OF_SIGHT:
            idea = make_idea("Out of sight", author=author, board=board)
            move(idea, "launched", days=9.5)
            db.session.execute(db.update(Idea).where(Idea.id == idea.id).values(**state))
            db.session.commit()


def plainly(db, viewer, board):
    """(figures, ids of the deeds) by Python."""
    seen = db.session.scalars(db.select(Idea).where(Idea.visible_to(viewer))).all()
    seen = {i.id: i for i in seen if i.is_in_the_open and (board is None or i.board_id == board.id)}
    changes = [c for c in db.session.scalars(db.select(StatusChange)) if c.idea_id in seen]
    answers = [c for c in changes if not c.is_ready_sentence and c.origin != "import"]
    stands = [c for c in changes if seen[c.idea_id].change_id == c.id]
    own = [c.stage for c in stands if c.origin != "import"]
    figures = (
        len({c.idea_id for c in answers if c.changed_at > LATER - A_WEEK}),
        own.count("coming_soon"),
        own.count("launched"),
        len(stands) - len(own),
    )
    newest = sorted(
        (c for c in stands if c in answers and c.redacted_at is None and c.stage != "under_review"),
        key=lambda c: (c.changed_at, c.id),
        reverse=True,
    )
    launched = [c for c in newest if c.stage == "launched"][:1]
    deeds = launched + [c for c in newest if c not in launched]
    return figures, [c.idea_id for c in deeds[:DEEDS]]


def test_figures_and_deeds_are_those_of_what_the_viewer_sees(community, db, cast):
    for audience, name, board in product(Audience, (*CAST, None), (None, cast.drinks, cast.panel)):
        db.session.execute(db.update(Board).values(who_may_see=audience))
        db.session.commit()
        viewer = getattr(cast, name) if name else None
        figures, deeds = plainly(db, viewer, board)
        said = (name, audience, board and board.slug)
        assert tuple(figures_of(viewer, LATER, board)) == figures, said
        assert [deed.idea.id for deed in deeds_of(viewer, board)] == deeds, said
        end_reading()


def test_a_deed_says_who_answered_after_how_many_days_and_how_many_had_voted(community, cast, db):
    deed = deeds_of(None, cast.drinks)[0]
    assert (deed.idea.title, deed.text, deed.actor.display_name, deed.days) == ("launched 1", "More of it.", "Ada", 9)
    assert deed.votes == 1
    # Where votes have ended everybody sees the count; of what is coming it is hidden, and the card says none.
    db.session.execute(db.update(Board).values(hides_counts=True))
    db.session.commit()
    coming = {deed.idea.standing: deed.votes for deed in deeds_of(cast.noor, cast.drinks)}
    assert coming == {"launched": 1, "want": None, "coming_soon": None}


def test_a_vote_leaves_the_card_as_it_is(community, cast, db):
    before = deeds_of(None)
    db.session.execute(db.update(Idea).values(votes_count=70, comments_count=7, imported_votes=7))
    db.session.commit()
    assert deeds_of(None) == before
