"""Was this answer clear? One word a person and answer, changeable; asked of readers, not of who answers."""

import pytest

from ideaboard.foundation.database import end_reading
from ideaboard.foundation.refusals import Missing
from ideaboard.insights.clearness import NoSuchAnswer, OwnAnswer, clear_of, judge_answer
from ideaboard.insights.scoreboard import Share, count
from ideaboard.models import ClearAnswer, StatusChange
from tests.conftest import NOW

HTMX = {"HX-Request": "true", "Sec-Fetch-Site": "same-origin"}


def test_one_word_a_person_which_can_be_changed(cast, make_idea, move, count_rows, db):
    idea = make_idea()
    change = move(idea, "launched", NOW)
    judge_answer(idea.id, change.id, cast.noor, NOW, is_clear=True)
    judge_answer(idea.id, change.id, cast.noor, NOW, is_clear=False)
    judge_answer(idea.id, change.id, cast.vera, NOW, is_clear=True)
    assert count_rows("clear_answer") == 2
    assert clear_of(change, idea, cast.noor).mine is False
    assert count([cast.drinks.id], NOW, "UTC").whole.clear == Share(1, 2)


def test_who_answers_there_is_not_asked_and_reads_the_counts(cast, make_idea, move, count_rows):
    idea = make_idea()
    change = move(idea, "launched", NOW)
    judge_answer(idea.id, change.id, cast.noor, NOW, is_clear=True)
    for person in (cast.ada, cast.root):
        with pytest.raises(OwnAnswer):
            judge_answer(idea.id, change.id, person, NOW, is_clear=True)
        seen = clear_of(change, idea, person)
        assert (seen.asked, seen.yes, seen.all) == (False, 1, 1)
        end_reading()
    for person in (cast.vera, cast.cole, cast.noor):  # the counts are staff's
        seen = clear_of(change, idea, person)
        assert (seen.asked, seen.yes, seen.all) == (True, None, None)
    assert count_rows("clear_answer") == 1


def test_only_an_answer_of_this_idea_is_asked_about(cast, make_idea, move, db):
    idea, other = make_idea(), make_idea("Another")
    ready = move(idea, "under_review", NOW, ready=True)
    elsewhere = move(other, "launched", NOW)
    imported = make_idea("Of before")
    kept = move(imported, "launched", NOW)
    db.session.execute(db.update(StatusChange).where(StatusChange.id == kept.id).values(origin="import"))
    db.session.commit()
    for change_id, of in ((ready.id, idea), (elsewhere.id, idea), (0, idea), (kept.id, imported)):
        with pytest.raises(NoSuchAnswer):
            judge_answer(of.id, change_id, cast.noor, NOW, is_clear=True)
    assert clear_of(ready, idea, cast.noor) is None
    assert clear_of(None, idea, cast.noor) is None


def test_what_cannot_be_seen_cannot_be_judged(cast, make_idea, move, count_rows):
    idea = make_idea(board=cast.panel, author=cast.lena)
    change = move(idea, "launched", NOW)
    with pytest.raises(Missing):
        judge_answer(idea.id, change.id, cast.oskar, NOW, is_clear=True)
    assert count_rows("clear_answer") == 0


def test_the_question_by_plain_form_and_by_htmx(cast, client_of, make_idea, move, db):
    idea = make_idea()
    change = move(idea, "launched", NOW)
    noor = client_of(cast.noor)
    page = noor.get(f"/ideas/{idea.id}-{idea.slug}").text
    assert "Was this answer clear?" in page and f'action="/ideas/{idea.id}/clear"' in page
    answer = noor.post(f"/ideas/{idea.id}/clear", data={"change": change.id, "clear": "no"})
    assert (answer.status_code, answer.location) == (303, f"/ideas/{idea.id}-{idea.slug}#answer")
    answer = noor.post(f"/ideas/{idea.id}/clear", data={"change": change.id, "clear": "yes"}, headers=HTMX)
    assert answer.status_code == 200 and f'id="clear-{change.id}"' in answer.text and "<html" not in answer.text
    assert "You can change your mind here" in answer.text
    assert answer.text.count('aria-pressed="true"') == 1
    db.session.rollback()
    assert db.session.scalars(db.select(ClearAnswer.is_clear)).all() == [True]


def test_a_guest_is_led_to_sign_in_and_staff_read_the_counts(cast, client_of, guest, make_idea, move):
    idea = make_idea()
    change = move(idea, "launched", NOW)
    judge_answer(idea.id, change.id, cast.noor, NOW, is_clear=False)
    address = f"/ideas/{idea.id}-{idea.slug}"
    assert "Sign in to say so" in guest.get(address).text
    assert guest.post(f"/ideas/{idea.id}/clear", data={"change": change.id, "clear": "yes"}).location.startswith(
        "/sign-in"
    )
    page = client_of(cast.ada).get(address).text
    assert "0 of 1 reader found this clear" in page and "Was this answer clear?" not in page
    for who in (guest, client_of(cast.vera)):
        assert "found this clear" not in who.get(address).text


@pytest.mark.parametrize(
    "form", [{}, {"clear": "maybe"}, {"change": "9" * 30, "clear": "yes"}, {"change": "x", "clear": "no"}]
)
def test_a_form_that_says_nothing_changes_nothing(form, cast, client_of, make_idea, move, count_rows):
    idea = make_idea()
    change = move(idea, "launched", NOW)
    answer = client_of(cast.noor).post(f"/ideas/{idea.id}/clear", data={"change": change.id, **form})
    assert answer.status_code in (409, 422)
    assert count_rows("clear_answer") == 0
