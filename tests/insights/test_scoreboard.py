"""What the figures count, and what they leave out; each clock stops at its own row and at nothing else."""

from datetime import date, timedelta

import pytest

from ideaboard.insights.scoreboard import DAY, count
from ideaboard.models import Board, Event
from ideaboard.models.vocabulary import Origin
from ideaboard.voting.promise import start_clock
from tests.conftest import NOW

LATER = NOW + timedelta(days=60)


def after(days):
    return NOW + timedelta(days=days)


@pytest.fixture
def score(cast):
    return lambda now=LATER, boards=None, zone="UTC": count([b.id for b in boards or (cast.drinks,)], now, zone)


def test_each_clock_stops_at_its_own_row(make_idea, move, score):
    idea = make_idea()
    move(idea, "under_review", after(1), ready=True)
    move(idea, "under_review", after(3))
    move(idea, "reviewed", after(9), outcome="want")
    move(idea, "coming_soon", after(12))
    whole = score().whole
    assert [clock.median / DAY for clock in (whole.first_look, whole.first_answer, whole.decision)] == [1, 3, 9]
    assert (whole.ideas, whole.looked_at, whole.answered, whole.decided) == (1, 1, 1, 1)
    assert (whole.coming_soon, whole.launched) == (1, 0)


def test_a_comment_a_vote_and_a_ready_sentence_are_no_answer(make_idea, move, score, cast):
    from ideaboard.discussion.comments import post_comment
    from ideaboard.voting.ballot import cast_vote

    idea = make_idea()
    cast_vote(idea.id, cast.ada, after(1))
    post_comment(idea.id, cast.ada, after(1), body="Nice.", parent_id=None, form_token=None)
    assert score().whole.looked_at == 0
    move(idea, "under_review", after(2), ready=True)
    whole = score().whole
    assert (whole.looked_at, whole.answered) == (1, 0)
    assert whole.first_answer.median is None


def test_a_step_back_undoes_no_decision(make_idea, move, score):
    idea = make_idea()
    move(idea, "launched", after(2))
    move(idea, "under_review", after(5))
    whole = score().whole
    assert (whole.decided, whole.decision.median / DAY, whole.launched) == (1, 2, 0)


@pytest.mark.parametrize("how", ["taken_back_at", "hidden_at", "held_at", "merged_at"])
def test_what_went_out_of_sight_is_watched_until_then(how, make_idea, move, score, db):
    stays = make_idea("Stays")
    move(stays, "launched", after(4))
    goes = make_idea("Goes")
    answered = make_idea("Answered and gone")
    move(answered, "launched", after(1))
    for idea, at in ((goes, after(3)), (answered, after(3))):
        setattr(idea, how, at)
        if how == "merged_at":
            idea.merged_into_id = stays.id
    db.session.commit()
    whole = score().whole
    # 1 S of 3; 3 C; 4 S of 1.
    assert (whole.ideas, whole.left, whole.launched) == (3, 2, 1)
    assert whole.first_answer.shares[3] == pytest.approx(1 / 3)
    assert whole.first_answer.median / DAY == 4
    # An idea that left is no longer there to be answered: what would come later does not count.
    db.session.execute(db.text("UPDATE status_change SET changed_at = :at WHERE idea_id = :i"), {"at": after(5).strftime("%Y-%m-%d %H:%M:%S.%f"), "i": answered.id})  # fmt: skip
    db.session.commit()
    assert score().whole.answered == 1


def test_imports_are_out_and_counted_as_left_out(make_idea, score, db):
    make_idea("Ours")
    make_idea("Theirs", origin=Origin.IMPORT, import_source="x", import_id="1")
    scoreboard = score()
    assert (scoreboard.whole.ideas, scoreboard.imported) == (1, 1)


def test_what_was_held_from_the_start_has_no_clock_yet(make_idea, score):
    make_idea(visible_at=None, held_at=NOW)
    assert score().whole.ideas == 0


def test_demo_counts_while_it_is_there(make_idea, score):
    make_idea(origin=Origin.DEMO)
    assert score().whole.ideas == 1


def test_not_reached_says_how_many_were_within_fourteen_days(make_idea, move, score):
    ideas = [make_idea(f"Idea {n}") for n in range(3)]
    move(ideas[0], "launched", after(2))
    clock = score(after(20)).whole.decision
    assert (clock.median, clock.days) == (None, 14) and clock.within == pytest.approx(1 / 3)
    # Of a time that nobody was watched, nothing is said.
    clock = score(after(5)).whole.decision
    assert clock.days == 5 and set(clock.shares) == {1, 3}


def test_by_board_and_by_month_of_the_sites_zone(make_idea, move, score, cast):
    late = NOW.replace(month=3, day=31, hour=22, minute=30)  # 00:30 on 1 April in Amsterdam
    make_idea("Late in March", at=late)
    idea = make_idea("On the panel", board=cast.panel)
    scoreboard = score(boards=(cast.drinks, cast.panel), zone="Europe/Amsterdam")
    assert {month: figures.ideas for month, figures in scoreboard.months.items()} == {
        date(2026, 4, 1): 1, date(2026, 3, 1): 1,
    }  # fmt: skip
    assert {board: figures.ideas for board, figures in scoreboard.boards.items()} == {
        cast.drinks.id: 1,
        cast.panel.id: 1,
    }
    assert list(score(zone="UTC").months) == [date(2026, 3, 1)]
    assert idea.board_id not in score().boards


@pytest.fixture
def promised(make_idea, db, cast):
    """promised(at) -> an idea whose clock started then, with a promise of 14 days."""

    def make(at=NOW, days=14, **columns):
        idea = make_idea("Promised", **columns)
        start_clock(idea, at, votes=50, days=days)
        db.session.commit()
        return idea

    return make


def kept(score, now=LATER):
    promise = score(now).whole.promise
    return promise.kept, promise.early, promise.broken, promise.running, promise.left


def test_kept_broken_running_and_left(promised, move, score, db):
    in_time, to_the_second, late = promised(), promised(), promised()
    move(in_time, "launched", after(13))
    move(to_the_second, "launched", after(14))
    move(late, "launched", after(14) + timedelta(seconds=1))
    early = promised(after(2))
    move(early, "launched", after(1))
    gone, gone_late = promised(), promised()
    gone.hidden_at, gone_late.hidden_at = after(13), after(15)
    db.session.commit()
    looked_at = promised()
    move(looked_at, "under_review", after(1), ready=True)
    assert kept(score) == (3, 1, 3, 0, 1)
    assert kept(score, after(14)) == (3, 1, 0, 3, 1)  # due to the second: not over yet


def test_a_setting_changed_later_moves_no_clock(promised, score, db, cast):
    promised(days=20)
    db.session.execute(db.update(Board).where(Board.id == cast.drinks.id).values(promise_days=365, promise_votes=9))
    db.session.commit()
    assert kept(score, after(20)) == (0, 0, 0, 1, 0)
    assert kept(score, after(21)) == (0, 0, 1, 0, 0)


def test_an_imported_event_of_promise_is_none(make_idea, score, db):
    idea = make_idea(origin=Origin.IMPORT, import_source="x", import_id="1")
    start_clock(idea, NOW, votes=1, days=1)
    assert db.session.scalars(db.select(Event).where(Event.idea_id == idea.id)).all() == []
