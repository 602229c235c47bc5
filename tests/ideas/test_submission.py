import threading

import pytest

from ideaboard.events.kinds import IDEA_SUBMITTED
from ideaboard.foundation.refusals import Missing
from ideaboard.ideas.drafts import AlreadyShared, keep_guest_draft, publish_draft, save_draft
from ideaboard.ideas.submission import MayNotSubmit, submit_idea
from ideaboard.ideas.wording import NotAnIdea
from ideaboard.models import Board, Draft, Event, Follow, Idea, Person, Vote
from ideaboard.models.vocabulary import Reason
from tests.conftest import NOW

TOKEN = "t" * 43


def share(cast, title="Oat milk without the extra charge", body="I drink **two** a day.", token=TOKEN, by=None):
    return submit_idea(by or cast.vera, NOW, board_id=cast.drinks.id, title=title, body=body, form_token=token)


def test_an_idea_comes_with_its_authors_vote_follow_and_event(db, cast):
    idea = share(cast)
    vera = cast.vera
    assert (idea.slug, idea.votes_count, idea.visible_at) == ("oat-milk-without-the-extra-charge", 1, NOW)
    assert "<strong>two</strong>" in idea.body_html
    assert idea.excerpt == "I drink two a day."
    assert db.session.get(Vote, (idea.id, vera.id)) is not None
    assert db.session.get(Follow, (idea.id, vera.id)).reasons == Reason.AUTHOR | Reason.VOTER
    event = db.session.execute(db.select(Event).where(Event.idea_id == idea.id)).scalar_one()
    assert (event.kind, event.actor_id, event.board_id) == (IDEA_SUBMITTED, vera.id, idea.board_id)


def test_sending_twice_makes_one_idea(cast, count_rows):
    assert share(cast).id == share(cast, title="The same form, sent again").id
    assert count_rows("idea") == count_rows("vote") == count_rows("event") == 1


def test_a_token_of_somebody_else_opens_nothing(cast):
    share(cast)
    with pytest.raises(Missing):
        share(cast, by=cast.noor)


@pytest.mark.parametrize("title", ["", "  ", "ab", "x" * 121])
def test_a_title_has_its_size(cast, title, count_rows):
    with pytest.raises(NotAnIdea) as refused:
        share(cast, title=title)
    assert refused.value.field == "title"
    assert count_rows("draft") == 0


def test_a_board_that_is_not_seen_is_not_there(cast):
    with pytest.raises(Missing):
        submit_idea(cast.oskar, NOW, board_id=cast.panel.id, title="Let me in", body="", form_token=TOKEN)


def test_a_board_takes_ideas_of_its_audience_only(db, cast):
    board = cast.drinks
    board.who_may_submit = "colleagues"
    db.session.commit()
    with pytest.raises(MayNotSubmit):
        share(cast)
    assert share(cast, by=cast.cole).id


def test_who_may_not_vote_there_has_no_vote_on_their_own_idea(db, cast, count_rows):
    board = cast.drinks
    board.who_may_vote = "colleagues"
    db.session.commit()
    assert share(cast).votes_count == count_rows("vote") == 0


def test_a_guests_draft_becomes_one_idea_of_who_confirmed_the_address(db, cast, count_rows):
    facts = {"board_id": cast.drinks.id, "title": "Open at 5:30", "body": "Near stations."}
    draft = keep_guest_draft("vera@example.org", NOW, **facts)
    assert keep_guest_draft("vera@example.org", NOW, **facts).id == draft.id
    with pytest.raises(Missing):
        publish_draft(draft.id, cast.noor, NOW)
    idea = publish_draft(draft.id, cast.vera, NOW)
    assert publish_draft(draft.id, cast.vera, NOW).id == idea.id
    assert (idea.title, idea.author_id, idea.votes_count) == ("Open at 5:30", cast.vera.id, 1)
    assert count_rows("idea") == count_rows("vote") == count_rows("draft") == 1
    assert db.session.get(Draft, draft.id).body == ""


def test_a_draft_is_overwritten_by_its_own_form_until_it_is_shared(cast, count_rows):
    facts = {"board_id": cast.drinks.id, "form_token": TOKEN}
    save_draft(cast.vera, NOW, title="", body="Half a thought", **facts)
    draft = save_draft(cast.vera, NOW, title="A whole one", body="", **facts)
    assert (draft.title, count_rows("draft")) == ("A whole one", 1)
    share(cast)
    with pytest.raises(AlreadyShared):
        save_draft(cast.vera, NOW, title="Too late", body="", **facts)


def test_sent_in_parallel_it_is_one_idea(own_app):
    with own_app.app_context():
        from ideaboard.extensions import db

        board_id = db.session.execute(db.select(Board.id).where(Board.slug == "drinks")).scalar_one()
        vera_id = db.session.execute(db.select(Person.id).where(Person.email == "vera@example.org")).scalar_one()
        draft_id = keep_again(db, board_id)
    made = []

    def send(deed):
        with own_app.app_context():
            by = db.session.get(Person, vera_id)
            db.session.commit()
            made.append(deed(by).id)

    def sent(by):
        return submit_idea(by, NOW, board_id=board_id, title="At once", body="", form_token=TOKEN)

    def published(by):
        return publish_draft(draft_id, by, NOW)

    threads = [threading.Thread(target=send, args=(deed,)) for deed in [sent, published] * 4]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert len(made) == 8
    with own_app.app_context():
        rows = db.session.execute(db.select(Idea.id, Idea.votes_count)).all()
    assert sorted(set(made)) == sorted(i for i, _ in rows)
    assert [votes for _, votes in rows] == [1, 1]


def keep_again(db, board_id):
    db.session.commit()
    return keep_guest_draft("vera@example.org", NOW, board_id=board_id, title="From a draft", body="").id
