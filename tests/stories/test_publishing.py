"""Four eyes, one Event, once: asked, read over, scheduled, published, taken off."""

from datetime import timedelta

import pytest

from ideaboard.extensions import db
from ideaboard.foundation.refusals import Missing
from ideaboard.models import Board, BoardMember, Event, Person
from ideaboard.stories.pictures import reencode
from ideaboard.stories.publishing import (
    NotATime,
    NotReadOver,
    NotReady,
    ask_for_reading,
    obstacles,
    publish,
    publish_due,
    put_back,
    read_over,
    schedule,
    take_off,
    unschedule,
)
from ideaboard.stories.reading import published
from ideaboard.stories.writing import NotYoursToWrite, PublishedAlready, WrittenMeanwhile
from tests.conftest import NOW
from tests.stories.conftest import file_of
from tests.stories.test_writing import edit, read_by

LATER = NOW + timedelta(days=1)


def events():
    found = db.session.scalars(db.select(Event).where(Event.kind == "story.published")).all()
    db.session.commit()
    return found


@pytest.fixture
def read(cast, write):
    """read(…) -> a story that Cole has read over."""
    return lambda **facts: read_by(write(**facts), author=cast.ada, reader=cast.cole)


def test_what_nobody_else_has_read_is_not_published(cast, write):
    story = write()
    for deed in (lambda: publish(story.id, cast.ada, NOW), lambda: schedule(story.id, cast.ada, NOW, at=LATER)):
        with pytest.raises(NotReadOver):
            deed()
    ask_for_reading(story.id, cast.ada, NOW)
    with pytest.raises(NotReadOver):
        publish(story.id, cast.root, NOW)
    assert not events()


def test_nobody_reads_their_own_words_over(cast, write):
    story = write()
    ask_for_reading(story.id, cast.ada, NOW)
    with pytest.raises(NotYoursToWrite):
        read_over(story.id, cast.ada, NOW, version=1)
    # Nor those that they put in last: their eyes are the writer's then.
    edited = edit(story, cast.root, body="Ruth's words.").story
    with pytest.raises(NotYoursToWrite):
        read_over(story.id, cast.root, NOW, version=edited.version)
    assert read_over(story.id, cast.mo, NOW, version=edited.version).read_by_id == cast.mo.id


def test_what_is_read_is_what_stands(cast, write):
    story = write()
    ask_for_reading(story.id, cast.ada, NOW)
    edit(story, cast.ada, body="Other.")
    with pytest.raises(WrittenMeanwhile):
        read_over(story.id, cast.cole, NOW, version=1)


@pytest.mark.parametrize("who", ["vera", "lena", "oskar"])
def test_members_read_nothing_over(who, cast, write):
    story = write()
    ask_for_reading(story.id, cast.ada, NOW)
    with pytest.raises(Missing):
        read_over(story.id, getattr(cast, who), NOW, version=1)


def test_a_colleague_sees_a_draft_once_asked(cast, write):
    story = write()
    with pytest.raises(Missing):
        read_over(story.id, cast.cole, NOW, version=1)


def test_published_once_with_one_event(cast, read):
    story = read(board=cast.drinks)
    publish(story.id, cast.ada, NOW)
    publish(story.id, cast.root, LATER)
    (event,) = events()
    assert (event.story_id, event.board_id, event.actor_id, event.origin) == (
        story.id,
        cast.drinks.id,
        cast.ada.id,
        "here",
    )
    assert [s.id for s in published(None)] == [story.id]
    assert published(None)[0].published_at == NOW


def test_scheduled_goes_out_when_due_and_not_before(cast, read, reload):
    story = read()
    schedule(story.id, cast.ada, NOW, at=LATER)
    assert publish_due(LATER - timedelta(seconds=1)) == 0
    assert publish_due(LATER) == 1
    assert publish_due(LATER + timedelta(hours=1)) == 0
    (event,) = events()
    assert (event.actor_id, reload(story).published_at, story.state) == (cast.ada.id, LATER, "published")


@pytest.mark.parametrize("at", [NOW, NOW - timedelta(days=1), NOW + timedelta(days=400)])
def test_a_time_lies_ahead_and_not_too_far(at, cast, read):
    with pytest.raises(NotATime):
        schedule(read().id, cast.ada, NOW, at=at)


def test_unscheduled_it_waits(cast, read, reload):
    story = read()
    schedule(story.id, cast.ada, NOW, at=LATER)
    unschedule(story.id, cast.ada)
    assert publish_due(LATER) == 0
    assert (reload(story).state, story.publish_at) == ("read", None)


