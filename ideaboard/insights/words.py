"""Figures as people read them: "3 days", "not reached: 41 % within 14 days", "96 % kept"."""

from babel.numbers import format_decimal

from ideaboard.extensions import date_locale, gettext, ngettext
from ideaboard.insights.promise import Kept
from ideaboard.insights.scoreboard import DAY, Clock, Figures, Share

HOUR = 3600


def duration_words(seconds: float) -> str:
    """'less than an hour', '5 hours' up to two days, '2.4 days', '12 days'."""
    if seconds < HOUR:
        return gettext("less than an hour")
    if seconds < 2 * DAY:
        return ngettext("%(num)s hour", "%(num)s hours", round(seconds / HOUR))
    days = seconds / DAY
    return gettext("%(days)s days", days=format_decimal(round(days, 1 if days < 10 else 0), locale=date_locale()))


def percent(yes: int | float, total: int | float = 1) -> int:
    """Whole per cents; 100 only when it is all of them, 0 only when it is none."""
    share = yes / total
    if share in (0, 1):
        return int(share * 100)
    return min(99, max(1, round(share * 100)))


def clock_figure(clock: Clock) -> str:
    """'3 days', 'not reached', or a dash where nothing is watched yet."""
    if not clock.watched:
        return "–"
    return gettext("not reached") if clock.median is None else duration_words(clock.median)


def clock_note(clock: Clock) -> str:
    """'41 % within 14 days', where the median is not reached and a day has passed; else ''."""
    if not clock.watched or clock.median is not None or not clock.days:
        return ""
    return ngettext(
        "%(share)s %% within %(num)s day", "%(share)s %% within %(num)s days", clock.days, share=percent(clock.within)
    )


def clock_words(clock: Clock) -> str:
    """Both in one: 'not reached: 41 % within 14 days'."""
    note = clock_note(clock)
    return gettext("not reached: %(note)s", note=note) if note else clock_figure(clock)


def kept_words(kept: Kept) -> str:
    """'96 of 100', or a dash while none was due."""
    return of_words(Share(kept.kept, kept.due))


def of_words(share: Share) -> str:
    """'96 of 100'; a dash of none."""
    if not share.all:
        return "–"
    number = {
        name: format_decimal(value, locale=date_locale()) for name, value in (("yes", share.yes), ("all", share.all))
    }
    return gettext("%(yes)s of %(all)s", **number)


def share_words(share: Share) -> str:
    """'96 %'; a dash of none."""
    return gettext("%(num)s %%", num=percent(share.yes, share.all)) if share.all else "–"


def badge_words(figures: Figures) -> str:
    """'answers in 3 days · 96 % kept', with what there is of it."""
    clock, kept = figures.first_answer, figures.promise
    if not clock.watched:
        return gettext("no idea yet")
    if clock.median is not None:
        words = gettext("answers in %(time)s", time=duration_words(clock.median))
    elif clock_note(clock):
        words = gettext("answered: %(note)s", note=clock_note(clock))
    else:
        words = ngettext("%(num)s idea so far", "%(num)s ideas so far", clock.watched)
    if kept.due:
        words += " · " + gettext("%(num)s %% kept", num=percent(kept.kept, kept.due))
    return words
