"""The doors of one's own news: inbox and preferences."""

from flask import Blueprint, g, redirect, request, url_for
from sqlalchemy import select
from werkzeug.local import LocalProxy

from ideaboard.extensions import db
from ideaboard.following.follows import unmute
from ideaboard.models import Board, Idea
from ideaboard.notifications import inbox as entries
from ideaboard.notifications import preferences as chosen
from ideaboard.notifications import words
from ideaboard.web.gate import gate, viewer
from ideaboard.web.globals import current_site, request_now
from ideaboard.web.swap import page

notifications = Blueprint("notifications", __name__)


@notifications.app_context_processor
def header():
    """`unread_count` for the header: asked when a template wants it, once a request."""
    return {"unread_count": LocalProxy(_unread)}


def _unread() -> int:
    if "unread_count" not in g:
        g.unread_count = entries.unread_count(viewer())
    return g.unread_count


# How an entry of the inbox reads, in its template.
notifications.add_app_template_global(words.because_words)
notifications.add_app_template_global(words.status_line, "news_status_line")
notifications.add_app_template_global(words.merge_line, "news_merge_line")


@notifications.get("/me/inbox")
@gate("person.self")
def inbox():
    groups, cursors = entries.inbox_of(viewer(), after=request.args.get("after"), before=request.args.get("before"))
    return page("notifications/inbox.html", groups=groups, cursors=cursors)


@notifications.post("/me/inbox/read")
@gate("person.self")
def read_all():
    entries.mark_read(viewer(), request_now())
    return redirect(url_for("notifications.inbox"), 303)


@notifications.post("/me/inbox/ideas/<int:idea_id>")
@gate("person.self")
def open_entry(idea_id: int):
    """Marks what the inbox says about an idea as read, and leads there."""
    entries.mark_read(viewer(), request_now(), idea_id if idea_id < 2**53 else 0)
    return redirect(url_for("ideas.show", idea_id=idea_id, slug="news"), 303)


@notifications.post("/me/inbox/stories/<int:story_id>")
@gate("person.self")
def open_story(story_id: int):
    """The same for a story, whose own page says when it is not there any more."""
    entries.mark_read(viewer(), request_now(), story_id=story_id if story_id < 2**53 else 0)
    return redirect(url_for("stories.show", story_id=story_id, slug="news"), 303)


@notifications.get("/me/preferences")
@gate("person.self")
def preferences():
    return _preferences_page(chosen.choices_of(viewer()), chosen.wishes_of(viewer()), chosen.quiet_of(viewer()))


def _preferences_page(choices: dict, wishes: dict, quiet: tuple, error: str = ""):
    boards = db.session.execute(select(Board).where(Board.visible_to(viewer())).order_by(Board.position, Board.id))
    answer = page(
        "notifications/preferences.html",
        choices=choices,
        boards=list(boards.scalars()),
        wishes=wishes,
        quiet=quiet,
        quiet_error=error,
        muted=chosen.muted_ideas(viewer()),
        mails=chosen.mails_lately(viewer(), request_now()),
        zone=viewer().time_zone or current_site().time_zone,
        clock=words.hour_words,
        mail=request.form.get("mail") == "on" if error else viewer().mail_stopped_at is None,
        saved="saved" in request.args,
    )
    return (answer, 422) if error else answer


@notifications.post("/me/preferences")
@gate("person.self")
def choose():
    form = request.form
    boards = {int(k[6:]): v for k, v in form.items() if k.startswith("board-") and k[6:].isdecimal() and len(k) < 22}
    kinds = {k[5:]: v for k, v in form.items() if k.startswith("kind-")}
    quiet = (form.get("quiet_from", ""), form.get("quiet_until", ""))
    try:
        chosen.choose(viewer(), request_now(), kinds=kinds, boards=boards, mail=form.get("mail") == "on", quiet=quiet)
    except chosen.BadHours as refusal:
        return _preferences_page({**chosen.choices_of(viewer()), **kinds}, boards, quiet, str(refusal))
    return redirect(url_for("notifications.preferences", saved=1), 303)


@notifications.post("/me/preferences/address")
@gate("person.self")
def try_again():
    chosen.try_address_again(viewer())
    return redirect(url_for("notifications.preferences", saved=1), 303)


@notifications.post("/me/preferences/ideas/<int:idea_id>/unmute")
@gate("idea.follow", "idea")
def unmute_idea(idea: Idea):
    unmute(idea, viewer())
    return redirect(url_for("notifications.preferences", saved=1), 303)
