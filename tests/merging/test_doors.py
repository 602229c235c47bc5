"""The doors of merging: staff choose, see what it does, merge and undo; the old address leads on; the mail's link."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from ideaboard.discussion.comments import post_comment
from ideaboard.merging.by_link import DAYS, token_of
from ideaboard.merging.merge import merge, unmerge
from ideaboard.models import Comment, Idea, Merge, SimilarPair, Vote
from ideaboard.voting.ballot import cast_vote
from tests.conftest import NOW


@pytest.fixture
def pair(make_idea, cast, db):
    """(an idea with two voters, another with one of them): the first goes into the second."""
    idea, into = make_idea("Oat please", author=cast.noor), make_idea("Oat milk for all")
    for who, what in ((cast.noor, idea), (cast.vera, idea), (cast.vera, into)):
        cast_vote(what.id, who, NOW)
    return idea, into


@pytest.fixture
def merged(pair, cast):
    idea, into = pair
    return merge(idea.id, into.id, cast.ada, NOW, note="The same wish in **other** words.")


def test_staff_search_see_what_it_does_and_merge(client_of, pair, cast, db):
    idea, into = pair
    ada = client_of(cast.ada)
    found = ada.get(f"/ideas/{idea.id}/merge?q=oat+milk").text
    assert f"into={into.id}" in found and f"into={idea.id}" not in found
    shown = ada.get(f"/ideas/{idea.id}/merge?into={into.id}").text
    assert "1 person voted for both and counts once" in shown
    assert re.search(r"Votes then</dt><dd><b>2</b>", shown)
    assert "This tells 2 people" in shown
    for words in (f"%23{into.id}", f"http://localhost/ideas/{into.id}-x"):
        assert "Votes then" in ada.get(f"/ideas/{idea.id}/merge?q={words}").text
    empty = ada.post(f"/ideas/{idea.id}/merge", data={"into": into.id, "note": " "})
    assert empty.status_code == 422 and "Say why" in empty.text
    done = ada.post(f"/ideas/{idea.id}/merge", data={"into": into.id, "note": "The same."})
    assert done.status_code == 303 and done.location.endswith(f"/ideas/{into.id}-{into.slug}")
    page = ada.get(done.location).text
    assert "Merged in" in page and "Oat please" in page and "Undo this merge" in page


def test_whatever_is_searched_for_is_answered(client_of, pair, cast):
    ada = client_of(cast.ada)
    for words in ("x" * 60_000, "%" * 300, "_ _ _", "\\", "/ideas/99999999999999", "#0", "' OR 1=1 --"):
        assert ada.get(f"/ideas/{pair[0].id}/merge", query_string={"q": words}).status_code in (200, 414)
        assert ada.get(f"/ideas/{pair[0].id}/merge", query_string={"into": words}).status_code in (200, 414)


def test_who_is_not_staff_finds_no_door(client_of, guest, pair, cast):
    idea, into = pair
    for who in (cast.vera, cast.cole, cast.mo):
        assert client_of(who).get(f"/ideas/{idea.id}/merge").status_code == 403
        assert client_of(who).post(f"/ideas/{idea.id}/merge", data={"into": into.id, "note": "x"}).status_code == 403
    assert "Undo this merge" not in guest.get(f"/ideas/{into.id}-{into.slug}").text


def test_the_old_address_and_its_feed_lead_on_in_one_step(guest, client_of, merged, make_idea, cast, db):
    last = make_idea("Milk of plants")
    merge(merged.into_id, last.id, cast.ada, NOW, note="All of it.")
    answer = guest.get(f"/ideas/{merged.idea_id}-oat-please")
    assert (answer.status_code, answer.location) == (308, f"/ideas/{last.id}-{last.slug}")
    feed = guest.get(f"/feeds/ideas/{merged.idea_id}.atom")
    assert (feed.status_code, feed.location) == (308, f"/feeds/ideas/{last.id}.atom")
    assert guest.get(f"/ideas/{merged.idea_id}/comments").status_code == 308
    vote = client_of(cast.cole).post(f"/ideas/{merged.idea_id}/vote", data={"size": "idea"})
    assert (vote.status_code, vote.location) == (303, f"/ideas/{last.id}-{last.slug}")
    assert db.session.get(Vote, (last.id, cast.cole.id)) is None, "nobody votes for another text unasked"


def test_a_comment_sent_to_the_old_address_is_posted_where_the_talk_went_on(client_of, merged, cast, db):
    sent = client_of(cast.cole).post(f"/ideas/{merged.idea_id}/comments", data={"body": "Yes, please."})
    assert sent.status_code == 303
    assert db.session.scalar(db.select(Comment.idea_id).where(Comment.body == "Yes, please.")) == merged.into_id


def test_where_the_target_is_not_seen_the_old_address_is_nothing(guest, merged, db):
    with db.session.begin():
        db.session.execute(db.update(Idea).where(Idea.id == merged.into_id).values(hidden_at=NOW))
    for path in ("", "/comments"):
        assert guest.get(f"/ideas/{merged.idea_id}{path}").status_code == 404
    assert guest.get(f"/feeds/ideas/{merged.idea_id}.atom").status_code == 404


def test_the_title_of_an_idea_that_one_may_not_see_is_not_told(guest, merged, db):
    with db.session.begin():
        db.session.execute(db.update(Idea).where(Idea.id == merged.idea_id).values(hidden_at=NOW))
    page = guest.get(f"/ideas/{merged.into_id}-oat-milk-for-all").text
    assert "Merged in" in page and "Oat please" not in page


def test_staff_undo_it(client_of, merged, cast, db):
    ada = client_of(cast.ada)
    form = ada.get(f"/merges/{merged.id}/undo").text
    assert "It has 2 votes then" in form and "keeps 1 vote" in form
    assert ada.post(f"/merges/{merged.id}/undo", data={"note": ""}).status_code == 422
    done = ada.post(f"/merges/{merged.id}/undo", data={"note": "Not the same."})
    assert done.status_code == 303 and done.location.endswith(f"/ideas/{merged.idea_id}-oat-please")
    page = ada.get(f"/ideas/{merged.idea_id}-oat-please").text
    assert "Stands on its own again" in page and "Merged into another" in page
    assert "This was undone already" in ada.get(f"/merges/{merged.id}/undo").text
    assert client_of(cast.vera).get(f"/merges/{merged.id}/undo").status_code == 403


def test_the_link_of_the_mail_withdraws_by_one_button_and_opening_it_changes_nothing(guest, merged, cast, db):
    token = token_of(cast.noor.id, merged.id, datetime.now(UTC))
    shown = guest.get(f"/withdraw/{token}")
    assert shown.status_code == 200 and "Withdraw my vote" in shown.text and "Set-Cookie" not in shown.headers
    assert shown.headers["Cache-Control"] == "private, no-store" and shown.headers["Referrer-Policy"] == "no-referrer"
    assert db.session.get(Vote, (merged.into_id, cast.noor.id)) is not None
    # A mail program or scanner sends no header of a page of ours.
    done = guest.post(f"/withdraw/{token}", headers={"Sec-Fetch-Site": "cross-site"})
    assert done.status_code == 303
    assert "Your vote is withdrawn" in guest.get(done.location).text
    db.session.expire_all()
    left = db.session.scalars(db.select(Vote.idea_id).where(Vote.person_id == cast.noor.id)).all()
    assert left == [], "the whole support, the kept row too"
    assert db.session.get(Idea, merged.into_id, populate_existing=True).votes_count == 1
    assert guest.post(f"/withdraw/{token}").status_code == 303, "done twice is done once"


def test_after_its_days_the_link_says_so_and_withdraws_nothing(guest, merged, cast, db):
    token = token_of(cast.noor.id, merged.id, datetime.now(UTC) - timedelta(days=DAYS, minutes=1))
    assert "This link ended" in guest.get(f"/withdraw/{token}").text
    assert guest.post(f"/withdraw/{token}").status_code == 409
    db.session.expire_all()
    assert db.session.get(Vote, (merged.into_id, cast.noor.id)) is not None


def test_a_link_that_is_not_ours_is_nothing(guest, merged, cast):
    token = token_of(cast.noor.id, merged.id, datetime.now(UTC))
    for bad in ("x", token[:-2], token + "a"):
        assert guest.get(f"/withdraw/{bad}").status_code == 404
        assert guest.post(f"/withdraw/{bad}").status_code == 404


def test_after_an_unmerge_the_link_withdraws_where_the_vote_went(guest, merged, cast, db):
    token = token_of(cast.noor.id, merged.id, datetime.now(UTC))
    unmerge(merged.id, cast.ada, NOW, note="Not the same.")
    guest.post(f"/withdraw/{token}")
    db.session.expire_all()
    assert db.session.get(Vote, (merged.idea_id, cast.noor.id)) is None


def test_a_comment_becomes_an_idea_credited_to_its_author(client_of, make_idea, cast, db):
    idea = make_idea("More seats", author=cast.noor)
    comment = post_comment(idea.id, cast.vera, NOW, body="And a shelf for umbrellas.")
    assert client_of(cast.noor).get(f"/comments/{comment.id}/idea").status_code == 403
    ada = client_of(cast.ada)
    assert "And a shelf for umbrellas." in ada.get(f"/comments/{comment.id}/idea").text
    assert ada.post(f"/comments/{comment.id}/idea", data={"title": "x"}).status_code == 422
    done = ada.post(f"/comments/{comment.id}/idea", data={"title": "A shelf for umbrellas"})
    made = db.session.scalars(db.select(Idea).where(Idea.title == "A shelf for umbrellas")).one()
    assert done.location.endswith(f"/ideas/{made.id}-{made.slug}")
    assert (made.author_id, made.votes_count, made.body) == (cast.vera.id, 0, "And a shelf for umbrellas.")
    again = ada.post(f"/comments/{comment.id}/idea", data={"title": "Another title"})
    assert again.location == done.location, "done twice is done once"
    assert "a comment by Vera" in ada.get(done.location).text
    assert "This became an idea of its own" in ada.get(f"/ideas/{idea.id}-{idea.slug}").text


def test_its_author_votes_for_an_idea_that_they_make_of_their_comment(client_of, make_idea, cast, db):
    comment = post_comment(make_idea("More seats").id, cast.noor, NOW, body="And a shelf.")
    client_of(cast.noor).post(f"/comments/{comment.id}/idea", data={"title": "A shelf by the door"})
    made = db.session.scalars(db.select(Idea).where(Idea.title == "A shelf by the door")).one()
    assert made.votes_count == 1 and db.session.get(Vote, (made.id, cast.noor.id)) is not None
    assert db.session.scalars(db.select(Merge)).all() == []


def test_what_is_likely_the_same_stands_there_before_anything_is_searched(client_of, pair, cast, db):
    idea, into = pair
    path = f"/ideas/{idea.id}/merge"
    assert f"into={into.id}" not in client_of(cast.ada).get(path).text
    db.session.add(SimilarPair(idea_id=into.id, other_id=idea.id, likeness=0.9, found_at=NOW))
    db.session.commit()
    assert f"into={into.id}" in client_of(cast.ada).get(path).text
    db.session.execute(db.update(Idea).where(Idea.id == into.id).values(standing="launched"))
    db.session.commit()
    assert f"into={into.id}" not in client_of(cast.ada).get(path).text
