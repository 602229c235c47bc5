import re

import pytest

from ideaboard.models import Status, StatusChange
from tests.conftest import NOW

HTMX = {"HX-Request": "true"}


def fields_of(page) -> dict:
    """The hidden fields of the status form in a page."""
    hidden = re.findall(r'<input id="(form_token|written_against)"[^>]* value="([^"]*)"', page.text)
    return dict(hidden)


@pytest.fixture
def ada(client_of, cast):
    return client_of(cast.ada)


@pytest.fixture
def filled(ada, status_ids):
    """filled(idea, stage, text, …) -> the form's values as a browser would send them."""

    def fill(idea, stage="reviewed", text="We have a new supplier.", **more):
        hidden = fields_of(ada.get(f"/ideas/{idea.id}/status"))
        return {**hidden, "status": status_ids[stage], "text": text, **more}

    return fill


def test_the_ideas_page_has_the_form_for_staff_of_its_board_only(ada, guest, client_of, cast, make_idea):
    idea = make_idea()
    path = f"/ideas/{idea.id}-{idea.slug}"
    assert 'id="status-form"' in ada.get(path).text
    assert 'id="status-form"' in client_of(cast.root).get(path).text
    for other in (guest, client_of(cast.vera), client_of(cast.mo), client_of(cast.cole)):
        assert 'id="status-form"' not in other.get(path).text


def test_the_form_is_not_offered_where_the_status_rests(client_of, cast, make_idea):
    idea = make_idea(hidden_at=NOW)
    page = client_of(cast.root).get(f"/ideas/{idea.id}-{idea.slug}")
    assert page.status_code == 200 and 'id="status-form"' not in page.text


def test_who_does_not_decide_is_refused_at_the_door(guest, client_of, cast, make_idea, status_ids, count_rows):
    idea = make_idea()
    values = {"status": status_ids["launched"], "text": "Done."}
    for path in (f"/ideas/{idea.id}/status", f"/ideas/{idea.id}/status/preview"):
        assert client_of(cast.cole).post(path, data=values).status_code == 403
        assert guest.post(path, data=values, headers=HTMX).status_code == 401
    assert client_of(cast.vera).get(f"/ideas/{idea.id}/status").status_code == 403
    assert count_rows("status_change") == 0


def test_an_idea_out_of_sight_is_not_there(ada, make_idea, status_ids):
    idea = make_idea(hidden_at=NOW)
    assert ada.get(f"/ideas/{idea.id}/status").status_code == 404
    assert ada.post(f"/ideas/{idea.id}/status", data={"status": status_ids["launched"], "text": "x"}).status_code == 404


def test_a_plain_form_publishes_and_leads_to_the_answer(ada, guest, make_idea, filled, reload):
    idea = make_idea(votes_count=412)
    answer = ada.post(f"/ideas/{idea.id}/status", data=filled(idea, outcome="want"))
    assert (answer.status_code, answer.location) == (303, f"/ideas/{idea.id}-{idea.slug}#answer")
    assert reload(idea).change_id
    page = guest.get(f"/ideas/{idea.id}-{idea.slug}").text
    assert "Reviewed · we want this" in page
    assert "We have a new supplier." in page
    assert "answer to 412 voters" in page
    assert "Ada, Store Design" in page


def test_htmx_gets_form_badge_tracker_answer_and_story(ada, make_idea, filled):
    idea = make_idea()
    answer = ada.post(f"/ideas/{idea.id}/status", data=filled(idea, "launched"), headers=HTMX)
    assert answer.status_code == 200
    assert answer.text.lstrip().startswith("<section")
    for part in (
        'id="status-form"',
        'id="tracker" hx-swap-oob',
        'id="answer"',
        'id="timeline" hx-swap-oob',
        "data-standing",
    ):
        assert part in answer.text
    assert "<html" not in answer.text and "Published" in answer.text
    assert answer.text.count("hx-swap-oob") == 7


def test_what_was_typed_is_kept_with_the_reason_beside_the_field(ada, make_idea, filled, count_rows):
    idea = make_idea()
    values = filled(idea, "reviewed", "Later, since the <contract> ends.", outcome="not_now")
    for headers in ({}, HTMX):
        answer = ada.post(f"/ideas/{idea.id}/status", data=values, headers=headers)
        assert answer.status_code == 422
        assert "names the month" in answer.text
        assert 'id="month-error"' in answer.text
        assert "Later, since the &lt;contract&gt; ends." in answer.text
        assert re.search(r'value="not_now"[^>]* checked', answer.text)
        assert fields_of(answer)["form_token"] == values["form_token"]
        assert ("<html" in answer.text) is (not headers)
    assert count_rows("status_change") == 0


@pytest.mark.parametrize(
    ("stage", "more", "field"),
    [
        ("reviewed", {}, "outcome"),
        ("reviewed", {"outcome": "exists", "link": "nowhere"}, "link"),
        ("reviewed", {"outcome": "handed_over"}, "link"),
        ("coming_soon", {"expected": "2020-01"}, "expected"),
        ("under_review", {"day": "someday"}, "day"),
        ("under_review", {"day": "2020-01-01"}, "day"),
        ("launched", {"text": "\u200b"}, "text"),
    ],
)
def test_each_reason_stands_beside_its_field(stage, more, field, ada, make_idea, filled):
    idea = make_idea()
    answer = ada.post(f"/ideas/{idea.id}/status", data={**filled(idea, stage), **more})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text


