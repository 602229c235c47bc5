import pytest

from ideaboard.foundation.refusals import Missing
from ideaboard.models import Follow, Vote
from ideaboard.models.vocabulary import Reason
from ideaboard.voting.ballot import MayNotVote, cast_vote, withdraw_vote
from tests.conftest import NOW


def test_a_vote_counts_once_however_often_it_is_cast(db, cast, make_idea, reload):
    idea = make_idea()
    assert cast_vote(idea.id, cast.noor, NOW)
    assert not cast_vote(idea.id, cast.noor, NOW)
    assert reload(idea).votes_count == 1
    assert db.session.get(Vote, (idea.id, cast.noor.id)) is not None


def test_a_vote_follows_and_withdrawing_takes_that_reason_away(db, cast, make_idea, reload):
    idea = make_idea()
    cast_vote(idea.id, cast.noor, NOW)
    follow = db.session.get(Follow, (idea.id, cast.noor.id))
    db.session.commit()
    assert follow.reasons == Reason.VOTER
    assert withdraw_vote(idea.id, cast.noor)
    assert not withdraw_vote(idea.id, cast.noor)
    assert reload(follow).reasons == 0
    assert reload(idea).votes_count == 0


def test_a_vote_of_somebody_else_ends_free_editing(cast, make_idea, reload):
    idea = make_idea()
    cast_vote(idea.id, cast.vera, NOW)
    assert reload(idea).others_took_part_at is None
    cast_vote(idea.id, cast.noor, NOW)
    assert reload(idea).others_took_part_at == NOW


def test_who_may_not_see_the_idea_may_not_vote_either(cast, make_idea):
    idea = make_idea(board=cast.panel, author=cast.lena)
    with pytest.raises(Missing):
        cast_vote(idea.id, cast.oskar, NOW)


def test_a_board_may_keep_voting_to_colleagues(db, cast, make_idea):
    board = cast.drinks
    board.who_may_vote = "colleagues"
    db.session.commit()
    idea = make_idea()
    with pytest.raises(MayNotVote):
        cast_vote(idea.id, cast.noor, NOW)
    assert cast_vote(idea.id, cast.cole, NOW)


def test_a_hidden_idea_takes_no_vote(db, cast, make_idea):
    idea = make_idea(hidden_at=NOW)
    with pytest.raises(Missing):
        cast_vote(idea.id, cast.noor, NOW)


def test_the_card_of_who_hears_follows_the_vote(cast, make_idea, client_of):
    idea = make_idea()
    client, asked = client_of(cast.noor), {"data": {"size": "idea"}, "headers": {"HX-Request": "true"}}
    assert "because you voted" in client.post(f"/ideas/{idea.id}/vote", **asked).text
    client.post(f"/ideas/{idea.id}/mute")
    assert "Muted: you hear nothing" in client.post(f"/ideas/{idea.id}/vote/withdraw", **asked).text
