"""What a merge refuses, carries and gives back, one by one; sequences are in test_property.py."""

import pytest

from ideaboard.discussion.comments import post_comment
from ideaboard.following.follows import follow, mute, unfollow, unmute
from ideaboard.foundation.database import end_reading
from ideaboard.foundation.refusals import Missing
from ideaboard.ideas.editing import OthersTookPart
from ideaboard.ideas.leaving import take_back
from ideaboard.merging.merge import CannotMerge, MayNotMerge, NoWords, merge, unmerge
from ideaboard.models import Board, Comment, Event, Follow, Idea, Status, Vote
from ideaboard.models.vocabulary import Audience, Reason
from ideaboard.site.recount import find_drift
from ideaboard.voting.ballot import cast_vote, withdraw_vote
from ideaboard.workflow.progress import NotStanding, change_status
from tests.conftest import NOW


@pytest.fixture
def pair(make_idea, cast):
    return make_idea("Oat please", author=cast.noor), make_idea("Oat milk for all")


@pytest.fixture
def join(cast):
    def do(idea, into, by=None, note="The same."):
        ids, by = (idea.id, into.id), by or cast.ada  # what a refusal's rollback has expired is read again here
        _ = by.id
        end_reading()
        return merge(*ids, by, NOW, note=note)

    return do


@pytest.fixture
def part(cast):
    return lambda made, by=None: unmerge(made.id, by or cast.ada, NOW, note="Not the same.")


@pytest.fixture
def row(db):
    """row(Model, key…) -> the row as it is now."""

    def find(model, *key):
        db.session.expire_all()
        found = db.session.get(model, key if len(key) > 1 else key[0], populate_existing=True)
        db.session.commit()
        return found

    return find


@pytest.mark.parametrize("who", ["vera", "cole", "mo", "noor"])
def test_only_staff_of_both_boards_merge_and_undo(pair, cast, join, part, who):
    with pytest.raises(MayNotMerge):
        join(*pair, by=getattr(cast, who))
    made = join(*pair)
    with pytest.raises(MayNotMerge):
        part(made, by=getattr(cast, who))


def test_without_words_nothing_is_merged_or_undone(pair, join, cast):
    for nothing in ("", " \n", "\u200b", "x" * 2001):
        with pytest.raises(NoWords):
            join(*pair, note=nothing)
    made = join(*pair)
    with pytest.raises(NoWords):
        unmerge(made.id, cast.ada, NOW, note="  ")


def test_an_idea_is_not_merged_into_itself_or_into_what_went_into_it(pair, join, make_idea):
    idea, into = pair
    with pytest.raises(CannotMerge):
        join(idea, idea)
    join(idea, into)
    with pytest.raises(CannotMerge):
        join(into, idea)
    last = make_idea("Milk")
    join(into, last)
    with pytest.raises(CannotMerge):
        join(last, idea)


def test_done_twice_is_done_once(pair, join, part, db):
    made = join(*pair)
    assert join(*pair).id == made.id
    part(made)
    assert part(made).id == made.id
    kinds = db.session.scalars(db.select(Event.kind).where(Event.merge_id == made.id).order_by(Event.id)).all()
    assert kinds == ["idea.merged", "idea.unmerged"]


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize(("stage", "outcome"), [("launched", None), ("reviewed", "will_not")])
def test_where_voting_has_ended_nothing_is_merged(pair, join, cast, db, which, stage, outcome):
    status = db.session.scalar(db.select(Status.id).where(Status.stage == stage))
    db.session.commit()
    change_status(pair[which].id, cast.ada, NOW, status_id=status, outcome=outcome, text="It is decided.")
    with pytest.raises(CannotMerge):
        join(*pair)


@pytest.mark.parametrize("column", ["held_at", "hidden_at"])
@pytest.mark.parametrize("which", [0, 1])
def test_what_is_out_of_sight_is_not_merged(pair, join, cast, db, which, column):
    with db.session.begin():
        setattr(db.session.get(Idea, pair[which].id), column, NOW)
    with pytest.raises((CannotMerge, Missing)):
        join(*pair, by=cast.root)


