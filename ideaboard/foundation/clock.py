"""The one source of "now": aware, in UTC, with microseconds. Verbs take it as an argument; doors ask it once."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def now() -> datetime:
    return datetime.now(UTC)


def day_in(moment: datetime, time_zone: str) -> date:
    """The calendar day of a moment in a zone such as 'Europe/Amsterdam'."""
    return moment.astimezone(ZoneInfo(time_zone)).date()
