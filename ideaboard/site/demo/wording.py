"""Puts the days and months of a planting into the demo's texts: "{month}", and the ready sentence at Under review."""

from calendar import monthrange
from datetime import date, timedelta

from babel.dates import format_date

from ideaboard.foundation.clock import day_in
from ideaboard.site.demo.content import Change, Community, Idea
from ideaboard.site.demo.crowd import Moment

LANGUAGE = "en"  # the community writes in it
SITE_ZONE = "Europe/Amsterdam"


def promised_on(change: Change, moment: Moment) -> date | None:
    """The day by which one hears; for Coming soon and not now the first day of the month."""
    day = day_in(moment(change.days), SITE_ZONE)
    if change.hear is not None:
        return day + timedelta(days=change.hear)
    if change.month is None:
        return None
    first = day.replace(day=1)
    for _ in range(change.month):
        first += timedelta(days=monthrange(first.year, first.month)[1])
    return first


def change_text(change: Change, community: Community, moment: Moment) -> str:
    """Staff's own words, or the ready sentence when there are none."""
    promised = promised_on(change, moment)
    if change.text is None:
        person = community.people[change.by]
        day = format_date(promised, "d MMMM", locale=LANGUAGE)
        return f"{person.name}, {person.title}, is looking at this; you hear by {day}."
    return change.text.replace("{month}", _month(promised))


def comment_text(text: str, idea: Idea, moment: Moment) -> str:
    """A comment; {month} is the one that the idea was last promised for."""
    months = [promised_on(change, moment) for change in idea.changes if change.month is not None]
    return text.replace("{month}", _month(months[-1] if months else None))


def _month(day: date | None) -> str:
    return format_date(day, "LLLL", locale=LANGUAGE) if day else ""
