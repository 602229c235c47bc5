"""Dates as exports write them, read without guessing.

A time without a zone is the site's; a day without a time is its noon, so that the day stays the same for readers
elsewhere. "03/04/2016" says nothing by itself: the whole column decides, and where it cannot, the operator.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from ideaboard.extensions import gettext as _
from ideaboard.foundation.refusals import Refusal

_NOON = time(12)
_MONTHS = {
    m: i for i, m in enumerate(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1)
}
_SLASHED = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})(?:[ ,T]+(.+))?")
_NAMED = re.compile(r"(\d{1,2})[/ .-]([A-Za-z]{3})[a-z]*[/ .,-]+(\d{4}|\d{2})(?:[ ,T]+(.+))?")
_MONTH_FIRST = re.compile(r"([A-Za-z]{3})[a-z]*\.? (\d{1,2}),? (\d{4})(?:[ ,T]+(.+))?")
_CLOCK = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d))?(?:\.\d+)? ?([AaPp][Mm])?(?: ?(UTC|GMT|Z))?")
_SECONDS_SINCE_1970 = re.compile(r"\d{10}|\d{13}")


class AmbiguousDates(Refusal):
    """All dates of a column can be read with the day first and with the month first."""


def day_comes_first(values: Iterable[str], column: str, order: str | None) -> bool:
    """Whether 03/04/2016 is in April. `order`: 'day-first' or 'month-first' as the operator said, or None."""
    if order:
        return order == "day-first"
    first, second, seen = 0, 0, None
    for value in values:
        match = _SLASHED.fullmatch(value.strip())
        if match:
            seen = value
            first, second = max(first, int(match[1])), max(second, int(match[2]))
    if seen and first <= 12 and second <= 12:
        raise AmbiguousDates(
            _(
                "The dates of the column \u201c%(column)s\u201d, such as %(example)s, can be read in two ways. "
                "Add --dates day-first or --dates month-first.",
                column=column,
                example=seen,
            )
        )
    return second <= 12


def read_moment(text: str, zone: ZoneInfo, day_first: bool = True) -> datetime | None:
    """The moment in UTC, or None where the text is no date that we know. Years from 1900 to 2100."""
    text = " ".join(text.split())
    moment = _iso(text) or _counted(text) or _written(text, day_first)
    if moment is None or not 1900 <= moment.year <= 2100:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def is_day(text: str, zone: ZoneInfo, moment: datetime) -> bool:
    """Whether the text named a day alone (its noon was put in)."""
    return ":" not in text and moment.astimezone(zone).time() == _NOON


def _iso(text: str) -> datetime | None:
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            return datetime.combine(datetime.fromisoformat(text), _NOON)
        if re.match(r"\d{4}-\d\d-\d\d.", text):
            return datetime.fromisoformat(re.sub(r" ?(UTC|GMT)$", "+00:00", text))
    except ValueError:
        pass
    return None


def _counted(text: str) -> datetime | None:
    return datetime.fromtimestamp(int(text[:10]), UTC) if _SECONDS_SINCE_1970.fullmatch(text) else None


def _written(text: str, day_first: bool) -> datetime | None:
    if match := _SLASHED.fullmatch(text):
        day, month = (match[1], match[2]) if day_first else (match[2], match[1])
    elif match := _NAMED.fullmatch(text):
        day, month = match[1], _MONTHS.get(match[2].lower(), 0)
    elif match := _MONTH_FIRST.fullmatch(text):
        day, month = match[2], _MONTHS.get(match[1].lower(), 0)
    else:
        return None
    year = int(match[3]) + (2000 if len(match[3]) == 2 else 0)
    try:
        return datetime.combine(datetime(year, int(month), int(day)), _clock(match[4]))  # noqa: DTZ001 (zoned by caller)
    except ValueError:
        return None


def _clock(text: str | None) -> time:
    """'9:24 PM' -> 21:24; nothing -> noon. Raises ValueError."""
    if not text:
        return _NOON
    match = _CLOCK.fullmatch(text.strip())
    if not match:
        raise ValueError(text)
    hour = int(match[1])
    if match[4]:
        if not 1 <= hour <= 12:
            raise ValueError(text)
        hour = hour % 12 + (12 if match[4].lower() == "pm" else 0)
    return time(hour, int(match[2]), int(match[3] or 0), tzinfo=UTC if match[5] else None)
