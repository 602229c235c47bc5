"""Entitled is judged when sending; each change's counters count each person once."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from ideaboard.following.follows import mute, unfollow
from ideaboard.foundation.database import end_reading
from ideaboard.models import BoardMember, Delivery, Notification, Person, Preference
from ideaboard.models.vocabulary import How, Reason, Topic
from ideaboard.notifications import sending
from ideaboard.notifications.causes import cause_code
from ideaboard.notifications.claims import claim_due
from ideaboard.notifications.preferences import stop_mail
from ideaboard.notifications.sending import Hand, Sent
from tests.conftest import NOW
from tests.notifications.test_mails import said

DUE = NOW + timedelta(minutes=15)


def counts(change):
    return change.entitled_count, change.told_count, change.not_told_count


@pytest.fixture
def voted(cast, make_idea, follows):
    """An idea of Vera's on which Noor voted."""
    idea = make_idea()
    follows(idea, cast.vera, reason=Reason.AUTHOR)
    follows(idea, cast.noor)
    return idea


def test_the_mail_goes_when_the_window_ends_and_is_counted(voted, cast, change_to, tell, send, post, reload):
    change = change_to(voted, "reviewed", "want")
    tell()
    assert send(DUE - timedelta(seconds=1)) == []
    assert counts(reload(change)) == (2, 0, 0)
    assert send(DUE) == ["sent", "sent"]
    assert send(DUE) == []
    assert counts(reload(change)) == (2, 2, 0)
    mail = post.to("noor@example.org")[0]
    assert mail["Subject"] == "“Oat milk without the extra charge” is reviewed: we want this"
    text = mail.get_body(("plain",)).get_content()
    assert "From June oat costs what milk costs." in text
    assert "You get this because you voted for it." in text
    assert "Ada" in text


def test_the_mail_stop_and_inbox_only_count_as_told_by_the_inbox(db, voted, cast, change_to, tell, send, reload):
    stop_mail(cast.noor.id, NOW)
    db.session.add(Preference(person_id=cast.vera.id, kind=Topic.STATUS, how=How.NEVER))
    db.session.commit()
    db.session.expire_all()
    change = change_to(voted, "under_review")
    tell()
    assert counts(reload(change)) == (2, 2, 0)
    assert send(DUE) == []


@pytest.mark.parametrize("between", ["unfollow", "mute", "suspend", "unlist", "hide"])
def test_who_is_no_longer_entitled_when_sending_gets_no_mail(
    db, cast, make_idea, follows, change_to, tell, send, reload, between
):
    idea = make_idea(board=cast.panel, author=cast.ada)
    follows(idea, cast.lena)
    change = change_to(idea, "under_review", by=cast.ada)
    tell()
    if between == "unfollow":
        unfollow(idea, cast.lena)
    elif between == "mute":
        mute(idea, cast.lena, NOW)
    elif between == "suspend":
        db.session.execute(db.update(Person).where(Person.id == cast.lena.id).values(suspended_at=NOW))
    elif between == "unlist":
        db.session.execute(db.delete(BoardMember).where(BoardMember.person_id == cast.lena.id))
    else:
        reload(idea).hidden_at = NOW
    db.session.commit()
    assert send(DUE) == ["dropped"]
    assert counts(reload(change)) == (1, 0, 1)


def test_who_chose_no_mail_meanwhile_is_told_by_the_inbox(voted, cast, change_to, tell, send, reload):
    change = change_to(voted, "under_review")
    tell()
    stop_mail(cast.noor.id, NOW)
    assert sorted(send(DUE)) == ["dropped", "sent"]
    assert counts(reload(change)) == (2, 2, 0)


def test_an_address_refused_for_good_is_left_alone_until_its_owner_says_so(
    voted, cast, change_to, tell, send, post, reload
):
    post.answers["noor@example.org"] = post.refuse("550 5.1.1 no such user")
    change = change_to(voted, "under_review")
    tell()
    assert sorted(send(DUE)) == ["refused", "sent"]
    assert counts(reload(change)) == (2, 1, 1)
    noor = reload(cast.noor)
    assert noor.mail_refused_at == DUE
    assert "5.1.1" in noor.mail_refused_because
    again = change_to(voted, "reviewed", "want", at=DUE)
    tell(DUE)
    assert counts(reload(again)) == (2, 0, 1)


def test_a_temporary_failure_is_tried_again_with_the_same_message_id(
    db, voted, cast, change_to, tell, send, post, reload
):
    post.answers["noor@example.org"] = post.not_now()
    change = change_to(voted, "under_review")
    tell()
    assert sorted(send(DUE)) == ["later", "sent"]
    waiting = db.session.execute(db.select(Delivery).where(Delivery.state == "waiting")).scalar_one()
    assert DUE + timedelta(seconds=40) < waiting.due_at < DUE + timedelta(seconds=80)
    assert waiting.last_error == "450 later"
    db.session.commit()
    post.answers.clear()
    assert send(DUE) == []
    assert send(DUE + timedelta(seconds=90)) == ["sent"]
    assert counts(reload(change)) == (2, 2, 0)


