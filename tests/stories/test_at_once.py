"""Several at once, with real commits on both databases: a story is published once, whoever presses or wakes up."""

import contextvars
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from ideaboard.extensions import db
from ideaboard.foundation.database import end_reading
from ideaboard.jobs.schedule import SCHEDULE
from ideaboard.models import Event, Person, Story
from ideaboard.stories import publishing
from ideaboard.stories.publishing import publish, publish_due
from ideaboard.stories.wording import words_of
from ideaboard.stories.writing import WrittenMeanwhile, edit_story, write_story
from tests.conftest import NOW

AT_ONCE = 8
LATER = NOW + timedelta(days=1)


def everyone(own_app, deed, times=AT_ONCE):
    """deed(number) in as many threads at once; what each returned, or the refusal that it raised."""

    def one(number):
        with own_app.app_context():
            try:
                return deed(number)
            except Exception as refusal:
                return refusal
            finally:
                db.session.remove()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(lambda n: contextvars.Context().run(one, n), range(times)))


def person(name):
    found = db.session.scalars(db.select(Person).where(Person.email == f"{name}@example.org")).one()
    assert found.board_roles is not None  # read now, so that no verb begins with a read
    end_reading()
    return found


def story_in(own_app, **columns) -> int:
    with own_app.app_context():
        story = Story(
            title="Oat", slug="oat", body="x", body_html="<p>x</p>", author_id=person("ada").id, created_at=NOW,
            form_token="f" * 43, read_by_id=person("cole").id, read_at=NOW, **{"state": "read", **columns},
        )  # fmt: skip
        db.session.add(story)
        db.session.commit()
        return story.id


def events(own_app) -> int:
    with own_app.app_context():
        return db.session.scalar(db.select(db.func.count()).where(Event.kind == "story.published"))


def test_many_who_press_publish_at_once_publish_once(own_app):
    story_id = story_in(own_app)
    answers = everyone(own_app, lambda n: publish(story_id, person("root" if n % 2 else "ada"), NOW).state)
    assert answers == ["published"] * AT_ONCE
    assert events(own_app) == 1


def test_of_several_workers_one_publishes(own_app):
    story_in(own_app, state="scheduled", publish_at=NOW)
    answers = everyone(own_app, lambda n: publish_due(LATER))
    assert sorted(map(int, answers)) == [0] * (AT_ONCE - 1) + [1]
    assert events(own_app) == 1


def test_a_worker_killed_half_way_left_nothing_or_all(own_app, monkeypatch):
    story_id = story_in(own_app, state="scheduled", publish_at=NOW)

    class Killed(BaseException):
        pass

    def die(*args, **more):
        raise Killed

    with own_app.app_context():
        with monkeypatch.context() as patched:
            patched.setattr(publishing, "record", die)  # the last thing before the commit
            with pytest.raises(Killed):
                publish_due(LATER)
        assert db.session.scalar(db.select(Story.state).where(Story.id == story_id)) == "scheduled"
        end_reading()
        assert publish_due(LATER) == 1
        db.session.remove()
    assert events(own_app) == 1


def test_the_worker_has_it_on_its_list(own_app):
    story_in(own_app, state="scheduled", publish_at=NOW)
    job = next(job for job in SCHEDULE if job.name == "stories")
    assert job.every <= 15
    with own_app.app_context():
        job.run("test", LATER)
    assert events(own_app) == 1


def test_one_form_sent_by_many_at_once_is_one_story(own_app):

    with own_app.test_request_context():
        words = words_of("A year of oat", "Well.", {})

    def send(number):
        by = person("ada")
        return write_story(by, NOW, board_id=None, words=words, idea_ids=[], pictures=[], form_token="o" * 43).id

    answers = everyone(own_app, send)
    assert len(set(map(str, answers))) == 1, answers


def test_of_two_who_save_over_the_same_text_one_is_told(own_app):
    story_id = story_in(own_app)
    with own_app.test_request_context():
        words = [words_of("Oat", f"Text {n}", {}) for n in range(2)]

    def save(number):
        by = person("root" if number else "ada")
        edited = edit_story(story_id, by, NOW, version=1, board_id=None, words=words[number], idea_ids=[], pictures=[])
        return edited.story.version

    answers = everyone(own_app, save, 2)
    assert sum(a == 2 for a in answers) == 1 and sum(isinstance(a, WrittenMeanwhile) for a in answers) == 1, answers
