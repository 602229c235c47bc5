"""The gate of every door: who may, which thing, in one declaration. Undeclared routes are refused.

    @voting.post("/ideas/<int:idea_id>/vote")
    @gate("idea.vote", idea=by_id("idea_id"))
    def cast(idea): ...

The gate loads what is named (through `visible_to`; else 404), asks `permissions.allows` (else 403, or for a guest the
one-field sign-in), ends the read transaction where the method writes, and calls the view with the loaded things.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, wraps

from flask import abort, current_app, g, redirect, request, url_for
from sqlalchemy import or_, select
from sqlalchemy.orm import aliased, joinedload

from ideaboard.extensions import db, gettext
from ideaboard.foundation.database import end_reading
from ideaboard.foundation.kept import KeptObjects, given
from ideaboard.foundation.refusals import Forbidden, Missing
from ideaboard.models import Board, Comment, Idea, Merge, Person, Status, StatusChange, Story
from ideaboard.models.eyes import Eyes, eyes_of
from ideaboard.permissions import PERMISSIONS, allows
from ideaboard.voting.support import end_of
from ideaboard.web.swap import go, redirect_for_good, wants_fragment
from ideaboard.web.who import signed_in


@dataclass(frozen=True)
class Gate:
    """What a route declares: read by the house tests and docs/permissions.md."""

    permission: str
    token_route: bool = False  # authorised by a signed token: exempt from the same-origin rule (web/csrf.py)
    guests_pass: bool = False  # the view itself asks a guest for an address
    as_guest: bool = False  # shows what a guest may see, whoever asks: feeds, what stands in frames of other sites
    glances: bool = False  # its verb reads the idea and decides: nothing is read for it beforehand


_NO_DOOR = Gate("")


def viewer() -> Person | None:
    """Who is looking: a Person, or None for a guest."""
    held = g._get_current_object()
    user = held.get("_login_user")
    if user is not None and held.get("door") is not None and not held.door.as_guest:
        return user if user.is_authenticated else None
    declared = door_of_request()
    return None if declared.as_guest else signed_in(to_read=declared.glances)


def door_of_request() -> Gate:
    """What this request's door declares; of an address without one, that it is for nobody in particular."""
    held = g._get_current_object()
    found = held.get("door")
    if found is None:
        found = held.door = getattr(current_app.view_functions.get(request.endpoint or ""), "gate", _NO_DOOR)
    return found


@cache
def _ideas(eyes: Eyes | None, merged: bool) -> KeptObjects:
    author = aliased(Person)

    def build(columns):
        return (
            select(*columns)
            .select_from(Idea)
            .join(Board, Board.id == Idea.board_id)
            .outerjoin(author, author.id == Idea.author_id)
            .outerjoin(Status, Status.id == Idea.status_id)
            .outerjoin(StatusChange, StatusChange.id == Idea.change_id)
            .where(Idea.id == given("idea_id"), Idea.visible_to(eyes, merged=merged))
        )

    hung = (Board, (0, "board")), (author, (0, "author")), (Status, (0, "status")), (StatusChange, (0, "change"))
    return KeptObjects(build, (Idea, None), *hung)


def load_idea(value: int, *, merged: bool = False) -> Idea:
    """The idea as the viewer may see it, with board, author, status and change. Raises Missing."""
    idea = None
    if 0 < value < 2**53:
        who = viewer()
        found = _ideas(eyes_of(who), merged).all(idea_id=value, viewer_id=who.id if who is not None else None)
        idea = next(iter(found), None)
    if idea is None:
        raise Missing(gettext("This idea is not here."))
    return idea


def load_board(value: str) -> Board:
    """The board with that slug as the viewer may see it. Raises Missing."""
    board = db.session.execute(
        select(Board).where(Board.slug == value, Board.visible_to(viewer())).options(joinedload(Board.owner))
    ).scalar_one_or_none()
    if board is None:
        raise Missing(gettext("This board is not here."))
    return board


def load_comment(value: int) -> Comment:
    """A comment on an idea that the viewer may see. Raises Missing."""
    comment = None
    if 0 < value < 2**53:
        comment = db.session.execute(
            select(Comment)
            .join(Idea, Idea.id == Comment.idea_id)
            .where(Comment.id == value, Idea.visible_to(viewer()))
            .options(joinedload(Comment.idea).joinedload(Idea.board), joinedload(Comment.author))
        ).scalar_one_or_none()
    if comment is None or not (comment.stands or viewer() is not None):
        raise Missing(gettext("This comment is not here."))
    return comment


