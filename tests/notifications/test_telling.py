from datetime import timedelta

import pytest

from ideaboard.following.follows import mute, unfollow
from ideaboard.foundation.database import transaction
from ideaboard.models import BroadFollow, Delivery, Event, Notification, Preference
from ideaboard.models.vocabulary import How, Reason, Topic
from ideaboard.notifications.audience import reach_of
from ideaboard.notifications.inbox import unread_count
from tests.conftest import NOW

LATER = NOW + timedelta(minutes=15)


@pytest.fixture
def told(db):
    """told() -> {name: reason} of who was told."""

    def ask():
        rows = db.session.execute(db.select(Notification)).scalars().all()
        from ideaboard.models import Person

        names = {row.person_id: db.session.get(Person, row.person_id).display_name for row in rows}
        db.session.commit()
        return {names[row.person_id]: row.reason for row in rows}

    return ask


def test_followers_hear_of_a_change_less_the_actor(cast, make_idea, follows, change_to, tell, told, reload):
    idea = make_idea()
    follows(idea, cast.vera, reason=Reason.AUTHOR | Reason.VOTER)
    follows(idea, cast.noor)
    follows(idea, cast.oskar, reason=Reason.CHOSEN)
    follows(idea, cast.ada, reason=Reason.COMMENTER)
    change = change_to(idea, "reviewed", "want")
    tell()
    assert told() == {"Vera": "author", "Noor": "voter", "Oskar": "chosen"}
    assert reload(change).entitled_count == 3


def test_who_muted_or_unfollowed_or_may_not_see_it_is_not_told(db, cast, make_idea, follows, change_to, tell, told):
    idea = make_idea(board=cast.panel, author=cast.lena)
    follows(idea, cast.lena, cast.oskar, cast.mo, cast.root)
    mute(idea, cast.mo, NOW)
    unfollow(idea, cast.root)
    change_to(idea, "under_review")
    tell()
    assert told() == {"Lena": "voter"}


@pytest.mark.parametrize("board", [True, False])
def test_a_muted_board_or_site_is_silent(db, cast, make_idea, follows, change_to, tell, told, board):
    idea = make_idea()
    follows(idea, cast.noor, cast.vera)
    db.session.add(BroadFollow(person_id=cast.noor.id, board_id=cast.drinks.id if board else None, muted_at=NOW))
    db.session.commit()
    change_to(idea, "under_review")
    tell()
    assert told() == {"Vera": "voter"}


def test_imported_and_demo_events_tell_nobody(db, cast, make_idea, follows, tell, told):
    idea = make_idea()
    follows(idea, cast.noor)
    db.session.add(Event(kind="idea.status_changed", happened_at=NOW, idea_id=idea.id, origin="import"))
    db.session.commit()
    tell()
    assert told() == {}


def test_a_comment_is_told_to_the_author_whom_it_answers_and_who_is_mentioned(
    cast, make_idea, follows, say, tell, told
):
    idea = make_idea()
    follows(idea, cast.vera, reason=Reason.AUTHOR)
    follows(idea, cast.oskar)  # a voter hears answers and status, not every comment
    first = say(idea, cast.noor)
    tell()
    assert told() == {"Vera": "author"}
    say(idea, cast.mo, to=first, mentions=[cast.lena])
    tell()
    assert told() == {"Vera": "author", "Noor": "replied_to", "Lena": "mentioned"}


def test_new_ideas_are_told_to_who_asked_for_them(db, cast, make_idea, tell, told):
    idea = make_idea()
    db.session.add(BroadFollow(person_id=cast.noor.id, board_id=cast.drinks.id, followed_at=NOW))
    db.session.add(Event(kind="idea.submitted", happened_at=NOW, idea_id=idea.id, board_id=idea.board_id))
    db.session.commit()
    tell()
    assert told() == {"Noor": "board"}
    assert db.session.execute(db.select(Delivery)).first() is None  # by mail only when chosen


def test_telling_twice_is_telling_once(db, cast, make_idea, follows, change_to, tell, count_rows, reload):
    idea = make_idea()
    follows(idea, cast.vera, cast.noor)
    change = change_to(idea, "under_review")
    tell()
    db.session.execute(db.update(Event).values(dispatched_at=None, told_up_to=0))
    db.session.commit()
    tell()
    assert count_rows("notification") == 2
    assert count_rows("delivery") == 2
    assert reload(change).entitled_count == 2


def test_slices_tell_everybody_once(db, cast, make_idea, follows, change_to, tell, count_rows, monkeypatch):
    from ideaboard.events import dispatch

    monkeypatch.setattr(dispatch, "SLICE", 2)
    idea = make_idea()
    follows(idea, cast.vera, cast.noor, cast.oskar, cast.mo, cast.lena)
    change = change_to(idea, "under_review")
    tell()
    assert count_rows("notification") == 5
    db.session.refresh(change)
    assert change.entitled_count == 5


def test_reach_says_before_what_a_change_will_tell(db, cast, make_idea, follows):
    idea = make_idea()
    follows(idea, cast.noor, cast.oskar, cast.ada, cast.lena)
    follows(idea, cast.vera, reason=Reason.AUTHOR)
    with transaction() as session:
        session.add(Preference(person_id=cast_id(session, "noor"), kind=Topic.STATUS, how=How.NEVER))
    mute(idea, cast.lena, NOW)
    reach = reach_of(idea.id, cast.ada)
    assert (reach.people, reach.voters, reach.followers, reach.by_mail) == (3, 2, 1, 2)


def cast_id(session, name):
    from ideaboard.models import Person

    return session.query(Person.id).filter_by(email=f"{name}@example.org").scalar()


def test_the_header_counts_what_is_unread_and_may_be_seen(db, cast, make_idea, follows, change_to, tell):
    idea, panel = make_idea(), make_idea("A quiet hour", board=cast.panel, author=cast.lena)
    for each in (idea, panel):
        follows(each, cast.lena)
        change_to(each, "under_review")
    tell()
    assert unread_count(cast.lena) == 2
    from ideaboard.models import BoardMember

    db.session.execute(db.delete(BoardMember).where(BoardMember.person_id == cast.lena.id))
    db.session.commit()
    db.session.expire_all()
    lena = cast.lena
    lena.__dict__.pop("board_roles", None)
    assert unread_count(lena) == 1
    assert unread_count(None) == 0
