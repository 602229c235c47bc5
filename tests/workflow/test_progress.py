from datetime import date, timedelta

import pytest

from ideaboard.foundation.refusals import Missing
from ideaboard.models import BoardMember, Event, StatusChange
from ideaboard.workflow.progress import ChangedMeanwhile, MayNotChangeStatus, NotStanding, change_status
from ideaboard.workflow.transitions import ChangeNotPossible
from tests.conftest import NOW


def events_of(db, idea):
    found = db.session.execute(db.select(Event).where(Event.idea_id == idea.id)).scalars().all()
    db.session.commit()
    return found


def test_a_change_is_one_row_one_event_and_where_the_idea_stands(db, make_idea, move, status_ids, reload, cast):
    idea = make_idea(votes_count=213)
    change = move(idea, "reviewed", "We have a *new* supplier.", outcome="want")
    idea = reload(idea)
    assert (idea.change_id, idea.status_id, idea.votes_count) == (change.id, status_ids["reviewed"], 213)
    assert (change.stage, change.outcome, change.votes_at_change, change.actor_id) == (
        "reviewed",
        "want",
        213,
        cast.ada.id,
    )
    assert idea.standing == "want"
    assert "<em>new</em>" in change.html
    (event,) = events_of(db, idea)
    assert (event.kind, event.change_id, event.actor_id) == ("idea.status_changed", change.id, cast.ada.id)
    assert event.facts == {"stage": "reviewed", "outcome": "want", "from": "received", "answer": True}
    assert event.dispatched_at is None


@pytest.mark.parametrize("text", ["", "  \n\t ", "\u00a0\u2003", "\u200b\u200d \ufeff", "\u2060\u00ad", "\u3164"])
def test_a_change_without_a_word_that_can_be_seen_is_refused(text, db, make_idea, move, reload, count_rows):
    idea = make_idea()
    with pytest.raises(ChangeNotPossible) as refusal:
        move(idea, "coming_soon", text)
    assert refusal.value.field == "text"
    assert "say why" in str(refusal.value)
    assert reload(idea).change_id is None
    assert count_rows("status_change") == count_rows("event") == 0


def test_words_too_long_are_refused_with_their_length(make_idea, move):
    with pytest.raises(ChangeNotPossible, match="10001"):
        move(make_idea(), "under_review", "a" * 10_001)


def test_reviewed_says_what_was_found_and_other_stages_do_not(make_idea, move):
    idea = make_idea()
    with pytest.raises(ChangeNotPossible) as refusal:
        move(idea, "reviewed")
    assert refusal.value.field == "outcome"
    with pytest.raises(ChangeNotPossible):
        move(idea, "reviewed", outcome="declined")
    assert move(idea, "launched", outcome="want").outcome is None


def test_not_now_names_a_month_that_has_not_passed(make_idea, move):
    idea = make_idea()
    for promised_on in (None, date(2026, 2, 28)):
        with pytest.raises(ChangeNotPossible) as refusal:
            move(idea, "reviewed", outcome="not_now", promised_on=promised_on)
        assert refusal.value.field == "month"
    assert move(idea, "reviewed", outcome="not_now", promised_on=date(2026, 5, 17)).promised_on == date(2026, 5, 1)


def test_coming_soon_may_name_a_month(make_idea, move):
    idea = make_idea()
    assert move(idea, "coming_soon").promised_on is None
    assert move(idea, "coming_soon", promised_on=date(2026, 6, 1)).promised_on == date(2026, 6, 1)


def test_a_promise_that_the_step_does_not_make_is_dropped(make_idea, move):
    change = move(make_idea(), "launched", promised_on=date(2026, 6, 1), linked_url="https://example.org")
    assert (change.promised_on, change.linked_url) == (None, None)


def test_the_ready_sentence_says_who_looks_and_by_when(make_idea, move, reload):
    idea = make_idea()
    change = move(idea, "under_review", "", is_ready_sentence=True, promised_on=date(2026, 6, 14))
    assert change.text == "Ada, Store Design, is looking at this; you hear by 14 June."
    assert change.is_ready_sentence and not change.is_answer
    assert change.promised_on == date(2026, 6, 14)


def test_the_ready_sentence_speaks_of_a_day_to_come(make_idea, move):
    for promised_on in (None, date(2026, 3, 2)):
        with pytest.raises(ChangeNotPossible) as refusal:
            move(make_idea(), "under_review", "", is_ready_sentence=True, promised_on=promised_on)
        assert refusal.value.field == "day"


