"""The form: suggestions while typing, a vote in place of posting, and why mine is different."""

import re

import pytest
from sqlalchemy import select

from ideaboard.extensions import db
from ideaboard.foundation.database import transaction
from ideaboard.ideas.drafts import publish_draft
from ideaboard.models import Draft, Idea, Person, Site, Status
from ideaboard.similar.indexing import learn
from tests.accounts.test_sign_in_door import newest_code
from tests.conftest import NOW

HTMX = {"HX-Request": "true"}
TITLE = "Oat milk without the extra charge"
TYPED = {"title": "No extra charge for oat milk", "board": "drinks", "body": "It is **dear**."}


@pytest.fixture
def known(make_idea):
    idea = make_idea(TITLE, votes_count=3)
    with transaction():
        learn([idea.id])
    return idea


def similar(client, title):
    return client.get("/ideas/similar", query_string={"title": title}, headers=HTMX).text


def test_from_the_third_word_on(known, guest):
    assert TITLE.split()[0] not in similar(guest, "Oat milk")
    assert "<mark>Oat</mark> <mark>milk</mark>" in similar(guest, "Oat milk f")


def test_a_row_says_why_what_stands_and_takes_a_vote(known, guest):
    page = similar(guest, "No extra charge for oat milk")
    assert "<mark>extra</mark> <mark>charge</mark>" in page and "<mark>the</mark>" not in page
    assert "3 votes" in page and f"/ideas/{known.id}/similar/vote" in page and "Drinks" in page
    assert 'name="different"' in page and 'name="seen_similar"' in page


def test_a_count_that_waits_for_ones_vote_is_not_told_here(db, known, cast, guest, client_of):
    cast.drinks.hides_counts = True
    db.session.commit()
    assert not re.search(r">3<|3 votes", similar(guest, TYPED["title"]))
    page = client_of(cast.noor).post(f"/ideas/{known.id}/similar/vote", data=TYPED, headers=HTMX).text
    assert "4 votes" in page


def test_a_row_is_what_it_shows_now(db, known, cast, guest, client_of):
    assert "3 votes" in similar(guest, TYPED["title"]) and "<mark>charge</mark>" in similar(guest, TYPED["title"])
    assert "<mark>charge</mark>" not in similar(guest, "Oat milk for everybody")
    known.votes_count, known.title = 5, "Oat milk without any charge"
    db.session.commit()
    page = similar(guest, TYPED["title"])
    assert "5 votes" in page and "without any <mark>charge</mark>" in page and "3 votes" not in page


def test_a_label_of_an_admins_is_not_kept_in_a_row(db, known, guest):
    db.session.merge(Site(id=1, received_reads_under_review=True))
    db.session.commit()
    for label in ("Looking at it", "Being read"):
        db.session.execute(db.update(Status).where(Status.stage == "under_review").values(label=label))
        db.session.commit()
        assert label in similar(guest, TYPED["title"])


def test_nothing_alike_shows_nothing(known, guest):
    page = similar(guest, "Zyx wvu tsr qpo")
    assert 'id="similar"' in page and "seen_similar" not in page


def test_the_page_without_script_is_whole_and_sets_no_cookie(known, guest):
    answer = guest.get("/ideas/similar?title=No+extra+charge")
    assert "<html" in answer.text and "<mark>extra</mark>" in answer.text and "Set-Cookie" not in answer.headers


def test_a_closed_board_leaves_no_trace(make_idea, cast, guest, client_of):
    secret = make_idea("Zanzibar coffee for the panel", board=cast.panel)
    with transaction():
        learn([secret.id])
    for client in (guest, client_of(cast.oskar)):
        without = similar(client, "Zanzibar coffee for all").replace("all", "")
        assert "panel" not in without and "seen_similar" not in without
        assert client.post(f"/ideas/{secret.id}/similar/vote", data=TYPED).status_code == 404
    assert "seen_similar" in similar(client_of(cast.lena), "Zanzibar coffee for all")