def test_after_five_days_it_is_given_up_and_said_so(db, voted, cast, change_to, tell, send, post, reload):
    post.answers = {f"{name}@example.org": post.not_now() for name in ("noor", "vera")}
    change = change_to(voted, "under_review")
    tell()
    assert send(NOW + timedelta(days=4)) == ["later", "later"]  # the worker was away: the days count from here
    assert send(NOW + timedelta(days=8, hours=23)) == ["later", "later"]
    assert send(NOW + timedelta(days=9, hours=7)) == ["refused", "refused"]
    assert counts(reload(change)) == (2, 0, 2)
    assert reload(cast.noor).mail_refused_at is None


def end_leases(db):
    db.session.execute(db.update(Delivery).values(lease_until=NOW - timedelta(days=9999)))
    db.session.commit()


def test_a_claimed_delivery_is_nobody_elses_while_its_lease_lasts(db, voted, change_to, tell, send):
    change_to(voted, "under_review")
    tell()
    first, second = claim_due("one", DUE), claim_due("two", DUE)
    assert first and second and first != second
    assert claim_due("three", DUE) is None
    # The worker died: its lease ends by the database's clock. For some seconds more the mail is nobody's.
    end_leases(db)
    assert claim_due("three", DUE) is None
    assert db.session.execute(db.select(Delivery.claimed_by).where(Delivery.id == first)).scalar_one() is None
    end_leases(db)
    assert claim_due("three", DUE) == first


def test_a_settled_delivery_is_counted_once_though_two_believed_it_theirs(db, voted, change_to, tell, reload):
    from ideaboard.notifications.claims import Fate, settle

    change = change_to(voted, "under_review")
    tell()
    delivery = claim_due("one", DUE)
    end_leases(db)
    claim_due("two", DUE)
    end_leases(db)
    assert claim_due("two", DUE) == delivery
    entry = db.session.execute(db.select(Notification.id).where(Notification.delivery_id == delivery)).scalar_one()
    end_reading()
    told = [Fate(entry, change.id, "mail")]
    assert settle(delivery, "one", DUE, "dropped", told) is False
    assert settle(delivery, "one", DUE, "sent", told) is True  # the relay has it: a fact, whosever the claim is
    assert settle(delivery, "two", DUE, "sent", told) is False
    assert reload(change).told_count == 1


def test_while_an_ended_lease_rests_who_held_it_may_still_say_what_became_of_it(db, voted, change_to, tell):
    from ideaboard.notifications.claims import settle

    change_to(voted, "under_review")
    tell()
    delivery = claim_due("one", DUE)
    end_leases(db)
    claim_due("two", DUE)  # frees what "one" held, and claims the other
    assert settle(delivery, "one", DUE, "refused", (), "550 5.1.1") is True


def test_a_worker_that_was_stopped_too_long_does_not_begin_to_send(db, voted, change_to, tell, post, monkeypatch):
    change_to(voted, "under_review")
    tell()
    moments = iter([0.0, 0.0, 1000.0, 1000.0])  # stopped between the claim and the handing over
    monkeypatch.setattr(sending, "time", SimpleNamespace(monotonic=lambda: next(moments)))
    assert sending.send_one("one", DUE, post) == sending.Sent("later")
    assert post.sent == []
    assert db.session.execute(db.select(Delivery.claimed_by, Delivery.attempts)).all() == [(None, 0)] * 2


def test_what_is_held_is_sent_one_by_one_and_given_back_when_the_worker_ends(
    db, make_idea, follows, cast, change_to, tell, post, monkeypatch
):
    monkeypatch.setattr(sending, "QUICK_SECONDS", 1000)  # however busy the machine is
    idea = make_idea()
    follows(idea, cast.vera, cast.noor, cast.oskar, cast.lena, cast.cole)
    change_to(idea, "under_review")
    tell()
    monkeypatch.setattr("ideaboard.notifications.sending.QUICK_SECONDS", 60)  # on a busy machine too
    hand = Hand("one", post)
    held = db.select(db.func.count()).where(Delivery.claimed_by == "one")
    for number in range(4):
        assert hand.send_next(DUE) == Sent("sent")
        assert len(post.sent) == number + 1
    assert db.session.execute(held).scalar_one() == 1  # they were claimed 1, 2, then 2
    end_reading()
    hand.let_go()
    assert not hand
    assert db.session.execute(held).scalar_one() == 0
    end_reading()
    monkeypatch.setattr(sending, "QUICK_SECONDS", 0)  # a slow relay: one by one
    again = Hand("two", post)
    while again.send_next(DUE):
        assert not again
    assert len(post.sent) == 5


def test_a_mail_that_cannot_be_worded_is_put_off_and_the_others_go(db, voted, change_to, tell, send, reload, caplog):
    change = change_to(voted, "under_review")
    tell()
    broken = db.session.execute(db.select(Delivery).order_by(Delivery.id)).scalars().first()
    broken.kind = "unheard-of"
    db.session.commit()
    assert sorted(send(DUE)) == ["later", "sent"]
    assert counts(reload(change)) == (2, 1, 0)


