"""Promise 4, later: somebody took part, was told, and is no longer admitted. Nothing of it is left for them to see."""

from datetime import UTC, datetime, timedelta

import pytest

from ideaboard.discussion.comments import post_comment
from ideaboard.events import dispatch
from ideaboard.extensions import db
from ideaboard.following.boards import follow_board
from ideaboard.following.follows import follow, mute
from ideaboard.foundation.database import end_reading
from ideaboard.foundation.tokens import sign
from ideaboard.ideas.drafts import save_draft
from ideaboard.ideas.listing import idea_counts
from ideaboard.ideas.submission import submit_idea
from ideaboard.models import Board, Draft, Notification, Status
from ideaboard.models.vocabulary import Audience
from ideaboard.notifications.sending import send_one
from ideaboard.voting.ballot import cast_vote
from ideaboard.workflow.progress import change_status
from tests.accounts.test_asking import ask
from tests.accounts.test_sign_in_door import newest_code
from tests.conftest import NOW
from tests.house.test_no_trace import SECRET, fill_panel, paths_of  # noqa: F401 (a fixture)

LATER = datetime(2099, 1, 1, tzinfo=UTC)


class Post:
    """A post box at the edge that remembers."""

    def __init__(self):
        self.sent = []

    def send(self, message, sender, recipient):
        self.sent.append(str(message.parsed))

    def close(self):
        pass


def status_id(stage: str) -> int:
    found = db.session.scalar(db.select(Status.id).where(Status.stage == stage))
    end_reading()
    return found


def told(now=NOW) -> None:
    end_reading()
    while dispatch.dispatch_one("test", now):
        pass


def sent() -> list[str]:
    end_reading()
    post = Post()
    while send_one("test", LATER, post):
        pass
    return post.sent


def sql(statement: str, **values) -> None:
    db.session.execute(db.text(statement), values)
    db.session.commit()


@pytest.fixture
def took_part(cast, make_idea):
    """Lena wrote, voted, commented, followed, muted, drafted on the closed board, and has entries in her inbox."""
    lena, ada = cast.lena, cast.ada
    own = submit_idea(lena, NOW, board_id=cast.panel.id, title=f"{SECRET} of Lena", body=SECRET, form_token="a" * 40)
    idea = make_idea(f"{SECRET} of Ada", board=cast.panel, author=ada)
    muted = make_idea(f"{SECRET} muted", board=cast.panel, author=ada)
    cast_vote(idea.id, lena, NOW)
    cast_vote(own.id, ada, NOW)
    comment = post_comment(own.id, ada, NOW, body=f"{SECRET} @Lena")
    post_comment(idea.id, lena, NOW, body=f"{SECRET} indeed")
    follow(idea, lena, NOW)
    mute(muted, lena, NOW)
    follow_board(cast.panel, lena, NOW)
    save_draft(lena, NOW, board_id=cast.panel.id, title="Later", body="", form_token="d" * 40)
    sql("UPDATE board SET brief_asks = :brief WHERE slug = 'panel'", brief="The Panel is asked")
    for one in (own, idea):
        change_status(one.id, ada, NOW, status_id=status_id("coming_soon"), text=f"{SECRET} comes")
    told()
    assert db.session.scalar(db.select(db.func.count()).where(Notification.person_id == lena.id)) >= 3
    return own, idea, comment


WITHDRAWN = {
    "no longer listed": "DELETE FROM board_member WHERE person_id = :lena",
    "for colleagues now": "UPDATE board SET who_may_see = 'colleagues' WHERE slug = 'panel'",
    "hidden": "UPDATE idea SET hidden_at = :now WHERE board_id = (SELECT id FROM board WHERE slug = 'panel')",
}


@pytest.mark.parametrize("how", WITHDRAWN)
def test_who_was_told_and_is_no_longer_admitted_finds_no_trace(how, app, cast, client_of, took_part):
    own, idea, comment = took_part
    lena = client_of(cast.lena)
    assert SECRET in lena.get("/me/inbox").text
    now = NOW if db.engine.dialect.name == "postgresql" else NOW.replace(tzinfo=None)
    statement = WITHDRAWN[how]
    sql(
        statement,
        **{name: value for name, value in {"lena": cast.lena.id, "now": now}.items() if f":{name}" in statement},
    )
    draft = db.session.scalar(db.select(Draft.id).where(Draft.title == "Later"))
    paths = [f"/me/drafts/{draft}", f"/me/drafts/{draft}/edit", "/ideas/new/brief?board=panel"]
    for path in paths + paths_of(app, own.id, comment.id) + paths_of(app, idea.id, comment.id + 1):
        answer = lena.get(path)
        assert SECRET in path or SECRET not in answer.text, path
        assert "zanzibar" not in (answer.location or ""), path
        if how != "hidden":
            assert "Panel" not in answer.text, path
    entry = lena.post(f"/me/inbox/ideas/{idea.id}")
    assert lena.get(entry.location).status_code == 404
    assert lena.post("/boards/panel/forget").status_code == (303 if how == "hidden" else 404)
    for deed in ("vote", "vote/withdraw", "vote/name", "comments", "follow", "unfollow", "mute", "solved", "take-back"):
        answer = lena.post(f"/ideas/{idea.id}/{deed}", data={"body": "x"})
        assert (answer.status_code, SECRET in answer.text) == (404, False), deed
    mails = [mail for mail in sent() if "lena@example.org" in mail]
    assert not [mail for mail in mails if SECRET in mail], "a mail that waited told it"
    for one in (own, idea):
        page = app.test_client().get(f"/unsubscribe/{sign('unsubscribe', [cast.lena.id, one.id, 'status'])}")
        assert page.status_code == 200 and SECRET not in page.text
    assert db.session.scalar(db.select(Board.slug).where(Board.slug == "panel")) == "panel"