def test_marked_words_are_escaped(make_idea, guest):
    idea = make_idea("Oat <script>alert(1)</script> milk & more")
    with transaction():
        learn([idea.id])
    page = similar(guest, "oat milk script alert")
    assert "<script" not in page and "&lt;" in page and "&amp;" in page


def test_a_vote_in_the_row_and_its_way_back(known, cast, client_of):
    vera = client_of(cast.noor)
    page = vera.post(f"/ideas/{known.id}/similar/vote", data=TYPED, headers=HTMX).text
    assert 'aria-pressed="true"' in page and "4 votes" in page and "need not share yours" in page
    page = vera.post(f"/ideas/{known.id}/similar/vote", data=TYPED, headers=HTMX).text
    assert 'aria-pressed="false"' in page and "3 votes" in page


def test_without_script_a_vote_keeps_what_was_typed(known, cast, client_of, guest, count_rows):
    page = client_of(cast.noor).post(f"/ideas/{known.id}/similar/vote", data=TYPED | {"different": "Soy"}).text
    assert f'value="{TYPED["title"]}"' in page and "It is **dear**." in page and 'value="Soy"' in page
    assert 'aria-pressed="true"' in page and count_rows("vote") == 1
    page = guest.post(f"/ideas/{known.id}/similar/vote", data=TYPED).text
    assert 'name="asked"' in page and "It is **dear**." in page and count_rows("vote") == 1


def test_a_guest_is_asked_for_an_address_in_place(known, guest):
    page = guest.post(f"/ideas/{known.id}/similar/vote", data=TYPED, headers=HTMX).text
    assert 'name="asked"' in page and "<html" not in page


@pytest.mark.parametrize("headers", [HTMX, {}], ids=["script", "no-script"])
def test_a_guest_who_votes_loses_nothing_that_was_typed(db, known, make_idea, guest, count_rows, headers):
    typed = TYPED | {"different_from": str(known.id), "different": "Soy"}
    for idea in (known, make_idea("No extra charge")):  # one vote and then another: one idea was written
        page = guest.post(f"/ideas/{idea.id}/similar/vote", data=typed, headers=headers).text
        asked = re.search(r'name="asked" value="([^"]+)"', page)[1]
        guest.post("/sign-in", data={"asked": asked, "email": "new@example.com"}, headers=HTMX)
    assert count_rows("draft") == 0, "nothing of a stranger's is kept under an address before its owner types the code"
    answer = guest.post("/sign-in/code", data={"email": "new@example.com", "code": newest_code(db)})
    draft = db.session.scalars(select(Draft)).one()
    assert answer.location == f"/me/drafts/{draft.id}/edit"
    assert (draft.title, draft.different_because) == (TYPED["title"], "Soy") and count_rows("vote") == 2
    form = guest.get(answer.location).text
    assert f'value="{TYPED["title"]}"' in form and "It is **dear**." in form and 'aria-pressed="true"' in form
    token = re.search(r'name="form_token"[^>]*value="([^"]+)"', form)[1]
    assert guest.post("/ideas", data=typed | {"seen_similar": "1", "form_token": token}).status_code == 303
    assert db.session.scalars(select(Draft.idea_id)).one() is not None, "the draft is what was shared"


def test_words_of_another_browser_are_shown_first_and_nobody_votes(db, app, known, guest, count_rows):
    page = guest.post(f"/ideas/{known.id}/similar/vote", data=TYPED, headers=HTMX).text
    asked = re.search(r'name="asked" value="([^"]+)"', page)[1]
    other = app.test_client()
    other.post("/sign-in", data={"email": "a@example.com"})
    guest.post("/sign-in", data={"asked": asked, "email": "a@example.com"})
    answer = other.post("/sign-in/code", data={"email": "a@example.com", "code": newest_code(db)})
    shown = other.get(answer.location).text
    assert "/me/unfinished/" in answer.location and TYPED["title"] in shown and count_rows("vote") == 0


