"""Quiet hours and the moment of a digest, on the reader's clock."""

from datetime import UTC, datetime

import pytest

from ideaboard.notifications.moments import next_digest, quiet_until


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "zone", "hours", "end"),
    [
        ("2026-03-03 21:30", "Europe/Amsterdam", (22, 7), "2026-03-04 06:00"),  # 22:30 there
        ("2026-03-03 20:59", "Europe/Amsterdam", (22, 7), None),
        ("2026-03-04 05:59", "Europe/Amsterdam", (22, 7), "2026-03-04 06:00"),
        ("2026-03-04 06:00", "Europe/Amsterdam", (22, 7), None),
        ("2026-03-03 10:00", "UTC", (9, 17), "2026-03-03 17:00"),
        ("2026-03-03 17:00", "UTC", (9, 17), None),
        ("2026-03-03 23:00", "Asia/Kolkata", (0, 9), "2026-03-04 03:30"),
        ("2026-03-03 10:00", "UTC", (None, None), None),
        # The clocks go forward in this night: seven comes an hour sooner.
        ("2026-03-28 22:00", "Europe/Amsterdam", (22, 7), "2026-03-29 05:00"),
        # An hour that the clocks skip is the one after it.
        ("2026-03-29 00:30", "Europe/Amsterdam", (22, 2), "2026-03-29 01:00"),
        # They go back: seven comes an hour later.
        ("2026-10-24 21:00", "Europe/Amsterdam", (22, 7), "2026-10-25 06:00"),
    ],
)
def test_quiet_hours_end_by_the_readers_clock(moment, zone, hours, end):
    assert quiet_until(utc(moment), zone, *hours) == (utc(end) if end else None)


@pytest.mark.parametrize(
    ("moment", "zone", "rhythm", "due"),
    [
        ("2026-03-03 06:59", "Europe/Amsterdam", "daily", "2026-03-03 07:00"),
        ("2026-03-03 07:00", "Europe/Amsterdam", "daily", "2026-03-04 07:00"),
        ("2026-03-03 23:30", "Europe/Amsterdam", "daily", "2026-03-04 07:00"),
        ("2026-03-03 20:00", "Pacific/Auckland", "daily", "2026-03-04 19:00"),
        # The clocks go forward, and back: eight o'clock stays eight o'clock.
        ("2026-03-28 08:00", "Europe/Amsterdam", "daily", "2026-03-29 06:00"),
        ("2026-10-24 08:00", "Europe/Amsterdam", "daily", "2026-10-25 07:00"),
        ("2026-03-03 10:00", "Europe/Amsterdam", "weekly", "2026-03-09 07:00"),  # a Tuesday
        ("2026-03-09 06:59", "Europe/Amsterdam", "weekly", "2026-03-09 07:00"),
        ("2026-03-09 07:00", "Europe/Amsterdam", "weekly", "2026-03-16 07:00"),
        ("2026-03-28 12:00", "Europe/Amsterdam", "weekly", "2026-03-30 06:00"),
        # It is Monday there before it is here.
        ("2026-03-08 12:00", "Pacific/Auckland", "weekly", "2026-03-08 19:00"),
    ],
)
def test_a_digest_comes_at_eight_by_the_readers_clock(moment, zone, rhythm, due):
    assert next_digest(utc(moment), zone, rhythm) == utc(due)