def test_boards_that_not_the_same_people_see_stay_apart(make_idea, cast, join, db):
    """Else a voter loses the idea, or a comment is read by whom it was not written for."""
    with db.session.begin():
        boards = [
            Board(slug=f"b{n}", name="B", created_at=NOW, who_may_see=audience)
            for n, audience in enumerate(["everyone", "members", "colleagues", "listed"])
        ]
        db.session.add_all(boards)
    closed = [make_idea(f"Idea {n}", board=board) for n, board in enumerate([*boards, cast.panel])]
    here = make_idea("Here")
    for other in closed[1:]:
        for idea, into in ((here, other), (other, here)):
            with pytest.raises(CannotMerge):
                join(idea, into, by=cast.root)
    with pytest.raises(CannotMerge):
        join(closed[3], closed[4], by=cast.root)  # two lists are two audiences
    assert here.board.who_may_see == Audience.EVERYONE
    assert join(here, closed[0], by=cast.root).into_id == closed[0].id


def test_a_name_is_not_shown_to_more_people_than_it_was_given_for(make_idea, cast, join, db, row):
    with db.session.begin():
        board = Board(slug="open", name="Open", created_at=NOW, voters_seen_by="everyone")
        db.session.add(board)
    idea, into = make_idea("Oat please"), make_idea("Oat for all", board=board)
    cast_vote(idea.id, cast.noor, NOW)
    join(idea, into, by=cast.root)
    assert row(Vote, into.id, cast.noor.id).is_unnamed
    assert not row(Vote, idea.id, cast.noor.id).is_unnamed


def test_the_status_of_a_merged_idea_rests(pair, join, cast, db):
    join(*pair)
    status = db.session.scalar(db.select(Status.id).where(Status.stage == "coming_soon"))
    db.session.commit()
    with pytest.raises(NotStanding):
        change_status(pair[0].id, cast.ada, NOW, status_id=status, text="Soon.")


def test_withdrawing_takes_the_whole_support_and_a_later_vote_stays_where_it_was_cast(pair, join, part, cast, row):
    idea, into = pair
    for what in pair:
        cast_vote(what.id, cast.vera, NOW)
    cast_vote(idea.id, cast.noor, NOW)
    made = join(idea, into)
    assert (made.votes, made.both) == (2, 1)
    withdraw_vote(into.id, cast.vera)
    withdraw_vote(into.id, cast.noor)
    cast_vote(into.id, cast.noor, NOW)
    part(made)
    assert (row(Idea, idea.id).votes_count, row(Idea, into.id).votes_count) == (0, 1)
    assert row(Vote, into.id, cast.noor.id) is not None and row(Vote, idea.id, cast.noor.id) is None
    assert find_drift(NOW) == []


def test_a_vote_set_aside_is_neither_carried_nor_counted(pair, join, part, cast, row, db):
    idea, into = pair
    cast_vote(idea.id, cast.vera, NOW)
    with db.session.begin():
        db.session.execute(db.update(Vote).values(set_aside_at=NOW))
        db.session.execute(db.update(Idea).where(Idea.id == idea.id).values(votes_count=0))
    made = join(idea, into)
    assert row(Vote, into.id, cast.vera.id) is None
    part(made)
    assert row(Idea, idea.id).votes_count == 0 and row(Vote, idea.id, cast.vera.id) is not None
    assert find_drift(NOW) == []


def test_threads_go_along_and_come_back_and_later_answers_stay(pair, join, part, cast, row):
    idea, into = pair
    root = post_comment(idea.id, cast.vera, NOW, body="Is it sweet?")
    reply = post_comment(idea.id, cast.noor, NOW, body="A little.", parent_id=root.id)
    made = join(idea, into)
    later = post_comment(into.id, cast.cole, NOW, body="Not ours.", parent_id=reply.id)
    assert row(Comment, later.id).root_id == root.id
    assert row(Idea, into.id).comments_count == 3 and row(Idea, idea.id).comments_count == 0
    part(made)
    assert [row(Comment, c.id).idea_id for c in (root, reply, later)] == [idea.id, idea.id, into.id]
    assert (row(Idea, idea.id).comments_count, row(Idea, into.id).comments_count) == (2, 1)


