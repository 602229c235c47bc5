"""A published story is told once to who follows any of its ideas and may read it."""

from datetime import timedelta

import pytest

from ideaboard.events import dispatch, kinds
from ideaboard.following.follows import mute
from ideaboard.foundation.database import end_reading
from ideaboard.models import BoardMember, BroadFollow, Event, Follow, Notification, Person, Story, StoryIdea
from ideaboard.models.vocabulary import Reason
from ideaboard.notifications.preferences import set_how
from tests.conftest import NOW

DUE = NOW + timedelta(minutes=15)


@pytest.fixture
def publish(db, cast):
    """publish(idea, …, board=…) -> the Story, with its event."""

    def write(*ideas, board=None, by=None):
        by = by or cast.ada
        story = Story(
            title="Oat milk, a year on", slug="oat-milk", body="We tried it.", body_html="<p>We tried it.</p>",
            excerpt="We tried it.", author_id=by.id, board_id=board.id if board else None, state="published",
            created_at=NOW, published_at=NOW,
        )  # fmt: skip
        db.session.add(story)
        db.session.flush()
        for position, idea in enumerate(ideas):
            db.session.add(StoryIdea(story_id=story.id, idea_id=idea.id, position=position))
        db.session.add(Event(kind=kinds.STORY_PUBLISHED, happened_at=NOW, actor_id=by.id, story_id=story.id))
        db.session.commit()
        return story

    return write


@pytest.fixture
def told(db):
    """{name: (idea's title, reason)} of who was told."""

    def ask():
        rows = db.session.execute(
            db.select(Person.display_name, Notification).join(Notification, Notification.person_id == Person.id)
        ).all()
        found = {name: (entry.idea.title, entry.reason, entry.topic) for name, entry in rows}
        assert len(found) == len(rows)
        end_reading()
        return found

    return ask


def test_each_hears_once_by_the_most_telling_of_their_ideas(cast, make_idea, follows, publish, tell, told):
    first, second = make_idea("First"), make_idea("Second", author=cast.noor)
    follows(first, cast.noor, cast.oskar)
    follows(second, cast.oskar)
    follows(second, cast.noor, reason=Reason.AUTHOR)
    follows(second, cast.vera, reason=Reason.CHOSEN)
    follows(second, cast.ada)  # wrote it
    publish(first, second)
    tell()
    assert told() == {
        "Noor": ("Second", "author", "stories"),
        "Oskar": ("First", "voter", "stories"),
        "Vera": ("Second", "chosen", "stories"),
    }


def test_a_muted_idea_is_silent_and_another_one_still_tells(cast, make_idea, follows, publish, tell, told):
    first, second = make_idea("First"), make_idea("Second")
    follows(first, cast.noor, cast.oskar)
    follows(second, cast.oskar)
    mute(first, cast.noor, NOW)
    mute(first, cast.oskar, NOW)
    publish(first, second)
    tell()
    assert told() == {"Oskar": ("Second", "voter", "stories")}


@pytest.mark.parametrize("where", ["board", "site"])
def test_a_muted_board_or_site_is_silent(db, cast, make_idea, follows, publish, tell, told, where):
    idea = make_idea()
    follows(idea, cast.noor, cast.vera)
    board_id = cast.drinks.id if where == "board" else None
    db.session.add(BroadFollow(person_id=cast.noor.id, board_id=board_id, muted_at=NOW))
    db.session.commit()
    publish(idea)
    tell()
    assert list(told()) == ["Vera"]


def test_the_storys_own_board_is_asked_too(db, cast, make_idea, follows, publish, tell, told):
    idea = make_idea()  # on Drinks
    follows(idea, cast.noor, cast.lena)
    publish(idea, board=cast.panel)  # which Noor does not see
    tell()
    assert list(told()) == ["Lena"]


