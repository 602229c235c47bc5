"""Which changes are possible from where, and what each needs. Asked by the verb; the form reads it to say so before.

Every step is possible: on to the next, past some (a skip), back, or a further word where the idea stands. What differs
is what a change must bring: its one text (on a skip or a step back those words are the reason), a month, a link.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from urllib.parse import urlsplit

from ideaboard.extensions import gettext
from ideaboard.foundation.markdown import clean_text
from ideaboard.foundation.refusals import Refusal
from ideaboard.models.vocabulary import STEPS, Outcome, Stage

ANSWER_LENGTH = 10_000
LINK_LENGTH = 2_000
# Seen by nobody, and left alone by str.strip(): zero-width and joiners, soft hyphen, Hangul fillers, blank Braille.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff]"
)


class ChangeNotPossible(Refusal):
    """The change lacks something or asks for something that is not there; `field` names which part of it.

    `others`: what else it lacks, so that a form says all of it at once.
    """

    others: tuple | list = ()


def all_of(*checks: Callable) -> list:
    """What the checks return, in their order. Raises the first ChangeNotPossible, with the others on it."""
    results, refusals = [], []
    for check in checks:
        try:
            results.append(check())
        except ChangeNotPossible as refusal:
            refusals.append(refusal)
    if refusals:
        refusals[0].others = refusals[1:]
        raise refusals[0]
    return results


class Move(StrEnum):
    """How a change relates to where the idea stands."""

    FORWARD = "forward"
    SKIP = "skip"
    BACK = "back"
    ASIDE = "aside"  # the same stage, another status or outcome
    FURTHER_WORD = "further_word"  # the same status and outcome


@dataclass(frozen=True)
class Needs:
    """What a change to a stage and outcome brings. `day`/`month`/`link`: 'required', 'optional' or None."""

    ready_sentence: bool = False
    day: str | None = None
    month: str | None = None
    link: str | None = None


def move_of(
    stood: Stage,
    stood_status_id: int | None,
    stood_outcome: str | None,
    to: Stage,
    to_status_id: int,
    outcome: str | None,
) -> Move:
    """How a change would move the idea: `stood…` is where it is, `to…` where it would be."""
    order = (Stage.RECEIVED, *STEPS)
    distance = order.index(to) - order.index(stood)
    if distance < 0:
        return Move.BACK
    if distance == 0:
        same = stood_status_id == to_status_id and stood_outcome == outcome
        return Move.FURTHER_WORD if same else Move.ASIDE
    return Move.FORWARD if distance == 1 else Move.SKIP


def needs_of(to: Stage, outcome: str | None, move: Move) -> Needs:
    """What the change must or may bring."""
    if to is Stage.UNDER_REVIEW:
        # The ready sentence is for the first look alone; a step back or a further word owes a reason in own words.
        return Needs(ready_sentence=move is Move.FORWARD, day="optional")
    if to is Stage.COMING_SOON:
        return Needs(month="optional")
    if outcome == Outcome.NOT_NOW:
        return Needs(month="required")
    if outcome in (Outcome.EXISTS, Outcome.HANDED_OVER):
        return Needs(link="required")
    return Needs()


def answer_text(text: str) -> str:
    """The text as it is stored; '' when nobody could see a word of it. Raises ChangeNotPossible when too long."""
    text = clean_text(text)
    if not _INVISIBLE.sub("", text).strip():
        return ""
    if len(text) > ANSWER_LENGTH:
        raise ChangeNotPossible(
            gettext(
                "Your answer is %(length)s characters long; the limit is %(limit)s. Shorten it and publish again.",
                length=len(text),
                limit=ANSWER_LENGTH,
            ),
            field="text",
        )
    return text


def check_outcome(to: Stage, outcome: str | None) -> str | None:
    """The outcome as it belongs to the stage: needed on Reviewed, dropped elsewhere. Raises ChangeNotPossible."""
    if to is not Stage.REVIEWED:
        return None
    if outcome not in set(Outcome):
        raise ChangeNotPossible(
            gettext("Reviewed always says what the review found. Choose one of the five."), field="outcome"
        )
    return Outcome(outcome)


def check_text(text: str, needs: Needs, move: Move, is_ready_sentence: bool) -> None:
    """Raises ChangeNotPossible when the change would be silent, or ready words stand where own words are owed."""
    if is_ready_sentence and not needs.ready_sentence:
        raise ChangeNotPossible(
            gettext("The ready sentence is for the first look alone. Say this in your own words."), field="text"
        )
    if is_ready_sentence or text:
        return
    sentences = {
        Move.SKIP: gettext("This skips a step: say why, in your own words. Everyone who took part reads them."),
        Move.BACK: gettext("This is a step back: say why, in your own words. Everyone who took part reads them."),
    }
    raise ChangeNotPossible(
        sentences.get(
            move, gettext("A status never changes without a word. Write your answer; everyone who took part reads it.")
        ),
        field="text",
    )


def check_date(promised_on: date | None, needs: Needs, today: date, is_ready_sentence: bool) -> date | None:
    """The promised day, or the first day of the promised month; None where nothing is promised.

    today: the day in the site's zone. Raises ChangeNotPossible for a missing or a past one.
    """
    if needs.month:
        if promised_on is None:
            if needs.month == "required":
                raise ChangeNotPossible(
                    gettext("“Not now” names the month in which you look again. Choose one."), field="month"
                )
            return None
        promised_on = promised_on.replace(day=1)
        if promised_on < today.replace(day=1):
            raise ChangeNotPossible(gettext("That month has passed. Choose this one or a later one."), field="month")
        return promised_on
    if needs.day:
        if promised_on is None:
            if is_ready_sentence:
                raise ChangeNotPossible(
                    gettext("The ready sentence promises a day. Choose the day by which they hear."), field="day"
                )
            return None
        if promised_on < today:
            raise ChangeNotPossible(gettext("That day has passed. Choose today or a later one."), field="day")
        return promised_on
    return None


def check_url(url: str) -> str:
    """An http(s) address with a host, as it is stored. Raises ChangeNotPossible."""
    url = clean_text(url)
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.username and parts.port != 0
    except ValueError:
        good = False
    if not good or re.search(r"[\s<>\"\\\u0000-\u0020]", url) or len(url) > LINK_LENGTH:
        raise ChangeNotPossible(
            gettext("This is neither an address that begins with https:// nor an idea here. Mend the link."),
            field="link",
        )
    return url


def missing_link() -> ChangeNotPossible:
    """The refusal of “exists already” and “handed over” without a link."""
    return ChangeNotPossible(gettext("Say where it is: paste the link, or the address of an idea here."), field="link")
