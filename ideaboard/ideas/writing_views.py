"""Writing an idea: the form, its preview, sending, and drafts."""

from flask import flash, request, url_for

from ideaboard.accounts.addresses import mailbox_of, normal_address
from ideaboard.boards.directory import boards_open_to, boards_seen_by
from ideaboard.extensions import gettext
from ideaboard.foundation.database import end_reading
from ideaboard.foundation.markdown import clean_text, render
from ideaboard.foundation.refusals import Busy, Refusal, TooMany
from ideaboard.foundation.tokens import new_token
from ideaboard.ideas import promises
from ideaboard.ideas.different import Different
from ideaboard.ideas.drafts import discard_draft, draft_of, keep_guest_draft, publish_draft, save_draft, was_shared
from ideaboard.ideas.forms import IdeaForm
from ideaboard.ideas.submission import submit_idea
from ideaboard.ideas.views import ideas
from ideaboard.ideas.wording import BODY_MAX, NotAnIdea, checked_body, checked_title
from ideaboard.models import Board, Idea
from ideaboard.site.suggestions import suggestions_for
from ideaboard.web.asking import ask_for_address
from ideaboard.web.errors import STATUS
from ideaboard.web.gate import gate, load_board, viewer
from ideaboard.web.globals import current_site, request_now
from ideaboard.web.swap import go, page
from ideaboard.web.throttle import peer, spend


@ideas.get("/ideas/new")
@gate("site.read")
def new():
    form = IdeaForm(title=request.args.get("title", "")[:300], form_token=new_token() if viewer() else "")
    return _form_page(form, *_boards(request.args.get("board", "")))


@ideas.get("/ideas/new/brief")
@gate("site.read")
def brief():
    """The chosen board's brief, for the side of the form."""
    return page("ideas/_brief_beside.html", board=_boards(request.args.get("board", ""))[1])


@ideas.post("/ideas/preview")
@gate("site.read")
def preview():
    spend("preview", viewer().id if viewer() else peer(), request_now())
    return page("ideas/_preview.html", html=_previewed(request.form.get("body", "")))


@ideas.post("/ideas")
@gate("idea.submit", guests_pass=True)
def create():
    form = IdeaForm(request.form)
    boards, board = _boards(form.board.data or "")
    end_reading()
    if "preview" in request.form or "look" in request.form:
        html = _previewed(form.body.data or "") if "preview" in request.form else None
        return _form_page(form, boards, board, html=html)
    is_draft = viewer() is not None and "save" in request.form
    if not is_draft and _lacks_something(form, board):
        return _form_page(form, boards, board, status=422)
    if not is_draft and not form.seen_similar.data:
        found = suggestions_for(form.title.data or "", viewer())
        if any(one.is_likely for one in found) and not (viewer() and was_shared(_token(form), viewer())):
            notice = gettext("Others had a similar idea. Vote for theirs, or share yours all the same.")
            return _form_page(form, boards, board, notice=notice, suggestions=found)
        end_reading()
    try:
        return _send(form, board)
    except Refusal as refusal:
        notice = None if form.say(refusal) else str(refusal)
        answer = _form_page(form, boards, board, notice=notice, status=STATUS[refusal.kind])
        if isinstance(refusal, TooMany | Busy):
            answer.headers["Retry-After"] = str(refusal.retry_after)
        return answer


def _send(form: IdeaForm, board: Board | None):
    person, now = viewer(), request_now()
    typed = {
        "board_id": board.id if board else None,
        "title": form.title.data or "",
        "body": form.body.data or "",
        "different": Different.read(form.different_from.data or "", form.different.data or ""),
    }
    if person is not None and "save" in request.form:
        draft = save_draft(person, now, form_token=_token(form), **typed)
        flash(gettext("Your draft is kept. Only you see it."))
        return go(url_for("ideas.draft", draft_id=draft.id))
    if person is None:
        email = normal_address(form.email.data or "")
        spend("submit", peer(), now)
        spend("draft_for_address", mailbox_of(email), now)
        draft = keep_guest_draft(email, now, **typed)
        return ask_for_address("publish_draft", {"draft_id": draft.id}, email=email)
    spend("submit", person.id, now)
    return _thank(submit_idea(person, now, form_token=_token(form), **typed))


