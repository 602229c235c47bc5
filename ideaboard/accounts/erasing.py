"""Erase: a person becomes a nameless shell, in one transaction. What the shell keeps is said in PRODUCT's words:
address, sign-ins, follows and drafts go; votes on ideas still open for votes are withdrawn, votes where voting has
ended stay under the shell; texts stay as "former member" unless their removal is asked for.

What belongs to other rooms they take away themselves: `parts` is filled in registry.py. A part is called within the
transaction, with the ideas the person has to do with locked before and the person's row locked after them (the order
of all deeds), so that no vote of the same person comes in between.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import CompoundSelect, Select, delete, func, or_, select, union, update

from ideaboard.accounts.admins import locked_with_admins
from ideaboard.events.kinds import PERSON_ERASED
from ideaboard.events.record import record
from ideaboard.extensions import db, gettext
from ideaboard.foundation.database import transaction
from ideaboard.foundation.refusals import Busy, Conflict, Missing
from ideaboard.models import (
    Board,
    BoardMember,
    Comment,
    Delivery,
    Draft,
    FeedToken,
    Follow,
    Idea,
    Pending,
    Person,
    Preference,
    SignedIn,
    Vote,
)
from ideaboard.models.vocabulary import ENDS_VOTING, Origin, SiteRole


class LastAdmin(Conflict):
    """Nobody else could administer the site."""


class OfTheDemo(Conflict):
    """A person of the demo leaves with the demo."""


@dataclass
class Parts:
    """What the rooms take away: each is called with (person, now, texts_too) within the transaction."""

    rooms: tuple[Callable[[Person, datetime, bool], None], ...] = field(default=())

    def fill(self, *rooms: Callable[[Person, datetime, bool], None]) -> None:
        self.rooms = rooms


parts = Parts()


@dataclass(frozen=True)
class Traces:
    """How much of a person there is, for the page that asks once more."""

    ideas: int
    comments: int
    open_votes: int
    ended_votes: int
    follows: int
    drafts: int


def traces_of(person_id: int) -> Traces:
    """Count what erasing would take away or leave. Reads only the person's own rows."""

    def count(model, *where) -> int:
        return db.session.scalar(select(func.count()).select_from(model).where(*where)) or 0

    counted = (Vote.person_id == person_id, Vote.origin_idea_id.is_(None), Vote.set_aside_at.is_(None))
    ended = Vote.idea_id.in_(select(Idea.id).where(Idea.standing.in_(ENDS_VOTING)))
    return Traces(
        ideas=count(Idea, Idea.author_id == person_id),
        comments=count(Comment, Comment.author_id == person_id, Comment.deleted_at.is_(None)),
        open_votes=count(Vote, *counted, ~ended),
        ended_votes=count(Vote, *counted, ended),
        follows=count(Follow, Follow.person_id == person_id, Follow.reasons > 0),
        drafts=count(Draft, Draft.author_id == person_id, Draft.published_at.is_(None)),
    )


def erase(person_id: int, by: Person | None, now: datetime, *, texts_too: bool = False) -> bool:
    """Turn a person into a nameless shell; False when they are one already (done twice is done once).

    `by`: who asked, for the Event: the person, an admin, or None for a command. `texts_too`: their ideas' and comments'
    words go as well. Raises Missing, LastAdmin, OfTheDemo, Busy.
    """
    with transaction() as session:
        locked = set(session.execute(_ideas_of(person_id)).scalars())
        session.execute(
            select(Idea.id).where(Idea.id.in_(_ideas_of(person_id))).order_by(Idea.id).with_for_update(key_share=True)
        )
        person, other_admins = locked_with_admins(person_id)
        if person is None:
            raise Missing(gettext("This person is not here."))
        if person.erased_at:
            return False
        if person.origin == Origin.DEMO:
            raise OfTheDemo(gettext("This is a person of the demo. The demo's people leave when the demo ends."))
        if person.is_admin and not other_admins:
            raise LastAdmin(gettext("Nobody else administrates this site. Make somebody else an admin first."))
        if set(session.execute(_ideas_of(person_id)).scalars()) - locked:
            raise Busy(gettext("Something of yours was being saved just now, so nothing was erased. Press once more."))
        for room in parts.rooms:
            room(person, now, texts_too)
        _forget_ways_in(person, now)
        _become_a_shell(person, now)
        record(PERSON_ERASED, actor=by, person=person, at=now, texts=texts_too)
        return True


def _ideas_of(person_id: int) -> CompoundSelect | Select:
    """SQL: the ids of ideas whose counters or words this erasure may move."""
    return union(
        select(Vote.idea_id).where(Vote.person_id == person_id),
        select(Idea.id).where(Idea.author_id == person_id),
        select(Comment.idea_id).where(Comment.author_id == person_id),
    )


def _forget_ways_in(person: Person, now: datetime) -> None:
    """Sign-ins, codes, keys, choices and rights; mails that wait carry no address any more and are dropped."""
    session = db.session
    for model in (SignedIn, FeedToken, Preference, BoardMember):
        session.execute(delete(model).where(model.person_id == person.id))
    if person.email:
        session.execute(delete(Pending).where(Pending.email == person.email))
    session.execute(
        update(Delivery)
        .where(or_(Delivery.person_id == person.id, Delivery.address == (person.email or "")))
        .values(address=None, last_error=None)
    )
    session.execute(update(Board).where(Board.owner_id == person.id).values(owner_id=None))


def _become_a_shell(person: Person, now: datetime) -> None:
    for column in (
        "display_name", "department", "email", "password_hash", "locale", "time_zone", "organisation_id",
        "external_id", "valid_until", "mail_stopped_at", "mail_refused_at", "mail_refused_because",
        "quiet_from", "quiet_until",
    ):  # fmt: skip
        setattr(person, column, None)
    person.site_role, person.is_moderator, person.avatar_seed, person.erased_at = SiteRole.MEMBER, False, "", now
