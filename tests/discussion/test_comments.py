from time import process_time

import pytest
from sqlalchemy import update

from ideaboard.discussion.comments import (
    LONGEST,
    CommentEmpty,
    CommentGone,
    CommentTooLong,
    delete_comment,
    edit_comment,
    post_comment,
)
from ideaboard.discussion.mentions import mentioned_in
from ideaboard.discussion.threads import thread_of
from ideaboard.foundation.database import transaction
from ideaboard.foundation.refusals import Forbidden, Missing
from ideaboard.models import Comment, Event, Follow, Mention, Person
from ideaboard.models.vocabulary import Reason
from tests.conftest import NOW


def test_a_comment_counts_follows_and_writes_its_event(db, cast, make_idea, reload):
    idea = make_idea()
    comment = post_comment(idea.id, cast.noor, NOW, body="Same. And say **which** brand.")
    assert "<strong>which</strong>" in comment.html
    idea = reload(idea)
    assert (idea.comments_count, idea.others_took_part_at) == (1, NOW)
    assert db.session.get(Follow, (idea.id, cast.noor.id)).reasons == Reason.COMMENTER
    event = db.session.execute(db.select(Event).where(Event.comment_id == comment.id)).scalar_one()
    assert (event.kind, event.idea_id, event.actor_id) == ("comment.posted", idea.id, comment.author_id)


def test_the_same_form_twice_is_one_comment(cast, make_idea, reload):
    idea = make_idea()
    first = post_comment(idea.id, cast.noor, NOW, body="Once", form_token="t1")
    assert post_comment(idea.id, cast.noor, NOW, body="Once", form_token="t1").id == first.id
    assert reload(idea).comments_count == 1


@pytest.mark.parametrize("body", ["", "   \n\t ", "\u200b\u200b", "\u00a0"])
def test_an_empty_comment_is_refused(cast, make_idea, body):
    with pytest.raises(CommentEmpty):
        post_comment(make_idea().id, cast.noor, NOW, body=body)


def test_a_long_comment_is_refused_with_figures(cast, make_idea):
    with pytest.raises(CommentTooLong, match="by 3"):
        post_comment(make_idea().id, cast.noor, NOW, body="x" * (LONGEST + 3))


def test_the_true_parent_is_stored_and_deeper_ones_are_shown_flat(cast, make_idea):
    idea = make_idea()
    root = post_comment(idea.id, cast.noor, NOW, body="root")
    other = post_comment(idea.id, cast.oskar, NOW, body="another root")
    child = post_comment(idea.id, cast.ada, NOW, body="child", parent_id=root.id)
    grandchild = post_comment(idea.id, cast.vera, NOW, body="grandchild", parent_id=child.id)
    assert (grandchild.parent_id, grandchild.root_id) == (child.id, root.id)
    items = thread_of(idea, None).items
    assert [i.comment.id for i in items] == [root.id, child.id, grandchild.id, other.id]
    assert [i.is_reply for i in items] == [False, True, True, False]
    assert items[2].answers.display_name == "Ada"
    assert items[1].badge == "staff"


def test_pages_of_the_talk_meet_without_gap_or_repeat(cast, make_idea):
    idea = make_idea()
    root = post_comment(idea.id, cast.noor, NOW, body="root")
    for n in range(7):
        post_comment(idea.id, cast.oskar, NOW, body=f"{n}", parent_id=root.id if n % 2 else None)
    seen, after = [], None
    while True:
        page = thread_of(idea, None, after=after, size=3)
        seen += [i.comment.id for i in page.items]
        if not (after := page.after):
            break
    assert len(seen) == len(set(seen)) == 8
    assert [i.comment.id for i in thread_of(idea, None, before=page.before, size=3).items] == seen[3:6]


def test_deleting_leaves_the_place_and_takes_the_words(db, cast, make_idea, reload):
    idea = make_idea()
    comment = post_comment(idea.id, cast.noor, NOW, body="secret words")
    post_comment(idea.id, cast.oskar, NOW, body="an answer", parent_id=comment.id)
    delete_comment(comment.id, cast.noor, NOW)
    delete_comment(comment.id, cast.noor, NOW)
    comment = reload(comment)
    assert (comment.body, comment.html, comment.deleted_at) == ("", "", NOW)
    assert reload(idea).comments_count == 1
    assert len(thread_of(idea, None).items) == 2
    assert db.session.get(Follow, (idea.id, comment.author_id)).reasons == 0


