"""Inbox, preferences, and the mails kept as files, as a browser meets them."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from ideaboard.accounts.codes import send_code
from ideaboard.following.follows import mute
from ideaboard.models import BoardMember, Comment, Delivery, Event, Notification, StatusChange, Story, StoryIdea
from ideaboard.models.vocabulary import Reason
from ideaboard.notifications.mailbox import kept_mails
from ideaboard.notifications.preferences import choices_of, wishes_of
from tests.conftest import NOW


@pytest.fixture
def told(cast, make_idea, follows, change_to, say, tell):
    """Vera is told of a change and a comment on her idea."""
    idea = make_idea()
    follows(idea, cast.vera, reason=Reason.AUTHOR)
    change_to(idea, "reviewed", "want")
    say(idea, cast.noor, "Tuesdays, **please**.")
    tell()
    return idea


def test_the_inbox_says_what_and_why_and_counts(client_of, cast, told):
    page = client_of(cast.vera).get("/me/inbox").text
    assert page.count("Oat milk without the extra charge") == 1  # grouped by idea
    assert "From June oat costs what milk costs." in page
    assert "Tuesdays, please." in page
    assert "because it is your idea" in page
    assert "Inbox, 2 unread" in page
    assert "unread</span>" in page


def test_opening_an_entry_marks_it_read_and_leads_there(client_of, cast, told):
    client = client_of(cast.vera)
    assert "Inbox, 2 unread" in client.get("/me/inbox").text  # looking marks nothing
    response = client.post(f"/me/inbox/ideas/{told.id}")
    assert response.status_code == 303
    assert response.headers["Location"].startswith(f"/ideas/{told.id}")
    page = client.get("/me/inbox").text
    assert "unread" not in page.replace("unread_count", "")


def test_looking_at_the_idea_marks_nothing_and_reading_all_leaves_no_button(client_of, cast, told):
    client = client_of(cast.vera)
    client.get(f"/ideas/{told.id}", follow_redirects=True)
    page = client.get("/me/inbox").text
    assert "Inbox, 2 unread" in page and "Mark all as read" in page
    assert f'<form method="post" action="/me/inbox/ideas/{told.id}">' in page  # a plain form: no script is needed
    assert client.post("/me/inbox/read", follow_redirects=True).status_code == 200
    page = client.get("/me/inbox").text
    assert "Mark all as read" not in page and "unread</span>" not in page


def test_what_was_kept_of_an_entry_goes_with_its_words(client_of, cast, told, db):
    client = client_of(cast.vera)
    page = client.get("/me/inbox").text
    assert "Tuesdays, please." in page and "From June oat costs" in page
    db.session.scalars(db.select(Comment)).one().deleted_at = NOW
    db.session.scalars(db.select(StatusChange)).one().redacted_at = NOW
    cast.noor.display_name = "Nora"
    db.session.commit()
    page = client.get("/me/inbox").text
    assert "Tuesdays" not in page and "This comment is no longer there." in page and "Nora" in page
    assert "From June" not in page and "The text of this answer was removed." in page
    told.hidden_at = NOW
    db.session.commit()
    assert "Oat milk" not in client.get("/me/inbox").text


def test_a_group_words_three_entries_and_counts_the_others(client_of, cast, told, say, tell):
    for number in range(4):
        say(told, cast.noor, f"And word {number}.")
    tell()
    page = client_of(cast.vera).get("/me/inbox").text
    assert [f"word {number}." in page for number in range(4)] == [False, True, True, True]
    assert page.index("word 3.") < page.index("word 2.") and "and 3 more" in page


def test_reading_all_is_only_ones_own(client_of, cast, told, follows, change_to, tell, db):
    follows(told, cast.oskar)
    change_to(told, "launched")
    tell()
    client_of(cast.vera).post("/me/inbox/read")
    unread = db.session.execute(db.select(Notification.person_id).where(Notification.read_at.is_(None))).scalars().all()
    assert cast.oskar.id in unread
    assert cast.vera.id not in unread


def test_what_one_may_not_see_any_more_leaves_the_inbox(db, client_of, cast, make_idea, follows, change_to, tell):
    idea = make_idea("A secret wish", board=cast.panel, author=cast.ada)
    follows(idea, cast.lena)
    change_to(idea, "under_review")
    tell()
    client = client_of(cast.lena)
    assert "A secret wish" in client.get("/me/inbox").text
    db.session.execute(db.delete(BoardMember).where(BoardMember.person_id == cast.lena.id))
    db.session.commit()
    page = client.get("/me/inbox").text
    assert "A secret wish" not in page
    assert "Inbox, " not in page


def test_the_inbox_has_pages(client_of, cast, make_idea, follows, change_to, tell):
    for n in range(22):
        idea = make_idea(f"Idea number {n:02}")
        follows(idea, cast.noor)
        change_to(idea, "under_review")
    tell()
    client = client_of(cast.noor)
    first = client.get("/me/inbox").text
    older = re.search(r'rel="next" href="([^"]+)"', first)[1]
    second = client.get(older).text
    assert len(re.findall("Idea number", first)) == 20
    assert len(re.findall("Idea number", second)) == 2
    newer = re.search(r'rel="prev" href="([^"]+)"', second)[1]
    assert len(re.findall("Idea number", client.get(newer).text)) == 20
    assert client.get("/me/inbox?after=nonsense").status_code == 404


def test_one_idea_stands_on_one_page_with_its_latest_words(
    db, client_of, cast, make_idea, follows, change_to, say, tell
):
    """Twenty ideas between an idea's first entry and its last."""
    busy = make_idea("The busy one")
    follows(busy, cast.vera, reason=Reason.AUTHOR)
    change_to(busy, "under_review", text="The very first words.")
    for n in range(20):
        idea = make_idea(f"Idea number {n:02}", author=cast.oskar)
        follows(idea, cast.vera)
        change_to(idea, "under_review")
    for n in range(4):
        say(busy, cast.noor, f"Word {n}.")
    tell()
    client = client_of(cast.vera)
    first = client.get("/me/inbox").text
    assert first.count("The busy one") == 1
    assert "Word 3." in first and "Word 1." in first and "Word 0." not in first
    assert "and 2 more" in first
    second = client.get(re.search(r'rel="next" href="([^"]+)"', first)[1]).text
    assert "The busy one" not in second
    assert len(re.findall("Idea number", first)) == 19 and len(re.findall("Idea number", second)) == 1
    assert client.post(f"/me/inbox/ideas/{busy.id}").status_code == 303
    assert "Inbox, 20 unread" in client.get("/me/inbox").text