@pytest.mark.parametrize("when", ["before", "while it waits"])
def test_who_muted_the_storys_own_board_is_not_told(
    db, cast, make_idea, follows, publish, tell, send, post, count_rows, when
):
    idea = make_idea()  # on Drinks
    follows(idea, cast.lena)

    def mute_the_panel():
        db.session.add(BroadFollow(person_id=cast.lena.id, board_id=cast.panel.id, muted_at=NOW))
        db.session.commit()

    if when == "before":
        mute_the_panel()
    publish(idea, board=cast.panel)
    tell()
    if when != "before":
        mute_the_panel()
        assert send(DUE) == ["dropped"]
    else:
        assert count_rows("notification") == 0
    assert post.sent == []


def test_an_idea_out_of_sight_tells_nobody_of_the_story(cast, make_idea, follows, publish, tell, told):
    idea = make_idea("A secret wish", board=cast.panel, author=cast.ada)
    follows(idea, cast.noor, cast.lena)
    publish(idea)
    tell()
    assert list(told()) == ["Lena"]


def test_slices_tell_everybody_once(cast, make_idea, follows, publish, tell, told, monkeypatch):
    monkeypatch.setattr(dispatch, "SLICE", 2)
    first, second = make_idea("First"), make_idea("Second")
    follows(first, cast.vera, cast.noor, cast.oskar, cast.mo)
    follows(second, cast.noor, cast.oskar, cast.lena)
    publish(first, second)
    tell()
    assert sorted(told()) == ["Lena", "Mo", "Noor", "Oskar", "Vera"]


def test_an_event_without_its_story_tells_nobody(db, cast, make_idea, follows, tell, told):
    follows(make_idea(), cast.noor)
    db.session.add(Event(kind=kinds.STORY_PUBLISHED, happened_at=NOW))
    db.session.commit()
    tell()
    assert told() == {}


@pytest.mark.parametrize("change", ["hidden", "muted idea", "no right"])
def test_judged_again_when_sending(db, cast, make_idea, follows, publish, tell, send, post, reload, change):
    idea = make_idea("A wish", board=cast.panel, author=cast.ada)
    follows(idea, cast.lena)
    story = publish(idea, board=cast.panel)
    tell()
    if change == "hidden":
        reload(story).hidden_at = NOW
    elif change == "muted idea":
        mute(idea, cast.lena, NOW)
    else:
        db.session.execute(db.delete(BoardMember).where(BoardMember.person_id == cast.lena.id))
    db.session.commit()
    assert send(DUE) == ["dropped"]
    assert db.session.execute(db.select(Notification.told_by)).scalar_one() == "lost"


@pytest.mark.parametrize("change", ["muted", "unfollowed", "closed"])
def test_who_follows_another_of_its_ideas_is_told_all_the_same(
    db, cast, make_idea, follows, publish, tell, send, post, reload, change
):
    """Told by the first of their ideas; that one they mute while the mail waits, and the other they still follow."""
    first = make_idea("The first wish", author=cast.ada)
    second, third = make_idea("The second wish"), make_idea("The third wish")
    follows(first, cast.noor)
    follows(third, cast.noor, reason=Reason.CHOSEN)
    publish(first, second, third)
    tell()
    if change == "muted":
        mute(first, cast.noor, NOW)
    elif change == "unfollowed":
        db.session.execute(db.delete(Follow).where(Follow.idea_id == first.id))
    else:
        reload(first).hidden_at = NOW
    db.session.commit()
    assert send(DUE) == ["sent"]
    mail = str(post.sent[0])
    assert "The third wish" in mail and "The first wish" not in mail and "The second wish" not in mail
    assert "because you follow it" in mail and "because you voted" not in mail


def test_stories_are_a_kind_to_choose_about(db, cast, make_idea, follows, publish, tell, send, post):
    idea = make_idea()
    follows(idea, cast.noor, cast.oskar)
    set_how(cast.noor.id, "stories", "never")
    set_how(cast.oskar.id, "stories", "weekly")
    publish(idea)
    tell()
    rows = db.select(Notification.told_by).order_by(Notification.person_id)
    assert db.session.execute(rows).scalars().all() == ["inbox", None]
    end_reading()
    assert send(DUE) == []
