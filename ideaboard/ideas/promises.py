"""What was promised, and when: "Received 3 March · first look by Friday". Days are counted in the site's zone."""

from datetime import date, datetime, timedelta
from functools import lru_cache

from babel import Locale
from babel.dates import format_date, format_skeleton

from ideaboard.extensions import date_locale, gettext
from ideaboard.foundation.clock import day_in
from ideaboard.models import Board


def first_look_on(received: datetime, first_look_days: int, zone: str) -> date:
    """The day by which somebody has looked at an idea that was received at that moment."""
    return day_in(received, zone) + timedelta(days=first_look_days)


def by_day(day: date, today: date) -> str:
    """A coming day as people say it: 'today', 'tomorrow', 'Friday' within a week, else '14 June' (year if not this)."""
    ahead = (day - today).days
    if ahead == 0:
        return gettext("today")
    if ahead == 1:
        return gettext("tomorrow")
    if 1 < ahead < 7:
        return _written("EEEE", day, date_locale())
    return _written("MMMMd" if day.year == today.year else "yMMMMd", day, date_locale())


@lru_cache(maxsize=1024)
def _written(form: str, day: date, locale: Locale) -> str:
    """As Babel writes it, in 0.1 ms: a list has twenty such days."""
    return format_date(day, form, locale=locale) if form == "EEEE" else format_skeleton(form, day, locale=locale)


def first_look_words(received: datetime, first_look_days: int, now: datetime, zone: str) -> str:
    """'first look by Friday', on the day itself 'first look due today', once it is over 'first look was due 6 March'."""
    day, today = first_look_on(received, first_look_days, zone), day_in(now, zone)
    if day < today:
        return gettext("first look was due %(day)s", day=by_day(day, today))
    if day == today:
        return gettext("first look due today")
    return gettext("first look by %(day)s", day=by_day(day, today))


def promise_words(board: Board, now: datetime, zone: str) -> str:
    """Beside the button that shares an idea: 'A first look by Friday.'"""
    day = by_day(first_look_on(now, board.first_look_days, zone), day_in(now, zone))
    return gettext("A first look by %(day)s.", day=day)


def hear_words(board: Board, now: datetime, zone: str) -> str:
    """The word of thanks after an idea was shared: who is heard from, and by when."""
    day = by_day(first_look_on(now, board.first_look_days, zone), day_in(now, zone))
    if board.owner is not None and board.owner.display_name and not board.owner.erased_at:
        return gettext("You hear from %(name)s by %(day)s.", name=board.owner.display_name, day=day)
    return gettext("You hear from us by %(day)s.", day=day)
