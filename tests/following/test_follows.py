from ideaboard.following.boards import broad_follow_of, follow_board, forget_board, mute_board
from ideaboard.following.follows import follow, follow_of, mute, unfollow, unmute
from ideaboard.models.vocabulary import Reason
from ideaboard.voting.ballot import cast_vote
from tests.conftest import NOW


def test_reasons_add_up_and_unfollowing_takes_all(cast, make_idea):
    idea = make_idea()
    cast_vote(idea.id, cast.noor, NOW)
    follow(idea, cast.noor, NOW)
    assert follow_of(idea, cast.noor).reasons == Reason.VOTER | Reason.CHOSEN
    unfollow_ends(idea, cast)


def unfollow_ends(idea, cast):
    unfollow_as = cast.noor
    unfollow(idea, unfollow_as)
    assert follow_of(idea, cast.noor).reasons == 0


def test_a_mute_outlives_a_vote_and_unmuting_gives_the_reasons_back(db, cast, make_idea):
    idea = make_idea()
    mute(idea, cast.noor, NOW)
    cast_vote(idea.id, cast.noor, NOW)
    mine = follow_of(idea, cast.noor)
    db.session.commit()
    assert (mine.muted_at, mine.reasons) == (NOW, Reason.VOTER)
    unmute(idea, cast.noor)
    mine = follow_of(idea, cast.noor)
    assert (mine.muted_at, mine.reasons) == (None, Reason.VOTER)


def test_a_board_is_followed_or_muted_never_both(db, cast):
    board = cast.drinks
    follow_board(board, cast.noor, NOW)
    mute_board(board, cast.noor, NOW)
    mine = broad_follow_of(board, cast.noor)
    db.session.commit()
    assert (mine.followed_at, mine.muted_at) == (None, NOW)
    mute_board(None, cast.noor, NOW)
    forget_board(board, cast.noor)
    assert broad_follow_of(board, cast.noor) is None
    assert broad_follow_of(None, cast.noor).muted_at == NOW
