"""Reading ideas: the list, and the page of one."""

from urllib.parse import urlencode

from flask import Blueprint, g, request, url_for

from ideaboard.discussion.views import talk_of
from ideaboard.foundation.database import one_reading
from ideaboard.ideas import promises
from ideaboard.ideas.leaving import can_be_taken_back
from ideaboard.ideas.listing import Filter
from ideaboard.ideas.orders import ORDER_MEANINGS, ORDER_WORDS
from ideaboard.models import Idea
from ideaboard.permissions import allows
from ideaboard.similar.pairs import duplicates_of
from ideaboard.site.lists import list_of
from ideaboard.site.parts import parts_of
from ideaboard.voting.support import end_of
from ideaboard.web.frames import list_page
from ideaboard.web.gate import gate, load_board, load_idea, viewer
from ideaboard.web.globals import current_site, request_now
from ideaboard.web.idea_parts import article_and_story
from ideaboard.web.seeing import showed
from ideaboard.web.swap import page, redirect_for_good
from ideaboard.workflow.forms import form_offered

ideas = Blueprint("ideas", __name__)


@ideas.app_template_global()
def first_look_words(idea: Idea) -> str:
    """'first look by Friday', in the reader's language and the site's zone."""
    zone = current_site().time_zone
    return promises.first_look_words(
        idea.visible_at or idea.created_at, idea.board.first_look_days, request_now(), zone
    )


@ideas.app_template_global()
def order_words(sort: str) -> str:
    return str(ORDER_WORDS[sort])


@ideas.app_template_global()
def order_meaning(sort: str) -> str:
    """What stands above the rows where an order does not speak for itself, or ''."""
    return str(ORDER_MEANINGS.get(sort, ""))


@ideas.app_template_global()
def list_url(place: str, wanted: Filter, after: str | None = None, before: str | None = None, **changes) -> str:
    """The address of a list; on a board's own page its slug is the path."""
    values = wanted.values(**changes)
    slug = values.pop("board", None) if place == "boards.show" else None
    paths = g.setdefault("paths_of_lists", {})
    if (place, slug) not in paths:  # a page has some forty such links
        paths[place, slug] = url_for(place, slug=slug)
    values |= {name: cursor for name, cursor in (("after", after), ("before", before)) if cursor}
    return paths[place, slug] + (f"?{urlencode(values)}" if values else "")


@ideas.get("/ideas")
@gate("idea.read")
def index():
    slug = request.args.get("board", "")
    wanted = Filter.read(request.args, viewer(), load_board(slug) if slug else None)
    with one_reading():
        shown = list_of(wanted, viewer(), after=request.args.get("after"), before=request.args.get("before"))
        if not wanted.mine:  # one's own ideas are not put before anybody
            showed(idea.id for idea in shown["rows"].page.items)
        return list_page(
            "ideas/index.html",
            "ideas/more.htmx.html",
            **shown,
            place="ideas.index",
        )


@ideas.get("/ideas/<int:idea_id>")
@ideas.get("/ideas/<int:idea_id>-")
@ideas.get("/ideas/<int:idea_id>-<slug>")
@gate("idea.read")
def show(idea_id: int, slug: str = ""):
    idea = load_idea(idea_id, merged=True)
    if idea.merged_into_id is not None:
        into = load_idea(end_of(idea.id))
        return redirect_for_good(url_for("ideas.show", idea_id=into.id, slug=into.slug))
    if slug != idea.slug:
        return redirect_for_good(url_for("ideas.show", idea_id=idea.id, slug=idea.slug))
    showed([idea.id])
    merges = allows(viewer(), "idea.merge", idea)
    duplicates = duplicates_of([idea.id], viewer()).get(idea.id, []) if merges else None
    parts = parts_of(idea, viewer(), after=request.args.get("after"), before=request.args.get("before"))
    status_form = form_offered(idea)
    article, story = article_and_story(
        idea,
        parts,
        status_form=status_form,
        takes_back=can_be_taken_back(idea),
        made_anew=bool(status_form or merges or idea.has_kin),
    )
    return page(
        "ideas/show.html",
        idea=idea,
        article=article,
        talk=talk_of(idea, parts["thread"]) if not idea.taken_back_at else "",
        story=story,
        duplicates=duplicates,
        my_follow=parts["my_follow"],
        followed=parts["followed"],
        stories=parts["stories"],
    )