@pytest.fixture
def story(db, cast):
    row = Story(
        title="What oat milk taught us", slug="oat", body="A year.", excerpt="A year on.", author_id=cast.ada.id,
        state="published", created_at=NOW, published_at=NOW,
    )  # fmt: skip
    db.session.add(row)
    db.session.commit()
    return row


@pytest.fixture
def told_story(db, cast, told, story, tell):
    db.session.add(StoryIdea(story_id=story.id, idea_id=told.id))
    db.session.add(Event(kind="story.published", happened_at=NOW, actor_id=cast.ada.id, story_id=story.id))
    db.session.commit()
    tell()
    return story


def test_a_story_is_a_group_of_its_own(client_of, cast, told, told_story, db):
    client = client_of(cast.vera)
    page = client.get("/me/inbox").text
    assert "What oat milk taught us" in page and "A year on." in page
    assert page.index(f'id="told-story-{told_story.id}"') < page.index(f'id="told-{told.id}"')
    assert "Inbox, 3 unread" in page
    client.post(f"/me/inbox/ideas/{told.id}")
    assert "Inbox, 1 unread" in client.get("/me/inbox").text  # the story's entry is not about the idea alone
    opened = client.post(f"/me/inbox/stories/{told_story.id}")
    assert (opened.status_code, opened.headers["Location"]) == (303, f"/stories/{told_story.id}-news")
    assert client.get(opened.headers["Location"], follow_redirects=True).request.path == f"/stories/{told_story.id}-oat"
    assert "unread" not in client.get("/me/inbox").text