def test_nobody_changes_or_deletes_what_another_said(cast, make_idea):
    comment = post_comment(make_idea().id, cast.noor, NOW, body="mine")
    for deed in (
        lambda: edit_comment(comment.id, cast.ada, NOW, body="x"),
        lambda: delete_comment(comment.id, cast.mo, NOW),
    ):
        with pytest.raises(Forbidden):
            deed()


def test_editing_says_so_and_a_deleted_comment_takes_neither_words_nor_answers(cast, make_idea, reload):
    idea = make_idea()
    idea_id, comment_id = idea.id, post_comment(idea.id, cast.noor, NOW, body="first").id
    assert edit_comment(comment_id, cast.noor, NOW, body="second").edited_at == NOW
    delete_comment(comment_id, cast.noor, NOW)
    with pytest.raises(CommentGone):
        edit_comment(comment_id, cast.noor, NOW, body="third")
    with pytest.raises(CommentGone):
        post_comment(idea_id, cast.oskar, NOW, body="to nobody", parent_id=comment_id)


def test_an_answer_to_a_comment_on_another_idea_is_refused(cast, make_idea):
    elsewhere = post_comment(make_idea("Another idea").id, cast.noor, NOW, body="there")
    with pytest.raises(CommentGone):
        post_comment(make_idea().id, cast.oskar, NOW, body="here", parent_id=elsewhere.id)


def test_a_mention_stores_the_person_who_took_part_and_nobody_else(db, cast, make_idea):
    idea = make_idea()
    post_comment(idea.id, cast.noor, NOW, body="I am here")
    comment = post_comment(idea.id, cast.vera, NOW, body="Ask @Noor, not @Oskar or @Noorderlicht, @vera")
    rows = db.session.scalars(db.select(Mention.person_id).where(Mention.comment_id == comment.id)).all()
    assert rows == [cast.noor.id]


def test_who_may_not_see_the_idea_cannot_comment(cast, make_idea):
    with pytest.raises(Missing):
        post_comment(make_idea(board=cast.panel).id, cast.oskar, NOW, body="hello")


def test_a_thousand_ats_take_milliseconds_however_many_took_part():
    """It runs while the idea is locked: everybody who writes waits for it."""
    people = [Person(id=n, display_name=f"Person Number {n}") for n in range(1, 3001)]
    began = process_time()
    assert mentioned_in("@" * 4900 + "@person number 17, hello", people) == {17}
    assert process_time() - began < 0.5  # it was two seconds
    assert mentioned_in("@Person Number 170 and @Person Number 17", people) == {170, 17}
    assert mentioned_in("@Person Number 3x", people) == set()


def test_a_form_cannot_take_the_place_of_a_comment_that_waits_for_its_code(db, cast, client_of, make_idea):
    idea = make_idea()
    client_of(cast.oskar).post(f"/ideas/{idea.id}/comments", data={"body": "Squatting", "form_token": "pending:7"})
    waited = post_comment(idea.id, cast.noor, NOW, body="Mine", form_token="pending:7")
    assert waited.author_id == cast.noor.id


def test_the_same_token_on_another_idea_or_of_somebody_else_is_another_form(cast, make_idea):
    here, there = make_idea(), make_idea("Later hours on Saturdays")
    sent = [
        post_comment(idea.id, person, NOW, body="Yes", form_token="t" * 43).id
        for idea in (here, there)
        for person in (cast.noor, cast.oskar)
    ]
    assert len(set(sent)) == 4


def test_held_words_leave_no_gap_in_the_pages_of_the_talk(db, cast, make_idea):
    idea = make_idea()
    ids = [post_comment(idea.id, cast.noor, NOW, body=f"{n}").id for n in range(12)]
    with transaction():
        db.session.execute(update(Comment).where(Comment.id.in_(ids[1:9])).values(held_at=NOW))
    for viewer, there in ((None, [ids[0], *ids[9:]]), (cast.oskar, [ids[0], *ids[9:]]), (cast.noor, ids)):
        forth, after, before = [], None, None
        while True:
            page = thread_of(idea, viewer, after=after, size=2)
            forth += [i.comment.id for i in page.items]
            if not (after := page.after):
                break
        assert forth == there
        back = [i.comment.id for i in page.items]
        while before := page.before:
            page = thread_of(idea, viewer, before=before, size=2)
            back = [i.comment.id for i in page.items] + back
        assert back == there