def test_a_title_too_long_to_be_kept_stays_typed(known, guest):
    answer = guest.post(f"/ideas/{known.id}/similar/vote", data=TYPED | {"title": "oat " * 40}, headers=HTMX)
    assert answer.status_code == 422


def test_without_script_the_first_send_shows_them_once(known, cast, client_of, count_rows):
    noor = client_of(cast.noor)
    first = noor.post("/ideas", data=TYPED)
    assert first.status_code == 200 and count_rows("idea") == 1
    assert "Others had a similar idea" in first.text and "It is **dear**." in first.text
    sent = TYPED | {"seen_similar": "1", "different_from": str(known.id), "different": "  Mine is about soy  "}
    assert noor.post("/ideas", data=sent).status_code == 303
    idea = db.session.scalar(select(Idea).where(Idea.title == TYPED["title"]))
    assert (idea.different_from_id, idea.different_because) == (known.id, "Mine is about soy")


def test_small_words_in_common_say_nothing(known, cast, client_of, guest):
    title = "The shelf for the umbrellas"
    assert "seen_similar" not in similar(guest, title)
    shared = client_of(cast.vera).post("/ideas", data={**TYPED, "title": title})
    assert shared.status_code == 303 and "/ideas/" in shared.location


def test_what_has_little_in_common_is_shown_and_holds_up_nobody(known, cast, client_of, guest):
    title = "An oat biscuit"
    assert "<mark>Oat</mark>" in similar(guest, title)
    assert client_of(cast.vera).post("/ideas", data={**TYPED, "title": title}).status_code == 303


def test_a_title_like_no_other_is_shared_at_once(known, cast, client_of):
    assert client_of(cast.noor).post("/ideas", data=TYPED | {"title": "Umbrella stand by the door"}).status_code == 303


def test_sent_twice_it_is_not_held_against_itself(app, cast, client_of):
    noor, sent = client_of(cast.noor), TYPED | {"form_token": "t" * 40}
    assert noor.post("/ideas", data=sent).status_code == noor.post("/ideas", data=sent).status_code == 303


def test_a_guests_reason_waits_with_the_draft(known, cast, guest):
    guest.post("/ideas", data=TYPED | {"email": "new@example.org"})
    assert db.session.scalar(select(Draft)) is None, "the similar ideas come first"
    db.session.commit()
    sent = TYPED | {
        "email": "noor@example.org",
        "seen_similar": "1",
        "different_from": str(known.id),
        "different": "Soy",
    }
    guest.post("/ideas", data=sent)
    draft = db.session.scalar(select(Draft))
    db.session.commit()
    assert (draft.different_from_id, draft.different_because) == (known.id, "Soy")
    idea = publish_draft(
        draft.id, db.session.scalar(select(Person).where(Person.email == "noor@example.org")) and cast.noor, NOW
    )
    assert (idea.different_from_id, idea.different_because) == (known.id, "Soy")


@pytest.mark.parametrize("number", ["", "0", "-1", "x", "99999999999999999999", "²"])
def test_a_number_that_is_none_is_left_out(known, cast, client_of, number):
    sent = TYPED | {"seen_similar": "1", "different_from": number, "different": "Soy"}
    assert client_of(cast.noor).post("/ideas", data=sent).status_code == 303
    assert db.session.scalar(select(Idea.different_from_id).where(Idea.title == TYPED["title"])) is None


def test_an_idea_that_one_does_not_see_is_not_named(make_idea, cast, client_of, known):
    secret = make_idea("Zanzibar", board=cast.panel)
    sent = TYPED | {"seen_similar": "1", "different_from": str(secret.id), "different": "Soy"}
    client_of(cast.noor).post("/ideas", data=sent)
    assert db.session.scalar(select(Idea.different_from_id).where(Idea.title == TYPED["title"])) is None
