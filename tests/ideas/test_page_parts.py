"""The idea's page is kept in parts by all that they show: whatever changes, the next reader sees it."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import event, update

from ideaboard.discussion.comments import edit_comment, post_comment
from ideaboard.foundation.database import transaction
from ideaboard.foundation.tokens import new_token
from ideaboard.models import Board, Idea, Person, Status, StatusChange
from ideaboard.voting.ballot import cast_vote
from ideaboard.web.fragments import kept_fragments
from ideaboard.web.idea_parts import OF_A_PERSON, Rights
from tests.conftest import NOW


def forget():
    kept_fragments()._kept.clear()
    kept_fragments().size = 0


@pytest.fixture(autouse=True)
def empty_shelf(app):
    forget()


@pytest.fixture
def page(app, cast, client_of, make_idea, db):
    """An idea with an answer and words: (its id, the page as a member reads it, kept where it can be)."""
    idea = make_idea("Oat milk in all shops", author=cast.noor)
    status = db.session.execute(db.select(Status).where(Status.stage == "coming_soon")).scalars().first()
    post_comment(idea.id, cast.oskar, NOW, body="Says Oskar.", form_token=new_token())
    db.session.remove()
    with transaction():
        row = db.session.get(Idea, idea.id)
        made = StatusChange(
            idea_id=row.id, status_id=status.id, stage=status.stage, actor_id=cast.vera.id, changed_at=NOW,
            text="We do it.", html="<p>We do it.</p>", entitled_count=7, votes_at_change=3,
        )  # fmt: skip
        db.session.add(made)
        db.session.flush()
        row.change_id, row.status_id, row.standing = made.id, status.id, status.stage
    db.session.remove()
    client = client_of(cast.lena)
    return idea.id, lambda: without_token(client.get(f"/ideas/{idea.id}", follow_redirects=True).text)


def without_token(text):
    return re.sub(r'(name="form_token" value=")[\w-]{43}"', "\\1", text)


DEEDS = {
    "its title": (Idea, {"title": "Oat milk everywhere"}, "Oat milk everywhere"),
    "its words": (Idea, {"body_html": "<p>Since Monday.</p>"}, "Since Monday."),
    "its votes": (Idea, {"votes_count": 4711}, "4,711"),
    "imported votes": (Idea, {"imported_votes": 815}, "815"),
    "its comments": (Idea, {"comments_count": 31}, "31 comments"),
    "when others took part": (Idea, {"others_took_part_at": NOW}, None),
    "its board": (Board, {"name": "Oats", "hides_counts": True}, "Oats"),
    "the names of people": (Person, {"display_name": "Somebody new"}, "Somebody new"),
    "their department": (Person, {"department": "Kitchen"}, "Kitchen"),
    "an erased person": (Person, {"display_name": None, "erased_at": NOW}, "former member"),
    "the label of its status": (Status, {"label": "Being cooked"}, "Being cooked"),
    "the answer": (StatusChange, {"html": "<p>In May.</p>", "text": "In May."}, "In May."),
    "who was told": (StatusChange, {"told_count": 5}, "Told 5 of 7"),
}


@pytest.mark.parametrize("what", DEEDS)
def test_what_changes_is_seen_at_once(db, page, what):
    model, values, words = DEEDS[what]
    _, read = page
    before = read()
    with transaction():
        db.session.execute(update(model).values(values))
    db.session.remove()
    seen = read()
    forget()
    assert seen == read()
    if words:
        assert words in seen and words not in before


def test_no_page_shows_what_its_key_leaves_out(db, page):
    """Looks and scores move all the time; of a person the key has what pages show, so no address stays in memory."""
    _, read = page
    before = read()
    with transaction():
        db.session.execute(update(Idea).values(views_count=98_765, showing_due=1.5, trending=9.25))
        for person in db.session.scalars(db.select(Person)):
            person.password_hash, person.created_at = f"hash {person.id}", NOW - timedelta(days=900)
            person.email = person.email and f"new-{person.email}"
    db.session.remove()
    assert read() == before
    forget()
    assert read() == before
    keys = repr(list(kept_fragments()._kept))
    assert "example" not in keys and "hash " not in keys
    assert {"email", "password_hash", "locale", "site_role"}.isdisjoint(OF_A_PERSON)


def test_templates_read_nothing_that_the_key_does_not_know(db, page):
    """A page that is made and one that is kept ask the database the same: nothing is loaded while a part is made."""
    _, read = page
    seen = []

    def note(connection, cursor, statement, *_):
        if "SAVEPOINT" not in statement:
            seen.append(statement)

    read()
    forget()
    event.listen(db.engine, "before_cursor_execute", note)
    try:
        read()
        made = list(seen)
        seen.clear()
        read()
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert made == seen


def test_a_right_that_nobody_asked_for_is_an_error():
    assert Rights({"idea.vote"})("idea.vote") and not Rights()("idea.edit")
    with pytest.raises(KeyError):
        Rights()("idea.change_status")


def test_a_vote_and_its_withdrawal_are_the_readers_own(cast, client_of, page):
    idea_id, read = page
    other = client_of(cast.vera)
    plain = read()
    cast_vote(idea_id, cast.vera, NOW)
    assert "Take my name off my vote" in other.get(f"/ideas/{idea_id}", follow_redirects=True).text
    assert "Take my name off my vote" not in read()
    assert plain != read()  # one vote more


def test_words_of_ones_own_can_be_edited_by_their_author_alone(cast, client_of, page, db):
    idea_id, read = page
    own = client_of(cast.oskar)
    assert "/edit" not in read()
    assert re.search(r"/comments/\d+/edit", own.get(f"/ideas/{idea_id}", follow_redirects=True).text)
    assert not re.search(r"/comments/\d+/edit", read())
    comment_id = int(re.search(r"comments/(\d+)", read())[1])
    edit_comment(comment_id, cast.oskar, NOW, body="Says another.")
    assert "Says another." in read()


def test_each_form_has_a_token_of_its_own(cast, client_of, page):
    idea_id, read = page
    read()
    tokens = {
        re.search(r'name="form_token" value="([\w-]{43})"', client_of(who).get(path, follow_redirects=True).text)[1]
        for who in (cast.lena, cast.vera)
        for path in (f"/ideas/{idea_id}", f"/ideas/{idea_id}/comments")
    }
    assert len(tokens) == 4


def test_staff_read_their_form_and_leave_none_behind(cast, client_of, page):
    idea_id, read = page
    plain = read()
    assert 'id="status-form' in client_of(cast.ada).get(f"/ideas/{idea_id}", follow_redirects=True).text
    assert read() == plain
