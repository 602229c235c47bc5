"""Whatever people choose and change, everybody entitled is told or not told, once: the sums are right at the end."""

import random
from datetime import timedelta

from ideaboard.following.follows import mute, unmute
from ideaboard.foundation.database import end_reading
from ideaboard.models import Delivery, Notification, Person, Site
from ideaboard.models.vocabulary import How, Reason, Topic
from ideaboard.notifications.preferences import resume_mail, set_how, stop_mail
from ideaboard.site.recount import find_drift
from tests.conftest import NOW

PEOPLE, IDEAS, DEEDS = 12, 3, 40


def test_told_and_not_told_make_up_the_entitled(db, cast, make_idea, change_to, say, tell, send, post, follows):
    """Five days of deeds in a random order (the same each time), then two quiet weeks for digests and what is given up."""
    rng = random.Random("sums")  # noqa: S311 (no secret)
    db.session.merge(Site(id=1, mails_a_week=3))
    people = [
        Person(
            email=f"s{n}@example.org", avatar_seed="x", created_at=NOW,
            time_zone=rng.choice([None, "Asia/Tokyo", "America/Lima"]),
            quiet_from=22 if n % 4 == 0 else None, quiet_until=7 if n % 4 == 0 else None,
        )
        for n in range(PEOPLE)
    ]  # fmt: skip
    db.session.add_all(people)
    db.session.commit()
    for n, person in enumerate(people):
        set_how(person.id, Topic.STATUS, list(How)[n % 4])
    ideas = [make_idea(f"Idea {n}", author=people[n]) for n in range(IDEAS)]
    for idea in ideas:
        follows(idea, db.session.merge(people[ideas.index(idea)], load=False), reason=Reason.AUTHOR)
        follows(idea, *rng.sample(people, 7), reason=Reason.VOTER)
    post.answers["s3@example.org"] = post.refuse()
    post.answers["s5@example.org"] = post.not_now()
    changes = []
    for hour in range(DEEDS):
        now = NOW + timedelta(hours=3 * hour)
        who, idea = rng.choice(people), rng.choice(ideas)
        end_reading()
        if rng.random() < 0.5:
            stage = rng.choice([("under_review", None), ("reviewed", "want"), ("launched", None)])
            changes.append(change_to(idea, *stage, at=now))
        else:
            say(idea, who, at=now)
        tell(now)
        deed = rng.choice(["how", "how", "mute", "mute", "unmute", "stop", "resume", "resume"])
        who = rng.choice(people)
        if deed == "how":
            set_how(who.id, rng.choice([Topic.STATUS, Topic.COMMENTS]), rng.choice(list(How)))
        elif deed == "mute":
            mute(idea, who, now)
        elif deed == "unmute":
            unmute(idea, who)
        elif deed == "stop":
            stop_mail(who.id, now)
        else:
            resume_mail(who.id)
        send(now + timedelta(minutes=20))
    for day in (6, 13, 20):
        send(NOW + timedelta(days=day))

    end_reading()
    waiting = db.select(db.func.count()).where(Delivery.state == "waiting")
    assert db.session.execute(waiting).scalar_one() == 0
    assert db.session.execute(db.select(Notification.id).where(Notification.told_by.is_(None))).first() is None
    ways = set(db.session.execute(db.select(Notification.told_by).distinct()).scalars())
    assert ways == {"mail", "digest", "inbox", "refused", "lost"}  # every way was met
    assert len(changes) > 10
    for change in changes:
        db.session.refresh(change)
        entries = db.select(db.func.count(Notification.id)).where(Notification.event.has(change_id=change.id))
        assert change.entitled_count == db.session.execute(entries).scalar_one()
        assert change.told_count + change.not_told_count == change.entitled_count
    end_reading()
    counted = ("entitled_count", "told_count", "not_told_count")
    assert [drift for drift in find_drift(NOW + timedelta(days=22)) if drift.counter in counted] == []
    held = db.select(db.func.count()).where(Delivery.last_error == "over the ceiling of mails a week")
    assert db.session.execute(held).scalar_one() > 0