def test_a_story_out_of_sight_leaves_inbox_and_count(client_of, cast, told, told_story, reload, db):
    reload(told_story).hidden_at = NOW
    db.session.commit()
    client = client_of(cast.vera)
    page = client.get("/me/inbox").text
    assert "What oat milk taught us" not in page and "Inbox, 2 unread" in page
    assert client.post(f"/me/inbox/stories/{told_story.id}", follow_redirects=True).status_code == 404


def test_a_guest_is_led_to_sign_in(guest):
    assert guest.get("/me/inbox").status_code == 303
    assert guest.get("/me/preferences").status_code == 303


def test_choices_are_kept_and_strange_ones_left_alone(client_of, cast, reload):
    client = client_of(cast.noor)
    page = client.get("/me/preferences").text
    assert "Panel" not in page
    answer = client.post(
        "/me/preferences",
        data={
            "mail": "on",
            "kind-status": "never",
            "kind-new_ideas": "at_once",
            "kind-nonsense": "never",
            "kind-comments": "hourly",
            f"board-{cast.drinks.id}": "mute",
            f"board-{cast.panel.id}": "follow",
            "board-99999999999999999999999": "mute",
            "board-²": "mute",
        },
    )
    assert answer.status_code == 303
    assert choices_of(cast.noor) == {
        "status": "never",
        "stories": "at_once",
        "comments": "at_once",
        "mentions": "at_once",
        "new_ideas": "at_once",
    }
    assert wishes_of(cast.noor) == {cast.drinks.id: "mute"}
    assert reload(cast.noor).mail_stopped_at is None
    client.post("/me/preferences", data={f"board-{cast.drinks.id}": "usual"})
    assert reload(cast.noor).mail_stopped_at is not None
    assert wishes_of(cast.noor) == {}


def test_each_kind_comes_as_chosen(client_of, cast):
    client = client_of(cast.noor)
    chosen = {"status": "daily", "stories": "weekly", "comments": "never", "mentions": "at_once", "new_ideas": "weekly"}
    client.post("/me/preferences", data={"mail": "on", **{f"kind-{topic}": how for topic, how in chosen.items()}})
    assert choices_of(cast.noor) == chosen
    page = client.get("/me/preferences").text
    for topic, how in chosen.items():
        assert f'name="kind-{topic}" value="{how}" checked' in page


def test_quiet_hours_are_kept_and_taken_away(client_of, cast, reload):
    client = client_of(cast.noor)
    client.post("/me/preferences", data={"mail": "on", "quiet_from": "22", "quiet_until": "7"})
    assert (reload(cast.noor).quiet_from, cast.noor.quiet_until) == (22, 7)
    assert '<option value="22" selected>' in client.get("/me/preferences").text
    client.post("/me/preferences", data={"mail": "on", "quiet_from": "", "quiet_until": ""})
    assert (reload(cast.noor).quiet_from, cast.noor.quiet_until) == (None, None)


@pytest.mark.parametrize("hours", [("7", "7"), ("22", ""), ("", "7"), ("24", "7"), ("x", "7"), ("-1", "7"), ("²", "7")])
def test_hours_that_are_none_keep_nothing_and_everything_typed(client_of, cast, reload, hours):
    answer = client_of(cast.noor).post(
        "/me/preferences",
        data={
            "kind-status": "weekly", f"board-{cast.drinks.id}": "follow",
            "quiet_from": hours[0], "quiet_until": hours[1],
        },
    )  # fmt: skip
    assert answer.status_code == 422
    assert "Quiet hours" in answer.text and 'id="quiet-error"' in answer.text
    assert 'name="kind-status" value="weekly" checked' in answer.text
    assert f'name="board-{cast.drinks.id}" value="follow" checked' in answer.text
    assert 'name="mail" checked' not in answer.text
    assert choices_of(cast.noor)["status"] == "at_once"
    assert reload(cast.noor).mail_stopped_at is None


