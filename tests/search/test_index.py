"""The index says what the rows say: each deed moves it in its own transaction."""

import threading

import pytest
from sqlalchemy import text

from ideaboard.discussion.comments import delete_comment, edit_comment, post_comment
from ideaboard.extensions import db
from ideaboard.foundation.database import dialect_name, end_reading
from ideaboard.ideas.editing import add_to_idea, edit_idea, retitle_idea
from ideaboard.ideas.leaving import take_back
from ideaboard.ideas.submission import submit_idea
from ideaboard.models import Board, Comment, Idea, Person
from ideaboard.search import indexing
from ideaboard.search.documents import COMMENT, IDEA, number_of
from ideaboard.search.rebuilding import drift, fill, rebuild
from ideaboard.site.demo.clear import start_for_real
from ideaboard.site.demo.plant import plant
from tests.conftest import NOW


def documents() -> dict[int, tuple[str, str]]:
    """{number: (title, body)} of the whole index."""
    number = "rowid" if dialect_name() == "sqlite" else "id"
    rows = db.session.execute(text(f"SELECT {number}, title, body FROM search_fts ORDER BY 1")).all()  # noqa: S608
    db.session.rollback()
    return {row[0]: (row[1], row[2]) for row in rows}


def test_submitting_editing_adding_and_retitling(shared, said, cast):
    idea = shared("Warm cups", "First words")
    assert documents() == {number_of(IDEA, idea.id): ("warm cup", "first word")}
    edit_idea(idea.id, cast.vera, NOW, title="Warm mugs", body="Other words")
    assert documents()[number_of(IDEA, idea.id)] == ("warm mug", "other word")
    said(idea, "I agree")
    end_reading()
    add_to_idea(idea.id, cast.vera, NOW, text="And saucers")
    assert documents()[number_of(IDEA, idea.id)] == ("warm mug", "other word and saucer")
    retitle_idea(idea.id, cast.ada, NOW, title="Warmer mugs")
    assert documents()[number_of(IDEA, idea.id)] == ("warmer mug", "other word and saucer")


def test_taking_back_deleting_and_editing_comments(shared, said, cast):
    idea = shared("Warm cups")
    comment = said(idea, "A comment about saucers")
    key = number_of(COMMENT, comment.id)
    assert documents()[key] == ("", "a comment about saucer")
    edit_comment(comment.id, cast.noor, NOW, body="About lids")
    assert documents()[key] == ("", "about lid")
    delete_comment(comment.id, cast.noor, NOW)
    assert key not in documents()
    other = shared("Cold cups")
    take_back(other.id, cast.vera, NOW)
    assert list(documents()) == [number_of(IDEA, idea.id)]


def test_answers_are_indexed_and_ready_sentences_are_not(shared, move):
    from datetime import date

    idea = shared("Warm cups")
    move(idea, "under_review", is_ready_sentence=True, month=date(2026, 3, 20), text="")
    assert len(documents()) == 1
    move(idea, "coming_soon", text="We warm them.", days=2)
    assert list(documents().values())[-1] == ("", "we warm them")


def test_a_deed_that_fails_leaves_the_index_as_it_was(shared, cast, monkeypatch):
    idea = shared("Warm cups")
    before = documents()
    put = indexing.full_text(dialect_name()).put

    def half_way(*arguments):
        put(*arguments)
        raise RuntimeError("the power went")

    monkeypatch.setattr(type(indexing.full_text(dialect_name())), "put", lambda self, *a: half_way(*a))
    with pytest.raises(RuntimeError):
        edit_idea(idea.id, cast.vera, NOW, title="Cold cups", body="")
    assert documents() == before
    assert db.session.scalar(db.select(Idea.title).where(Idea.id == idea.id)) == "Warm cups"


def test_made_anew_it_is_the_same(own_app):
    with own_app.app_context():
        # What the cast's template holds would mix with the demo.
        for table in ("board_member", "board"):
            db.session.execute(text(f"DELETE FROM {table}"))  # noqa: S608
        db.session.commit()
        plant(NOW)
        before = documents()
        assert len(before) > 100
        db.session.execute(text("DELETE FROM search_fts"))
        db.session.commit()
        with db.engine.begin() as connection:
            assert fill(connection) == len(before)
        assert documents() == before
        some, gone = sorted(before)[0], number_of(COMMENT, 10**6)
        text_of = indexing.full_text(dialect_name())
        with db.engine.begin() as connection:
            text_of.take(connection, [some])
            text_of.put(connection, [indexing.document(COMMENT, 10**6, 1, "", ["of no row"])])
        assert gone in documents()
        with db.engine.connect() as connection:
            assert drift(connection) == 2
        rebuild()
        with db.engine.connect() as connection:
            assert drift(connection) == 0
        assert documents() == before
        start_for_real()
        assert documents() == {}


def test_two_edits_at_once_end_with_the_words_that_stand(own_app):
    with own_app.app_context():
        vera = db.session.execute(db.select(Person).where(Person.email == "vera@example.org")).scalar_one()
        drinks = db.session.execute(db.select(Board.id).where(Board.slug == "drinks")).scalar_one()
        end_reading()
        idea = submit_idea(vera, NOW, board_id=drinks, title="Zero cups", body="", form_token="t" * 30)
        comment = post_comment(idea.id, vera, NOW, body="zero")
        ids = idea.id, comment.id, vera.id

    def edit(number: int) -> None:
        with own_app.app_context():
            by = db.session.get(Person, ids[2])
            end_reading()
            for n in range(6):
                edit_idea(ids[0], by, NOW, title=f"Cups number{number}x{n}", body=f"body{number}x{n}")
                edit_comment(ids[1], by, NOW, body=f"comment{number}x{n}")
            db.session.remove()

    threads = [threading.Thread(target=edit, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with own_app.app_context():
        idea, comment = db.session.get(Idea, ids[0]), db.session.get(Comment, ids[1])
        title, body = idea.title.lower().replace("cups", "cup"), idea.body
        assert documents() == {
            number_of(IDEA, ids[0]): (title, body),
            number_of(COMMENT, ids[1]): ("", comment.body),
        }
