"""Stopping by a signed token, without signing in: repeatable, unexpiring, and to be undone at the same place.

A token names the person, the idea (or none: a digest is about many) and the kind of news. It offers that idea, its
board, how that kind comes (a digest's: every kind), and all mail.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from ideaboard.extensions import db, gettext
from ideaboard.following.boards import broad_follow_of, follow_board, forget_board, mute_board
from ideaboard.following.follows import mute, unmute
from ideaboard.foundation.database import end_reading
from ideaboard.foundation.refusals import Missing
from ideaboard.foundation.tokens import sign, unsign
from ideaboard.models import BroadFollow, Follow, Idea, Person, Preference
from ideaboard.models.vocabulary import How, Topic
from ideaboard.notifications.preferences import TOPICS, choices_of, resume_mail, set_how, stop_mail
from ideaboard.voting.support import end_of

SCOPES = ("idea", "board", "kind", "all")


@dataclass(frozen=True)
class Holder:
    """Who holds the token: the person, the idea of the mail (None: no longer theirs to see, or a digest's), the kind."""

    person: Person
    idea: Idea | None
    topic: str
    is_of_all: bool = False

    @property
    def topics(self) -> tuple[str, ...]:
        """The kinds that this token may choose about."""
        return TOPICS if self.is_of_all else (self.topic,)


def token_of(person_id: int, idea_id: int | None, topic: str) -> str:
    """The token of a mail, or of one idea in it. `idea_id` None: about no idea alone (a digest)."""
    return sign("unsubscribe", [person_id, idea_id, str(topic)])


def holder_of(token: str, now: datetime) -> Holder:
    """Read a token. Raises Missing for one that is not ours. Reads only.

    Who may not enter any more (suspended, past) sees no idea by it, and can still stop all mail.
    """
    payload = unsign("unsubscribe", token)
    person = None
    if isinstance(payload, list) and len(payload) == 3 and payload[2] in tuple(Topic):
        person = db.session.get(Person, payload[0], populate_existing=True)
    if person is None:
        raise Missing(gettext("This link is not one of ours, or only a part of it. Open it from the mail again."))
    idea = None
    if payload[1] is not None and person.is_active_at(now):
        found = (
            select(Idea)
            # Of an idea that was merged since: what stands for it now is what should stop.
            .where(Idea.id == end_of(payload[1]), Idea.visible_to(person))
            .options(joinedload(Idea.board))
        )
        idea = db.session.execute(found).scalar_one_or_none()
    return Holder(person, idea, payload[2], is_of_all=payload[1] is None)


def stopped_of(holder: Holder) -> dict[str, bool]:
    """{scope: whether it is stopped now} for the scopes that this token offers. Reads only."""
    person, idea = holder.person, holder.idea
    stopped = {}
    if idea is not None:
        follow = db.session.get(Follow, (idea.id, person.id), populate_existing=True)
        stopped["idea"] = bool(follow and follow.muted_at)
        muted = select(BroadFollow.id).where(
            BroadFollow.person_id == person.id, BroadFollow.board_id == idea.board_id, BroadFollow.muted_at.is_not(None)
        )
        stopped["board"] = db.session.execute(muted).first() is not None
    chosen = db.session.get(Preference, (person.id, holder.topic), populate_existing=True)
    stopped["kind"] = chosen is not None and chosen.how == How.NEVER
    stopped["all"] = person.mail_stopped_at is not None
    return stopped


def hows_of(holder: Holder) -> dict[str, str]:
    """{topic: how} of the kinds that this token offers. Reads only."""
    choices = choices_of(holder.person)
    return {topic: choices[topic] for topic in holder.topics}


def stop(holder: Holder, scope: str, now: datetime) -> str:
    """Stop the idea, the board, the kind or all mail; returns what undo() wants to know ('' mostly).

    Raises Missing for a scope that the token does not offer.
    """
    _offered(holder, scope)
    was = ""
    if scope == "idea":
        mute(holder.idea, holder.person, now)
    elif scope == "board":
        broad = broad_follow_of(holder.idea.board, holder.person)
        was = "follow" if broad is not None and broad.followed_at else ""
        end_reading()
        mute_board(holder.idea.board, holder.person, now)
    elif scope == "kind":
        was = choices_of(holder.person)[holder.topic]
        end_reading()
        set_how(holder.person.id, holder.topic, How.NEVER)
    else:
        stop_mail(holder.person.id, now)
    return was


def undo(holder: Holder, scope: str, now: datetime, was: str = "") -> None:
    """Hear of it again, as it `was`. Raises Missing for a scope that the token does not offer."""
    _offered(holder, scope)
    if scope == "idea":
        unmute(holder.idea, holder.person)
    elif scope == "board":
        if was == "follow":
            follow_board(holder.idea.board, holder.person, now)
        else:
            forget_board(holder.idea.board, holder.person)
    elif scope == "kind":
        set_how(holder.person.id, holder.topic, was if was in tuple(How) else How.AT_ONCE)
    else:
        resume_mail(holder.person.id)


def choose_how(holder: Holder, topic: str, how: str) -> None:
    """How a kind of news comes. Raises Missing for a kind that the token does not offer, or a how that is none."""
    if topic not in holder.topics or how not in tuple(How):
        raise Missing(gettext("This is not offered here."))
    set_how(holder.person.id, topic, how)


def _offered(holder: Holder, scope: str) -> None:
    if scope not in SCOPES or (holder.idea is None and scope in ("idea", "board")):
        raise Missing(gettext("This is not offered here."))
