"""So many mails a person a week; what is held back stands in the inbox and comes with the weekly digest."""

from datetime import UTC, datetime, timedelta

import pytest

from ideaboard.foundation.database import end_reading
from ideaboard.models import Delivery, Notification, Site
from ideaboard.models.vocabulary import How, Reason, Topic
from ideaboard.notifications.ceiling import over_ceiling
from ideaboard.notifications.claims import claim_due
from ideaboard.notifications.composing import COMPOSERS, Dropped, Parcel
from ideaboard.notifications.preferences import set_how
from tests.conftest import NOW

DUE = NOW + timedelta(minutes=15)
MONDAY = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)


@pytest.fixture
def ceiling(db):
    """ceiling(n): at most n mails a week."""

    def write(most):
        db.session.merge(Site(id=1, mails_a_week=most))
        db.session.commit()

    return write


@pytest.fixture
def had(db):
    """had(person, n, …): n mails were sent to the person an hour ago."""
    made = []

    def write(person, number, *, kind="news", state="sent", ago=timedelta(hours=1), **columns):
        for _ in range(number):
            made.append(Delivery(
                kind=kind, person_id=person.id, message_key=f"had-{len(made)}", created_at=NOW - ago,
                due_at=NOW - ago, state=state, settled_at=NOW - ago if state == "sent" else None, **columns,
            ))  # fmt: skip
        db.session.add_all(made)
        db.session.commit()

    return write


@pytest.fixture
def idea(make_idea, follows, cast):
    row = make_idea()
    follows(row, cast.noor)
    return row


def test_over_the_ceiling_the_inbox_tells_and_the_weekly_digest_brings_it(
    db, cast, idea, change_to, tell, send, post, ceiling, had, reload
):
    ceiling(3)
    had(cast.noor, 3)
    change = change_to(idea, "launched", text="It is here.")
    tell()
    assert send(DUE) == ["dropped"]
    assert post.sent == []
    (entry,) = db.session.execute(db.select(Notification)).scalars()
    assert (entry.told_by, entry.told_at) == ("inbox", DUE)
    assert (reload(change).entitled_count, change.told_count, change.not_told_count) == (1, 1, 0)
    dropped = db.session.execute(db.select(Delivery).where(Delivery.state == "dropped")).scalar_one()
    assert dropped.last_error == "over the ceiling of mails a week"
    end_reading()
    # The digest passes, though the ceiling is still reached, and counts nothing twice.
    had(cast.noor, 3, ago=timedelta(days=-5))
    assert send(MONDAY) == ["sent"]
    assert "It is here." in post.sent[0].get_body(("plain",)).get_content()
    assert (reload(change).told_count, change.not_told_count) == (1, 0)
    assert reload(entry).told_by == "inbox"


def test_below_the_ceiling_the_mail_goes(cast, idea, change_to, tell, send, ceiling, had):
    ceiling(3)
    had(cast.noor, 2)
    had(cast.noor, 5, ago=timedelta(days=7))  # a week ago
    had(cast.noor, 5, kind="code")  # security's
    had(cast.noor, 5, state="dropped")
    had(cast.vera, 5)  # somebody else's
    change_to(idea, "launched")
    tell()
    assert send(DUE) == ["sent"]


def test_news_of_ones_own_idea_passes_and_the_rest_is_held(
    db, cast, make_idea, follows, change_to, say, tell, send, post, ceiling, had
):
    ceiling(1)
    had(cast.vera, 1)
    mine, other = make_idea(), make_idea("A quiet hour", author=cast.oskar)
    follows(mine, cast.vera, reason=Reason.AUTHOR)
    follows(other, cast.vera)
    change_to(mine, "reviewed", "want", text="We want yours.")
    change_to(other, "reviewed", "want", text="We want that.")
    say(mine, cast.lena, mentions=[cast.vera])  # for another reason, but on one's own idea
    tell()
    send(DUE)
    (mail,) = post.to("vera@example.org")
    text = mail.get_body(("plain",)).get_content()
    assert "We want yours." in text and "Tuesdays, please." in text and "We want that." not in text
    rows = db.select(Notification.idea_id, Notification.told_by).where(Notification.person_id == cast.vera.id)
    assert set(db.session.execute(rows).all()) == {(mine.id, "mail"), (other.id, "inbox")}


def test_a_daily_digest_is_held_too_and_a_weekly_one_never(
    cast, idea, change_to, tell, send, post, ceiling, had, follows
):
    ceiling(1)
    follows(idea, cast.oskar)
    had(cast.noor, 1)
    had(cast.oskar, 1)
    set_how(cast.noor.id, Topic.STATUS, How.DAILY)
    set_how(cast.oskar.id, Topic.STATUS, How.WEEKLY)
    change_to(idea, "launched")
    tell()
    assert send(NOW + timedelta(days=1)) == ["dropped"]
    assert sorted(send(MONDAY)) == ["sent", "sent"]


def test_held_back_twice_waits_in_one_digest(db, cast, idea, make_idea, follows, change_to, tell, send, ceiling, had):
    ceiling(1)
    had(cast.noor, 1)
    other = make_idea("A quiet hour")
    follows(other, cast.noor)
    change_to(idea, "launched")
    tell()
    assert send(DUE) == ["dropped"]
    change_to(other, "launched", at=NOW + timedelta(hours=2))
    tell(NOW + timedelta(hours=2))
    assert send(NOW + timedelta(hours=3)) == ["dropped"]
    waiting = db.session.execute(db.select(Delivery).where(Delivery.state == "waiting")).scalars().all()
    assert [(row.kind, row.bundle, row.due_at) for row in waiting] == [("digest", "digest:weekly", MONDAY)]
    held = db.select(db.func.count()).where(Notification.delivery_id == waiting[0].id)
    assert db.session.execute(held).scalar_one() == 2


@pytest.fixture
def two_windows_one_mail_left(cast, idea, make_idea, follows, change_to, tell, ceiling, had):
    """Noor may have one mail more this week, and news of two ideas waits for her in two windows."""
    ceiling(2)
    had(cast.noor, 1)
    other = make_idea("A quiet hour")
    follows(other, cast.noor)
    change_to(idea, "launched")
    change_to(other, "launched", at=NOW + timedelta(minutes=20))
    tell(NOW + timedelta(minutes=20))


@pytest.mark.usefixtures("two_windows_one_mail_left")
def test_two_workers_at_once_do_not_pass_the_ceiling(db):
    """Two windows of one person, each claimed by a worker before either is sent."""
    later = NOW + timedelta(hours=1)
    first, second = claim_due("one", later), claim_due("two", later)
    composed = []
    for delivery_id in (first, second):
        delivery = db.session.get(Delivery, delivery_id, populate_existing=True)
        composed.append(COMPOSERS["news"](delivery, later))
        end_reading()
    assert [type(parcel) for parcel in composed].count(Parcel) <= 1
    assert Dropped in [type(parcel) for parcel in composed]


@pytest.mark.usefixtures("two_windows_one_mail_left")
def test_one_worker_sends_up_to_the_ceiling(send):
    """What the same worker holds beside is not counted: it goes one by one."""
    assert sorted(send(NOW + timedelta(hours=1))) == ["dropped", "sent"]


def test_what_a_killed_worker_held_counts(db, cast, ceiling, had):
    """It may have been sent."""
    ceiling(1)
    had(cast.noor, 1, state="waiting", lease_until=NOW - timedelta(days=999))
    assert over_ceiling(cast.noor, NOW, Site.current())
    db.session.execute(db.update(Delivery).values(lease_until=None))
    db.session.commit()
    assert not over_ceiling(cast.noor, NOW, Site.current())
