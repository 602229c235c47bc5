"""What an author does with an idea that is shared, and staff with its title."""

from flask import flash, request, url_for

from ideaboard.extensions import gettext
from ideaboard.foundation.markdown import clean_text, render
from ideaboard.foundation.refusals import Refusal
from ideaboard.ideas.editing import NobodyTookPart, OthersTookPart, add_to_idea, edit_idea, retitle_idea
from ideaboard.ideas.forms import AdditionForm, EditForm, TitleForm
from ideaboard.ideas.history import versions_of
from ideaboard.ideas.leaving import step_back, take_back
from ideaboard.ideas.views import ideas
from ideaboard.ideas.wording import BODY_MAX
from ideaboard.models import Idea
from ideaboard.web.errors import STATUS
from ideaboard.web.gate import gate, viewer
from ideaboard.web.globals import request_now
from ideaboard.web.swap import go, page


@ideas.get("/ideas/<int:idea_id>/edit")
@gate("idea.edit", "idea")
def edit_form(idea: Idea):
    if idea.others_took_part_at is not None:
        return go(url_for("ideas.addition_form", idea_id=idea.id))
    return page("ideas/edit.html", idea=idea, form=EditForm(title=idea.title, body=idea.body), html=None)


@ideas.post("/ideas/<int:idea_id>/edit")
@gate("idea.edit", "idea")
def edit(idea: Idea):
    form = EditForm(request.form)
    if "preview" in request.form:
        return page("ideas/edit.html", idea=idea, form=form, html=_previewed(form))
    try:
        idea = edit_idea(idea.id, viewer(), request_now(), title=form.title.data or "", body=form.body.data or "")
    except OthersTookPart as late:
        # What was typed is kept, and offered as what can still be done with it.
        return _again("ideas/add.html", late, idea, AdditionForm(body=form.body.data))
    except Refusal as refusal:
        return _again("ideas/edit.html", refusal, idea, form)
    flash(gettext("The idea reads as you wrote it now."))
    return _to(idea)


@ideas.get("/ideas/<int:idea_id>/add")
@gate("idea.add_to", "idea")
def addition_form(idea: Idea):
    if idea.others_took_part_at is None:
        return go(url_for("ideas.edit_form", idea_id=idea.id))
    return page("ideas/add.html", idea=idea, form=AdditionForm(), html=None)


@ideas.post("/ideas/<int:idea_id>/add")
@gate("idea.add_to", "idea")
def add(idea: Idea):
    form = AdditionForm(request.form)
    if "preview" in request.form:
        return page("ideas/add.html", idea=idea, form=form, html=_previewed(form))
    try:
        add_to_idea(idea.id, viewer(), request_now(), text=form.body.data or "")
    except NobodyTookPart as early:
        body = f"{idea.body}\n\n{form.body.data or ''}"
        return _again("ideas/edit.html", early, idea, EditForm(title=idea.title, body=body))
    except Refusal as refusal:
        return _again("ideas/add.html", refusal, idea, form)
    flash(gettext("Your addition stands below the idea, with its date."))
    return _to(idea)


@ideas.get("/ideas/<int:idea_id>/title")
@gate("idea.retitle", "idea")
def title_form(idea: Idea):
    return page("ideas/retitle.html", idea=idea, form=TitleForm(title=idea.title))


@ideas.post("/ideas/<int:idea_id>/title")
@gate("idea.retitle", "idea")
def retitle(idea: Idea):
    form = TitleForm(request.form)
    try:
        idea = retitle_idea(idea.id, viewer(), request_now(), title=form.title.data or "")
    except Refusal as refusal:
        return _again("ideas/retitle.html", refusal, idea, form)
    return _to(idea)


@ideas.post("/ideas/<int:idea_id>/take-back")
@gate("idea.take_back", "idea")
def take_back_idea(idea: Idea):
    take_back(idea.id, viewer(), request_now())
    flash(gettext("You took “%(title)s” back. Only you still see it, here.", title=idea.title))
    return go(url_for("ideas.my_ideas"))


@ideas.post("/ideas/<int:idea_id>/step-back")
@gate("idea.step_back", "idea")
def step_back_from_idea(idea: Idea):
    idea = step_back(idea.id, viewer(), request_now())
    flash(gettext("Your name is gone from this idea. The idea and its votes stay."))
    return _to(idea)


@ideas.get("/ideas/<int:idea_id>/versions")
@gate("idea.read", "idea")
def versions(idea: Idea):
    """What the idea said before, newest first."""
    return page("ideas/versions.html", idea=idea, versions=versions_of(idea))


def _again(template: str, refusal: Refusal, idea: Idea, form):
    """The form again with everything typed, and why. Raises what no form can mend."""
    if refusal.kind in ("missing", "forbidden"):
        raise refusal
    notice = None if form.say(refusal) else str(refusal)
    return page(template, STATUS[refusal.kind], idea=idea, form=form, notice=notice, html=None)


def _previewed(form) -> str:
    return render(clean_text(form.body.data or "")[:BODY_MAX])


def _to(idea: Idea):
    return go(url_for("ideas.show", idea_id=idea.id, slug=idea.slug))
