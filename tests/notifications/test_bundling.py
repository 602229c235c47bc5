from datetime import timedelta

import pytest

from ideaboard.models import Delivery, Site
from ideaboard.models.vocabulary import Reason
from ideaboard.notifications.claims import claim_due
from tests.conftest import NOW


def minutes(n):
    return NOW + timedelta(minutes=n)


@pytest.fixture
def voted(cast, make_idea, follows):
    idea = make_idea()
    follows(idea, cast.vera, reason=Reason.AUTHOR)
    return idea


def test_changes_within_the_window_are_one_mail_the_latest_first(voted, change_to, tell, send, post, reload):
    first = change_to(voted, "under_review", text="We look at it.")
    tell()
    second = change_to(voted, "reviewed", "want", text="We want it.", at=minutes(14))
    tell(minutes(14))
    assert send(minutes(15)) == ["sent"]
    (mail,) = post.sent
    text = mail.get_body(("plain",)).get_content()
    assert text.index("We want it.") < text.index("We look at it.")
    assert "is reviewed: we want this" in mail["Subject"]
    for change in (first, second):
        reload(change)
        assert (change.entitled_count, change.told_count) == (1, 1)


def test_a_change_after_the_window_is_a_mail_of_its_own(voted, change_to, tell, send, post):
    change_to(voted, "under_review")
    change_to(voted, "reviewed", "want", at=minutes(16))
    tell(minutes(40))  # the worker was away
    assert send(minutes(40)) == ["sent", "sent"]


def test_a_claimed_mail_is_closed_for_joining(db, voted, change_to, tell, send, count_rows):
    change_to(voted, "under_review")
    tell()
    assert claim_due("busy", minutes(15)) is not None
    change_to(voted, "reviewed", "want", at=minutes(15))
    tell(minutes(15))
    assert count_rows("delivery") == 2
    assert send(minutes(15)) == []
    assert send(minutes(30)) == ["sent"]


def test_several_ideas_and_comments_in_one_window_are_one_mail(
    voted, cast, make_idea, follows, say, change_to, tell, send, post, reload
):
    other = make_idea("A quiet hour")
    follows(other, cast.vera, reason=Reason.AUTHOR)
    changes = [change_to(voted, "under_review"), change_to(other, "under_review", at=minutes(4))]
    say(voted, cast.noor)
    say(voted, cast.oskar, "Wednesdays too.", at=minutes(3))
    tell(minutes(4))
    send(minutes(20))
    (mail,) = post.to("vera@example.org")
    text = mail.get_body(("plain",)).get_content()
    for words in ("A quiet hour", "Oat milk without the extra charge", "Tuesdays, please.", "Wednesdays too."):
        assert words in text
    assert [reload(change).told_count for change in changes] == [3, 1]  # who commented follows as well


def test_in_the_demo_the_window_is_ten_seconds(db, voted, change_to, tell):
    db.session.merge(Site(id=1, demo_since=NOW))
    db.session.commit()
    change_to(voted, "under_review")
    tell()
    assert db.session.execute(db.select(Delivery.due_at)).scalar_one() == NOW + timedelta(seconds=10)


def test_a_further_word_is_called_so(voted, change_to, tell, send, post):
    change_to(voted, "under_review")
    change_to(voted, "under_review", text="It takes a week longer.", at=minutes(60))
    tell(minutes(60))
    send(minutes(90))
    assert [str(m["Subject"]) for m in post.sent] == [
        "“Oat milk without the extra charge” is under review",
        "A further word on “Oat milk without the extra charge”",
    ]
