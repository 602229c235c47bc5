"""Digests, quiet hours, and changes of mind while mails wait."""

from datetime import UTC, datetime, timedelta

import pytest

from ideaboard.events import dispatch
from ideaboard.following.follows import mute
from ideaboard.foundation.database import end_reading
from ideaboard.models import Delivery, Notification, Person, Preference, Site
from ideaboard.models.vocabulary import How, Reason, Topic
from ideaboard.notifications.claims import claim_due
from ideaboard.notifications.inbox import mark_read
from ideaboard.notifications.preferences import set_how, stop_mail
from tests.conftest import NOW

DUE = NOW + timedelta(minutes=15)
TOMORROW = datetime(2026, 3, 4, 8, 0, tzinfo=UTC)
MONDAY = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)


@pytest.fixture
def choose(db):
    """choose(person, how, topic): how news of the topic comes; None: no row."""

    def write(person, how, topic=Topic.STATUS):
        end_reading()
        set_how(person.id, topic, how)

    return write


@pytest.fixture
def waiting(db):
    """[(kind, bundle, due_at, entries)] of what waits."""

    def ask():
        entries = db.func.count(Notification.id)
        rows = db.session.execute(
            db.select(Delivery.kind, Delivery.bundle, Delivery.due_at, entries)
            .outerjoin(Notification, Notification.delivery_id == Delivery.id)
            .where(Delivery.state == "waiting")
            .group_by(Delivery.id)
            .order_by(Delivery.id)
        ).all()
        end_reading()
        return [tuple(row) for row in rows]

    return ask


@pytest.fixture
def entries(db):
    """[told_by] of every entry, by its id."""

    def ask():
        found = db.session.execute(db.select(Notification.told_by).order_by(Notification.id)).scalars().all()
        end_reading()
        return found

    return ask


@pytest.fixture
def idea(make_idea, follows, cast):
    row = make_idea()
    follows(row, cast.noor)
    return row


@pytest.mark.parametrize(("how", "due"), [(How.DAILY, TOMORROW), (How.WEEKLY, MONDAY)])
def test_several_days_news_is_one_digest_at_its_hour(
    cast, idea, make_idea, follows, change_to, tell, send, post, choose, waiting, entries, how, due, reload
):
    other = make_idea("A quiet hour")
    follows(other, cast.noor)
    choose(cast.noor, how)
    first = change_to(idea, "under_review")
    tell()
    second = change_to(other, "reviewed", "want", at=NOW + timedelta(hours=9))
    tell(NOW + timedelta(hours=9))
    assert waiting() == [("digest", f"digest:{how}", due, 2)]
    assert send(due - timedelta(seconds=1)) == []
    assert (reload(first).entitled_count, first.told_count) == (1, 0)
    assert send(due) == ["sent"]
    text = post.sent[0].get_body(("plain",)).get_content()
    assert "Oat milk" in text and "A quiet hour" in text
    assert entries() == ["digest", "digest"]
    assert [reload(change).told_count for change in (first, second)] == [1, 1]


def test_a_digest_is_due_in_each_readers_own_zone(db, cast, idea, follows, change_to, tell, choose):
    follows(idea, cast.oskar, cast.lena)
    zones = {"noor": None, "oskar": "America/New_York", "lena": "Asia/Tokyo"}
    for name, zone in zones.items():
        choose(getattr(cast, name), How.DAILY)
        db.session.execute(db.update(Person).where(Person.email == f"{name}@example.org").values(time_zone=zone))
    db.session.merge(Site(id=1, time_zone="Europe/Amsterdam"))
    db.session.commit()
    change_to(idea, "under_review")
    tell()
    due = dict(db.session.execute(db.select(Person.email, Delivery.due_at).join(Delivery.person)).all())
    assert {email.split("@")[0]: moment.isoformat()[:16] for email, moment in due.items()} == {
        "noor": "2026-03-04T07:00",
        "oskar": "2026-03-03T13:00",
        "lena": "2026-03-03T23:00",
    }


def test_of_two_reasons_the_one_that_tells_first_is_told(cast, idea, say, tell, choose, waiting, follows):
    follows(idea, cast.vera, reason=Reason.AUTHOR)
    choose(cast.vera, How.WEEKLY, Topic.COMMENTS)
    choose(cast.vera, How.DAILY, Topic.MENTIONS)
    say(idea, cast.oskar, mentions=[cast.vera])
    tell()
    assert waiting() == [("digest", "digest:daily", TOMORROW, 1)]


