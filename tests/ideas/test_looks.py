"""Looks are counted in memory, for who looks and nobody else, and written in batches that hold nobody up."""

import threading

import pytest
from sqlalchemy import select

from ideaboard.extensions import db
from ideaboard.foundation.database import transaction
from ideaboard.ideas import looks as counting
from ideaboard.ideas.looks import RECENT, Looks, Writer, is_a_look, write
from ideaboard.models import Board, Idea, Person
from ideaboard.models.ranking import TRIAL, share_of_row, showing_due_of, trending_of
from ideaboard.voting.ballot import cast_vote
from tests.conftest import NOW

BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}


@pytest.fixture
def seen(monkeypatch):
    """What doors count in this test, apart from what other tests looked at."""
    fresh = Looks()
    monkeypatch.setattr(counting, "saw", fresh.saw)
    return fresh


def test_rows_further_down_count_less_and_a_page_of_its_own_counts_whole():
    looks = Looks()
    for _ in range(100):
        looks.saw([1, 2, 3])
    looks.saw([4])
    assert looks.take() == {1: 100, 2: round(100 * share_of_row(1) - 0.5), 3: 64 - 0, 4: 1}


def test_what_is_less_than_one_stays_for_the_next_time():
    looks = Looks()
    looks.saw([1, 2])
    assert looks.take() == {1: 1}
    looks.saw([1, 2])
    assert looks.take() == {1: 1, 2: 1}


def test_the_same_page_again_counts_once_for_a_while():
    looks = Looks()
    for _ in range(3):
        looks.saw([1], by="a reader")
    looks.saw([1], by="another")
    looks.saw([1, 2], by="a reader")
    assert looks.take()[1] == 3
    looks.forget_pages()
    looks.saw([1], by="a reader")
    assert looks.take() == {}  # loaded within the last minute
    looks.forget_pages()
    looks.forget_pages()
    looks.saw([1], by="a reader")
    assert looks.take() == {1: 1}


def test_remembered_pages_do_not_fill_the_memory():
    looks = Looks()
    for reader in range(RECENT * 2):
        looks.saw([1], by=reader)
    assert len(looks._newer) + len(looks._older) <= RECENT


@pytest.mark.parametrize(
    ("method", "agent", "purpose", "counts"),
    [
        ("GET", BROWSER["User-Agent"], None, True),
        ("HEAD", BROWSER["User-Agent"], None, False),
        ("GET", BROWSER["User-Agent"], "prefetch;prerender", False),
        ("GET", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", None, False),
        ("GET", "curl/8.1", None, False),
        ("GET", "", None, False),
        ("GET", None, None, False),
    ],
)
def test_who_looks(method, agent, purpose, counts):
    assert is_a_look(method, agent, purpose) is counts


def test_doors_say_what_they_showed(guest, make_idea, seen):
    idea, other = make_idea(), make_idea("Longer hours in winter")
    for path in ("/ideas", "/", "/boards/drinks"):
        seen.put_back({idea.id: 0.5, other.id: 0.5})  # the second row counts more than a half
        assert guest.get(path, headers=BROWSER | {"X-Forwarded-For": path}).status_code == 200
        assert set(seen.take()) == {idea.id, other.id}, path
    assert guest.get(f"/ideas/{idea.id}-{idea.slug}", headers=BROWSER).status_code == 200
    assert seen.take()[idea.id] >= 1
    assert guest.head("/ideas", headers=BROWSER).status_code == 200
    assert guest.get("/ideas", headers=BROWSER | {"Sec-Purpose": "prefetch"}).status_code == 200
    assert guest.get("/ideas", headers={"User-Agent": "curl/8.1"}).status_code == 200
    assert seen.take() == {}


def test_my_own_list_is_no_look(client_of, cast, make_idea, seen):
    make_idea()
    assert client_of(cast.vera).get("/ideas?mine=ideas", headers=BROWSER).status_code == 200
    assert seen.take() == {}


def test_what_was_seen_is_written_with_what_hangs_on_it(make_idea, reload):
    idea, other = make_idea(), make_idea("Other")
    looks = Looks()
    looks.put_back({idea.id: TRIAL + 1, other.id: 2, 10**9: 5})  # the last is gone meanwhile
    assert write(looks) == 3
    idea, other = reload(idea), reload(other)
    assert (idea.views_count, other.views_count) == (TRIAL + 1, 2)
    assert idea.trending == pytest.approx(trending_of(NOW, [], TRIAL + 1))
    assert other.showing_due == showing_due_of(NOW, 2)
    assert looks.take() == {}


def test_a_busy_database_keeps_them_for_later(own_app, monkeypatch):
    with own_app.app_context():
        ids = _ideas(1)
    monkeypatch.setattr(counting, "WAITS_MS", 1)
    looks = Looks()
    looks.put_back(dict.fromkeys(ids, 3))
    held, done = threading.Event(), threading.Event()

    def hold():
        with own_app.app_context():
            with transaction() as session:
                session.execute(select(Idea).where(Idea.id.in_(ids)).with_for_update()).all()
                held.set()
                done.wait(10)
            db.session.remove()

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(10)
    with own_app.app_context():
        assert write(looks) == 0
        done.set()
        thread.join()
        assert write(looks) == 1
        assert db.session.scalar(select(Idea.views_count)) == 3


def test_votes_and_batches_side_by_side_lose_nothing(own_app):
    """Batches take many rows, votes one each, from both ends: on PostgreSQL a wrong order of locks would be a deadlock."""
    with own_app.app_context():
        ids = _ideas(30)
    voters, rounds = ("vera", "noor", "oskar"), 6
    looks = Looks()
    start = threading.Barrier(len(voters) + 2)

    def vote(name):
        with own_app.app_context():
            person = db.session.execute(db.select(Person).where(Person.email == f"{name}@example.org")).scalar_one()
            db.session.rollback()
            start.wait()
            for idea_id in reversed(ids):
                cast_vote(idea_id, person, NOW)
            db.session.remove()

    def look():
        with own_app.app_context():
            start.wait()
            for _ in range(rounds):
                looks.put_back(dict.fromkeys(ids, 1))
                write(looks)

    threads = [threading.Thread(target=vote, args=(name,)) for name in voters]
    threads += [threading.Thread(target=look) for _ in range(2)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    with own_app.app_context():
        write(looks)
        found = db.session.execute(select(Idea.views_count, Idea.votes_count)).tuples().all()
        assert set(found) == {(2 * rounds, len(voters))}
        db.session.remove()


def test_the_thread_writes_the_rest_when_the_process_ends(own_app):
    with own_app.app_context():
        (idea_id,) = _ideas(1)
    looks = Looks()
    writer = Writer(looks, own_app.app_context)
    writer.start()
    looks.saw([idea_id])
    writer.stop()
    with own_app.app_context():
        assert db.session.scalar(select(Idea.views_count)) == 1
        db.session.remove()


def _ideas(number):
    board = db.session.execute(db.select(Board).where(Board.slug == "drinks")).scalar_one()
    ideas = [
        Idea(title=f"Idea {n}", slug=f"idea-{n}", board_id=board.id, created_at=NOW, visible_at=NOW)
        for n in range(number)
    ]
    db.session.add_all(ideas)
    db.session.commit()
    ids = sorted(idea.id for idea in ideas)
    db.session.remove()
    return ids