def test_an_idea_that_closed_meanwhile_stops_it_until_that_is_mended(cast, read, make_idea, db):
    idea = make_idea("Zanzibar")
    story = read(ideas=[idea])
    schedule(story.id, cast.ada, NOW, at=LATER)
    db.session.execute(db.text("UPDATE board SET who_may_see = 'listed' WHERE slug = 'drinks'"))
    db.session.commit()
    assert publish_due(LATER) == 0
    with pytest.raises(NotReady, match="Zanzibar"):
        publish(story.id, cast.ada, LATER)
    assert "Zanzibar" in obstacles(story, cast.ada)[0] and "Zanzibar" not in obstacles(story, cast.cole)[0]
    db.session.rollback()
    db.session.execute(db.text("UPDATE board SET who_may_see = 'everyone' WHERE slug = 'drinks'"))
    db.session.commit()
    assert publish_due(LATER) == 1


def test_why_it_stops_names_nothing_that_one_may_not_see(cast, write, read, make_idea, db, client_of):
    idea = make_idea("Zanzibar")
    story, ready = write(ideas=[idea]), read(ideas=[idea])
    ask_for_reading(story.id, cast.ada, NOW)
    db.session.execute(db.text("UPDATE board SET who_may_see = 'listed', name = 'Kongo' WHERE slug = 'drinks'"))
    db.session.commit()
    cole = client_of(cast.cole)
    answer = cole.post(f"/staff/stories/{story.id}/read", data={"version": story.version})
    assert answer.status_code == 409 and "is not open to the readers" in answer.text
    assert "Zanzibar" not in answer.text and "Kongo" not in answer.text
    # Staff of another board write and publish stories of the whole site.
    elsewhere = Board(slug="food", name="Food", created_at=NOW)
    db.session.add(elsewhere)
    db.session.flush()
    db.session.add(BoardMember(board_id=elsewhere.id, person_id=cast.cole.id, role="staff"))
    db.session.commit()
    for deed, sent in (("publish", {}), ("schedule", {"day": "2099-01-01", "time": "09:00"})):
        answer = cole.post(f"/staff/stories/{ready.id}/{deed}", data=sent)
        assert answer.status_code in (409, 422)
        assert "Zanzibar" not in answer.text and "Kongo" not in answer.text


def test_a_picture_without_words_stops_it(cast, write):
    picture = reencode(file_of())
    name = picture.of(f"token-{0:040}")[:10]
    story = write(body=f"Look: ![](picture:{name})", pictures=[picture])
    with pytest.raises(NotReady, match="for those who do not see it"):
        ask_for_reading(story.id, cast.ada, NOW)
    edit(story, cast.ada, body=f"Look: ![A cup](picture:{name})")
    assert ask_for_reading(story.id, cast.ada, NOW).asked_at


@pytest.mark.parametrize("body", ["", "![A cup](picture:0000000000)", "![A cup](https://elsewhere.example/cup.jpg)"])
def test_what_lacks_its_text_or_its_picture_is_not_put_before_others(body, cast, write):
    with pytest.raises(NotReady):
        ask_for_reading(write(body=body).id, cast.ada, NOW)


def test_where_nobody_else_could_read_it_it_goes_without(cast, write, db):
    story = write()
    others = db.update(Person).where(Person.id != cast.ada.id).values(suspended_at=NOW)
    db.session.execute(others)
    db.session.commit()
    assert publish(story.id, cast.ada, NOW).read_by_id is None
    assert len(events()) == 1


def test_who_could_read_it_is_asked_of_its_own_board(cast, write, db):
    """Cole does not see the Panel; with Mo and Ruth gone, nobody but Ada could read its story."""
    story = write(board=cast.panel)
    with pytest.raises(NotReadOver):
        publish(story.id, cast.ada, NOW)
    gone = db.update(Person).where(Person.id.in_([cast.mo.id, cast.root.id])).values(suspended_at=NOW)
    db.session.execute(gone)
    db.session.commit()
    assert publish(story.id, cast.ada, NOW).state == "published"


def test_taken_off_and_put_back_tells_nobody_again(cast, read, reload):
    story = read()
    with pytest.raises(NotReady):
        take_off(story.id, cast.ada, NOW)
    publish(story.id, cast.ada, NOW)
    take_off(story.id, cast.ada, LATER)
    assert not published(cast.vera) and not published(cast.root)
    put_back(story.id, cast.ada)
    assert published(None) and len(events()) == 1
    for deed in (lambda: unschedule(story.id, cast.ada), lambda: schedule(story.id, cast.ada, NOW, at=LATER)):
        with pytest.raises(PublishedAlready):
            deed()


def test_a_story_of_a_closed_board_is_for_whom_it_admits(cast, read):
    story = read_by_panel = read(board=cast.drinks)
    assert read_by_panel is story
    publish(story.id, cast.ada, NOW)
    db.session.execute(db.text("UPDATE story SET board_id = (SELECT id FROM board WHERE slug = 'panel')"))
    db.session.commit()
    seen = {name: bool(published(getattr(cast, name))) for name in ("lena", "oskar", "cole", "mo", "ada", "root")}
    assert seen == {"lena": True, "oskar": False, "cole": False, "mo": True, "ada": True, "root": True}
    assert not published(None)