def test_all_that_is_missing_is_said_at_once(ada, make_idea, filled):
    idea = make_idea()
    answer = ada.post(f"/ideas/{idea.id}/status", data=filled(idea, "reviewed", " ", outcome="not_now"))
    assert 'id="text-error"' in answer.text and 'id="month-error"' in answer.text


def test_nothing_chosen_is_refused(ada, make_idea, filled):
    idea = make_idea()
    for status in ("", "999", "x", "9" * 40):
        answer = ada.post(f"/ideas/{idea.id}/status", data={**filled(idea), "status": status})
        assert answer.status_code == 422 and 'id="status-error"' in answer.text


def test_the_ready_sentence_is_said_where_no_own_words_are(ada, make_idea, filled, db):
    idea = make_idea()
    answer = ada.post(f"/ideas/{idea.id}/status", data=filled(idea, "under_review", " ", ready="y", day="2099-06-14"))
    assert answer.status_code == 303
    change = db.session.execute(db.select(StatusChange)).scalar_one()
    assert change.is_ready_sentence and "Ada, Store Design" in change.text
    page = ada.get(f"/ideas/{idea.id}-{idea.slug}").text
    assert "callout--note" in page and "Under review" in page


def test_own_words_win_over_the_ready_sentence(ada, make_idea, filled, db):
    idea = make_idea()
    ada.post(
        f"/ideas/{idea.id}/status", data=filled(idea, "under_review", "I am tasting.", ready="y", day="2099-06-14")
    )
    change = db.session.execute(db.select(StatusChange)).scalar_one()
    assert (change.is_ready_sentence, change.text) == (False, "I am tasting.")


def test_who_comes_second_sees_what_happened_and_keeps_the_words(ada, make_idea, filled, move, cast, count_rows):
    idea = make_idea()
    values = filled(idea, "launched", "It is there.")
    move(idea, "reviewed", "No supplier sells it.", outcome="will_not", by=cast.root)
    plain = ada.post(f"/ideas/{idea.id}/status", data=values)
    swapped = ada.post(f"/ideas/{idea.id}/status", data=values, headers=HTMX)
    assert (plain.status_code, swapped.status_code) == (409, 422)
    for answer in (plain, swapped):
        assert "It is there." in answer.text
        assert "No supplier sells it." in answer.text
        assert "Ruth: Reviewed · we will not do this" in answer.text
    assert count_rows("status_change") == 1
    again = {**values, **fields_of(plain)}
    assert ada.post(f"/ideas/{idea.id}/status", data=again).status_code == 303
    assert count_rows("status_change") == 2


def test_the_same_form_twice_is_one_change(ada, make_idea, filled, count_rows):
    idea = make_idea()
    values = filled(idea, "launched")
    assert ada.post(f"/ideas/{idea.id}/status", data=values).status_code == 303
    assert ada.post(f"/ideas/{idea.id}/status", data=values).status_code == 303
    assert count_rows("status_change") == count_rows("event") == 1


def test_a_tampered_token_or_standing_is_no_fault(ada, make_idea, filled):
    idea = make_idea()
    for more in ({"form_token": "x" * 5000}, {"form_token": "'\x00"}, {"written_against": "9" * 30}):
        assert ada.post(f"/ideas/{idea.id}/status", data={**filled(idea, "launched"), **more}).status_code < 500


def test_the_preview_shows_the_mail_and_sends_nothing(ada, make_idea, filled, count_rows):
    idea = make_idea()
    values = filled(idea, "coming_soon", "From **June** on.")
    swapped = ada.post(f"/ideas/{idea.id}/status/preview", data=values, headers=HTMX)
    assert swapped.status_code == 200 and "<html" not in swapped.text
    plain = ada.post(f"/ideas/{idea.id}/status/preview", data=values)
    assert plain.status_code == 200 and 'id="status-form"' in plain.text and "From **June** on." in plain.text
    for answer in (plain, swapped):
        assert "From **June** on." in answer.text and "you voted" in answer.text
        assert "Oat milk without the extra charge" in answer.text
    assert count_rows("status_change") == count_rows("event") == 0


def test_an_admins_label_and_colour_are_shown(db, guest, make_idea, move, status_ids):
    status = db.session.get(Status, status_ids["coming_soon"])
    status.label, status.colour = "On its way", "green"
    db.session.commit()
    idea = make_idea()
    move(idea, "coming_soon")
    page = guest.get(f"/ideas/{idea.id}-{idea.slug}").text
    assert "On its way" in page and "badge--launched" in page


def test_a_further_word_keeps_the_month_and_the_link_unless_staff_choose(ada, make_idea, filled):
    idea = make_idea()
    page = f"/ideas/{idea.id}/status"
    assert ada.post(page, data=filled(idea, outcome="not_now", month="2027-03")).status_code == 303
    assert '<option selected value="2027-03">' in ada.get(page).text
    elsewhere = "https://support.example.org/1"
    assert ada.post(page, data=filled(idea, outcome="handed_over", link=elsewhere)).status_code == 303
    assert f'value="{elsewhere}"' in ada.get(page).text
