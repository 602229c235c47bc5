"""A merge tells everyone who took part in what was merged: what, why, where the vote counts, and the way out."""

import re
from datetime import timedelta

import pytest

from ideaboard.discussion.comments import post_comment
from ideaboard.following.follows import mute, unfollow
from ideaboard.foundation.database import end_reading
from ideaboard.merging.by_link import offer_of, withdraw_by_link
from ideaboard.merging.merge import merge, unmerge
from ideaboard.merging.own_idea import make_idea_of
from ideaboard.models import Idea, Notification, Vote
from ideaboard.models.vocabulary import Reason, ToldBy
from ideaboard.notifications.preferences import set_how
from ideaboard.voting.ballot import cast_vote, withdraw_vote
from tests.conftest import NOW
from tests.notifications.reading import part, read_html, words_of_html, words_of_text

DUE = NOW + timedelta(minutes=15)


@pytest.fixture
def pair(make_idea, cast, follows):
    """Vera's idea with Noor's vote goes into Cole's, for which Oskar voted."""
    idea, into = make_idea("Oat please"), make_idea("Oat milk for all", author=cast.cole)
    follows(idea, cast.vera, reason=Reason.AUTHOR)
    follows(into, cast.cole, reason=Reason.AUTHOR)
    cast_vote(idea.id, cast.noor, NOW)
    cast_vote(into.id, cast.oskar, NOW)
    return idea, into


@pytest.fixture
def merged(pair, cast):
    idea, into = pair
    return merge(idea.id, into.id, cast.ada, NOW, note="Both want **oat**.")


def test_every_voter_the_author_and_followers_hear_once_and_nobody_else(merged, cast, tell, send, post):
    tell()
    send(DUE)
    told = sorted(m["To"].addresses[0].username for m in post.sent)
    assert told == ["noor", "vera"], "neither who merged, nor who took part in the other alone"


def test_the_mail_says_what_why_and_where_the_vote_counts_with_a_link_that_withdraws(
    merged, cast, tell, send, post, guest, db
):
    tell()
    send(DUE)
    mail = post.to("noor@example.org")[0]
    assert mail["Subject"] == "“Oat please” was merged into another idea"
    text, html = part(mail, "plain"), part(mail, "html")
    assert words_of_text(text) == words_of_html(html)
    for words in ("Merged into “Oat milk for all”", "Both want", "Your vote counts there now, once."):
        assert words in text
    link = next(url for url in read_html(html).links if "/withdraw/" in url)
    token = link.rsplit("/", 1)[1]
    assert guest.get(f"/withdraw/{token}").status_code == 200
    assert offer_of(token, DUE + timedelta(days=15)).is_over
    offer = offer_of(token, DUE + timedelta(days=13))
    assert offer.votes and not offer.is_over, "opening it changed nothing"
    end_reading()
    withdraw_by_link(offer)
    db.session.expire_all()
    assert db.session.get(Vote, (merged.into_id, cast.noor.id)) is None


def test_who_has_no_vote_is_offered_none_to_withdraw(merged, tell, send, post):
    tell()
    send(DUE)
    text = part(post.to("vera@example.org")[0], "plain")
    assert "Merged into" in text and "/withdraw/" not in text and "vote counts" not in text


def test_who_withdrew_muted_or_unfollowed_before_the_mail_goes_does_not_get_it(merged, cast, tell, send, post, db):
    tell()
    withdraw_vote(merged.into_id, cast.noor)
    idea = db.session.get(Idea, merged.idea_id)
    vera = cast.vera
    mute(idea, vera, NOW)
    send(DUE)
    assert post.sent == []


def test_who_unfollowed_the_idea_is_not_told(pair, cast, tell, send, post):
    unfollow(pair[0], cast.noor)
    merge(pair[0].id, pair[1].id, cast.ada, NOW, note="The same.")
    tell()
    send(DUE)
    assert [m["To"].addresses[0].username for m in post.sent] == ["vera"]


def test_an_answer_that_waits_when_its_idea_is_merged_is_still_told(pair, cast, change_to, tell, send, post):
    idea, into = pair
    change_to(idea, "under_review", text="We look at it.")
    tell()
    merge(idea.id, into.id, cast.ada, NOW, note="Both want oat.")
    tell()
    send(DUE)
    text = part(post.to("noor@example.org")[0], "plain")
    assert "We look at it." in text and "Merged into" in text, "one mail, both in it"


def test_an_unmerge_is_told_to_the_same_people(merged, cast, tell, send, post):
    tell()
    send(DUE)
    post.sent.clear()
    later = NOW + timedelta(days=2)
    unmerge(merged.id, cast.ada, later, note="Not the same after all.")
    tell(later)
    send(later + timedelta(minutes=15))
    text = part(post.to("noor@example.org")[0], "plain")
    assert "It stands on its own again" in text and "Not the same after all." in text
    assert "Your vote counts here again." in text
    assert sorted(m["To"].addresses[0].username for m in post.sent) == ["noor", "vera"]


def test_it_stands_in_the_inbox_and_in_the_digest(merged, cast, tell, send, post, client_of, db):
    set_how(cast.noor.id, "status", "daily")
    tell()
    page = client_of(cast.noor).get("/me/inbox").text
    assert "Merged into another idea" in page and "Both want" in page
    send(NOW + timedelta(days=2))
    mail = post.to("noor@example.org")[0]
    assert "1 merged" in mail["Subject"]
    assert "/withdraw/" in part(mail, "plain")
    told = db.session.scalar(db.select(Notification.told_by).where(Notification.person_id == cast.noor.id))
    assert told == ToldBy.DIGEST


def test_the_author_of_a_comment_hears_that_it_became_an_idea(make_idea, cast, tell, send, post):
    comment = post_comment(make_idea("More seats").id, cast.noor, NOW, body="And a shelf.")
    tell()
    send(DUE)
    post.sent.clear()
    make_idea_of(comment.id, cast.ada, NOW, title="A shelf by the door")
    tell()
    send(NOW + timedelta(hours=1))
    mail = post.to("noor@example.org")[0]
    assert mail["Subject"] == "Your comment became an idea: “A shelf by the door”"
    assert re.search(r"/ideas/\d+-a-shelf-by-the-door", part(mail, "plain"))
