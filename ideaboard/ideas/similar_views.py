"""The doors of similar ideas: suggestions while a title is typed, and a vote for one of them in place of posting."""

from flask import request

from ideaboard.foundation.database import end_reading
from ideaboard.ideas.views import ideas
from ideaboard.ideas.writing_views import form_again, words_in_form
from ideaboard.models import Idea
from ideaboard.site.suggestions import suggestions_for
from ideaboard.voting.ballot import cast_vote, withdraw_vote
from ideaboard.voting.ballots import ballots_of
from ideaboard.web.asking import ask_for_address, asked_for
from ideaboard.web.gate import gate, viewer
from ideaboard.web.globals import request_now
from ideaboard.web.swap import page_or_fragment, wants_fragment
from ideaboard.web.throttle import spend


@ideas.get("/ideas/similar")
@gate("idea.read")
def similar():
    return _suggested(request.args.get("title", ""), request.args.get("different", ""))


@ideas.post("/ideas/<int:idea_id>/similar/vote")
@gate("idea.vote", "idea", guests_pass=True)
def vote_for_similar(idea: Idea):
    """Vote for a suggestion, or withdraw; everything typed comes again with the form."""
    if viewer() is None:
        asked = _vote_of_guest(idea)
        return ask_for_address(*asked, idea=idea) if wants_fragment() else form_again(asked_for(*asked))
    mine = ballots_of([idea.id], viewer())
    end_reading()
    if mine:
        withdraw_vote(idea.id, viewer())
    else:
        spend("vote", viewer().id, request_now())
        cast_vote(idea.id, viewer(), request_now())
    if wants_fragment():
        return _suggested(request.form.get("title", ""), request.form.get("different", ""))
    return form_again()


def _vote_of_guest(idea: Idea) -> tuple[str, dict]:
    """(deed, facts): the vote, and with it what is typed so far. Raises NotAnIdea: what cannot be kept stays typed."""
    facts = {"idea_id": idea.id}
    if not request.form.get("title", "").strip():
        return "vote", facts
    return "vote_while_writing", facts | words_in_form()


def _suggested(title: str, different: str):
    found = suggestions_for(title, viewer())
    return page_or_fragment(
        "similar/index.html", "similar/_suggestions.html", suggestions=found, title=title, different=different
    )
