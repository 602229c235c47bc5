"""Drafts: an idea written before signing in, or not sent yet. Publishing one happens once."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import joinedload

from ideaboard.extensions import db, gettext
from ideaboard.foundation import dialects_sql
from ideaboard.foundation.database import dialect_name, end_reading, transaction
from ideaboard.foundation.refusals import Conflict, Missing
from ideaboard.foundation.tokens import derive
from ideaboard.ideas.different import SAME_AS_NONE, Different
from ideaboard.ideas.submission import claim_token, publish
from ideaboard.ideas.wording import checked_body, checked_title, words_of
from ideaboard.models import Board, Draft, Idea, Person


class AlreadyShared(Conflict):
    """The draft is an idea by now."""


def keep_guest_draft(
    email: str, now: datetime, *, board_id: int | None, title: str, body: str, different: Different = SAME_AS_NONE
) -> Draft:
    """Keep what a guest wrote under the address they are about to confirm; the same words again are the same draft.

    `email`: normal form. Raises NotAnIdea.
    """
    title, body = checked_title(title), checked_body(body)
    token = derive("guest draft", email, board_id, title, body).hex()
    with transaction():
        db.session.execute(
            dialects_sql.insert_once(dialect_name(), Draft).values(
                form_token=token, email=email, board_id=board_id, title=title, body=body, written_at=now
            )
        )
        draft = db.session.execute(select(Draft).where(Draft.form_token == token)).scalar_one()
        different.put_on(draft, None)
        return draft


def save_draft(
    by: Person,
    now: datetime,
    *,
    board_id: int | None,
    title: str,
    body: str,
    form_token: str,
    different: Different = SAME_AS_NONE,
) -> Draft:
    """Keep what a signed-in person has written so far; the same form again overwrites it.

    Raises NotAnIdea (a draft may lack a title, not be too long), AlreadyShared, Missing.
    """
    title = checked_title(title) if title.strip() else ""
    body = checked_body(body)
    with transaction():
        draft = claim_token(form_token, by, now)
        if draft.idea_id is not None:
            raise AlreadyShared(gettext("This idea is shared already; nothing was saved."))
        draft.board_id, draft.title, draft.body, draft.written_at = board_id, title, body, now
        different.put_on(draft, by)
        return draft


def was_shared(form_token: str, by: Person) -> bool:
    """Whether the form with this token was sent before, and is an idea by now."""
    sent = select(Draft.idea_id).where(Draft.form_token == form_token, Draft.author_id == by.id)
    return db.session.scalar(sent) is not None


def publish_draft(draft_id: int, by: Person, now: datetime) -> Idea:
    """Make a draft an idea, in one transaction, once: done twice, or in parallel, it is the same idea.

    Raises Missing, NotAnIdea, MayNotSubmit.
    """
    seen = draft_of(draft_id, by)
    end_reading()
    while seen.idea_id is None:
        title, body = seen.title, seen.body
        words = words_of(title, body)
        with transaction():
            seen = _reread(draft_id, by)
            if seen.idea_id is None and (seen.title, seen.body) == (title, body):
                return publish(seen, by, now, seen.board_id, words)
    with transaction():
        return db.session.get_one(Idea, seen.idea_id)


def discard_draft(draft_id: int, by: Person) -> None:
    """Throw a draft away; one that became an idea stays as the key that keeps it from becoming two. Raises Missing."""
    with transaction():
        draft = _reread(draft_id, by)
        if draft.idea_id is None:
            db.session.execute(delete(Draft).where(Draft.id == draft.id))


def draft_of(draft_id: int, by: Person) -> Draft:
    """The person's own draft, published or not, with its board while they see it. Raises Missing."""
    draft = None
    if draft_id < 2**53:
        draft = db.session.execute(
            select(Draft).where(Draft.id == draft_id, _is_of(by)).options(_its_board(by))
        ).scalar_one_or_none()
    if draft is None:
        raise Missing(gettext("This draft is not here."))
    return draft


def drafts_of(by: Person) -> list[Draft]:
    """The person's drafts that are not shared yet, newest first."""
    return list(
        db.session.execute(
            select(Draft)
            .where(_is_of(by), Draft.idea_id.is_(None))
            .options(_its_board(by))
            .order_by(Draft.written_at.desc(), Draft.id.desc())
            .limit(50)
        ).scalars()
    )


def _its_board(by: Person):
    """The board, unless the person may not see it any more: then the draft hangs on none."""
    return joinedload(Draft.board.and_(Board.visible_to(by)))


def _is_of(by: Person):
    """Theirs, or waiting under the address that they have confirmed."""
    if by.email is None:
        return Draft.author_id == by.id
    return (Draft.author_id == by.id) | (Draft.author_id.is_(None) & (Draft.email == by.email))


def _reread(draft_id: int, by: Person) -> Draft:
    draft = db.session.execute(
        select(Draft).where(Draft.id == draft_id, _is_of(by)).with_for_update(of=Draft),
        execution_options={"populate_existing": True},
    ).scalar_one_or_none()
    if draft is None:
        raise Missing(gettext("This draft is not here."))
    if draft.author_id is None:
        draft.author_id, draft.email = by.id, None
    return draft
