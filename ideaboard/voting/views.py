"""The doors of voting."""

from flask import Blueprint, request, url_for

from ideaboard.models import Idea
from ideaboard.voting.ballot import cast_vote, withdraw_vote
from ideaboard.web.asking import ask_for_address
from ideaboard.web.gate import gate, load_idea, viewer
from ideaboard.web.globals import request_now
from ideaboard.web.swap import answer
from ideaboard.web.throttle import spend

voting = Blueprint("voting", __name__)


@voting.post("/ideas/<int:idea_id>/vote")
@gate("idea.vote", "idea", guests_pass=True)
def cast(idea: Idea):
    if viewer() is None:
        return ask_for_address("vote", {"idea_id": idea.id, "unnamed": bool(request.form.get("unnamed"))}, idea=idea)
    spend("vote", viewer().id, request_now())
    cast_vote(idea.id, viewer(), request_now(), unnamed=bool(request.form.get("unnamed")))
    return _button(idea.id)


@voting.post("/ideas/<int:idea_id>/vote/withdraw")
@gate("idea.follow", "idea")
def withdraw(idea: Idea):
    withdraw_vote(idea.id, viewer())
    return _button(idea.id)


def _button(idea_id: int):
    idea = load_idea(idea_id)
    return answer("voting/cast.htmx.html", url_for("ideas.show", idea_id=idea.id, slug=idea.slug), idea=idea)
