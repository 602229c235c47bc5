"""A person's own feed: a key that is shown once and ends, and rights that are judged at each request."""

from datetime import UTC, datetime, timedelta

import pytest

from ideaboard.discussion.comments import post_comment
from ideaboard.feeds.tokens import make_feed_token, revoke_feed_token
from ideaboard.following.boards import follow_board, mute_board
from ideaboard.following.follows import add_reason, follow, mute, unfollow
from ideaboard.foundation.database import transaction
from ideaboard.models import FeedToken, Person, StoryIdea
from ideaboard.models.vocabulary import Reason
from ideaboard.voting.ballot import cast_vote
from tests.conftest import NOW
from tests.feeds.test_public_feeds import publish, read, sql, titles

KEY = "/feeds/mine/{}.atom"


@pytest.fixture
def lenas(cast, make_idea, move):
    """Lena's feed, and an idea of the closed board that she follows and that is coming."""
    idea = make_idea("Zanzibar", board=cast.panel, author=cast.ada)
    follow(idea, cast.lena, NOW)
    move(idea, "coming_soon", text="It comes.")
    return KEY.format(make_feed_token(cast.lena, NOW)), idea


def test_it_has_what_its_owner_follows_and_may_see(lenas, guest, cast, client_of):
    path, _ = lenas
    assert titles(read(guest, path)) == ["Coming soon: Zanzibar"]
    assert client_of(cast.oskar).get(path).data == guest.get(path).data, "the key counts, not who is signed in"
    for public in ("/feeds/site.atom", "/feeds"):
        assert "Zanzibar" not in guest.get(public).text


def test_it_is_for_nobody_to_keep(lenas, guest):
    answer = guest.get(lenas[0])
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer" and answer.headers["X-Robots-Tag"] == "noindex"
    assert "ETag" not in answer.headers and "Last-Modified" not in answer.headers and "Set-Cookie" not in answer.headers
    assert lenas[0].split("/")[-1].removesuffix(".atom") not in answer.text, "the feed does not say its own key"


WITHDRAWN = {
    "no longer listed": "DELETE FROM board_member WHERE role = 'listed'",
    "for colleagues now": "UPDATE board SET who_may_see = 'colleagues' WHERE slug = 'panel'",
    "hidden": "UPDATE idea SET hidden_at = visible_at",
    "held": "UPDATE idea SET held_at = visible_at",
    "taken back": "UPDATE idea SET taken_back_at = visible_at",
    "redacted": "UPDATE status_change SET redacted_at = changed_at",
    "muted": "UPDATE follow SET muted_at = followed_at",
    "unfollowed": "UPDATE follow SET reasons = 0",
}


@pytest.mark.parametrize("how", WITHDRAWN)
def test_a_right_or_wish_that_ends_ends_with_the_next_fetch(how, lenas, db, guest):
    sql(db, WITHDRAWN[how])
    assert "Zanzibar" not in guest.get(lenas[0]).text and titles(read(guest, lenas[0])) == []


@pytest.mark.parametrize("column", ["held_at", "hidden_at", "merged_at"])
def test_what_is_not_in_the_open_is_not_even_in_an_admins_or_authors_feed(column, db, cast, make_idea, move, guest):
    idea, into = make_idea("Zanzibar", author=cast.vera), make_idea("Into")
    for person in (cast.root, cast.vera):
        follow(idea, person, NOW)
    move(idea, "coming_soon")
    feeds = [KEY.format(make_feed_token(person, NOW)) for person in (cast.root, cast.vera)]
    assert all(titles(read(guest, path)) == ["Coming soon: Zanzibar"] for path in feeds)
    setattr(idea, column, NOW)
    idea.merged_into_id = into.id if column == "merged_at" else None
    db.session.commit()
    assert all(titles(read(guest, path)) == [] for path in feeds)


@pytest.mark.parametrize("how", ["suspended_at", "erased_at", "valid_until"])
def test_who_may_not_act_any_more_has_no_feed(how, lenas, db, cast, guest):
    setattr(db.session.get(Person, cast.lena.id), how, NOW)
    db.session.commit()
    assert guest.get(lenas[0]).status_code == 404


