"""The doors of discussion."""

import re
from secrets import token_hex
from typing import NamedTuple

from flask import Blueprint, redirect, request, url_for
from markupsafe import Markup

from ideaboard.discussion.comments import checked, delete_comment, edit_comment, post_comment
from ideaboard.discussion.faces import face_of
from ideaboard.discussion.forms import CommentForm
from ideaboard.discussion.mentions import people_of
from ideaboard.discussion.threads import Said, Thread, said_in, thread_of
from ideaboard.following.follows import follow_of
from ideaboard.foundation.markdown import clean_line
from ideaboard.foundation.refusals import Missing, Refusal
from ideaboard.foundation.tokens import new_token
from ideaboard.models import Comment, Idea, Person
from ideaboard.permissions import allows
from ideaboard.web.asking import ask_for_address
from ideaboard.web.fragments import kept_fragments, reader_key
from ideaboard.web.gate import gate, load_comment, load_idea, viewer
from ideaboard.web.globals import request_now
from ideaboard.web.swap import answer, invalid, page_or_fragment, wants_fragment
from ideaboard.web.throttle import spend

discussion = Blueprint("discussion", __name__)


def fresh_form(place: object = "new") -> CommentForm:
    """An empty form; a guest's carries no token, so that a guest's page is the same for all guests."""
    form = CommentForm().at(place)
    form.form_token.data = new_token() if viewer() else ""
    return form


@discussion.app_template_global()
def comment_rows(items: list[Said], idea: Idea) -> Markup:
    """The comments of a page of the talk, each kept by what it shows and by what the viewer may do with it."""
    person, made, keep, reader = viewer(), [], kept_fragments(), reader_key()
    may_reply = person is None or allows(person, "idea.comment", idea)
    mine, others = _rights(person, person.id if person else None, idea), _rights(person, None, idea)
    for item in items:
        comment = item.comment
        may_edit, makes = mine if person is not None and comment.author_id == person.id else others
        facts = (
            ("c", face_of(item)),
            ("idea_id", idea.id),
            ("may_reply", may_reply),
            ("may_edit", may_edit),
            ("may_make_idea", makes and not comment.became_idea_id and not comment.redacted_at),
        )
        made.append(keep.kept_or_made("discussion/_comment.html", reader, facts))
    return Markup("").join(made)


class Talked(NamedTuple):
    """All that the talk shows of its idea."""

    id: int
    comments_count: int


def talk_of(idea: Idea, thread: Thread) -> Markup:
    """A page of the talk with the form below it: kept by what it shows; the form's token is this request's own."""
    person, shown = viewer(), Talked(idea.id, idea.comments_count)
    may_comment = person is None or allows(person, "idea.comment", idea)
    own = person.id if person is not None and thread.has_words_of(person.id) else None
    rights = own, own and _rights(person, own, idea), _rights(person, None, idea)
    key = (reader_key(), shown, thread.after, thread.before, thread.rows, person is None, may_comment, rights)

    def make() -> str:
        form = fresh_form()
        form.form_token.data = form.form_token.data and _TOKEN
        return kept_fragments().render(
            "discussion/_thread.html",
            {
                "idea": shown,
                "thread": thread,
                "rows": comment_rows(thread.items, idea),
                "comment_form": form,
                "may_comment": may_comment,
                "viewer": person is not None,
                "form_id": None,
                "alone": None,
                "oob": None,
            },
        )

    kept = kept_fragments().kept_under(("discussion/_thread.html", *key), make, copies=2)
    return kept.replace(_TOKEN, new_token()) if person is not None else kept


_TOKEN = token_hex(16)  # where the token of the form goes; nobody can write it, and it never leaves


class _Whose(NamedTuple):
    """All that the rules ask of a comment: so they are asked twice for a page, not for each of fifty."""

    author_id: int | None
    idea: Idea


def _rights(person: Person | None, author_id: int | None, idea: Idea) -> tuple[bool, bool]:
    """(may edit, may make an idea of it): of a comment on the idea by this author."""
    if person is None:
        return False, False
    whose = _Whose(author_id, idea)
    return allows(person, "comment.edit", whose), allows(person, "comment.make_idea", whose)


@discussion.get("/ideas/<int:idea_id>/comments")
@gate("idea.read", "idea")
def thread(idea: Idea):
    found = thread_of(idea, viewer(), after=request.args.get("after"), before=request.args.get("before"))
    mine = follow_of(idea, viewer())
    return page_or_fragment(
        "discussion/thread.html",
        "discussion/more.htmx.html",
        idea=idea,
        thread=found,
        talk=None if wants_fragment() else talk_of(idea, found),
        my_follow=mine,
    )


