"""Promise 4: what a person may not see leaves no trace anywhere.

Two sites that differ only in a board for listed members must look the same, byte for byte, to a guest and to Oskar:
every GET route is asked before and after the board is filled. A new route is in at once; one that needs values gets
them in VALUES.
"""

import re
from datetime import timedelta

import pytest

from ideaboard.discussion.comments import post_comment
from ideaboard.extensions import db
from ideaboard.following.follows import follow
from ideaboard.foundation.database import transaction
from ideaboard.ideas.drafts import save_draft
from ideaboard.models import Board, Picture, Status, StatusChange, Story, StoryIdea
from ideaboard.search.indexing import index_idea
from ideaboard.similar.indexing import learn
from ideaboard.voting.ballot import cast_vote
from tests.conftest import NOW

SECRET = "Zanzibar"  # in every title and text of the hidden board
# What a route's values are: an idea and a comment of the hidden board are asked for besides these.
VALUES = {
    "slug": "panel",
    "stem": "app",
    "digest": "0" * 64,
    "ext": "jpg",
    "kind": "css",
    "token": "x",
    "name": "x",
    "filename": "x",
}
QUERIES = (
    "board=panel",
    "mine=votes",
    "mine=follows",
    "sort=votes",
    "status=launched",
    "status=received",
    f"title={SECRET}",
    f"title={SECRET}+{SECRET}+7",  # three words: similar ideas are looked for
    f"q={SECRET}",
)
LISTS = (
    "/roadmap",
    "/launched",
    "/",
    "/ideas",
    "/ideas/new",
    "/boards/panel",
    "/me/ideas",
    "/ideas/similar",
    "/search",
    "/staff",
    "/staff/stories",
    "/stories",
)
# Pages that show the moment, or are no pages of the community.
LEFT_OUT = {"/patterns", "/healthz", "/readyz", "/metrics"}


def paths_of(app, idea_id, comment_id, story_id=1) -> list[str]:
    """Every address that GET reaches, with the hidden things' numbers in it."""
    found = set()
    with app.test_request_context():
        adapter = app.url_map.bind("localhost")
        for rule in app.url_map.iter_rules():
            if "GET" not in rule.methods or rule.rule in LEFT_OUT:
                continue
            numbers = {"idea_id": idea_id, "comment_id": comment_id, "story_id": story_id}
            values = {name: numbers.get(name, VALUES.get(name, 1)) for name in rule.arguments}
            path = adapter.build(rule.endpoint, values, method="GET")
            found.add(path)
            found |= {f"{path}?{query}" for query in QUERIES if path in LISTS}
    return sorted(found)


def looks(client, path):
    """What a person gets of an answer: status, where it leads, its tag, and its words."""
    answer = client.get(path)
    words = re.sub(r'(name="form_token"[^>]*value=|value=)"[\w-]{43}"', "", answer.text)
    words = re.sub(r'<input[^>]*name="(form_token|asked)"[^>]*>', "", words)
    return answer.status_code, answer.location, "ETag" in answer.headers, words


def make_story(title, **columns) -> Story:
    """A story as a row, published for everyone unless said otherwise."""
    texts = {"title": title, "slug": title.lower(), "body": title, "body_html": title, "excerpt": title}
    story = Story(**{**texts, "created_at": NOW, "state": "published", "published_at": NOW, **columns})
    db.session.add(story)
    db.session.commit()
    return story


def tell_of(idea, cast):
    """A published story of the hidden board, one of its drafts, and a picture under the digest that is asked for."""
    panel, ada = cast.panel.id, cast.ada.id
    story = make_story(SECRET, board_id=panel, author_id=ada)
    make_story(SECRET, board_id=panel, author_id=ada, state="draft", published_at=None, asked_at=NOW)
    db.session.add(StoryIdea(story_id=story.id, idea_id=idea.id))
    db.session.add(
        Picture(story_id=story.id, digest="0" * 64, content_type="image/jpeg", width=1, height=1, data=SECRET.encode(),
                uploaded_at=NOW)
    )  # fmt: skip
    db.session.commit()


@pytest.fixture
def fill_panel(db, cast, make_idea):
    """Fill the hidden board: ideas in all standings, votes, comments, follows, drafts."""

    def fill():
        made = []
        for n in range(23):
            made.append(
                make_idea(f"{SECRET} {n}", board=cast.panel, author=cast.lena, at=NOW + timedelta(hours=n), body=SECRET)
            )
        for stage, outcome in [("launched", None), ("reviewed", "want"), ("coming_soon", None)]:
            idea = made.pop()
            status = db.session.execute(db.select(Status).where(Status.stage == stage)).scalars().first()
            change = StatusChange(
                idea_id=idea.id, status_id=status.id, stage=stage, outcome=outcome, text=f"{SECRET} it is",
                html="", actor_id=cast.ada.id, changed_at=NOW,
            )  # fmt: skip
            db.session.add(change)
            db.session.flush()
            idea.change_id, idea.status_id, idea.standing = change.id, status.id, change.standing
            db.session.commit()
        with transaction():
            learn([idea.id for idea in made])
            for idea in made:
                index_idea(idea)
        idea = made[0]
        cast_vote(idea.id, cast.ada, NOW)
        comment = post_comment(idea.id, cast.ada, NOW, body=f"{SECRET} indeed", parent_id=None, form_token=None)
        follow(idea, cast.mo, NOW)
        save_draft(cast.lena, NOW, board_id=cast.panel.id, title=SECRET, body=SECRET, form_token="d" * 40)
        tell_of(idea, cast)
        return idea, comment

    return fill


@pytest.mark.parametrize("who", ["guest", "oskar"])
def test_a_board_for_listed_members_leaves_no_trace(
    who, app, db, cast, client_of, guest, make_idea, fill_panel, monkeypatch
):
    # How we answer says of which minute its figures are; both looks are of one.
    monkeypatch.setattr("ideaboard.insights.views.request_now", lambda: NOW + timedelta(days=30))
    make_idea("Seen by all", author=cast.noor)
    db.session.add(Board(slug="food", name="Food", created_at=NOW))  # with one board, home would be that board
    db.session.commit()
    client = guest if who == "guest" else client_of(cast.oskar)
    # The numbers that the hidden things will have are asked for while nothing is there yet: missing looks like this.
    seen = make_idea("Also seen")
    next_idea = seen.id + 1
    next_comment = post_comment(seen.id, cast.noor, NOW, body="Yes", parent_id=None, form_token=None).id + 1
    next_story = make_story("Seen too").id + 1
    paths = paths_of(app, next_idea, next_comment, next_story)
    before = {path: looks(client, path) for path in paths}
    idea, comment = fill_panel()
    assert (idea.id, comment.id) == (next_idea, next_comment)
    assert db.session.scalar(db.select(db.func.min(Story.id)).where(Story.title == SECRET)) == next_story
    db.session.commit()
    for path in paths:
        after = looks(client, path)
        assert SECRET in path or SECRET not in after[3], path
        assert "Panel" not in after[3], path
        assert after == before[path], path


def test_a_right_that_ends_ends_with_the_next_request(db, cast, client_of, fill_panel):
    idea, _ = fill_panel()
    lena = client_of(cast.lena)
    assert SECRET in lena.get("/").text
    db.session.execute(db.text("DELETE FROM board_member WHERE person_id = :p"), {"p": cast.lena.id})
    db.session.commit()
    for path in ("/", "/ideas", "/boards", "/boards/panel", f"/ideas/{idea.id}"):
        assert SECRET not in lena.get(path).text, path
