"""What may be told is judged when sending; what may not be told stands in no body, and addresses in none at all."""

import json

import pytest

from ideaboard.discussion.comments import delete_comment, post_comment
from ideaboard.events import kinds
from ideaboard.extensions import db
from ideaboard.ideas.leaving import step_back, take_back
from ideaboard.merging.merge import merge, unmerge
from ideaboard.models import Board, Person, Status, Story, StoryIdea
from ideaboard.workflow.progress import change_status
from tests.conftest import NOW

SECRET = "Zanzibar"


@pytest.fixture
def decide(cast):
    """decide(idea, 'launched', …) -> the change, by the real verb."""

    def do(idea, stage, **facts):
        status = db.session.execute(db.select(Status).where(Status.stage == stage)).scalars().first()
        db.session.commit()
        facts = {"text": "From June oat costs what milk costs."} | facts
        return change_status(idea.id, cast.ada, NOW, status_id=status.id, **facts)

    return do


@pytest.fixture
def bodies(sink, tell, send):
    """bodies() -> what reached the sink after everything was dispatched and sent."""

    def all_of_them():
        tell()
        send()
        sent = [json.loads(got.body) for got in sink.received]
        assert "@example.org" not in str(sent)
        return sent

    return all_of_them


def test_an_idea_of_an_open_board_is_told_with_public_names(webhook, sink, happen, bodies, make_idea, cast):
    webhook(sink.url)
    idea = make_idea(author=cast.vera)
    happen(kinds.IDEA_SUBMITTED, idea=idea)
    assert bodies()[0]["data"] == {
        "idea": {
            "id": idea.id,
            "url": f"http://localhost/ideas/{idea.id}-{idea.slug}",
            "title": idea.title,
            "text": idea.body,
            "board": {"slug": "drinks", "name": "Drinks", "url": "http://localhost/boards/drinks"},
            "author": {"name": "Vera", "department": None},
            "status": {"stage": "received", "label": None, "outcome": None},
            "votes": 0,
            "comments": 0,
            "submitted_at": "2026-03-03T10:00:00.000000Z",
        }
    }


def test_a_closed_board_is_told_only_to_the_webhook_that_names_it(
    webhook, sink, happen, bodies, make_idea, cast, calls
):
    everywhere, of_panel = webhook(sink.url, name="All"), webhook(sink.url, name="Panel", board=cast.panel)
    webhook(sink.url, name="Drinks", board=cast.drinks)
    idea = make_idea(SECRET, board=cast.panel, author=cast.lena)
    happen(kinds.IDEA_SUBMITTED, idea=idea)
    assert [body["data"]["idea"]["title"] for body in bodies()] == [SECRET]
    assert [call.webhook_id for call in calls()] == [of_panel.id]
    assert everywhere.id != of_panel.id


@pytest.mark.parametrize("audience", ["members", "listed", "colleagues"])
def test_a_board_closed_since_is_not_told(webhook, sink, happen, bodies, make_idea, cast, tell, calls, audience):
    webhook(sink.url)
    happen(kinds.IDEA_SUBMITTED, idea=make_idea(SECRET))
    tell()
    db.session.execute(db.update(Board).where(Board.slug == "drinks").values(who_may_see=audience))
    db.session.commit()
    assert bodies() == []
    assert [(c.state, c.cause) for c in calls()] == [("dropped", "not_entitled")]


@pytest.mark.parametrize("column", ["held_at", "hidden_at", "taken_back_at"])
def test_what_is_out_of_sight_since_is_not_told(webhook, sink, happen, bodies, make_idea, column):
    webhook(sink.url)
    idea = make_idea(SECRET)
    happen(kinds.IDEA_SUBMITTED, idea=idea)
    setattr(idea, column, NOW)
    db.session.commit()
    assert bodies() == []


def test_of_a_merge_the_number_is_told_and_what_stands_for_it(webhook, sink, bodies, make_idea, cast):
    webhook(sink.url)
    idea, into = make_idea("Oat please"), make_idea("Oat milk for all", author=cast.noor)
    made = merge(idea.id, into.id, cast.ada, NOW, note="The same wish.")
    unmerge(made.id, cast.ada, NOW, note="Not the same.")
    merge(idea.id, into.id, cast.ada, NOW, note="It is.")
    short = {"id": into.id, "url": f"http://localhost/ideas/{into.id}-{into.slug}", "title": into.title}
    told = [(body["type"], body["data"]) for body in bodies()]
    assert told == [("idea.merged", {"idea": {"id": idea.id}, "into": short})] * 2, (
        "undone and done: judged when sending"
    )


def test_a_merged_idea_is_not_told(webhook, sink, happen, bodies, make_idea):
    webhook(sink.url)
    idea, other = make_idea(SECRET), make_idea("The other")
    happen(kinds.IDEA_SUBMITTED, idea=idea)
    idea.merged_at, idea.merged_into_id = NOW, other.id
    db.session.commit()
    assert bodies() == []


@pytest.mark.parametrize("column", ["deleted_at", "held_at", "hidden_at", "redacted_at"])
def test_a_comment_that_does_not_stand_is_not_told(webhook, sink, bodies, make_idea, cast, column):
    webhook(sink.url, [kinds.COMMENT_POSTED])
    comment = post_comment(make_idea().id, cast.noor, NOW, body=SECRET)
    setattr(comment, column, NOW)
    db.session.commit()
    assert bodies() == []


