"""The doors of voting."""

from functools import partial

from flask import Blueprint, request

from ideaboard.following.follows import follow_of
from ideaboard.foundation.database import end_reading
from ideaboard.models import Idea
from ideaboard.models.idea_glance import IdeaGlance
from ideaboard.voting.aftermath import answer_solved
from ideaboard.voting.ballot import Ballot, MayNotVote, VotingClosed, cast_vote, name_vote, withdraw_vote
from ideaboard.voting.ballots import ballots_of, solved_counts, solved_of, voters_of
from ideaboard.voting.counts import hides_count
from ideaboard.web.addresses import path_of
from ideaboard.web.asking import ask_for_address
from ideaboard.web.fragments import vote_button
from ideaboard.web.gate import VERB_DECIDES, gate, load_idea, viewer
from ideaboard.web.globals import request_now
from ideaboard.web.swap import answer, answer_made, page
from ideaboard.web.throttle import spend, spend_along
from ideaboard.workflow.endings import ending_of

voting = Blueprint("voting", __name__)
# Where the button stands, and so what the answer puts anew: an idea's page, a list, the roadmap, what was launched.
SIZES = ("idea", "list", "card", "launch")


@voting.app_template_global()
def count_hidden(idea: Idea | IdeaGlance, my_vote) -> bool:
    """Whether the reader sees no number of votes of this idea."""
    return hides_count(idea, viewer(), has_voted=bool(my_vote))


@voting.post("/ideas/<int:idea_id>/vote")
@gate("idea.vote", VERB_DECIDES, guests_pass=True)
def cast(idea_id: int):
    unnamed, person = bool(request.form.get("unnamed")), viewer()
    if person is None:
        idea = load_idea(idea_id)
        end_reading()
        return ask_for_address("vote", {"idea_id": idea_id, "unnamed": unnamed}, idea=idea)
    budget = "vote", person.id, request_now()
    try:
        ballot = cast_vote(idea_id, person, request_now(), unnamed=unnamed, along=partial(spend_along, *budget))
    except (MayNotVote, VotingClosed):
        spend(*budget)  # a try counts too
        raise
    return _answer(ballot)


@voting.post("/ideas/<int:idea_id>/vote/withdraw")
@gate("idea.follow", VERB_DECIDES)
def withdraw(idea_id: int):
    return _answer(withdraw_vote(idea_id, viewer()))


@voting.post("/ideas/<int:idea_id>/vote/name")
@gate("idea.follow", "idea")
def name(idea: Idea):
    name_vote(idea.id, viewer(), unnamed=bool(request.form.get("unnamed")))
    return _button(idea.id)


@voting.post("/ideas/<int:idea_id>/solved")
@gate("idea.follow", "idea")
def solved(idea: Idea):
    answer_solved(idea, viewer(), request_now(), solves=request.form.get("solves") == "yes")
    return _button(idea.id)


@voting.get("/ideas/<int:idea_id>/voters")
@gate("idea.see_voters", "idea")
def voters(idea: Idea):
    found = voters_of(idea, after=request.args.get("after"), before=request.args.get("before"))
    return page("voting/voters.html", idea=idea, voters=found)


def _answer(ballot: Ballot):
    """In a list nothing but the button changes, and what the deed gave back is all that it shows."""
    if request.form.get("size", "list") != "list":
        return _button(ballot.idea.id)
    return answer_made(partial(_button_of_list, ballot.idea, ballot.stands), partial(_shown_at, ballot.idea))


def _button_of_list(idea: IdeaGlance, stands: bool) -> str:
    return vote_button(idea, stands, None if count_hidden(idea, stands) else idea.votes_count, True)


def _shown_at(idea: Idea | IdeaGlance) -> str:
    return path_of("ideas.show", idea_id=idea.id, slug=idea.slug)


def _button(idea_id: int):
    idea = load_idea(idea_id)
    size = request.form.get("size")
    return answer(
        "voting/cast.htmx.html",
        _shown_at(idea),
        idea=idea,
        size=size if size in SIZES else "list",
        solved=solved_counts([idea.id]).get(idea.id, (0, 0)) if size == "launch" else None,
        my_vote=ballots_of([idea.id], viewer()).get(idea.id),
        my_solved=solved_of(idea, viewer()),
        my_follow=follow_of(idea, viewer()),
        ending=ending_of(idea),
    )