def _lacks_something(form: IdeaForm, board: Board | None) -> bool:
    """Say all that is missing at once, each beside its field."""
    asked = [(checked_title, form.title), (checked_body, form.body)]
    asked += [(normal_address, form.email)] if viewer() is None else []
    for check, field in asked:
        try:
            check(field.data or "")
        except Refusal as refusal:
            field.errors = [str(refusal)]
    if board is None:
        form.board.errors = [gettext("Choose the board it belongs to, so that the right people read it.")]
    return bool(form.errors)


@ideas.get("/me/drafts/<int:draft_id>")
@gate("person.self")
def draft(draft_id: int):
    found = draft_of(draft_id, viewer())
    if found.idea_id is not None:
        return go(url_for("ideas.show", idea_id=found.idea_id))
    return page("ideas/draft.html", draft=found, html=render(found.body))


@ideas.get("/me/drafts/<int:draft_id>/edit")
@gate("person.self")
def edit_draft(draft_id: int):
    found = draft_of(draft_id, viewer())
    if found.idea_id is not None:
        return go(url_for("ideas.show", idea_id=found.idea_id))
    form = IdeaForm(
        title=found.title,
        body=found.body,
        different=found.different_because,
        form_token=found.form_token or new_token(),
    )
    return _form_page(form, *_boards(found.board.slug if found.board else ""))


@ideas.post("/me/drafts/<int:draft_id>/publish")
@gate("person.self")
def publish(draft_id: int):
    spend("submit", viewer().id, request_now())
    try:
        return _thank(publish_draft(draft_id, viewer(), request_now()))
    except (NotAnIdea, Refusal) as refusal:
        if refusal.kind == "missing":
            raise
        found = draft_of(draft_id, viewer())
        html = render(found.body)
        return page("ideas/draft.html", STATUS[refusal.kind], draft=found, html=html, notice=str(refusal))


@ideas.post("/me/drafts/<int:draft_id>/discard")
@gate("person.self")
def discard(draft_id: int):
    discard_draft(draft_id, viewer())
    flash(gettext("The draft is gone."))
    return go(url_for("ideas.new"))


def _token(form: IdeaForm) -> str:
    """The form's token; one that is not of our make counts as none, and this sending as its own."""
    token = form.form_token.data or ""
    return token if 20 <= len(token) <= 100 and token.isascii() and token.isprintable() else new_token()


def _thank(idea: Idea):
    board = load_board(idea.board.slug)
    words = promises.hear_words(board, idea.visible_at, current_site().time_zone)
    voted = gettext("Thank you: your idea is here, with your vote on it.")
    flash(f"{voted if idea.votes_count else gettext('Thank you: your idea is here.')} {words}")
    return go(url_for("ideas.show", idea_id=idea.id, slug=idea.slug))


def _boards(slug: str) -> tuple[list[Board], Board | None]:
    """The boards that take ideas of the viewer, and the chosen one among them."""
    boards = boards_open_to(viewer(), boards_seen_by(viewer()))
    chosen = next((b for b in boards if b.slug == slug), None)
    return boards, chosen or (boards[0] if len(boards) == 1 else None)


def _previewed(text: str) -> str:
    return render(clean_text(text)[:BODY_MAX])


def words_in_form() -> dict:
    """What is typed, as small values that wait with a code. Raises NotAnIdea where it cannot be a draft."""
    form = IdeaForm(request.form)
    board = _boards(form.board.data or "")[1]
    different = Different.read(form.different_from.data or "", form.different.data or "")
    return {
        "title": checked_title(form.title.data or ""),
        "body": checked_body(form.body.data or ""),
        "board_id": board.id if board else None,
        "different_from": different.from_id,
        "different": different.because,
    }


def form_again(asked: dict | None = None):
    """The form with everything typed, after a vote for a suggestion; `asked`: a guest's address, for that vote."""
    form = IdeaForm(request.form)
    return _form_page(form, *_boards(form.board.data or ""), asked=asked)


def _form_page(form, boards, board, *, html=None, notice=None, status=200, suggestions=None, asked=None):
    form.offer(boards, board)
    if suggestions is None:
        suggestions = suggestions_for(form.title.data or "", viewer())
    look = None
    if board is not None:
        look = promises.promise_words(board, request_now(), current_site().time_zone)
    return page(
        "ideas/new.html",
        status,
        form=form,
        board=board,
        boards=boards,
        html=html,
        notice=notice,
        notice_kind="error" if status >= 400 else "warning",
        look=look,
        suggestions=suggestions,
        different=form.different.data,
        asking=asked,
    )
