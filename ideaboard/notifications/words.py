"""How news reads: in the subject of a mail, at the head of its section, in the inbox; and why somebody hears."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton, format_time

from ideaboard.extensions import date_locale, gettext, lazy_gettext
from ideaboard.models.vocabulary import Outcome, Stage

# Words of which one is taken: to say all of them takes 0.1 ms.
_BECAUSE = {
    "author": lazy_gettext("because it is your idea"),
    "voter": lazy_gettext("because you voted"),
    "commenter": lazy_gettext("because you commented"),
    "replied_to": lazy_gettext("because it answers you"),
    "mentioned": lazy_gettext("because you were mentioned"),
    "board": lazy_gettext("because you hear of new ideas here"),
}
_BECAUSE_ELSE = lazy_gettext("because you follow it")
_STAGES = {
    Stage.UNDER_REVIEW: lazy_gettext("Under review"),
    Stage.REVIEWED: lazy_gettext("Reviewed"),
    Stage.COMING_SOON: lazy_gettext("Coming soon"),
    Stage.LAUNCHED: lazy_gettext("Launched"),
}
_OUTCOMES = {
    Outcome.WANT: lazy_gettext("we want this"),
    Outcome.NOT_NOW: lazy_gettext("not now"),
    Outcome.WILL_NOT: lazy_gettext("we will not do this"),
    Outcome.EXISTS: lazy_gettext("it exists already"),
    Outcome.HANDED_OVER: lazy_gettext("handed over"),
}


def subject_of_change(title: str, stage: str, outcome: str | None, promised_on: date | None, *, label: str = "") -> str:
    """'“Oat milk” is reviewed: we want this'. `label`: an admin's own name of the status."""
    if label:
        return gettext("“%(title)s” is now: %(status)s", title=title, status=label + _after(outcome))
    if stage == Stage.UNDER_REVIEW:
        return gettext("“%(title)s” is under review", title=title)
    if stage == Stage.COMING_SOON:
        if promised_on:
            return gettext("“%(title)s” is coming soon: %(month)s", title=title, month=month_words(promised_on))
        return gettext("“%(title)s” is coming soon", title=title)
    if stage == Stage.LAUNCHED:
        return gettext("“%(title)s” is launched", title=title)
    return gettext("“%(title)s” is reviewed: %(outcome)s", title=title, outcome=outcome_words(outcome))


def subject_of_further_word(title: str) -> str:
    """A change to the same status and outcome is one more word on it."""
    return gettext("A further word on “%(title)s”", title=title)


def subject_of_merge(title: str, undone: bool) -> str:
    if undone:
        return gettext("“%(title)s” stands on its own again", title=title)
    return gettext("“%(title)s” was merged into another idea", title=title)


def merge_line(into: str, undone: bool) -> str:
    """'Merged into “Oat milk”'; `into`: '' where the reader may not see it."""
    if undone:
        return gettext("It stands on its own again")
    return gettext("Merged into “%(title)s”", title=into) if into else gettext("Merged into another idea")


def status_line(stage: str, outcome: str | None, promised_on: date | None, *, label: str = "") -> str:
    """'Reviewed: we want this', 'Coming soon: June', 'Under review'."""
    name = label or str(_STAGES.get(stage, stage))
    if outcome:
        return name + _after(outcome)
    if stage == Stage.COMING_SOON and promised_on:
        return f"{name}: {month_words(promised_on)}"
    return name


def _after(outcome: str | None) -> str:
    return f": {outcome_words(outcome)}" if outcome else ""


def outcome_words(outcome: str | None) -> str:
    return str(_OUTCOMES.get(outcome, ""))


def promise_words(stage: str, outcome: str | None, promised_on: date | None, is_ready_sentence: bool = False) -> str:
    """The sentence that names the date promised, or ''."""
    if promised_on is None:
        return ""
    if stage == Stage.UNDER_REVIEW and not is_ready_sentence:
        return gettext("You hear by %(day)s.", day=_of_day(promised_on))
    if outcome == Outcome.NOT_NOW:
        return gettext("We look again in %(month)s.", month=month_words(promised_on))
    return ""


def why_words(reason: str) -> str:
    """Why somebody hears of an idea, as a sentence in a mail."""
    return {
        "author": gettext("You get this because it is your idea."),
        "voter": gettext("You get this because you voted for it."),
        "commenter": gettext("You get this because you commented on it."),
        "replied_to": gettext("You get this because it answers your comment."),
        "mentioned": gettext("You get this because you were mentioned."),
        "board": gettext("You get this because you asked for new ideas on this board."),
    }.get(reason, gettext("You get this because you follow it."))


def because_words(reason: str) -> str:
    """The same in a few words, for the inbox."""
    return str(_BECAUSE.get(reason, _BECAUSE_ELSE))


def month_words(value: date) -> str:
    """'June 2026': a mail may be read in another year."""
    return format_skeleton("yMMMM", value, locale=date_locale())


def day_words(moment: datetime, zone: str) -> str:
    """'3 March 2026' in a zone."""
    return _of_day(moment.astimezone(ZoneInfo(zone)).date())


def hour_words(hour: int) -> str:
    """'10:00 PM' or '22:00', as the reader's language writes a clock."""
    return format_time(time(hour), "short", locale=date_locale())


def _of_day(value: date) -> str:
    return format_date(value, "long", locale=date_locale())


def clock_words(moment: datetime, zone: str) -> str:
    """'10:42' in a zone."""
    return format_time(moment, "short", tzinfo=ZoneInfo(zone), locale=date_locale())