def test_the_page_says_how_much_mail_that_was(db, client_of, cast):
    def mail(number, kind="news", state="sent", settled_at=None):
        settled_at = settled_at or datetime.now(UTC) - timedelta(days=2)
        return Delivery(
            kind=kind, person_id=cast.noor.id, message_key=f"m{number}", created_at=NOW, due_at=NOW, state=state,
            settled_at=settled_at,
        )  # fmt: skip

    client = client_of(cast.noor)
    assert "You got no mail of news in the last four weeks." in client.get("/me/preferences").text
    db.session.add_all([mail(1), mail(2, "digest"), mail(3, "code"), mail(4, state="dropped"), mail(5, settled_at=NOW)])
    db.session.commit()
    page = client.get("/me/preferences").text
    assert "You got 2 mails of news in the last four weeks." in page
    assert "at most 7 a week" in page


def test_a_muted_idea_is_listed_and_heard_again(client_of, cast, make_idea):
    idea = make_idea()
    mute(idea, cast.noor, NOW)
    client = client_of(cast.noor)
    assert "Muted ideas" in client.get("/me/preferences").text
    client.post(f"/me/preferences/ideas/{idea.id}/unmute")
    assert "Muted ideas" not in client.get("/me/preferences").text


def test_who_is_refused_by_the_mail_server_hears_it_and_what_to_do(db, client_of, cast, reload):
    noor = cast.noor
    noor.mail_refused_at, noor.mail_refused_because = NOW, "550 <b>no such user</b>"
    db.session.commit()
    client = client_of(noor)
    page = client.get("/me/preferences").text
    assert "550 &lt;b&gt;no such user&lt;/b&gt;" in page
    client.post("/me/preferences/address")
    assert reload(noor).mail_refused_at is None


@pytest.fixture
def here():
    return {"base_url": "http://localhost", "environ_overrides": {"REMOTE_ADDR": "127.0.0.1"}}


def test_kept_mails_can_be_read_on_this_machine(app, guest, here, send, db):
    from ideaboard.foundation.post import FilePost, mail_folder
    from ideaboard.notifications.sending import send_one

    send_code("new@example.org", NOW)
    send_one("test", NOW, FilePost(mail_folder()))
    name = kept_mails("new@example.org")[0].name
    assert "is your code for" in guest.get("/mailbox", **here).text
    assert "new@example.org" in guest.get(f"/mailbox/{name}", **here).text
    html = guest.get(f"/mailbox/{name}/html", **here)
    assert "sandbox" in html.headers["Content-Security-Policy"]
    assert "default-src 'none'" in html.headers["Content-Security-Policy"]
    assert guest.get("/mailbox/..%2f..%2fsecret_key", **here).status_code == 404
    assert guest.get("/mailbox/nothing", **here).status_code == 404


@pytest.mark.parametrize(
    ("environ", "headers", "host"),
    [
        ({"REMOTE_ADDR": "192.0.2.7"}, {}, "localhost"),
        ({"REMOTE_ADDR": "127.0.0.1"}, {}, "evil.example"),
        ({"REMOTE_ADDR": "127.0.0.1"}, {"X-Forwarded-For": "192.0.2.7"}, "localhost"),
        # nginx as it comes: loopback as Host, no header that tells, HTTP/1.0.
        ({"REMOTE_ADDR": "127.0.0.1", "SERVER_PROTOCOL": "HTTP/1.0"}, {}, "localhost"),
    ],
)
def test_kept_mails_are_shown_to_nobody_else(guest, environ, headers, host):
    answer = guest.get("/mailbox", base_url=f"http://{host}", environ_overrides=environ, headers=headers)
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("smtp_url", "smtp://localhost"),
        ("public_url", "https://ideas.example.org"),
        ("environment", "production"),
    ],
)
def test_kept_mails_are_closed_where_mail_really_goes(app, guest, here, monkeypatch, setting, value):
    assert guest.get("/mailbox", **here).status_code == 200
    monkeypatch.setattr(app.config["SETTINGS"], setting, value)
    assert guest.get("/mailbox", **here).status_code == 404