def test_a_database_that_is_busy_after_the_sending_makes_no_second_mail(
    voted, change_to, tell, send, post, reload, monkeypatch, caplog
):
    from ideaboard.foundation.refusals import Busy

    change = change_to(voted, "under_review")
    tell()
    settle, tries = sending.settle, []

    def busy_at_first(*facts):
        tries.append(facts)
        if len(tries) < 3:
            raise Busy("somebody else is writing")
        return settle(*facts)

    monkeypatch.setattr(sending, "settle", busy_at_first)
    monkeypatch.setattr(sending.time, "sleep", lambda seconds: None)
    assert send(DUE) == ["sent", "sent"]
    assert len(post.sent) == 2
    assert counts(reload(change)) == (2, 2, 0)


def test_a_deleted_comment_is_told_to_nobody(db, voted, cast, say, tell, send, post, reload):
    comment = say(voted, cast.oskar)
    tell()
    reload(comment).deleted_at = NOW
    db.session.commit()
    assert send(DUE) == ["dropped"]
    assert post.sent == []


def test_a_redacted_answer_is_told_without_its_text(db, voted, cast, change_to, tell, send, post, reload):
    change = change_to(voted, "reviewed", "want", text="Call me at 555 0199.")
    tell()
    reload(change).redacted_at = NOW
    db.session.commit()
    send(DUE)
    assert len(post.sent) == 2
    assert all("555" not in said(mail) for mail in post.sent)


def test_to_people_of_the_demo_mail_goes_into_files_only(db, voted, cast, change_to, tell, send, post, app):
    from ideaboard.notifications.mailbox import kept_mails

    db.session.execute(db.update(Person).where(Person.id == cast.noor.id).values(origin="demo"))
    db.session.commit()
    db.session.expire_all()
    change_to(voted, "under_review")
    tell()
    assert send(DUE) == ["sent", "sent"]
    assert [m["To"] for m in post.sent] == ["vera@example.org"]
    assert [m.subject for m in kept_mails("noor@example.org")] == [
        "“Oat milk without the extra charge” is under review"
    ]


def test_entries_stay_when_old_deliveries_go(db, voted, change_to, tell, send, count_rows):
    from ideaboard.jobs.schedule import forget

    change_to(voted, "under_review")
    tell()
    send(DUE)
    forget("test", DUE + timedelta(days=89))
    assert count_rows("delivery") == 2
    db.session.commit()
    forget("test", DUE + timedelta(days=91))
    assert count_rows("delivery") == 0
    entry = db.session.execute(db.select(Notification)).scalars().first()
    db.session.refresh(entry)
    assert entry.delivery_id is None


def told_by(db):
    return sorted(db.session.execute(db.select(Notification.told_by, Notification.told_at)).all())


def test_each_entry_says_when_and_by_what_it_was_told(db, voted, cast, change_to, tell, send, post):
    post.answers["noor@example.org"] = post.refuse()
    change_to(voted, "under_review")
    tell()
    assert told_by(db) == [(None, None)] * 2
    end_reading()
    send(DUE)
    assert told_by(db) == [("mail", DUE), ("refused", DUE)]


def test_what_is_told_already_is_not_counted_again(db, voted, cast, change_to, tell, send, reload):
    """The ceiling moved one entry to the weekly digest: its entry in the inbox has told it."""
    change = change_to(voted, "under_review")
    tell()
    entries = db.update(Notification).where(Notification.person_id == cast.noor.id)
    db.session.execute(entries.values(told_at=NOW, told_by="inbox"))
    db.session.commit()
    send(DUE)
    assert counts(reload(change)) == (2, 1, 0)
    assert told_by(db) == [("inbox", NOW), ("mail", DUE)]


def test_a_failure_names_its_cause_and_a_success_clears_it(db, voted, change_to, tell, send, post):
    post.answers = {f"{name}@example.org": post.not_now("421 closed") for name in ("noor", "vera")}
    change_to(voted, "under_review")
    tell()
    send(DUE)
    causes = db.select(Delivery.cause)
    assert set(db.session.execute(causes).scalars()) == {cause_code("421 closed")}
    end_reading()
    post.answers = {}
    assert send(DUE + timedelta(seconds=90)) == ["sent", "sent"]
    assert set(db.session.execute(causes).scalars()) == {None}


def test_quiet_hours_put_off_without_counting_as_a_failure(db, voted, change_to, tell, send, monkeypatch):
    from ideaboard.notifications import sending
    from ideaboard.notifications.composing import Postponed

    change_to(voted, "under_review")
    tell()
    monkeypatch.setitem(sending.COMPOSERS, "news", lambda delivery, now: Postponed(DUE + timedelta(hours=8)))
    assert send(DUE) == ["later", "later"]
    rows = db.session.execute(db.select(Delivery.attempts, Delivery.last_error, Delivery.due_at)).all()
    assert rows == [(0, None, DUE + timedelta(hours=8))] * 2
    end_reading()
    monkeypatch.undo()
    assert send(DUE + timedelta(hours=7)) == []
    assert send(DUE + timedelta(hours=8)) == ["sent", "sent"]
