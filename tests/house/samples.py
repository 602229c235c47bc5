"""One sample of every door: what it is asked about, and a form that it takes. A new route needs a row here.

tests/house/test_matrix.py asks each door as each role, tests/house/test_naughty.py fills each with naughty strings.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from ideaboard.accounts.codes import send_code
from ideaboard.accounts.first_admin import make_link
from ideaboard.discussion.comments import post_comment
from ideaboard.extensions import db
from ideaboard.feeds.tokens import make_feed_token
from ideaboard.foundation.tokens import new_token, sign
from ideaboard.ideas.drafts import save_draft
from ideaboard.merging.by_link import token_of
from ideaboard.merging.merge import merge
from ideaboard.models import Board, BoardMember, Merge, Pending, Person, Status, Story, Webhook, WebhookCall
from ideaboard.models.vocabulary import BoardRole
from tests.conftest import NOW

CURSORS = {"after": "", "before": ""}


@dataclass(frozen=True)
class Door:
    """`on`: the thing that decides who sees it; `own`: a row of the person who asks; `form`: fields with good values.

    `values`: the address' parts that are the same for everybody; `query`: names that GET reads.
    """

    on: str | None = None  # 'idea' (nobody else took part), 'talk' (others did), 'comment', 'board',
    # 'merge' (the first into the second), 'story' (a draft that waits to be read over), 'told' (a published one)
    own: str | None = None  # 'withdraw', 'draft', 'unfinished', 'sign_in', 'mail', 'link', 'feed'
    values: dict = field(default_factory=dict)
    form: dict = field(default_factory=dict)
    query: dict = field(default_factory=dict)
    absent: bool = False  # 404 for everybody here, as there is no such thing


def _status(world) -> str:
    return str(db.session.execute(db.select(Status.id).where(Status.stage == "coming_soon")).scalar_one())


LIST = {"sort": "votes", "status": "received", "mine": "ideas", **CURSORS}
STATUS = {
    "status": _status, "outcome": "", "text": "We do it.", "ready": "", "day": "2027-01-02", "month": "2027-02",
    "expected": "2027-03", "link": "", "written_against": "", "form_token": "f" * 43,
}  # fmt: skip
BOARD = {
    "name": "Another", "brief_asks": "What?", "brief_fixed": "", "brief_decides": "", "brief_hear": "",
    "owner_id": "0", "first_look_days": "5", "promise_votes": "50", "promise_days": "14",
    "who_may_see": "everyone", "who_may_submit": "members", "who_may_vote": "members", "who_may_comment": "members", "voters_seen_by": "staff",
}  # fmt: skip
WEBHOOK = {
    "name": "Chat", "shape": "slack", "url": "https://hooks.example.org/x", "board_id": "0", "kinds": "idea.submitted",
    "form_token": "w" * 43,
}  # fmt: skip
STORY = {
    "title": "Oat milk, a year on", "board": "", "body": "It went **well**.", "ideas": "", "link": "", "choose": "",
    "words": "", "form_token": "s" * 43, "version": "1",
}  # fmt: skip
LOOK = {
    "name": "Site", "locale": "en", "time_zone": "UTC", "accent": "#006241", "received_reads_under_review": "",
    "mails_a_week": "7", "hides_how_we_answer": "",
}  # fmt: skip
MAIL = "somebody@example.org"

DOORS: dict[tuple[str, str], Door] = {
    ("GET", "accounts.ask_erase"): Door(),
    ("GET", "accounts.code"): Door(),
    ("GET", "accounts.erased"): Door(),
    ("GET", "accounts.first_admin"): Door(own="link"),
    ("GET", "accounts.name"): Door(query={"back": "/"}),
    ("GET", "accounts.profile"): Door(),
    ("GET", "accounts.sign_in"): Door(query={"back": "/ideas"}),
    ("GET", "accounts.unfinished_deed"): Door(own="unfinished"),
    ("GET", "admin.accent"): Door(query={"accent": "#006241"}),
    ("GET", "admin.board"): Door("board"),
    ("GET", "admin.boards"): Door(),
    ("GET", "admin.frames"): Door(),
    ("GET", "admin.deliveries"): Door(query={"list": "failed", "cause": "address", **CURSORS}),
    ("GET", "admin.index"): Door(),
    ("GET", "admin.mail_html"): Door(values={"kind": "launched"}, query={"lang": "de", "side": "dark"}),
    ("GET", "admin.mails"): Door(query={"kind": "launched", "lang": "de", "side": "dark"}),
    ("GET", "admin.new_board"): Door(),
    ("GET", "admin.people"): Door(query={"q": "v", **CURSORS}),
    ("GET", "admin.person"): Door(values={"person_id": 1}),
    ("GET", "admin.statuses"): Door(),
    ("GET", "assets.file"): Door(values={"stem": "app", "digest": "0", "kind": "css"}, absent=True),
    ("GET", "assets.theme"): Door(values={"digest": "0"}, absent=True),
    ("GET", "boards.index"): Door(),
    ("GET", "boards.show"): Door("board", query=LIST),
    ("GET", "demo.ask_to_start"): Door(absent=True),
    ("GET", "demo.mail"): Door(values={"delivery_id": 1}, absent=True),
    ("GET", "demo.mail_html"): Door(values={"delivery_id": 1}, absent=True),
    ("GET", "demo.mails"): Door(absent=True),
    ("GET", "demo.steps"): Door(absent=True),
    ("GET", "discussion.edit_form"): Door("comment"),
    ("GET", "discussion.people"): Door("talk", query={"q": "A"}),
    ("GET", "discussion.thread"): Door("talk", query=CURSORS),
    ("GET", "discussion.thread_at"): Door("comment"),
    ("GET", "discussion.write"): Door("talk", query={"parent": ""}),
    ("GET", "feeds.board"): Door("board"),
    ("GET", "feeds.idea"): Door("talk"),
    ("GET", "feeds.index"): Door(),
    ("GET", "feeds.launched"): Door(),
    ("GET", "feeds.mine"): Door(own="feed"),
    ("GET", "feeds.my_feeds"): Door(),
    ("GET", "feeds.site"): Door(),
    ("GET", "feeds.stories"): Door(),
    ("GET", "ideas.similar"): Door(query={"title": "A shelf for umbrellas", "different": ""}),
    ("GET", "ideas.addition_form"): Door("talk"),
    ("GET", "ideas.brief"): Door(query={"board": "drinks"}),
    ("GET", "ideas.draft"): Door(own="draft"),
    ("GET", "ideas.edit_draft"): Door(own="draft"),
    ("GET", "ideas.edit_form"): Door("idea"),
    ("GET", "ideas.index"): Door(query={"board": "drinks", **LIST}),
    ("GET", "ideas.my_follows"): Door(query=CURSORS),
    ("GET", "ideas.my_ideas"): Door(query=CURSORS),
    ("GET", "ideas.my_votes"): Door(query=CURSORS),
    ("GET", "ideas.new"): Door(query={"board": "drinks", "title": "Oat milk"}),
    ("GET", "ideas.show"): Door("talk", query=CURSORS),
    ("GET", "ideas.title_form"): Door("idea"),
    ("GET", "ideas.versions"): Door("talk"),
    ("GET", "insights.badge"): Door(),
    ("GET", "insights.how_we_answer"): Door(),
    ("GET", "insights.how_we_answer_json"): Door(),
    ("GET", "machines.alive"): Door(),
    ("GET", "machines.favicon"): Door(),
    ("GET", "machines.ready"): Door(),
    ("GET", "machines.robots"): Door(),
    ("GET", "mailbox.html"): Door(values={"name": "x"}, absent=True),
    ("GET", "mailbox.index"): Door(query={"to": MAIL}),
    ("GET", "mailbox.show"): Door(values={"name": "x"}, absent=True),
    ("GET", "merging.by_link"): Door(own="withdraw", query={"done": "1"}),
    ("GET", "merging.own_idea_form"): Door("comment"),
    ("GET", "merging.preview"): Door("idea", query={"into": "", "q": "corner"}),
    ("GET", "merging.undo_form"): Door("merge"),
    ("GET", "notifications.inbox"): Door(query=CURSORS),
    ("GET", "notifications.metrics"): Door(),
    ("GET", "notifications.preferences"): Door(query={"saved": "1"}),
    ("GET", "notifications.unsubscribe"): Door(own="mail", query={"done": "idea", "was": "follow"}),
    ("GET", "patterns.index"): Door(),
    ("GET", "roadmap.frame"): Door(query={"board": "drinks", "theme": "dark", "month": "2027-01"}, absent=True),
    ("GET", "roadmap.launched"): Door(query={"board": "drinks", "day": "unknown", **CURSORS}),
    ("GET", "roadmap.show"): Door(query={"board": "drinks", "mine": "follows", "month": "2027-01"}),
    ("GET", "search.index"): Door(query={"q": "oat milk", **LIST, "board": "drinks", "page": "1"}),
    ("GET", "site.home"): Door(),
    ("GET", "site.logo"): Door(values={"digest": "0"}, absent=True),
    ("GET", "staff.queue"): Door(query={"which": "all", "sort": "waiting", "board": "drinks", **CURSORS}),
    ("GET", "stories.desk"): Door(query=CURSORS),
    ("GET", "stories.draft"): Door("story"),
    ("GET", "stories.edit_form"): Door("story"),
    ("GET", "stories.index"): Door(query=CURSORS),
    ("GET", "stories.new"): Door(query={"idea": "1"}),
    ("GET", "stories.picture"): Door(values={"digest": "0", "ext": "jpg"}, absent=True),
    ("GET", "stories.show"): Door("told"),
    ("GET", "voting.voters"): Door("talk", query=CURSORS),
    ("GET", "webhooks.call"): Door(own="call"),
    ("GET", "webhooks.change"): Door(own="webhook"),
    ("GET", "webhooks.index"): Door(),
    ("GET", "webhooks.new"): Door(),
    ("GET", "webhooks.show"): Door(own="webhook", query={"state": "failed", **CURSORS}),
    ("GET", "workflow.status"): Door("idea"),
    ("POST", "accounts.another_face"): Door(),
    ("POST", "accounts.by_password"): Door(form={"email": MAIL, "password": "secret", "back": "/"}),
    ("POST", "accounts.change_password"): Door(form={"current_password": "", "new_password": "a longer password"}),
    ("POST", "accounts.confirm"): Door(form={"email": MAIL, "code": "123456", "back": "/"}),
    ("POST", "accounts.drop_unfinished"): Door(own="unfinished"),
    ("POST", "accounts.end_others"): Door(),
    ("POST", "accounts.end_sign_in"): Door(values={"session_id": 1}),
    ("POST", "accounts.first_admin"): Door(own="link", form={"email": MAIL, "display_name": "Ruth"}),
    ("POST", "accounts.name"): Door(form={"display_name": "Vera B.", "back": "/"}),
    ("POST", "accounts.erase_me"): Door(form={"email": MAIL, "current_password": "", "texts_too": "y"}),
    ("POST", "accounts.save"): Door(form={"display_name": "Vera B.", "locale": "en", "time_zone": "UTC"}),
    ("POST", "accounts.send"): Door(form={"email": MAIL, "asked": "", "back": "/"}),
    ("POST", "accounts.send_again"): Door(),
    ("POST", "accounts.sign_out"): Door(),
    ("POST", "accounts.try_again"): Door(own="unfinished"),
    ("POST", "admin.archive_board"): Door("board", form={"archived": "1"}),
    ("POST", "admin.board"): Door("board", form=BOARD),
    ("POST", "admin.frames"): Door(form={"sites": "https://www.example.org"}),
    ("POST", "admin.move_board"): Door("board", form={"to": "up"}),
    ("POST", "admin.new_board"): Door(form=BOARD),
    ("POST", "admin.person"): Door(
        values={"person_id": 1}, form={"site_role": "member", "is_moderator": "", "department": "Bar", "staff": ""}
    ),
    ("POST", "admin.retry"): Door(form={"cause": "address"}),
    ("POST", "admin.send_again"): Door(values={"person_id": 1}),
    ("POST", "admin.save"): Door(form=LOOK),
    ("POST", "admin.send_test_mail"): Door(values={"kind": "launched"}),
    ("POST", "admin.statuses"): Door(form={"label-1": "Looking", "colour-1": "blue", "position-1": "1"}),
    ("POST", "demo.play"): Door(form={"as": "vera", "back": "/"}, absent=True),
    ("POST", "demo.start"): Door(absent=True),
    ("POST", "discussion.delete"): Door("comment"),
    ("POST", "discussion.edit"): Door("comment", form={"body": "Yes, and oat."}),
    ("POST", "discussion.post"): Door("talk", form={"body": "Yes.", "parent_id": "", "form_token": ""}),
    ("POST", "feeds.make"): Door(),
    ("POST", "feeds.revoke"): Door(),
    ("POST", "following.follow_a_board"): Door("board"),
    ("POST", "following.follow_idea"): Door("idea"),
    ("POST", "following.forget_a_board"): Door("board"),
    ("POST", "following.mute_a_board"): Door("board"),
    ("POST", "following.mute_idea"): Door("idea"),
    ("POST", "following.unfollow_idea"): Door("idea"),
    ("POST", "following.unmute_idea"): Door("idea"),
    ("POST", "ideas.add"): Door("talk", form={"body": "And it is cheap."}),
    ("POST", "ideas.create"): Door(
        form={"title": "A shelf for umbrellas", "board": "drinks", "body": "Wet.", "email": MAIL, "form_token": ""}
    ),
    ("POST", "ideas.discard"): Door(own="draft"),
    ("POST", "ideas.edit"): Door("idea", form={"title": "A longer shelf", "body": "Very wet."}),
    ("POST", "ideas.preview"): Door(form={"body": "Very wet."}),
    ("POST", "ideas.publish"): Door(own="draft"),
    ("POST", "ideas.retitle"): Door("idea", form={"title": "A clearer title"}),
    ("POST", "ideas.step_back_from_idea"): Door("talk"),
    ("POST", "ideas.take_back_idea"): Door("idea"),
    ("POST", "ideas.vote_for_similar"): Door(
        "idea", form={"title": "A shelf for umbrellas", "different": "Mine is wet"}
    ),
    ("POST", "merging.make"): Door("idea", form={"into": lambda world: str(world.talk.id), "note": "The same wish."}),
    ("POST", "merging.own_idea"): Door("comment", form={"title": "An idea of its own"}),
    ("POST", "merging.undo"): Door("merge", form={"note": "Not the same."}),
    ("POST", "merging.withdraw"): Door(own="withdraw"),
    ("POST", "notifications.choose"): Door(
        form={"mail": "on", "kind-comments": "daily", "board-1": "follow", "quiet_from": "22", "quiet_until": "7"}
    ),
    ("POST", "insights.judge"): Door("idea", form={"change": "1", "clear": "yes"}),
    ("POST", "notifications.open_entry"): Door(values={"idea_id": 1}),
    ("POST", "notifications.open_story"): Door(values={"story_id": 1}),
    ("POST", "notifications.read_all"): Door(),
    ("POST", "notifications.try_again"): Door(),
    ("POST", "notifications.take_returned"): Door(absent=True),
    ("POST", "notifications.unmute_idea"): Door("idea"),
    ("POST", "notifications.unsubscribe_at_once"): Door(own="mail", form={"List-Unsubscribe": "One-Click"}),
    ("POST", "notifications.unsubscribe_from"): Door(
        own="mail", values={"scope": "kind"}, form={"undo": "", "how": "weekly", "topic": "comments", "was": ""}
    ),
    ("POST", "site.set_language"): Door(form={"lang": "en"}),
    ("POST", "site.set_theme"): Door(form={"theme": "dark"}),
    ("POST", "stories.ask"): Door("story"),
    ("POST", "stories.create"): Door(form=STORY),
    ("POST", "stories.discard"): Door("story"),
    ("POST", "stories.edit"): Door("story", form=STORY),
    ("POST", "stories.preview"): Door(form={"body": "# Well", "story": ""}),
    ("POST", "stories.publish"): Door("story"),
    ("POST", "stories.put_back"): Door("story"),
    ("POST", "stories.read"): Door("story", form={"version": "1"}),
    ("POST", "stories.schedule"): Door("story", form={"day": "2027-01-02", "time": "09:00"}),
    ("POST", "stories.take_off"): Door("story"),
    ("POST", "stories.unschedule"): Door("story"),
    ("POST", "voting.cast"): Door("idea", form={"unnamed": "", "size": "list"}),
    ("POST", "voting.name"): Door("idea", form={"unnamed": "1", "size": "idea"}),
    ("POST", "voting.solved"): Door("idea", form={"solves": "yes"}),
    ("POST", "voting.withdraw"): Door("idea", form={"size": "idea"}),
    ("POST", "webhooks.again"): Door(own="call"),
    ("POST", "webhooks.again_since"): Door(own="webhook", form={"since": "2026-03-01"}),
    ("POST", "webhooks.change"): Door(own="webhook", form=WEBHOOK),
    ("POST", "webhooks.delete"): Door(own="webhook"),
    ("POST", "webhooks.new"): Door(form=WEBHOOK),
    ("POST", "webhooks.pause"): Door(own="webhook", form={"paused": "1"}),
    ("POST", "webhooks.rotate"): Door(own="webhook", form={"form_token": "r" * 43, "instead_of": "", "at_once": ""}),
    ("POST", "webhooks.test"): Door(own="webhook"),
    ("POST", "workflow.change_status"): Door("idea", form=STATUS),
    ("POST", "workflow.preview"): Door("idea", form=STATUS),
}


def routes(app):
    """(method, rule, declared gate) of every route that the application has."""
    for rule in sorted(app.url_map.iter_rules(), key=str):
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            yield method, rule, app.view_functions[rule.endpoint].gate


def address(app, method: str, endpoint: str, values: dict) -> str:
    """The path of a door; of `values` it takes what its longest rule names."""
    names = max((rule.arguments for rule in app.url_map.iter_rules(endpoint)), key=len)
    taken = {name: value for name, value in values.items() if name in names}
    return app.url_map.bind("localhost").build(endpoint, taken, method=method)


class World:
    """Real things on one board, all by `author`: an idea, one that was talked about, a comment."""

    def __init__(self, cast, make_idea, board: Board):
        self.board, self.open_board, self.staff = board, cast.drinks, cast.ada
        self.author = newcomer("author")
        with db.session.begin():
            db.session.add(BoardMember(board_id=board.id, person_id=self.author.id, role=BoardRole.LISTED))
        self.idea = make_idea("A quiet corner", author=self.author, board=board)
        self.talk = make_idea("A louder corner", author=self.author, board=board)
        post_comment(self.talk.id, cast.ada, NOW, body="Tell us more.")
        self.comment = post_comment(self.talk.id, self.author, NOW, body="There is none.")
        self.story = story_of(cast.ada, board, "How it went", asked_at=NOW)
        self.told = story_of(cast.ada, board, "How it ended", state="published", published_at=NOW)

    def values(self, door: Door, person: Person | None) -> dict:
        """The parts of a door's address, for `person`."""
        found = dict(door.values)
        if door.on in ("idea", "talk"):
            idea = getattr(self, door.on)
            found |= {"idea_id": idea.id, "slug": idea.slug}
        elif door.on in ("story", "told"):
            story = getattr(self, door.on)
            found |= {"story_id": story.id, "slug": story.slug}
        elif door.on == "merge":
            found["merge_id"] = self.merged().id
        elif door.on == "board":
            found["slug"] = self.board.slug
        elif door.on == "comment":
            found["comment_id"] = self.comment.id
        if door.own:
            found |= OWN[door.own](self, person or self.author)
        return found

    def merged(self) -> Merge:
        """The quiet corner, merged into the louder one."""
        return merge(self.idea.id, self.talk.id, self.staff, NOW, note="The same wish.")

    def form(self, fields: dict) -> dict:
        """A form's fields with the values that ask the database."""
        return {name: value(self) if callable(value) else value for name, value in fields.items()}


