"""The doors of the public feeds: what a guest may see, whoever asks, in the site's language."""

from flask import Blueprint, Response

from ideaboard.boards.directory import boards_seen_by
from ideaboard.extensions import force_locale, gettext
from ideaboard.feeds import scopes
from ideaboard.feeds.atom import MIMETYPE, Feed, atom
from ideaboard.feeds.entries import Entry
from ideaboard.foundation.links import links
from ideaboard.models import Board, Idea
from ideaboard.web.gate import gate
from ideaboard.web.globals import current_site
from ideaboard.web.swap import page

feeds = Blueprint("feeds", __name__)


@feeds.get("/feeds")
@gate("site.read")
def index():
    """Which feeds there are. Boards that guests do not see have none; a private feed has what its owner sees."""
    return page("feeds/index.html", boards=boards_seen_by(None))


@feeds.get("/feeds/site.atom")
@gate("site.read", as_guest=True)
def site():
    return _public("feed/site", None, links.public("site.home"), scopes.of_site, endpoint="feeds.site")


@feeds.get("/feeds/boards/<slug>.atom")
@gate("board.read", "board", as_guest=True)
def board(board: Board):
    where = {"endpoint": "feeds.board", "slug": board.slug}
    return _public(
        f"feed/board/{board.id}",
        board.name,
        links.public("boards.show", slug=board.slug),
        lambda: scopes.of_board(board),
        **where,
    )


@feeds.get("/feeds/ideas/<int:idea_id>.atom")
@gate("idea.read", "idea", as_guest=True)
def idea(idea: Idea):
    there = links.public("ideas.show", idea_id=idea.id, slug=idea.slug)
    where = {"endpoint": "feeds.idea", "idea_id": idea.id}
    return _public(f"feed/idea/{idea.id}", idea.title, there, lambda: scopes.of_idea(idea), **where)


@feeds.get("/feeds/stories.atom")
@gate("site.read", as_guest=True)
def stories():
    there = links.public("stories.index")
    return _public("feed/stories", lambda: gettext("Stories"), there, scopes.of_stories, endpoint="feeds.stories")


@feeds.get("/feeds/launched.atom")
@gate("idea.read", as_guest=True)
def launched():
    there = links.public("roadmap.launched")
    return _public("feed/launched", lambda: gettext("Launched"), there, scopes.of_launches, endpoint="feeds.launched")


def _public(key: str, name, there: str, read, *, endpoint: str, **values) -> Response:
    site = current_site()
    with force_locale(site.locale):
        name = name() if callable(name) else name
        title = f"{name} · {site.name}" if name else site.name
        return answer_feed(key, title, there, links.public(endpoint, **values), site.locale, read())


def answer_feed(key: str, title: str, there: str, address: str | None, language: str, found: list[Entry]) -> Response:
    """The feed as an answer. Who may keep it is decided by web/finish.py, unless the door says so itself."""
    feed = Feed(key, title, there, address, language, found)
    response = Response(atom(feed), content_type=f"{MIMETYPE}; charset=utf-8")
    if found:
        response.last_modified = feed.updated
    return response