def test_a_comment_and_that_it_is_gone(webhook, sink, bodies, make_idea, cast):
    webhook(sink.url)
    comment = post_comment(make_idea().id, cast.noor, NOW, body="Yes, **oat**.")
    told = bodies()[0]["data"]["comment"]
    assert (told["text"], told["author"]["name"]) == ("Yes, **oat**.", "Noor")
    assert told["url"].startswith("http://localhost/")
    delete_comment(comment.id, cast.noor, NOW)
    assert bodies()[1] == {
        "type": "comment.deleted",
        "timestamp": "2026-03-03T10:00:00.000000Z",
        "data": {"idea": {"id": comment.idea_id}, "comment": {"id": comment.id}},
    }


def test_taken_back_is_told_by_its_number_alone(webhook, sink, bodies, make_idea, cast):
    webhook(sink.url)
    idea = make_idea(SECRET, author=cast.vera)
    take_back(idea.id, cast.vera, NOW)
    assert [body["data"] for body in bodies()] == [{"idea": {"id": idea.id}}]


def test_an_author_who_stepped_back_is_not_named(webhook, sink, bodies, make_idea, cast, decide):
    webhook(sink.url), webhook(sink.url, shape="slack", name="Chat")
    idea = make_idea(author=cast.vera)
    post_comment(idea.id, cast.noor, NOW, body="Yes.")
    step_back(idea.id, cast.vera, NOW)
    decide(idea, "launched")
    sent = bodies()
    assert len(sent) > 3
    assert "Vera" not in str(sent)


def test_a_status_change_with_its_answer(webhook, sink, bodies, make_idea, decide):
    webhook(sink.url)
    decide(make_idea(), "reviewed", outcome="want")
    told = bodies()[0]["data"]["change"]
    assert (told["stage"], told["outcome"], told["is_answer"]) == ("reviewed", "want", True)
    assert (told["text"], told["by"]) == (
        "From June oat costs what milk costs.",
        {"name": "Ada", "department": "Store Design"},
    )


def test_of_a_redacted_answer_place_and_time_stay(webhook, sink, bodies, make_idea, decide):
    webhook(sink.url), webhook(sink.url, shape="teams", name="Chat")
    change = decide(make_idea(), "reviewed", outcome="want", text=SECRET)
    change.redacted_at = NOW
    db.session.commit()
    sent = bodies()
    assert len(sent) == 2
    assert SECRET not in str(sent)
    told = next(body["data"]["change"] for body in sent if "data" in body)
    assert (told["is_redacted"], told["text"], told["stage"]) == (True, None, "reviewed")


def test_a_link_to_an_idea_of_a_closed_board_is_left_out(webhook, sink, bodies, make_idea, decide, cast):
    webhook(sink.url)
    hidden = make_idea(SECRET, board=cast.panel)
    change = decide(make_idea(), "reviewed", outcome="exists", linked_url="https://example.net/x")
    change.linked_idea_id = hidden.id
    db.session.commit()
    sent = bodies()
    assert sent[0]["data"]["change"]["linked_idea"] is None
    assert SECRET not in str(sent)


def test_an_erased_person_is_not_named(webhook, sink, happen, bodies, make_idea, cast):
    webhook(sink.url)
    happen(kinds.IDEA_SUBMITTED, idea=make_idea(author=cast.vera))
    db.session.execute(db.update(Person).where(Person.display_name == "Vera").values(erased_at=NOW))
    db.session.commit()
    assert bodies()[0]["data"]["idea"]["author"] is None


@pytest.fixture
def story(app, cast):
    def make(title="What became of milk", *, board=None, ideas=(), **columns):
        row = Story(
            title=title, slug="milk", body="It is **oat** now.", state="published", published_at=NOW, created_at=NOW,
            author_id=cast.ada.id, board_id=board.id if board else None, **columns,
        )  # fmt: skip
        db.session.add(row)
        db.session.flush()
        db.session.add_all(StoryIdea(story_id=row.id, idea_id=idea.id) for idea in ideas)
        db.session.commit()
        return row

    return make


def test_a_story_with_the_ideas_that_may_be_seen(webhook, sink, happen, bodies, story, make_idea, cast):
    if "stories.show" not in endpoints():
        pytest.skip("stories have no page yet")
    webhook(sink.url)
    seen, hidden = make_idea("Seen"), make_idea(SECRET, board=cast.panel)
    happen(kinds.STORY_PUBLISHED, story=story(ideas=[seen, hidden]))
    sent = bodies()
    assert [idea["title"] for idea in sent[0]["data"]["story"]["ideas"]] == ["Seen"]
    assert SECRET not in str(sent)


@pytest.mark.parametrize("how", ["of a closed board", "hidden", "board closed since"])
def test_a_story_that_not_everybody_may_read_is_not_told(webhook, sink, happen, bodies, story, cast, how, tell):
    webhook(sink.url)
    board = {"of a closed board": cast.panel, "board closed since": cast.drinks}.get(how)
    row = story(SECRET, board=board)
    happen(kinds.STORY_PUBLISHED, story=row, board=board)
    tell()
    if how == "hidden":
        row.hidden_at = NOW
    if how == "board closed since":
        db.session.execute(db.update(Board).where(Board.slug == "drinks").values(who_may_see="members"))
    db.session.commit()
    assert bodies() == []


def endpoints():
    from ideaboard.foundation.links import links

    return {rule.endpoint for rule in links._url_map.iter_rules()}


def test_links_are_under_the_public_address_also_below_a_path(app, webhook, sink, happen, bodies, make_idea):
    from dataclasses import replace

    from ideaboard.foundation.settings import settings

    settings.fill(
        replace(app.config["SETTINGS"], public_url="https://example.net/voices", outbound_allow="127.0.0.0/8")
    )
    webhook(sink.url), webhook(sink.url, shape="slack", name="Chat")
    happen(kinds.IDEA_SUBMITTED, idea=make_idea())
    sent = bodies()
    assert len(sent) == 2
    assert "localhost" not in str(sent)
    assert all("https://example.net/voices/ideas/" in str(body) for body in sent)
