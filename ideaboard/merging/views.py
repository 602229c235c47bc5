"""The doors of merging: choose, preview, merge; undo; a comment's own idea; the mail's link."""

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for

from ideaboard.extensions import db, gettext
from ideaboard.foundation.database import end_reading
from ideaboard.foundation.markdown import clean_line, excerpt
from ideaboard.foundation.refusals import Forbidden, Missing, Refusal
from ideaboard.ideas.wording import TITLE_MAX
from ideaboard.merging.by_link import DAYS, offer_of, withdraw_by_link
from ideaboard.merging.forms import MergeForm, OwnIdeaForm, UnmergeForm
from ideaboard.merging.merge import merge, unmerge
from ideaboard.merging.own_idea import make_idea_of
from ideaboard.merging.preview import candidates, preview_of, way_back_of
from ideaboard.models import Comment, Idea, Merge
from ideaboard.notifications.audience import reach_of
from ideaboard.permissions import allows
from ideaboard.similar.pairs import duplicates_of
from ideaboard.voting.support import end_of
from ideaboard.web.errors import STATUS
from ideaboard.web.gate import gate, load_idea, viewer
from ideaboard.web.globals import request_now
from ideaboard.web.swap import go, page
from ideaboard.workflow.linked import idea_meant

merging = Blueprint("merging", __name__)
# The address of the mail's link is a key: it goes to no other site and into no cache.
_PRIVATE = {"Cache-Control": "private, no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}


@merging.get("/ideas/<int:idea_id>/merge")
@gate("idea.merge", "idea")
def preview(idea: Idea):
    """Without `into` the search; with it (a number or an address) what the merge would do."""
    form = MergeForm(request.args)
    return _preview(idea, form, form.into.data or request.args.get("q", ""))


@merging.post("/ideas/<int:idea_id>/merge")
@gate("idea.merge", "idea")
def make(idea: Idea):
    form = MergeForm(request.form)
    into_id = idea_meant(form.into.data or "")
    try:
        if into_id is None:
            raise Missing(gettext("Choose the idea that takes this one in."))
        made = merge(idea.id, into_id, viewer(), request_now(), note=form.note.data or "")
    except Refusal as refusal:
        if refusal.kind in ("forbidden", "busy"):
            raise
        return _preview(load_idea(idea.id), form, form.into.data or "", refusal)
    flash(gettext("Merged. Everyone who took part in it hears by mail and in the inbox."))
    into = load_idea(end_of(made.into_id))
    return go(url_for("ideas.show", idea_id=into.id, slug=into.slug))


@merging.get("/merges/<int:merge_id>/undo")
@gate("idea.merge", "merge")
def undo_form(merge: Merge):
    return _undo(merge, UnmergeForm())


@merging.post("/merges/<int:merge_id>/undo")
@gate("idea.merge", "merge")
def undo(merge: Merge):
    form = UnmergeForm(request.form)
    try:
        made = unmerge(merge.id, viewer(), request_now(), note=form.note.data or "")
    except Refusal as refusal:
        if refusal.field != "note":
            raise
        form.note.errors = [str(refusal)]
        return _undo(merge, form, STATUS[refusal.kind])
    flash(gettext("It stands on its own again. Everyone who took part in it hears."))
    return go(url_for("ideas.show", idea_id=made.idea_id, slug=merge.idea.slug))


@merging.get("/comments/<int:comment_id>/idea")
@gate("comment.make_idea", "comment")
def own_idea_form(comment: Comment):
    if comment.became_idea_id is not None:
        return go(url_for("ideas.show", idea_id=comment.became_idea_id))
    return page("merging/own_idea.html", comment=comment, form=OwnIdeaForm(title=excerpt(comment.body, TITLE_MAX - 20)))


@merging.post("/comments/<int:comment_id>/idea")
@gate("comment.make_idea", "comment")
def own_idea(comment: Comment):
    form = OwnIdeaForm(request.form)
    try:
        idea = make_idea_of(comment.id, viewer(), request_now(), title=form.title.data or "")
    except Refusal as refusal:
        if refusal.field != "title":
            raise
        form.title.errors = [str(refusal)]
        return page("merging/own_idea.html", STATUS[refusal.kind], comment=comment, form=form)
    return go(url_for("ideas.show", idea_id=idea.id, slug=idea.slug))


@merging.get("/withdraw/<token>")
@gate("token.holder", token_route=True)
def by_link(token: str):
    """Offers to withdraw, and changes nothing: mail scanners open links."""
    return _offered(token)


@merging.post("/withdraw/<token>")
@gate("token.holder", token_route=True)
def withdraw(token: str):
    offer = offer_of(token, request_now())
    end_reading()
    if offer.is_over:
        return _offered(token, 409)
    withdraw_by_link(offer)
    return redirect(url_for("merging.by_link", token=token, done="1"), 303)


def _preview(idea: Idea, form: MergeForm, words: str, refusal: Refusal | None = None):
    """The page: searching, or what the merge would do. `words`: a number, an address, or words of a title."""
    into, missing = None, ""
    words = clean_line(words)[:300]
    number = idea_meant(words)
    if number is not None:
        try:
            into = load_idea(end_of(load_idea(number, merged=True).id))
            if not allows(viewer(), "idea.merge", into):
                into, missing = None, gettext("You are not staff of that idea's board. Ask them, or an admin.")
        except Missing:
            missing = gettext("No idea has that number here.")
    if refusal is not None and form.note.data is not None and refusal.field == "note":
        form.note.errors = [str(refusal)]
    elif refusal is not None:
        missing = str(refusal)
    if into is not None:
        form.into.data = str(into.id)
    return page(
        "merging/preview.html",
        STATUS[refusal.kind] if refusal else 200,
        idea=idea,
        form=form,
        shown=preview_of(idea, into) if into else None,
        reach=reach_of(idea.id, viewer(), request_now()) if into else None,
        back=allows(viewer(), "idea.merge", into) if into else False,
        words="" if number is not None else words,
        found=_found(words, idea) if number is None and into is None else [],
        missing=missing,
        days=DAYS,
    )


def _found(words: str, idea: Idea) -> list[Idea]:
    """Ideas that could take it in: by words of their titles; without words, those that are likely the same."""
    if words:
        return candidates(words, idea, viewer())
    alike = duplicates_of([idea.id], viewer()).get(idea.id, [])
    return [other for other in alike if other.is_open_for_votes and allows(viewer(), "idea.merge", other)]


def _undo(made: Merge, form: UnmergeForm, status: int = 200):
    end = db.session.get_one(Idea, end_of(made.into_id))  # it may be out of sight by now
    if not allows(viewer(), "idea.merge", end):
        raise Forbidden(gettext("Merging needs staff of both boards. Ask them, or an admin."))
    back = way_back_of(made, end) if made.unmerged_at is None else None
    return page("merging/undo.html", status, merge=made, end=end, form=form, back=back)


def _offered(token: str, status: int = 200):
    offer = offer_of(token, request_now())
    response = make_response(
        render_template("merging/by_link.html", token=token, offer=offer, done=bool(request.args.get("done"))), status
    )
    response.headers.update(_PRIVATE)
    return response
