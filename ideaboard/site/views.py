"""The home of the site, and what machines ask of it."""

from flask import Blueprint

from ideaboard.boards.directory import boards_seen_by, sight_of
from ideaboard.ideas.listing import Filter, idea_counts
from ideaboard.site.lists import list_of
from ideaboard.site.proof import deeds_of, figures_of
from ideaboard.stories.reading import latest
from ideaboard.web.gate import gate, viewer
from ideaboard.web.globals import request_now
from ideaboard.web.seeing import showed
from ideaboard.web.swap import page

site = Blueprint("site", __name__)
IDEAS_AT_HOME = 12  # the rest is one press away; 20 made the first view too large


@site.get("/")
@gate("site.read")
def home():
    """What was asked and done lately, then ideas; with one board, that board."""
    sight = sight_of(viewer())
    only = next(iter(boards_seen_by(viewer())), None) if len(sight.boards) == 1 else None
    shown = list_of(Filter(board=only), viewer(), size=IDEAS_AT_HOME, sight=sight)
    showed(idea.id for idea in shown["rows"].page.items)
    return page(
        "site/home.html",
        board=only,
        counts=idea_counts(viewer(), sight),
        figures=figures_of(viewer(), request_now(), only),
        deeds=deeds_of(viewer(), only),
        story=latest(viewer()),
        **shown,
        place="ideas.index",
    )
