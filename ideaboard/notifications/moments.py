"""When a mail may go: after quiet hours, and, for digests, at eight in the morning of the reader's zone.

Pure reckoning. Local times are made first and turned into UTC then, so that a change of the clocks moves nothing:
eight o'clock stays eight o'clock.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ideaboard.models.vocabulary import How

DIGEST_HOUR = 8
MONDAY = 0


def quiet_until(moment: datetime, zone: str, first: int | None, last: int | None) -> datetime | None:
    """The end of the quiet hours that `moment` falls into, in UTC; None: it falls into none.

    `first` and `last`: whole hours of the reader's clock, 22 and 7 for ten at night until seven; None: no quiet hours.
    """
    if first is None or last is None:
        return None
    local = moment.astimezone(ZoneInfo(zone))
    over_midnight = first > last
    is_quiet = (local.hour >= first or local.hour < last) if over_midnight else first <= local.hour < last
    if not is_quiet:
        return None
    tomorrow = over_midnight and local.hour >= first
    return _at(local.date() + timedelta(days=tomorrow), last, zone)


def next_digest(moment: datetime, zone: str, rhythm: str) -> datetime:
    """The first eight o'clock (of a Monday, where `rhythm` is weekly) after `moment` on the reader's clock, in UTC."""
    day = moment.astimezone(ZoneInfo(zone)).date()
    if rhythm == How.WEEKLY:
        day += timedelta(days=(MONDAY - day.weekday()) % 7)
    due = _at(day, DIGEST_HOUR, zone)
    if due <= moment:
        due = _at(day + timedelta(days=7 if rhythm == How.WEEKLY else 1), DIGEST_HOUR, zone)
    return due


def _at(day: date, hour: int, zone: str) -> datetime:
    """The hour of a day in a zone, in UTC; an hour that the clocks skip is the one after it."""
    return datetime.combine(day, time(hour), ZoneInfo(zone)).astimezone(UTC)