def test_a_key_revoked_or_made_anew_leads_nowhere(lenas, cast, guest):
    old = lenas[0]
    new = KEY.format(make_feed_token(cast.lena, NOW))
    assert guest.get(old).status_code == 404 and guest.get(new).status_code == 200
    assert revoke_feed_token(cast.lena) and not revoke_feed_token(cast.lena)
    assert guest.get(new).status_code == 404
    for wrong in ("x", "é" * 20, "x" * 5000, "%00", "a" * 43):
        assert guest.get(KEY.format(wrong)).status_code == 404


def test_the_key_is_stored_hashed_and_shown_once(db, cast, client_of, guest):
    lena = client_of(cast.lena)
    assert "Make my feed" in lena.get("/me/feeds").text
    made = lena.post("/me/feeds")
    assert made.headers["Cache-Control"] == "private, no-store" and made.headers["Referrer-Policy"] == "no-referrer"
    address = made.text.split('id="address" value="')[1].split('"')[0].removeprefix("http://localhost")
    token = address.removesuffix(".atom").rsplit("/", 1)[1]
    row = db.session.get(FeedToken, cast.lena.id)
    assert token not in row.token_hash and len(row.token_hash) == 64
    db.session.commit()
    page = lena.get("/me/feeds").text
    assert token not in page and "Make it anew" in page
    assert guest.get(address).status_code == 200
    assert lena.post("/me/feeds/revoke").status_code == 303
    assert guest.get(address).status_code == 404
    assert guest.get("/me/feeds").status_code == 303


def test_what_it_tells_of(db, cast, make_idea, move, guest):
    """As mails do: changes on what one follows, comments on one's own, new ideas on boards followed, stories."""
    noor = cast.noor
    own, voted, other = make_idea("Own", author=noor), make_idea("Voted"), make_idea("Other", author=cast.vera)
    with transaction():
        add_reason(own.id, noor.id, Reason.AUTHOR, NOW)
    cast_vote(voted.id, noor, NOW)
    post_comment(own.id, cast.vera, NOW + timedelta(hours=1), body="Yes.")
    post_comment(own.id, noor, NOW + timedelta(hours=2), body="Thank you.")
    post_comment(voted.id, cast.ada, NOW + timedelta(hours=2), body="Unheard.")
    move(voted, "under_review", text="We look.")
    move(other, "under_review", text="We look.")
    path = KEY.format(make_feed_token(noor, datetime.now(UTC)))
    assert titles(read(guest, path)) == ["Under review: Voted", "Comment on: Own"]
    follow_board(cast.drinks, noor, NOW)
    assert set(titles(read(guest, path))) == {"Under review: Voted", "Comment on: Own", "Voted", "Other"}
    mute(other, noor, NOW)
    assert "Other" not in titles(read(guest, path))
    told, untold = publish(db, "How it went"), publish(db, "Elsewhere")
    closed = publish(db, "Of the panel", board=cast.panel)
    for story, idea in ((told, voted), (untold, other), (closed, voted)):
        db.session.add(StoryIdea(story_id=story.id, idea_id=idea.id))
    db.session.commit()
    found = titles(read(guest, path))
    assert "How it went" in found and "Elsewhere" not in found and "Of the panel" not in found
    mute_board(cast.drinks, noor, NOW)
    assert not {"Voted", "Comment on: Own", "Under review: Voted"} & set(titles(read(guest, path)))


def test_muting_the_whole_site_empties_it(lenas, cast, guest):
    mute_board(None, cast.lena, NOW)
    assert titles(read(guest, lenas[0])) == []


def test_unfollowing_counts_for_a_voter_too(cast, make_idea, move, guest):
    idea = make_idea("Voted")
    cast_vote(idea.id, cast.noor, NOW)
    move(idea, "under_review")
    path = KEY.format(make_feed_token(cast.noor, NOW))
    assert titles(read(guest, path)) == ["Under review: Voted"]
    unfollow(idea, cast.noor)
    assert titles(read(guest, path)) == []
