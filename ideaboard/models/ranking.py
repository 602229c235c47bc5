"""What idea.trending and idea.showing_due are made of: plain arithmetic, the same in Python and in SQL.

`trending` is votes for a look: what an idea was given, over how often it was put before somebody. Being first is then no
merit, because who stood on top for long was also looked at for long. Each vote is halved by every HALF_LIFE that has
passed. All fade at the same pace, so the order needs no clock: a vote cast at t weighs 2^((t − EPOCH) / HALF_LIFE) for
good, and the sum moves by additions alone, in the UPDATE that moves the counter (voting/trending.py), without a function
that some SQLite lacks. An idea begins with one vote's weight of its own.

The first TRIAL looks are a trial, in which this counts BOOST times: a new idea stands on top, and while readers look and
do not vote it falls behind the next one; what gets many votes for few looks stays.

Imported totals never enter. Comments do not either: two people who argue would lift what they argue about.

`showing_due` says when an idea is due for its next look: its age counts for it, each look against it. What is still in
its trial comes first. Of what was imported the imported votes say how much of a trial it had.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from ideaboard.models.vocabulary import Origin

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
HALF_LIFE = timedelta(days=90)  # the exponents of doubles last 250 years to either side
TRIAL = 50  # looks; more than 30, because what a site counts as a look is an estimate
BOOST = (
    10.0  # with less, boards with few visitors never end a trial; with more, what is known to be good waits behind all
)
LOOK = timedelta(days=1)  # how much age outweighs one look
RESTED = 1e11  # seconds, 3,000 years: puts what is past its trial behind all that is not
READ_ALIKE = 8  # rows: where half the list's length down a row is read a quarter as often as the first
LOOKS_A_VOTE = 10  # what one vote says of looks that nobody counted
_WORN = 2.0**-20  # what is left of a sum keeps an error of its parts' last bits, 2^-53, times this way round


def weight(at: datetime) -> float:
    """What one vote cast at that moment adds."""
    return 2.0 ** ((at - EPOCH) / HALF_LIFE)


def divisor(looks: int) -> float:
    """What the votes are divided by (voting/trending.py says the same in SQL)."""
    return (looks + 1) / BOOST if looks < TRIAL else looks + 1.0


def trending_of(visible_at: datetime | None, cast: Iterable[datetime], looks: int) -> float:
    """The definition: an idea that became visible then, with votes cast at these moments; 0 while it never was."""
    if visible_at is None:
        return 0.0
    return (weight(visible_at) + sum(map(weight, cast))) / divisor(looks)


def is_worn(before: float, after: float) -> bool:
    """Whether a withdrawal took so much that what is left is not exact: then recompute."""
    return after <= before * _WORN


def showing_due_of(visible_at: datetime | None, looks: int) -> float:
    """The definition, in seconds since 1970; 0 while it never was visible."""
    if visible_at is None:
        return 0.0
    return visible_at.timestamp() + looks * LOOK.total_seconds() + (RESTED if looks >= TRIAL else 0.0)


def is_hardly_seen(showing_due: float) -> bool:
    """Whether an idea that is due then is still in its trial."""
    return 0.0 < showing_due < RESTED


def share_of_row(row: int) -> float:
    """What standing in that row of a list (0: the first) counts of a look: rows further down are read less."""
    return 1 / (1 + row / READ_ALIKE) ** 2


def looks_before_counting(votes: int) -> int:
    """What an idea is taken to have been looked at before looks were counted."""
    return LOOKS_A_VOTE * votes


def looks_at_birth(context) -> int:
    """The column's default: none; of an imported idea, what its imported votes say."""
    return _looks_of(context.get_current_parameters())


def trending_at_birth(context) -> float:
    """The column's default: its votes, if it comes with any, are of the moment in which it became visible."""
    row = context.get_current_parameters()
    votes = [row["visible_at"]] * (row.get("votes_count") or 0) if row.get("visible_at") else []
    return trending_of(row.get("visible_at"), votes, _looks_of(row))


def showing_due_at_birth(context) -> float:
    """The column's default."""
    row = context.get_current_parameters()
    return showing_due_of(row.get("visible_at"), _looks_of(row))


def _looks_of(row: dict) -> int:
    if row.get("views_count") is not None:
        return row["views_count"]
    return looks_before_counting(row.get("imported_votes") or 0) if row.get("origin") == Origin.IMPORT else 0
