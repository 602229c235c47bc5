"""What chats say: short, linked, thankful; nothing that people typed calls anybody or becomes mark-up."""

import json

import pytest

from ideaboard.events import kinds
from ideaboard.extensions import db
from ideaboard.models import Event, Notification, Status
from ideaboard.webhooks.chats import CHATS, Announcement, launch_emoji
from ideaboard.workflow.progress import change_status
from tests.conftest import NOW

EVIL = "<!channel> @everyone [x](https://evil.example) ![y](https://evil.example/z.png) *b* `c` <https://e|e> & |"


def text_of(shape: str, body: dict) -> str:
    """What a reader would see, mark-up included."""
    if shape == "teams":
        card = body["attachments"][0]["content"]
        return "\n".join("".join(run["text"] for run in block["inlines"]) for block in card["body"])
    return body["content"] if shape == "discord" else body["text"]


@pytest.fixture
def launch(make_idea, cast, webhook, sink, tell, send):
    """launch(shape, people, …) -> (the idea, what the chat got): launched, with so many people told."""

    def do(shape, people=0, **columns):
        webhook(sink.url, shape=shape)
        idea = make_idea(**columns)
        status = db.session.execute(db.select(Status).where(Status.stage == "launched")).scalars().first()
        db.session.commit()
        change_status(idea.id, cast.ada, NOW, status_id=status.id, text="Since today, everywhere.")
        tell()
        event = db.session.execute(db.select(Event).where(Event.kind == kinds.IDEA_STATUS_CHANGED)).scalar_one()
        names = [cast.noor, cast.oskar, cast.lena, cast.cole][:people]
        db.session.add_all(
            Notification(
                event_id=event.id, person_id=p.id, idea_id=idea.id, topic="status", reason="voter", created_at=NOW
            )
            for p in names
        )
        db.session.commit()
        assert send() == ["sent"]
        return idea, json.loads(sink.received[0].body)

    return do


@pytest.mark.parametrize("shape", CHATS)
def test_a_launch_with_thanks_emoji_and_link(launch, shape):
    idea, body = launch(shape, people=3)
    said = text_of(shape, body)
    assert said.startswith("🎉 ")
    assert "is launched. Thank you, Vera. 3 people hear of it." in said.replace("\\", "")
    assert "Since today, everywhere." in said.replace("\\", "")
    assert f"http://localhost/ideas/{idea.id}-{idea.slug}" in json.dumps(body)


@pytest.mark.parametrize("shape", CHATS)
def test_who_has_no_name_is_not_thanked(launch, shape):
    _, body = launch(shape, author=None)
    assert "Thank" not in text_of(shape, body)


@pytest.mark.parametrize(
    ("people", "emoji"),
    [(0, "🎉"), (49, "🎉"), (50, "🎉🎉"), (499, "🎉🎉"), (500, "🚀"), (4999, "🚀"), (5000, "🚀🚀🚀")],
)
def test_emoji_by_the_people_it_reaches(people, emoji):
    assert launch_emoji(people) == emoji


def shaped(shape):
    said = Announcement(f"{EVIL} by {EVIL}: \ue000", EVIL, "http://localhost/ideas/1-x", EVIL)
    return CHATS[shape](said)


@pytest.mark.parametrize("shape", ["slack", "mattermost"])
def test_slack_and_mattermost_take_nothing_for_mark_up(shape):
    body = shaped(shape)
    text = body["text"]
    assert "<!channel>" not in text
    assert "@everyone" not in text
    assert "](" not in text
    assert text.count("<") == text.count(">") - 1 == 1  # the one link, and the quote's mark
    assert "<http://localhost/ideas/1-x|" in text
    assert (body["unfurl_links"], body["unfurl_media"]) == (False, False)


def test_discord_calls_nobody_and_takes_nothing_for_mark_up():
    body = shaped("discord")
    assert body["allowed_mentions"] == {"parse": []}
    assert "@everyone" not in body["content"]
    bare = body["content"]
    for escaped in ("\\*", "\\`", "\\[", "\\]", "\\(", "\\)", "\\<", "\\>", "\\|", "\\:"):
        bare = bare.replace(escaped, "")
    assert bare.count("](<http") == 1
    assert "*" not in bare and "`" not in bare and "https:" not in bare
    long = CHATS["discord"](Announcement("\ue000", "t" * 500, "http://localhost/", "*" * 3000))
    assert len(long["content"]) <= 2000


def test_teams_gets_a_card_whose_words_are_plain_runs():
    body = shaped("teams")
    card = body["attachments"][0]["content"]
    assert (body["type"], card["type"]) == ("message", "AdaptiveCard")
    assert {run["type"] for block in card["body"] for run in block["inlines"]} == {"TextRun"}
    assert [action["url"] for action in card["actions"]] == ["http://localhost/ideas/1-x"]


@pytest.mark.parametrize("shape", CHATS)
def test_each_kind_that_a_chat_may_choose_is_worded(webhook, sink, happen, tell, send, make_idea, cast, shape):
    from ideaboard.discussion.comments import post_comment

    webhook(sink.url, shape=shape)
    idea = make_idea()
    happen(kinds.IDEA_SUBMITTED, idea=idea)
    happen(kinds.IDEA_PROMISE_REACHED, idea=idea, votes=50, days=14)
    post_comment(idea.id, cast.noor, NOW, body="Yes, oat.")
    tell()
    assert send() == ["sent"] * 3
    said = [text_of(shape, json.loads(got.body)).replace("\\", "") for got in sink.received]
    assert all(idea.title in text for text in said)
    assert "on Drinks by Vera" in said[0]
    assert "50 votes: an answer is promised within 14 days" in said[1]
    assert said[2].startswith("Noor commented on") and "Yes, oat." in said[2]


def test_a_launch_reaches_those_who_are_entitled(launch):
    from ideaboard.models import StatusChange

    @db.event.listens_for(StatusChange, "before_insert", once=True)
    def _(mapper, connection, change):
        change.entitled_count = 512

    _, body = launch("slack")
    assert body["text"].startswith("🚀 ")
    assert "512 people hear of it" in body["text"]
