from datetime import UTC, date, datetime, timedelta

import pytest

from ideaboard.models import Board, BoardMember, Site, Status, WorkerPulse
from ideaboard.site.waiting import waiting_ideas
from ideaboard.web.globals import so_many
from ideaboard.workflow.promises import passed_promises
from ideaboard.workflow.queue import counts_of, days_late
from tests.conftest import NOW


def titles(page):
    return [row.idea.title for row in page.items]


def waiting(who, **more):
    return titles(waiting_ideas(who, NOW, "UTC", **more))


def test_ideas_wait_until_somebody_answers_in_own_words(cast, make_idea, move):
    make_idea("new")
    idea = {name: make_idea(name) for name in ("looked at", "worded", "decided", "launched")}
    move(idea["looked at"], "under_review", "", is_ready_sentence=True, promised_on=date(2026, 6, 14))
    move(idea["worded"], "under_review", "I am tasting four next week.")
    move(idea["decided"], "reviewed", outcome="want")
    move(idea["launched"], "launched")
    assert waiting(cast.ada) == ["new", "looked at"]


def test_an_answer_does_not_free_from_a_promised_day(cast, make_idea, move):
    idea = make_idea()
    move(idea, "under_review", "I am tasting.", promised_on=date(2026, 3, 2), now=NOW - timedelta(days=5))
    assert waiting(cast.ada, which="past") == waiting(cast.ada) == [idea.title]


def test_longest_waiting_first_or_most_voted(cast, make_idea):
    make_idea("young", at=NOW - timedelta(days=1), votes_count=1)
    make_idea("old", at=NOW - timedelta(days=9), votes_count=2)
    make_idea("loved", at=NOW - timedelta(days=5), votes_count=3)
    assert waiting(cast.ada) == ["old", "loved", "young"]
    assert waiting(cast.ada, sort="votes") == ["loved", "old", "young"]


@pytest.mark.parametrize("column", ["hidden_at", "held_at", "taken_back_at"])
def test_ideas_out_of_sight_do_not_wait(column, cast, make_idea):
    make_idea(**{column: NOW})
    assert waiting(cast.root) == []


def test_staff_see_their_own_boards_and_an_admin_all(db, cast, make_idea):
    tea = Board(slug="tea", name="Tea", created_at=NOW)
    db.session.add(tea)
    db.session.flush()
    db.session.add(BoardMember(board_id=tea.id, person_id=cast.cole.id, role="staff"))
    db.session.commit()
    make_idea("drink")
    make_idea("mint", board=tea)
    assert waiting(cast.ada) == ["drink"]
    assert waiting(cast.cole) == ["mint"]
    assert waiting(cast.root) == ["drink", "mint"]
    assert waiting(cast.root, board=tea) == ["mint"]
    assert waiting(cast.noor) == []


def test_a_first_look_is_late_when_its_day_is_over_in_the_sites_zone(cast, make_idea):
    received = datetime(2026, 2, 26, 23, 30, tzinfo=UTC)  # Amsterdam: 27 February; due 4 March
    idea = make_idea(at=received)
    idea.board  # noqa: B018 (loaded, as the page has it)
    evening = datetime(2026, 3, 4, 22, 30, tzinfo=UTC)  # still 4 March in Amsterdam
    assert days_late(idea, evening, "Europe/Amsterdam") == 0
    assert days_late(idea, evening, "UTC") == 1
    for zone, late in (("Europe/Amsterdam", 0), ("UTC", 1)):
        assert counts_of(cast.ada, evening, zone).late == late
    assert counts_of(cast.ada, evening + timedelta(hours=1), "Europe/Amsterdam").late == 1


def test_nobody_promised_imported_ideas_a_first_look(cast, make_idea):
    idea = make_idea(origin="import", at=NOW - timedelta(days=900))
    assert days_late(idea, NOW, "UTC") == 0
    counts = counts_of(cast.ada, NOW, "UTC")
    assert (counts.all, counts.unseen, counts.late, counts.past) == (1, 1, 0, 0)


def test_each_count_goes_up_to_many(cast, make_idea, move, client_of, monkeypatch):
    monkeypatch.setattr("ideaboard.workflow.queue.MANY", 2)
    for number in range(3):
        make_idea(f"new {number}")
        idea = make_idea(f"looked at {number}")
        move(idea, "under_review", "Soon.", promised_on=date(2026, 3, 2), now=NOW - timedelta(days=5))
    counts = counts_of(cast.ada, NOW, "UTC")
    assert (counts.all, counts.unseen, counts.late, counts.past) == (3, 3, 0, 3)
    monkeypatch.setattr("ideaboard.workflow.queue.MANY", 10)
    counts = counts_of(cast.ada, NOW, "UTC")
    assert (counts.all, counts.unseen, counts.late, counts.past) == (6, 3, 0, 3)


def test_beyond_a_thousand_a_count_says_that_there_are_more(app):
    with app.test_request_context():
        assert [so_many(number) for number in (999, 1_000, 1_001)] == ["999", "1,000", "1,000+"]


