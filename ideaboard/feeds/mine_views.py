"""A person's private feed: made and ended at /me/feeds, read by whoever holds its key. (On the blueprint of feeds.)"""

from flask import Response, flash, url_for

from ideaboard.extensions import force_locale, gettext
from ideaboard.feeds import scopes
from ideaboard.feeds.tokens import feed_token_of, holder_of, make_feed_token, revoke_feed_token
from ideaboard.feeds.views import answer_feed, feeds
from ideaboard.foundation.links import links
from ideaboard.foundation.refusals import Missing
from ideaboard.foundation.tokens import derive
from ideaboard.web.gate import gate, viewer
from ideaboard.web.globals import LANGUAGES, current_site, request_now
from ideaboard.web.swap import go, page

# The address is a key: it goes to no other site and into no cache.
_PRIVATE = {"Cache-Control": "private, no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}


@feeds.get("/me/feeds")
@gate("person.self")
def my_feeds():
    return page("feeds/mine.html", kept=feed_token_of(viewer()), address=None)


@feeds.post("/me/feeds")
@gate("person.self")
def make():
    """The address is shown in this answer and never again."""
    token = make_feed_token(viewer(), request_now())
    response = page("feeds/mine.html", kept=feed_token_of(viewer()), address=links.public("feeds.mine", token=token))
    response.headers.update(_PRIVATE)
    return response


@feeds.post("/me/feeds/revoke")
@gate("person.self")
def revoke():
    if revoke_feed_token(viewer()):
        flash(gettext("Your feed has ended: its address leads nowhere now."))
    return go(url_for("feeds.my_feeds"))


@feeds.get("/feeds/mine/<token>.atom")
@gate("token.holder", token_route=True)
def mine(token: str) -> Response:
    """What its owner may see now; the session of whoever asks does not matter."""
    person = holder_of(token, request_now())
    if person is None:
        raise Missing(gettext("This feed is not here."))
    language = person.locale if person.locale in LANGUAGES else current_site().locale
    with force_locale(language):
        title = f"{gettext('What I follow')} · {current_site().name}"
        key = f"feed/mine/{derive('feed', person.id).hex()[:16]}"
        # No address of its own in it: a feed that is handed on would hand on its key.
        response = answer_feed(key, title, links.public("ideas.my_follows"), None, language, scopes.of_follows(person))
    del response.headers["Last-Modified"]
    response.headers.update(_PRIVATE)
    return response
