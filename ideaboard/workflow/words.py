"""How a status reads: its label, its outcome, its month, its colour and its icon. Never colour alone."""

from collections.abc import Sequence
from datetime import date

from babel.dates import format_date, format_skeleton

from ideaboard.extensions import date_locale, lazy_gettext
from ideaboard.foundation.clock import now
from ideaboard.models import Idea, Status
from ideaboard.models.vocabulary import OUTCOMES_THAT_END_VOTING, STEPS, Outcome, Stage

STAGE_WORDS = {
    Stage.RECEIVED: lazy_gettext("Received"),
    Stage.UNDER_REVIEW: lazy_gettext("Under review"),
    Stage.REVIEWED: lazy_gettext("Reviewed"),
    Stage.COMING_SOON: lazy_gettext("Coming soon"),
    Stage.LAUNCHED: lazy_gettext("Launched"),
}
# As they stand after "Reviewed · ".
OUTCOME_WORDS = {
    Outcome.WANT: lazy_gettext("we want this"),
    Outcome.NOT_NOW: lazy_gettext("not now"),
    Outcome.WILL_NOT: lazy_gettext("we will not do this"),
    Outcome.EXISTS: lazy_gettext("exists already"),
    Outcome.HANDED_OVER: lazy_gettext("handed over"),
}
# As they stand alone, on a button.
OUTCOME_LABELS = {
    Outcome.WANT: lazy_gettext("We want this"),
    Outcome.NOT_NOW: lazy_gettext("Not now"),
    Outcome.WILL_NOT: lazy_gettext("We will not do this"),
    Outcome.EXISTS: lazy_gettext("Exists already"),
    Outcome.HANDED_OVER: lazy_gettext("Handed over"),
}
_KINDS = {"amber": "under_review", "blue": "reviewed", "purple": "coming_soon", "green": "launched", "grey": "closed"}
_STAGE_ICONS = {Stage.UNDER_REVIEW: "search", Stage.COMING_SOON: "clock", Stage.LAUNCHED: "rocket"}
_OUTCOME_ICONS = {
    Outcome.WANT: "check",
    Outcome.NOT_NOW: "clock",
    Outcome.WILL_NOT: "circle-slash",
    Outcome.EXISTS: "link",
    Outcome.HANDED_OVER: "handover",
}


def status_label(status: Status | None) -> str:
    """An admin's label, else the stage's own name in the reader's language; None is received."""
    if status is None:
        return str(STAGE_WORDS[Stage.RECEIVED])
    return status.label or str(STAGE_WORDS[Stage(status.stage)])


def status_words(subject: Idea | Status | None, outcome: str | None = None, promised_on: date | None = None) -> str:
    """The badge's text: "Under review", "Reviewed · not now", "Coming soon · June".

    subject: an idea (its own outcome and month are read), or a status with what goes with it.
    """
    status = subject
    if subject is not None and not isinstance(subject, Status):  # an idea, or a line of a list
        status = subject.status
        if subject.change is not None:
            outcome, promised_on = subject.change.outcome, subject.change.promised_on
    label = status_label(status)
    if outcome:
        return f"{label} · {OUTCOME_WORDS[Outcome(outcome)]}"
    if promised_on and status is not None and status.stage == Stage.COMING_SOON:
        return f"{label} · {month_words(promised_on)}"
    return label


def standings_offered(statuses: Sequence[Status]) -> list[tuple[str, str]]:
    """[(what `status=` of a list names, its label)] in the order of the stages; two statuses of one stage share a line."""
    found = []
    for stage in STEPS:
        of_stage = [status for status in statuses if status.stage == stage]
        label = " / ".join(dict.fromkeys(status_label(status) for status in of_stage)) or str(STAGE_WORDS[stage])
        found.append((str(stage), label))
        if stage is Stage.REVIEWED:
            found += [(str(outcome), f"{label} · {OUTCOME_WORDS[outcome]}") for outcome in Outcome]
    return found


def outcome_words(outcome: str) -> str:
    """'we want this', 'not now', …: as it stands after "Reviewed: "."""
    return str(OUTCOME_WORDS[Outcome(outcome)])


def badge_kind(status: Status, outcome: str | None = None) -> str:
    """The badge's colour family: a no, or something that is elsewhere, is grey; else the admin's colour, or the stage's."""
    if outcome in OUTCOMES_THAT_END_VOTING:
        return "closed"
    return _KINDS.get(status.colour, status.stage)


def badge_icon(status: Status, outcome: str | None = None) -> str:
    """The icon beside the words."""
    return _OUTCOME_ICONS[Outcome(outcome)] if outcome else _STAGE_ICONS.get(Stage(status.stage), "check")


def month_words(month: date) -> str:
    """'June', with the year when it is not this one."""
    if month.year == now().year:
        return format_date(month, "LLLL", locale=date_locale())
    return format_skeleton("yMMMM", month, locale=date_locale())


def day_words(day: date, *, this_year: int | None = None) -> str:
    """'14 June', with the year when it is not this one."""
    skeleton = "MMMMd" if day.year == (this_year or now().year) else "yMMMMd"
    return format_skeleton(skeleton, day, locale=date_locale())
