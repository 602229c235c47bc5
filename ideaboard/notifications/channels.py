"""How news reaches a person: the inbox has it in any case; mail where there is an address that takes it."""

from enum import Enum

from ideaboard.models.vocabulary import How, Topic


class Channel(Enum):
    MAIL = "mail"
    INBOX = "inbox"  # no address, or chose no mail: the entry in the inbox tells
    REFUSED = "refused"  # the mail server refuses the address: not told


def default_how(topic: str) -> str:
    """How news of a kind comes to who chose nothing: at once, save for new ideas, which nobody gets unasked."""
    return How.NEVER if topic == Topic.NEW_IDEAS else How.AT_ONCE


def channel_of(person, how: str) -> Channel:
    """`person`: anything with email, mail_stopped_at, mail_refused_at; `how`: their choice for this kind of news."""
    if not person.email or person.mail_stopped_at or how == How.NEVER:
        return Channel.INBOX
    return Channel.REFUSED if person.mail_refused_at else Channel.MAIL


def soonest(hows: list[str]) -> int:
    """The place of the choice that tells first: at once before daily before weekly before never."""
    return min(range(len(hows)), key=lambda i: _ORDER.index(hows[i]))


_ORDER = (How.AT_ONCE, How.DAILY, How.WEEKLY, How.NEVER)