def test_a_name_in_the_ready_sentence_is_not_read_as_markdown(db, cast, make_idea, move):
    ada = cast.ada
    ada.display_name = "*Ada* [x](/evil)"
    db.session.commit()
    change = move(make_idea(), "under_review", "", is_ready_sentence=True, promised_on=date(2026, 6, 14), by=ada)
    assert "<em>" not in change.html and "href=" not in change.html
    assert "*Ada* [x]" in change.html


@pytest.mark.parametrize("first", ["reviewed", "under_review"])
def test_the_ready_sentence_is_for_the_first_look_alone(first, make_idea, move):
    idea = make_idea()
    move(idea, first, outcome="want")
    with pytest.raises(ChangeNotPossible, match="first look"):
        move(idea, "under_review", "", is_ready_sentence=True, promised_on=date(2026, 6, 14))


def test_a_step_back_also_from_launched_takes_words(make_idea, move, reload, db):
    idea = make_idea(votes_count=2)
    move(idea, "launched")
    with pytest.raises(ChangeNotPossible, match="step back"):
        move(idea, "coming_soon", " ")
    change = move(idea, "coming_soon", "The supplier stopped.")
    assert reload(idea).change_id == change.id
    assert [e.facts["from"] for e in events_of(db, idea)] == ["received", "launched"]


def test_a_further_word_is_a_change_to_the_same_status_and_outcome(make_idea, move, reload, db):
    idea = make_idea()
    first = move(idea, "reviewed", outcome="want")
    second = move(idea, "reviewed", "And soy follows.", outcome="want", now=NOW + timedelta(days=1))
    assert (second.status_id, second.outcome) == (first.status_id, first.outcome)
    assert reload(idea).change_id == second.id
    assert len(events_of(db, idea)) == 2


def test_votes_stay_where_voting_ends(make_idea, move, reload):
    idea = make_idea(votes_count=7)
    move(idea, "reviewed", outcome="will_not")
    idea = reload(idea)
    assert idea.votes_count == 7 and not idea.is_open_for_votes


def test_the_same_form_sent_twice_is_one_change(make_idea, move, db, count_rows):
    idea = make_idea()
    first = move(idea, "launched", form_token="t" * 30, written_against=None)
    again = move(idea, "launched", form_token="t" * 30, written_against=None)
    assert again.id == first.id
    assert count_rows("status_change") == 1 and len(events_of(db, idea)) == 1


def test_a_form_of_another_idea_is_not_taken_for_done(make_idea, move):
    move(make_idea(), "launched", form_token="t" * 30)
    from ideaboard.foundation.refusals import Conflict

    with pytest.raises(Conflict, match="sent before"):
        move(make_idea("Soy"), "launched", form_token="t" * 30)


def test_who_wrote_against_an_older_standing_is_told_and_nothing_is_written(make_idea, move, count_rows):
    idea = make_idea()
    first = move(idea, "under_review", written_against=None)
    with pytest.raises(ChangedMeanwhile):
        move(idea, "launched", written_against=None)
    assert count_rows("status_change") == 1
    move(idea, "launched", written_against=first.id)


@pytest.mark.parametrize("who", ["vera", "noor", "cole", "mo"])
def test_only_staff_of_the_board_decide(who, cast, make_idea, move, count_rows):
    with pytest.raises(MayNotChangeStatus):
        move(make_idea(), "launched", by=getattr(cast, who))
    assert count_rows("status_change") == 0


def test_staff_of_another_board_do_not_decide_and_an_admin_does(db, cast, make_idea, move):
    db.session.add(BoardMember(board_id=cast.panel.id, person_id=cast.cole.id, role="staff"))
    db.session.commit()
    idea = make_idea()
    with pytest.raises(MayNotChangeStatus):
        move(idea, "launched", by=cast.cole)
    assert move(idea, "launched", by=cast.root).actor_id == cast.root.id


@pytest.mark.parametrize("column", ["hidden_at", "taken_back_at", "held_at"])
def test_the_status_of_an_idea_out_of_sight_rests(column, cast, make_idea, move, count_rows):
    idea = make_idea(**{column: NOW})
    with pytest.raises((NotStanding, Missing)):
        move(idea, "launched", by=cast.root)
    assert count_rows("status_change") == 0


def test_the_status_of_a_merged_idea_rests(make_idea, move):
    idea = make_idea(merged_at=NOW, merged_into_id=make_idea("Soy").id)
    with pytest.raises(NotStanding):
        move(idea, "launched")


def test_a_status_that_is_not_there_is_refused(cast, make_idea, db):
    with pytest.raises(ChangeNotPossible) as refusal:
        change_status(make_idea().id, cast.ada, NOW, status_id=-1, text="Words.")
    assert refusal.value.field == "status"
    assert db.session.execute(db.select(StatusChange)).first() is None