def story_of(author: Person, board: Board, title: str, **columns) -> Story:
    """A story as a row, straight into the table."""
    with db.session.begin():
        story = Story(
            board_id=board.id, author_id=author.id, title=title, slug=title.lower().replace(" ", "-"),
            body="Well.", body_html="<p>Well.</p>", excerpt="Well.", created_at=NOW, **columns,
        )  # fmt: skip
        db.session.add(story)
    return story


def newcomer(name: str) -> Person:
    """A member who was not there before."""
    with db.session.begin():
        person = Person(display_name=name.title(), email=f"{name}@example.org", avatar_seed=name, created_at=NOW)
        db.session.add(person)
    return person


def _draft(world, person) -> dict:
    token = f"draft-of-{person.id}-".ljust(43, "x")
    return {
        "draft_id": save_draft(person, NOW, board_id=world.open_board.id, title="Later", body="", form_token=token).id
    }


def _unfinished(world, person) -> dict:
    now = datetime.now(UTC)
    send_code(person.email, now, deed={"deed": "comment", "idea_id": world.idea.id, "body": "Kept"})
    with db.session.begin():
        live = db.select(Pending).where(Pending.email == person.email, Pending.used_at.is_(None))
        pending = db.session.execute(live).scalar_one()
        pending.used_at = now
    return {"pending_id": pending.id}


def _call(world, person) -> dict:
    """A webhook with a call in its log."""
    with db.session.begin():
        hook = Webhook(
            name="A chat", url="https://hooks.example.org/a", kinds=["idea.submitted"], salt=new_token(), created_at=NOW
        )
        db.session.add(hook)
        db.session.flush()
        call = WebhookCall(
            webhook_id=hook.id, message_id=new_token(), state="failed", created_at=NOW, due_at=NOW, log=[]
        )
        db.session.add(call)
    return {"webhook_id": hook.id, "call_id": call.id}


OWN = {
    "call": _call,
    "webhook": _call,
    "draft": _draft,
    "unfinished": _unfinished,
    "mail": lambda world, person: {"token": sign("unsubscribe", [person.id, world.idea.id, "comments"])},
    "withdraw": lambda world, person: {"token": token_of(person.id, world.merged().id, datetime.now(UTC))},
    "feed": lambda world, person: {"token": make_feed_token(person, datetime.now(UTC))},
    "link": lambda world, person: {"token": make_link(datetime.now(UTC)).rsplit("/", 1)[1]},
}