def test_mutes_win_and_come_off_with_what_brought_them(pair, join, part, cast, row):
    idea, into = pair
    cast_vote(into.id, cast.vera, NOW)
    mute(idea, cast.vera, NOW)
    made = join(idea, into)
    assert row(Follow, into.id, cast.vera.id).muted_at is not None
    part(made)
    assert row(Follow, into.id, cast.vera.id).muted_at is None
    made = join(idea, into)
    unmute(into, cast.vera)
    mute(into, cast.vera, NOW)
    part(made)
    assert row(Follow, into.id, cast.vera.id).muted_at is not None, "it is their own by now"


def test_who_unfollowed_or_muted_meanwhile_meant_both(pair, join, part, cast, row):
    idea, into = pair
    for who in (cast.vera, cast.noor):
        cast_vote(idea.id, who, NOW)
    made = join(idea, into)
    unfollow(into, cast.vera)
    mute(into, cast.noor, NOW)
    part(made)
    assert row(Follow, idea.id, cast.vera.id).reasons == 0
    assert row(Follow, idea.id, cast.noor.id).muted_at is not None


def test_what_one_chose_on_the_other_since_stays(pair, join, part, cast, row):
    idea, into = pair
    follow(idea, cast.vera, NOW)
    follow(idea, cast.cole, NOW)
    made = join(idea, into)
    follow(into, cast.cole, NOW)
    part(made)
    assert row(Follow, into.id, cast.vera.id).reasons == 0
    assert row(Follow, into.id, cast.cole.id).reasons == Reason.CHOSEN


def test_the_promise_and_the_authors_free_hand_are_as_if_all_had_come_there(pair, join, cast, row, db):
    idea, into = pair
    with db.session.begin():
        db.session.execute(db.update(Board).values(promise_votes=2))
    cast_vote(idea.id, cast.noor, NOW)
    cast_vote(into.id, cast.vera, NOW)
    assert row(Idea, into.id).others_took_part_at is None
    join(idea, into)
    fresh = row(Idea, into.id)
    assert fresh.promise_reached_at == NOW and fresh.others_took_part_at == NOW
    reached = db.session.scalars(db.select(Event).where(Event.kind == "idea.promise_reached")).all()
    assert [event.idea_id for event in reached] == [into.id]


def test_an_idea_gets_out_of_one_that_was_hidden_since(pair, join, part, cast, db, row):
    made = join(*pair)
    with db.session.begin():
        db.session.execute(db.update(Idea).where(Idea.id == pair[1].id).values(hidden_at=NOW))
    part(made)
    assert row(Idea, pair[0].id).is_in_the_open


def test_looks_go_with_the_votes_that_came_of_them(pair, make_idea, join, part, row, db):
    """Else a merge would lift what it makes: the votes of two over the looks of one."""
    idea, into, last = *pair, make_idea("Oat for everybody")
    for each, looks in ((idea, 50), (into, 300), (last, 7)):
        each.views_count = looks
    db.session.commit()
    first = join(idea, into)
    second = join(into, last)
    assert row(Idea, last.id).views_count == 357
    part(first)
    assert [row(Idea, each.id).views_count for each in (idea, into, last)] == [50, 300, 307]
    part(second)
    assert [row(Idea, each.id).views_count for each in (idea, into, last)] == [50, 300, 7]
    assert [d for d in find_drift(NOW) if d.counter in ("trending", "showing_due")] == []


def test_a_carried_vote_that_was_set_aside_is_not_uncounted_again(pair, join, part, cast, row, db):
    idea, into = pair
    for voter in (cast.oskar, cast.cole):
        cast_vote(idea.id, voter, NOW)
    cast_vote(into.id, cast.lena, NOW)
    made = join(idea, into)
    oskar = cast.oskar.id
    db.session.execute(db.update(Vote).where(Vote.idea_id == into.id, Vote.person_id == oskar).values(set_aside_at=NOW))
    db.session.execute(db.update(Idea).where(Idea.id == into.id).values(votes_count=2))
    db.session.commit()
    part(made)
    assert row(Idea, into.id).votes_count == 1 and find_drift(NOW) == []


def test_nobodys_idea_is_taken_back_with_one_that_took_it_in(pair, join, cast, row):
    idea, into = pair  # nobody voted or wrote: still the one holds somebody else's
    join(idea, into)
    assert row(Idea, into.id).others_took_part_at == NOW
    end_reading()
    with pytest.raises(OthersTookPart):
        take_back(into.id, cast.vera, NOW)
