"""The doors of the workflow: staff answer an idea and move it on."""

from functools import lru_cache

from flask import Blueprint, flash, g, request, url_for
from sqlalchemy import select

from ideaboard.extensions import get_locale, gettext, ngettext
from ideaboard.foundation.database import end_reading
from ideaboard.foundation.kept import Kept
from ideaboard.foundation.refusals import Refusal
from ideaboard.ideas.history import additions_of, versions_of
from ideaboard.insights.clearness import clear_of
from ideaboard.merging.history import steps_of_merges
from ideaboard.models import Idea, Status
from ideaboard.models.vocabulary import STEPS, Stage
from ideaboard.voting.ballots import ballots_of, solved_of
from ideaboard.web.gate import gate, load_idea, viewer
from ideaboard.web.globals import request_now
from ideaboard.web.swap import answer, invalid, page_or_fragment, wants_fragment
from ideaboard.web.throttle import spend
from ideaboard.workflow.answers import pinned_answer
from ideaboard.workflow.endings import ending_of
from ideaboard.workflow.forms import StatusForm, form_for, letter_of, number
from ideaboard.workflow.history import changes_of
from ideaboard.workflow.linked import link_of
from ideaboard.workflow.progress import ChangedMeanwhile, change_status
from ideaboard.workflow.timeline import timeline_of
from ideaboard.workflow.tracker import steps_of
from ideaboard.workflow.transitions import ChangeNotPossible
from ideaboard.workflow.words import (
    STAGE_WORDS,
    badge_icon,
    badge_kind,
    outcome_words,
    standings_offered,
    status_label,
    status_words,
)

workflow = Blueprint("workflow", __name__)
for word in (status_words, status_label, outcome_words, badge_kind, badge_icon, link_of):
    workflow.add_app_template_global(word)


@workflow.app_template_global()
def under_review_label() -> str:
    """The label of Under review: a site may show received ideas under it."""
    first = next((status for status in _statuses() if status.stage == Stage.UNDER_REVIEW), None)
    return status_label(first) if first else str(STAGE_WORDS[Stage.UNDER_REVIEW])


@workflow.app_template_global("standings_offered")
def offered() -> list[tuple[str, str]]:
    """[(what `status=` of a list names, its label)] as the admin named them."""
    return list(_offered(tuple(_statuses()), str(get_locale())))


@lru_cache(maxsize=100)
def _offered(statuses: tuple, _language: str) -> tuple[tuple[str, str], ...]:
    """Thirty sentences, of which each page of a list asks."""
    return tuple(standings_offered(statuses))


def _statuses() -> list:
    """What is shown of each status, in the order of their stages, then the admin's. Read once a request."""
    if "statuses" not in g:
        g.statuses = sorted(_STATUSES.all(), key=lambda status: STEPS.index(status.stage))
    return g.statuses


_STATUSES = Kept(
    lambda _: select(Status.id, Status.stage, Status.label, Status.colour).order_by(Status.position, Status.id)
)


@workflow.get("/ideas/<int:idea_id>/status")
@gate("idea.change_status", "idea")
def status(idea: Idea):
    return _form(idea, form_for(idea))


@workflow.post("/ideas/<int:idea_id>/status", endpoint="change_status")
@gate("idea.change_status", "idea")
def publish(idea: Idea):
    form = form_for(idea, request.form)
    end_reading()
    try:
        change_status(idea.id, viewer(), request_now(), **form.asked())
    except ChangeNotPossible as refusal:
        for one in (refusal, *refusal.others):
            form.refuse(one)
        return _form(load_idea(idea.id), form, refused=True)
    except ChangedMeanwhile as refusal:
        return _changed_meanwhile(idea, form, refusal)
    words = gettext("Published.")
    if people := form.reach.people:
        words = ngettext("Published: this tells %(num)s person.", "Published: this tells %(num)s people.", people)
    if not wants_fragment():
        flash(words)
    idea = load_idea(idea.id)
    back = url_for("ideas.show", idea_id=idea.id, slug=idea.slug, _anchor="answer")
    return answer(
        "workflow/change_status.htmx.html",
        back,
        form=form_for(idea),
        words=words,
        size="idea",
        my_vote=ballots_of([idea.id], viewer()).get(idea.id),
        my_solved=solved_of(idea, viewer()),
        ending=ending_of(idea),
        **parts(idea),
    )


@workflow.post("/ideas/<int:idea_id>/status/preview")
@gate("idea.change_status", "idea")
def preview(idea: Idea):
    """The mail as one of the people would get it; nothing is changed or sent."""
    spend("preview", viewer().id, request_now())
    form = form_for(idea, request.form)
    form.letter = letter_of(form)
    if wants_fragment():
        return page_or_fragment("workflow/status.html", "workflow/_letter.html", idea=idea, form=form)
    return _form(idea, form)


def parts(idea: Idea) -> dict:
    """{steps, change, clear, timeline, idea}: what the partials of this room show, from one query of changes."""
    changes = changes_of(idea)
    change = pinned_answer(idea, changes)
    return {
        "idea": idea,
        "steps": steps_of(idea, changes),
        "change": change,
        "clear": clear_of(change, idea, viewer()),
        "timeline": timeline_of(
            idea, viewer(), changes, additions_of(idea), versions_of(idea), steps_of_merges(idea, viewer())
        ),
    }


def _form(idea: Idea, form: StatusForm, *, refused: bool = False):
    if refused:
        return invalid("workflow/status.html", "workflow/_status_form.html", "#status-form", form=form, **parts(idea))
    return page_or_fragment("workflow/status.html", "workflow/_status_form.html", form=form, **parts(idea))


def _changed_meanwhile(idea: Idea, form: StatusForm, refusal: Refusal):
    """What happened meanwhile, with everything typed kept; sending it once more is then on purpose."""
    idea = load_idea(idea.id)
    seen = number(form.written_against.data) or 0
    again = form_for(idea, request.form)
    again.written_against.data = str(idea.change_id or "")
    again.refusal = str(refusal)
    again.meanwhile = [change for change in changes_of(idea) if change.id > seen]
    response = _form(idea, again, refused=True)
    if not wants_fragment():  # htmx swaps a 422 and shows a 409 as a passing sentence
        response.status_code = 409
    return response