@pytest.mark.parametrize("deed", ["vote", "follow", "comments"])
def test_a_code_typed_after_the_board_closed_does_nothing_and_tells_nothing(deed, db, cast, guest, make_idea, reload):
    idea = make_idea(f"{SECRET} for now", author=cast.ada)
    ask(guest, f"/ideas/{idea.id}/{deed}", {"body": "Yes"})
    with db.session.begin():
        db.session.get(Board, idea.board_id).who_may_see = Audience.LISTED
    done = guest.post("/sign-in/code", data={"email": "new@example.com", "code": newest_code(db)})
    assert done.status_code == 303
    assert "zanzibar" not in done.location.replace(f"/ideas/{idea.id}-{idea.slug}", ""), (
        "only the address that was open"
    )
    for path in (done.location, "/", "/me/ideas", "/me/votes", "/me/follows", "/me/inbox", f"/ideas/{idea.id}"):
        assert SECRET not in guest.get(path).text, path
    idea = reload(idea)
    assert (idea.votes_count, idea.comments_count) == (0, 0)


def test_a_link_to_an_idea_that_closed_meanwhile_is_not_shown(db, cast, guest, client_of, make_idea):
    """*Exists already* points at an idea whose board is closed later: page, list, home and mail keep its name."""
    asked = make_idea("A second till", author=cast.noor)
    follow(asked, cast.noor, NOW)
    with db.session.begin():
        food = Board(slug="food", name="Food", created_at=NOW)
        db.session.add(food)
    there = make_idea(f"{SECRET} is there", board=food, author=cast.ada)
    change_status(
        asked.id, cast.ada, NOW, status_id=status_id("reviewed"), outcome="exists", text="It is there.",
        linked_idea_id=there.id,
    )  # fmt: skip
    told()
    assert there.slug in guest.get(f"/ideas/{asked.id}-{asked.slug}").text
    with db.session.begin():
        db.session.get(Board, food.id).who_may_see = Audience.LISTED
    for client in (guest, client_of(cast.noor)):
        for path in ("/", "/ideas", "/boards/drinks", f"/ideas/{asked.id}-{asked.slug}", f"/ideas/{asked.id}/versions"):
            page = client.get(path).text
            assert SECRET not in page and there.slug not in page, path
    inbox = client_of(cast.noor).get("/me/inbox").text
    assert "It is there." in inbox and SECRET not in inbox and there.slug not in inbox
    mails = sent()
    assert [mail for mail in mails if "It is there." in mail]
    assert not [mail for mail in mails if SECRET in mail or there.slug in mail]


def test_a_merged_idea_leads_nowhere_once_its_target_is_closed(db, cast, guest, make_idea):
    into = make_idea(f"{SECRET} both", board=cast.panel, author=cast.ada)
    gone = make_idea("Merged away", author=cast.noor, merged_at=NOW, merged_into_id=into.id)
    answer = guest.get(f"/ideas/{gone.id}-{gone.slug}")
    assert (answer.status_code, answer.location) == (404, None)
    assert SECRET not in answer.text


def test_etags_of_guests_do_not_change_with_what_they_may_not_see(db, cast, guest, make_idea):
    make_idea("Seen by all", author=cast.noor)
    paths = ("/", "/ideas", "/boards", "/boards/drinks", "/ideas?sort=votes", "/ideas/new")
    before = {path: guest.get(path).headers["ETag"] for path in paths}
    hidden = make_idea(SECRET, board=cast.panel, author=cast.lena, at=NOW + timedelta(hours=1))
    cast_vote(hidden.id, cast.ada, NOW)
    change_status(hidden.id, cast.ada, NOW, status_id=status_id("launched"), text=SECRET)
    assert {path: guest.get(path).headers["ETag"] for path in paths} == before


def test_counts_of_boards_leave_out_what_is_not_seen(cast, make_idea):
    make_idea(SECRET, board=cast.panel, author=cast.lena)
    make_idea("Held", held_at=NOW, author=cast.noor)
    make_idea("Seen by all", author=cast.noor)
    assert idea_counts(None) == {cast.drinks.id: 1}
    assert idea_counts(cast.lena)[cast.panel.id] == 1
