"""Withdrawing by the mail's link, in one step, for so many days after the mail was written.

The link is signed and repeatable; opening it changes nothing, since mail scanners open links.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from ideaboard.extensions import db, gettext
from ideaboard.foundation.refusals import Conflict, Missing
from ideaboard.foundation.tokens import sign, unsign
from ideaboard.models import Idea, Merge, Person, Vote
from ideaboard.voting.ballot import withdraw_vote
from ideaboard.voting.support import end_of

DAYS = 14


class LinkEnded(Conflict):
    """The days of the link are over; on the page withdrawing stays possible."""


@dataclass(frozen=True)
class Offer:
    """What a link offers its holder. `idea`: where the vote counts now, None where they may not see it any more."""

    person: Person
    merge: Merge
    idea: Idea | None
    merged: Idea | None
    until: datetime
    is_over: bool
    votes: bool


def until(written: datetime) -> datetime:
    """The moment at which a link that is written now ends."""
    return written + timedelta(days=DAYS)


def token_of(person_id: int, merge_id: int, written: datetime) -> str:
    return sign("withdraw", [person_id, merge_id, int(until(written).timestamp())])


def offer_of(token: str, now: datetime) -> Offer:
    """Read a link. Raises Missing for one that is not ours. Reads only."""
    payload = unsign("withdraw", token)
    person = made = None
    if isinstance(payload, list) and len(payload) == 3:
        person = db.session.get(Person, payload[0], populate_existing=True)
        made = db.session.get(Merge, payload[1], populate_existing=True)
    if person is None or made is None or person.erased_at:
        raise Missing(gettext("This link is not one of ours, or only a part of it. Open it from the mail again."))
    ends = datetime.fromtimestamp(payload[2], UTC)
    idea = merged = None
    votes = False
    if person.is_active_at(now):
        idea = _seen(end_of(made.idea_id), person)
        merged = _seen(made.idea_id, person)
    if idea is not None:
        mine = select(Vote.idea_id).where(
            Vote.idea_id == idea.id, Vote.person_id == person.id, Vote.set_aside_at.is_(None)
        )
        votes = db.session.execute(mine).first() is not None
    return Offer(person, made, idea, merged, ends, now > ends, votes)


def withdraw_by_link(offer: Offer) -> bool:
    """Withdraw the holder's whole support; True when a vote was there. Raises LinkEnded, Missing."""
    if offer.is_over:
        raise LinkEnded(gettext("This link has ended. On the idea's page you can withdraw your vote at any time."))
    if offer.idea is None:
        raise Missing(gettext("This idea is not here."))
    return withdraw_vote(offer.idea.id, offer.person)


def _seen(idea_id: int, person: Person) -> Idea | None:
    person.__dict__.pop("board_roles", None)
    return db.session.execute(
        select(Idea).where(Idea.id == idea_id, Idea.visible_to(person, merged=True)).options(joinedload(Idea.board))
    ).scalar_one_or_none()