def test_promises_are_due_when_their_time_has_come(cast, make_idea, move):
    kinds = [
        ("hear", "under_review", {"promised_on": date(2026, 4, 14)}),
        ("again", "reviewed", {"outcome": "not_now", "promised_on": date(2026, 5, 1)}),
        ("soon", "coming_soon", {"promised_on": date(2026, 6, 1)}),
        ("kept", "coming_soon", {"promised_on": date(2026, 4, 1)}),
    ]
    for title, stage, more in kinds:
        idea = make_idea(title)
        move(idea, stage, **more)
    move(idea, "launched", now=NOW + timedelta(days=1))

    def due(day):
        return [(p.idea.title, p.kind) for p in passed_promises(cast.ada, day)]

    assert due(date(2026, 4, 14)) == []
    assert due(date(2026, 4, 30)) == [("hear", "hear_by")]
    assert due(date(2026, 6, 30)) == [("hear", "hear_by"), ("again", "look_again")]
    assert due(date(2026, 7, 1)) == [("hear", "hear_by"), ("again", "look_again"), ("soon", "coming_soon")]
    assert passed_promises(cast.noor, date(2026, 7, 1)) == []


def test_the_page_is_staffs_own(guest, client_of, cast):
    assert client_of(cast.ada).get("/staff").status_code == 200
    assert client_of(cast.root).get("/staff").status_code == 200
    for who in (cast.vera, cast.cole, cast.mo):
        assert client_of(who).get("/staff").status_code == 403
    assert guest.get("/staff").status_code == 303


def test_the_page_lists_what_waits_with_the_way_to_the_form(client_of, cast, make_idea, move):
    idea = make_idea(at=NOW - timedelta(days=400), votes_count=41)
    old = make_idea("Decaf", at=NOW - timedelta(days=300))
    move(old, "reviewed", outcome="not_now", promised_on=date(2026, 5, 1))
    page = client_of(cast.ada).get("/staff").text
    assert f'href="/ideas/{idea.id}/status"' in page
    assert "first look was due" in page and "41 votes" in page and "1 idea on your boards" in page
    assert "not now: look again in May" in page


def test_pages_by_key_and_more_by_htmx(client_of, cast, make_idea):
    for number in range(23):
        make_idea(f"idea {number:02}", at=NOW + timedelta(minutes=number))
    client = client_of(cast.ada)
    first = client.get("/staff").text
    assert "idea 19" in first and "idea 20" not in first
    link = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    more = client.get(link, headers={"HX-Request": "true"}).text
    assert "idea 20" in more and "<html" not in more and 'rel="prev"' not in more
    whole = client.get(link).text
    assert "idea 22" in whole and 'rel="prev"' in whole


def test_filters_it_does_not_know_are_left_out(client_of, cast):
    client = client_of(cast.ada)
    for query in ("which=x&sort=y&board=z", "which=late", "which=past&sort=votes", "board=drinks", "after=x"):
        assert client.get(f"/staff?{query}").status_code in (200, 404)


def test_staff_hear_that_mails_wait_when_no_worker_runs(db, client_of, cast, make_idea, move):
    client = client_of(cast.ada)
    assert "Mails are waiting" not in client.get("/staff").text
    move(make_idea(), "launched", now=datetime.now(UTC) - timedelta(minutes=5))
    assert "Mails are waiting since" in client.get("/staff").text
    now = datetime.now(UTC)
    db.session.add(WorkerPulse(name="w", started_at=now, seen_at=now))
    db.session.commit()
    assert "Mails are waiting" not in client.get("/staff").text


def test_a_row_is_made_anew_when_what_it_shows_is_another(db, cast, client_of, make_idea, move):
    idea = make_idea("Bigger cups", votes_count=3)
    promised = make_idea("Oat milk")
    move(promised, "under_review", "", is_ready_sentence=True, promised_on=date(2026, 6, 14))
    client = client_of(cast.ada)
    before = client.get("/staff").text
    assert "3 votes" in before and "Bigger cups" in before and cast.ada.display_name in before
    idea.votes_count, idea.title = 4, "Greater cups"
    cast.ada.display_name = "Adelheid"
    db.session.commit()
    after = client.get("/staff").text
    assert "4 votes" in after and "3 votes" not in after
    assert "Greater cups" in after and "Bigger cups" not in after
    assert "· Adelheid" in after


def test_a_row_under_the_label_of_under_review_follows_that_label(db, cast, client_of, make_idea):
    make_idea(at=datetime.now(UTC))
    db.session.add(Site(id=1, received_reads_under_review=True))
    status = db.session.scalars(db.select(Status).where(Status.stage == "under_review")).first()
    client = client_of(cast.ada)
    for label in ("With the cooks", "With the roasters"):
        status.label = label
        db.session.commit()
        assert label in client.get("/staff").text


def test_promises_are_made_anew_when_what_they_show_is_another(db, cast, client_of, make_idea, move):
    idea = make_idea("Decaf", votes_count=3)
    move(idea, "reviewed", outcome="not_now", promised_on=date(2026, 5, 1))
    client = client_of(cast.ada)
    assert "3 votes" in client.get("/staff").text
    idea.votes_count, idea.board.name = 4, "Cold drinks"
    db.session.commit()
    page = client.get("/staff").text
    assert "4 votes" in page and "3 votes" not in page and "<span>Cold drinks</span>" in page