def test_a_digest_that_is_being_sent_is_joined_by_nobody(cast, idea, change_to, tell, choose, waiting):
    choose(cast.noor, How.DAILY)
    change_to(idea, "under_review")
    tell()
    assert claim_due("busy", TOMORROW)
    change_to(idea, "reviewed", "want", at=TOMORROW)
    tell(TOMORROW)
    assert [row[1:] for row in waiting()] == [("", TOMORROW, 1), ("digest:daily", TOMORROW + timedelta(days=1), 1)]


def test_a_digest_that_nobody_sent_yet_is_still_joined(cast, idea, change_to, tell, choose, waiting):
    """The worker was away at eight."""
    choose(cast.noor, How.DAILY)
    change_to(idea, "under_review")
    tell()
    change_to(idea, "reviewed", "want", at=TOMORROW + timedelta(minutes=5))
    tell(TOMORROW + timedelta(minutes=6))
    assert waiting() == [("digest", "digest:daily", TOMORROW, 2)]


def test_in_the_demo_a_digest_comes_after_a_minute(db, cast, idea, change_to, tell, choose, waiting):
    db.session.merge(Site(id=1, demo_since=NOW))
    db.session.commit()
    choose(cast.noor, How.WEEKLY)
    change_to(idea, "under_review")
    tell()
    assert waiting() == [("digest", "digest:weekly", NOW + timedelta(seconds=60), 1)]


@pytest.mark.parametrize(("how", "due"), [(How.DAILY, TOMORROW), (How.WEEKLY, MONDAY)])
def test_who_chooses_a_digest_while_a_mail_waits_gets_the_digest(
    cast, idea, change_to, tell, send, post, choose, waiting, entries, reload, how, due
):
    change = change_to(idea, "under_review")
    tell()
    choose(cast.noor, how)
    assert send(DUE) == ["dropped"]
    assert waiting() == [("digest", f"digest:{how}", due, 1)]
    assert entries() == [None]
    assert (reload(change).told_count, change.not_told_count) == (0, 0)
    assert send(due) == ["sent"]
    assert entries() == ["digest"]
    assert (reload(change).told_count, change.not_told_count) == (1, 0)


def test_a_mail_keeps_what_still_comes_at_once_and_gives_the_rest_to_the_digest(
    cast, idea, say, follows, change_to, tell, send, post, choose, entries
):
    follows(idea, cast.vera, reason=Reason.AUTHOR)
    change_to(idea, "under_review", text="We look at it.")
    say(idea, cast.oskar, "On Tuesdays.")
    tell()
    choose(cast.vera, How.DAILY, Topic.COMMENTS)
    send(DUE)
    (mail,) = post.to("vera@example.org")
    text = mail.get_body(("plain",)).get_content()
    assert "We look at it." in text and "On Tuesdays." not in text
    send(TOMORROW)
    assert "On Tuesdays." in post.to("vera@example.org")[1].get_body(("plain",)).get_content()


@pytest.mark.parametrize("kind", ["news", "digest"])
@pytest.mark.parametrize(
    ("mind", "told_by"), [("never", "inbox"), ("all", "inbox"), ("muted", "lost"), ("refused", "refused")]
)
def test_a_change_of_mind_holds_for_what_waits(
    db, cast, idea, change_to, tell, send, post, choose, entries, reload, kind, mind, told_by
):
    if kind == "digest":
        choose(cast.noor, How.DAILY)
    change = change_to(idea, "under_review")
    tell()
    if mind == "never":
        choose(cast.noor, How.NEVER)
    elif mind == "all":
        stop_mail(cast.noor.id, NOW)
    elif mind == "muted":
        mute(idea, cast.noor, NOW)
    else:
        db.session.execute(db.update(Person).where(Person.id == cast.noor.id).values(mail_refused_at=NOW))
        db.session.commit()
    assert send(TOMORROW) == ["dropped"]
    assert post.sent == []
    assert entries() == [told_by]
    told = (1, 0) if told_by == "inbox" else (0, 1)
    assert (reload(change).told_count, change.not_told_count) == told


def test_a_digest_that_waits_comes_though_at_once_is_chosen_now(cast, idea, change_to, tell, send, choose, entries):
    choose(cast.noor, How.DAILY)
    change_to(idea, "under_review")
    tell()
    choose(cast.noor, How.AT_ONCE)
    assert send(TOMORROW) == ["sent"]
    assert entries() == ["digest"]


