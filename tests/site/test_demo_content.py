"""The demo community holds together: what the data promise before anything is planted."""

from collections import Counter

import pytest

from ideaboard.site.demo.content import load

WEEK = 7


@pytest.fixture(scope="module")
def community():
    return load()


def visible(community):
    return [idea for idea in community.ideas if idea.taken_back is None]


def stands_at(idea):
    return (idea.changes[-1].stage, idea.changes[-1].outcome) if idea.changes else ("received", None)


def test_size_of_the_community(community):
    everyone = [board.slug for board in community.boards if board.see == "everyone"]
    open_ideas = [idea for idea in visible(community) if idea.board in everyone]
    assert len(everyone) == 5
    assert len(open_ideas) >= 64
    assert len(community.people) >= 40
    assert min(Counter(idea.board for idea in open_ideas).values()) >= 10
    assert max(idea.days for idea in community.ideas) > 330
    assert max(len(idea.talk) for idea in community.ideas) == 40


def test_all_statuses_and_outcomes_are_there(community):
    standing = Counter(stands_at(idea) for idea in visible(community))
    stages = {"received", "under_review", "coming_soon", "launched"}
    outcomes = {"want", "not_now", "will_not", "exists", "handed_over"}
    assert set(standing) == {(stage, None) for stage in stages} | {("reviewed", outcome) for outcome in outcomes}


def test_fourteen_ideas_were_answered_this_week(community):
    answered = [i.key for i in community.ideas if any(c.text and c.days < WEEK for c in i.changes)]
    assert len(answered) == 14, answered


def test_everybody_named_is_somebody(community):
    named = {c.by for i in community.ideas for c in i.changes} | {c.by for i in community.ideas for c in i.talk}
    named |= {idea.by for idea in community.ideas}
    named |= {key for board in community.boards for key in (board.owner, *board.staff, *board.listed)}
    assert named <= set(community.people)
    assert not any("oskar" in board.listed + board.staff for board in community.boards)


def test_changes_come_from_staff_of_the_board(community):
    staff = {board.slug: board.staff for board in community.boards}
    wrong = [(i.key, c.by) for i in community.ideas for c in i.changes if c.by not in staff[i.board]]
    assert not wrong


def test_on_a_listed_board_only_listed_people_and_staff_speak(community):
    for board in community.boards:
        if board.see != "listed":
            continue
        may = {*board.listed, *board.staff}
        for idea in community.ideas:
            if idea.board == board.slug:
                assert {idea.by, *(comment.by for comment in idea.talk)} <= may, idea.key
                assert idea.votes <= len(may)


def test_times_run_forward(community):
    for idea in community.ideas:
        days = [idea.days, *(change.days for change in idea.changes)]
        assert days == sorted(days, reverse=True), idea.key
        for comment in idea.talk:
            before = idea.talk[comment.parent].days if comment.parent is not None else idea.days
            assert 0 < comment.days <= before, (idea.key, comment)


def test_each_change_says_what_its_kind_must_say(community):
    keys = {idea.key for idea in community.ideas}
    for idea in community.ideas:
        for change in idea.changes:
            where = (idea.key, change)
            assert (change.outcome is not None) == (change.stage == "reviewed"), where
            assert change.text or (change.stage == "under_review" and change.hear), where
            assert (change.month is not None) >= (change.outcome == "not_now"), where
            assert (change.link is not None) == (change.outcome in ("exists", "handed_over")), where
            if change.link and change.link.startswith("idea:"):
                assert change.link.removeprefix("idea:") in keys, where


def test_no_two_answers_are_the_same(community):
    texts = [change.text for idea in community.ideas for change in idea.changes if change.text]
    assert len(texts) == len(set(texts))


def test_the_quick_can_vote(community):
    assert max(idea.votes + idea.followers for idea in community.ideas) <= community.members + len(community.people)