@discussion.get("/ideas/<int:idea_id>/comments/new")
@gate("idea.comment", "idea", guests_pass=True)
def write(idea: Idea):
    """The form on its own, to answer a comment."""
    parent = load_comment(request.args.get("parent", 0, type=int)) if request.args.get("parent") else None
    if parent is not None and parent.idea_id != idea.id:
        parent = None
    form = fresh_form(parent.id if parent else "new")
    return page_or_fragment(
        "discussion/write.html", "discussion/_comment_form.html", idea=idea, form=form, parent=parent
    )


@discussion.post("/ideas/<int:idea_id>/comments")
@gate("idea.comment", "idea", guests_pass=True, goes_along=True)
def post(idea: Idea):
    form = CommentForm(request.form)
    body = form.body.data or ""
    parent_id = form.parent_id.data if form.validate() else None
    try:
        if viewer() is None:
            facts = {"idea_id": idea.id, "body": checked(body), "parent_id": parent_id}
            return ask_for_address("comment", facts, idea=idea)
        spend("comment", viewer().id, request_now())
        comment = post_comment(
            idea.id, viewer(), request_now(), body=body, parent_id=parent_id, form_token=_token(form)
        )
    except Refusal as refusal:
        if refusal.field is None:
            raise
        form.at(parent_id or "new").body.errors = [str(refusal)]
        parent = _parent(parent_id)
        return invalid(
            "discussion/write.html", "discussion/_comment_form.html", f"#comment-form-{parent_id or 'new'}",
            idea=idea, form=form, parent=parent, form_id=parent_id or "new",
        )  # fmt: skip
    return answer(
        "discussion/post.htmx.html",
        _place(comment),
        **_shown(comment),
        form=fresh_form(),
        my_follow=follow_of(comment.idea, viewer()),
    )


@discussion.get("/comments/<int:comment_id>/edit")
@gate("comment.edit", "comment")
def edit_form(comment: Comment):
    form = CommentForm(data={"body": comment.body}).at(f"edit-{comment.id}")
    return page_or_fragment("discussion/edit.html", "discussion/_edit_form.html", comment=comment, form=form)


@discussion.post("/comments/<int:comment_id>/edit")
@gate("comment.edit", "comment")
def edit(comment: Comment):
    form = CommentForm(request.form).at(f"edit-{comment.id}")
    try:
        comment = edit_comment(comment.id, viewer(), request_now(), body=form.body.data or "")
    except Refusal as refusal:
        if refusal.field is None:
            raise
        form.body.errors = [str(refusal)]
        target = f"#edit-form-{comment.id}"
        return invalid("discussion/edit.html", "discussion/_edit_form.html", target, comment=comment, form=form)
    return answer("discussion/comment.htmx.html", _place(comment), **_shown(comment))


@discussion.post("/comments/<int:comment_id>/delete")
@gate("comment.delete", "comment")
def delete(comment: Comment):
    comment = delete_comment(comment.id, viewer(), request_now())
    return answer("discussion/comment.htmx.html", _place(comment), **_shown(comment))


@discussion.get("/ideas/<int:idea_id>/people")
@gate("idea.follow", "idea")
def people(idea: Idea):
    """Who may be mentioned, by the start of a name: at most eight."""
    start = clean_line(request.args.get("q", ""))[:60].casefold()
    fitting = [p for p in people_of(idea) if p.display_name.casefold().startswith(start) and p.id != viewer().id]
    return page_or_fragment("discussion/people.html", "discussion/_people.html", idea=idea, people=fitting[:8])


def _token(form: CommentForm) -> str | None:
    """The form's token if it is of our make: 'pending:7' would take the place of a comment that waits for its code."""
    token = form.form_token.data or ""
    return token if re.fullmatch(r"[\w-]{20,60}", token, re.ASCII) else None


def _parent(parent_id: int | None) -> Comment | None:
    try:
        return load_comment(parent_id) if parent_id else None
    except Missing:
        return None


def _shown(comment: Comment) -> dict:
    comment = load_comment(comment.id)
    idea = load_idea(comment.idea_id)
    return {"idea": idea, "item": said_in(idea, comment.id)}


def _place(comment: Comment) -> str:
    return url_for("discussion.thread_at", comment_id=comment.id)


@discussion.get("/comments/<int:comment_id>")
@gate("idea.read", "comment")
def thread_at(comment: Comment):
    """A comment's own address: the page of the talk it stands on."""
    idea = load_idea(comment.idea_id)
    after = None
    found = thread_of(idea, viewer())
    while comment.id not in {i.comment.id for i in found.items} and found.after:
        after = found.after
        found = thread_of(idea, viewer(), after=after)
    where = url_for("discussion.thread", idea_id=idea.id, after=after) if after else None
    where = where or url_for("ideas.show", idea_id=idea.id, slug=idea.slug)
    return redirect(f"{where}#comment-{comment.id}")
