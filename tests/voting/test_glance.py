"""The glance that a vote is decided on says what the whole row says, for everybody, on every board, in every state."""

from itertools import product

import pytest

from ideaboard.models import Board, Idea
from ideaboard.models.idea_glance import glance_at
from ideaboard.models.vocabulary import Audience, Outcome, Stage
from ideaboard.permissions import allows
from tests.conftest import CAST, NOW

STATES = {
    "open": {},
    "not visible yet": {"visible_at": None},
    "held": {"held_at": NOW},
    "hidden": {"hidden_at": NOW},
    "taken back": {"taken_back_at": NOW},
    **{f"at {word}": {"standing": word} for word in (*Stage, *Outcome)},
}
FIELDS = ("id", "slug", "title", "author_id", "board_id", "standing", "votes_count", "promise_reached_at", "has_kin")
DOORS = ("who_may_see", "who_may_vote", "voters_seen_by", "hides_counts")


@pytest.mark.parametrize("audience", Audience)
def test_a_glance_agrees_with_the_row(audience, db, cast, make_idea):
    ideas = []
    for state in STATES.values():
        ideas.append(make_idea(author=cast.vera, **state))
        ideas.append(make_idea(author=cast.lena, board=cast.panel, **state))
    merged = make_idea(merged_at=NOW, merged_into_id=ideas[0].id)
    ids = [idea.id for idea in (*ideas, merged)]
    db.session.execute(db.update(Board).values(who_may_see=audience, who_may_vote=audience))
    db.session.commit()
    for name, idea_id in product((*CAST, None), ids):
        who = getattr(cast, name) if name else None
        seen = db.session.scalar(db.select(Idea).where(Idea.id == idea_id, Idea.visible_to(who)))
        glance = glance_at(idea_id, who)
        said = (name, audience, idea_id)
        assert (glance is None) == (seen is None), said
        if seen is not None:
            assert all(getattr(glance, field) == getattr(seen, field) for field in FIELDS), said
            assert all(getattr(glance.board, door) == getattr(seen.board, door) for door in DOORS), said
            assert glance.is_open_for_votes == seen.is_open_for_votes, said
            for permission in ("idea.vote", "idea.follow", "idea.see_voters"):
                assert allows(who, permission, glance) == allows(who, permission, seen), (*said, permission)
        db.session.commit()