def load_draft(value: int) -> Story:
    """A story as staff and colleagues have it before them, in any state. Raises Missing: a draft leaves no trace."""
    story = None
    if 0 < value < 2**53 and viewer() is not None:
        of_board = Story.board_id.in_(select(Board.id).where(Board.visible_to(viewer())))
        story = db.session.execute(
            select(Story)
            .where(Story.id == value, or_(Story.board_id.is_(None), of_board))
            .options(joinedload(Story.board), joinedload(Story.author), joinedload(Story.read_by))
        ).scalar_one_or_none()
    if story is None or not allows(viewer(), "story.see_drafts", story):
        raise Missing(gettext("This story is not here."))
    return story


def load_merge(value: int) -> Merge:
    """A merge of an idea that the viewer may see, with both ideas. Raises Missing."""
    made = None
    if 0 < value < 2**53:
        made = db.session.execute(
            select(Merge)
            .join(Idea, Idea.id == Merge.idea_id)
            .where(Merge.id == value, Idea.visible_to(viewer(), merged=True))
            .options(joinedload(Merge.idea).joinedload(Idea.board), joinedload(Merge.into).joinedload(Idea.board))
        ).scalar_one_or_none()
    if made is None:
        raise Missing(gettext("This merge is not here."))
    return made


def load_what_took_in(value: int) -> Idea | None:
    """Where an idea was merged: the one that stands for it, in one step; None where it is not merged.

    Raises Missing where the viewer may not see either of the two.
    """
    idea = load_idea(value, merged=True)
    return load_idea(end_of(idea.id)) if idea.merged_into_id is not None else None


LOADERS = {
    "idea": ("idea_id", load_idea),
    "board": ("slug", load_board),
    "comment": ("comment_id", load_comment),
    "merge": ("merge_id", load_merge),
    "story": ("story_id", load_draft),
}
VERB_DECIDES = "verb decides"  # in place of a key of LOADERS


def gate(
    permission: str,
    thing: str | None = None,
    *,
    token_route: bool = False,
    guests_pass: bool = False,
    as_guest: bool = False,
    goes_along: bool = False,
) -> Callable:
    """Declare a route's permission and the thing it is asked about (a key of LOADERS, or None).

    The thing's id or slug is taken out of the view's arguments and the loaded thing is put in by its name. The doors of
    a merged idea lead to the one that took it in; with `goes_along` what was sent to it is done there.

    VERB_DECIDES instead of a thing: the view is given `idea_id` and calls a verb that reads the idea with its row held,
    raises Missing as a loader would, and asks what the permission says beyond that. The gate keeps guests out.
    """
    PERMISSIONS[permission]

    def declare(view):
        if thing == VERB_DECIDES:
            return _door_of_verb(view, Gate(permission, token_route, guests_pass, as_guest, glances=True))

        @wraps(view)
        def door(**values):
            loaded = None
            if thing is not None:
                argument, load = LOADERS[thing]
                value = values.pop(argument)
                try:
                    loaded = load(value)
                except Missing:
                    loaded = load_what_took_in(value) if thing == "idea" else None
                    if loaded is None:
                        raise
                    if not goes_along:
                        return _lead_on(loaded)
                values[thing] = loaded
            person = viewer()
            if not allows(person, permission, loaded) and not (person is None and guests_pass):
                return refuse(person)
            if request.method not in ("GET", "HEAD", "OPTIONS"):
                end_reading()
            return view(**values)

        door.gate = Gate(permission, token_route, guests_pass, as_guest)
        return door

    return declare


def _door_of_verb(view: Callable, declared: Gate) -> Callable:
    @wraps(view)
    def door(idea_id: int):
        try:
            if viewer() is None and not declared.guests_pass:
                load_idea(idea_id)  # what a guest may not see is not there, rather than a reason to sign in
                return refuse(None)
            end_reading()
            return view(idea_id=idea_id)
        except Missing:
            end_reading()
            into = load_what_took_in(idea_id)
            if into is None:
                raise
            return _lead_on(into)

    door.gate = declared
    return door


def _lead_on(into: Idea):
    """The same page of the idea that took it in; a deed is not done there unasked, its page is shown."""
    if request.method in ("GET", "HEAD"):
        values = {**request.view_args, "idea_id": into.id}
        return redirect_for_good(url_for(request.endpoint, **request.args.to_dict(), **values))
    return go(url_for("ideas.show", idea_id=into.id, slug=into.slug))


def refuse(person: Person | None):
    """A guest is led to sign in and back; a person hears that this is not theirs to do."""
    if person is None:
        if wants_fragment():
            abort(401)
        back = request.script_root + request.full_path.rstrip("?") if request.method in ("GET", "HEAD") else ""
        return redirect(url_for("accounts.sign_in", back=back), 303)
    raise Forbidden(gettext("This is not yours to do. If you think it should be, ask the people who run this site."))
