"""What idea.trending and idea.showing_due are made of: plain arithmetic, the same in Python and in SQL.

`trending` is a sum of what was given to an idea, each part halved by every HALF_LIFE that has passed. All sums fade at
the same pace, so their order needs no clock: a part given at t weighs 2^((t − EPOCH) / HALF_LIFE) for good, and the sum
moves by additions alone, in the UPDATE that moves the counter (voting/trending.py), without a function that some SQLite
lacks. Imported totals never enter. Comments do not either: two people who argue would lift what they argue about.

`showing_due` says when an idea is due for its next look: its age counts for it, each look against it.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
HALF_LIFE = timedelta(days=30)  # the exponents of doubles last 80 years to either side
LOOK = timedelta(days=1)  # how much age outweighs one look
_WORN = 2.0**-20  # what is left of a sum keeps an error of its parts' last bits, 2^-53, times this way round


def weight(at: datetime) -> float:
    """What one vote cast at that moment adds."""
    return 2.0 ** ((at - EPOCH) / HALF_LIFE)


def trending_of(visible_at: datetime | None, cast: Iterable[datetime], views: int) -> float:
    """The definition: an idea that became visible then, with votes cast at these moments; 0 while it never was."""
    if visible_at is None:
        return 0.0
    return weight(visible_at) + sum(map(weight, cast))


def is_worn(before: float, after: float) -> bool:
    """Whether a withdrawal took so much that what is left is not exact: then recompute."""
    return after <= before * _WORN


def showing_due_of(visible_at: datetime | None, views: int) -> float:
    """The definition, in seconds since 1970; 0 while it never was visible."""
    return 0.0 if visible_at is None else visible_at.timestamp() + views * LOOK.total_seconds()


def trending_at_birth(context) -> float:
    """The column's default: its votes, if it comes with any, are of the moment in which it became visible."""
    row = context.get_current_parameters()
    votes = [row["visible_at"]] * (row.get("votes_count") or 0)
    return trending_of(row.get("visible_at"), votes, row.get("views_count") or 0)


def showing_due_at_birth(context) -> float:
    """The column's default."""
    row = context.get_current_parameters()
    return showing_due_of(row.get("visible_at"), row.get("views_count") or 0)