def test_what_was_read_in_the_inbox_is_not_mailed_again_in_a_digest(
    cast, idea, change_to, tell, send, post, choose, entries
):
    choose(cast.noor, How.DAILY)
    change_to(idea, "under_review")
    tell()
    mark_read(cast.noor, NOW + timedelta(hours=1))
    assert send(TOMORROW) == ["dropped"]
    assert entries() == ["inbox"]


@pytest.fixture
def quiet(db):
    """quiet(person, from, until): whole hours of their clock."""

    def write(person, first, last):
        hours = {"quiet_from": first, "quiet_until": last}
        db.session.execute(db.update(Person).where(Person.id == person.id).values(**hours))
        db.session.commit()
        db.session.expire_all()

    return write


def test_a_mail_waits_for_the_end_of_quiet_hours_and_gathers_news(
    cast, idea, change_to, tell, send, post, quiet, waiting
):
    quiet(cast.noor, 10, 18)  # it is ten
    change_to(idea, "under_review", text="We look at it.")
    tell()
    evening = NOW.replace(hour=18)
    assert waiting() == [("news", "news", evening, 1)]
    change_to(idea, "reviewed", "want", text="We want it.", at=NOW + timedelta(hours=5))
    tell(NOW + timedelta(hours=5))
    assert send(evening - timedelta(minutes=1)) == []
    assert send(evening) == ["sent"]
    text = post.sent[0].get_body(("plain",)).get_content()
    assert "We look at it." in text and "We want it." in text


def test_quiet_hours_chosen_while_a_mail_waits_hold_it_and_are_no_failure(
    db, cast, idea, change_to, tell, send, quiet, waiting
):
    change_to(idea, "under_review")
    tell()
    quiet(cast.noor, 9, 17)
    assert send(DUE) == ["later"]
    row = db.session.execute(db.select(Delivery)).scalar_one()
    assert (row.attempts, row.due_at, row.claimed_by, row.last_error) == (0, NOW.replace(hour=17), None, None)
    end_reading()
    assert send(NOW.replace(hour=17)) == ["sent"]


def test_a_digest_waits_for_the_end_of_quiet_hours(cast, idea, change_to, tell, quiet, choose, waiting):
    quiet(cast.noor, 22, 9)
    choose(cast.noor, How.DAILY)
    change_to(idea, "under_review")
    tell()
    assert waiting() == [("digest", "digest:daily", TOMORROW.replace(hour=9), 1)]


def test_a_slice_takes_few_statements_whatever_is_chosen(
    db, cast, idea, follows, change_to, tell, choose, monkeypatch, request
):
    """2,000 followers of all sorts: the statements of a slice do not grow with its people."""
    from sqlalchemy import event, insert

    from ideaboard.models import Follow

    end_reading()
    hows = list(How)
    zones = ["Europe/Amsterdam", "Asia/Tokyo", None]
    people = [
        {
            "email": f"p{n}@example.org",
            "avatar_seed": "x",
            "created_at": NOW,
            "time_zone": zones[n % 3],
            "quiet_from": 22 if n % 2 else None,
            "quiet_until": 7 if n % 2 else None,
        }
        for n in range(1200)
    ]
    ids = list(db.session.execute(insert(Person).returning(Person.id), people).scalars())
    db.session.execute(
        insert(Follow), [{"idea_id": idea.id, "person_id": id, "reasons": 2, "followed_at": NOW} for id in ids]
    )
    db.session.execute(
        insert(Preference),
        [{"person_id": id, "kind": "status", "how": str(hows[n % 4])} for n, id in enumerate(ids) if n % 5],
    )
    db.session.commit()
    change = change_to(idea, "launched")
    statements = []
    engine = db.engines[None].engine

    def seen(conn, cursor, statement, parameters, context, executemany):
        if not statement.startswith(("SAVEPOINT", "RELEASE")):
            statements.append(statement)

    event.listen(engine, "before_cursor_execute", seen)
    request.addfinalizer(lambda: event.remove(engine, "before_cursor_execute", seen))
    monkeypatch.setattr(dispatch, "SLICE", 400)
    tell()
    taken = len(statements)
    statements.clear()
    assert taken < 4 * 25, taken
    db.session.refresh(change)
    assert change.entitled_count == 1201
    rows = dict(db.session.execute(db.select(Delivery.bundle, db.func.count()).group_by(Delivery.bundle)).all())
    assert set(rows) == {"news", "digest:daily", "digest:weekly"}
    told = db.select(db.func.count()).where(Notification.told_by == "inbox")
    assert sum(rows.values()) + db.session.execute(told).scalar_one() == 1201
