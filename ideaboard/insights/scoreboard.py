"""The figures of "How we answer", over all of some boards, by board and by month."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from ideaboard.insights.clearness import words_on_answers
from ideaboard.insights.lives import Life, imported, lives_of
from ideaboard.insights.promise import Kept, kept_of
from ideaboard.insights.survival import Curve, curve_of
from ideaboard.models.vocabulary import Stage
from ideaboard.notifications.reach import Reach24, reach_by_launch

DAY = 86_400
SHOWN_DAYS = (1, 3, 7, 14, 30, 90)
HORIZON = 14  # "not reached: 41 % within 14 days"
POINTS = 60  # of the drawn curve
_SCALES = (7, 14, 30, 60, 90, 180, 365)  # days


@dataclass(frozen=True)
class Clock:
    """One clock over some ideas. `median`: seconds, None where the curve never reaches one half.

    `within`: share stopped within `days` days, the whole days up to 14 that the longest was watched; `days` 0: not one.
    `shares`: {days: share stopped}, for as long as ideas were watched, and on from there when all stopped.
    """

    watched: int
    stopped: int
    median: float | None
    days: int
    within: float
    shares: dict[int, float]


@dataclass(frozen=True)
class Share:
    """`yes` of `all`."""

    yes: int = 0
    all: int = 0


@dataclass(frozen=True)
class Figures:
    """Of one group of ideas. `left`: how many went out of sight; their clocks ended there."""

    ideas: int
    looked_at: int
    answered: int
    decided: int
    coming_soon: int
    launched: int
    left: int
    first_look: Clock
    first_answer: Clock
    decision: Clock
    promise: Kept
    told: Share = Share()
    told_by_digest: Share = Share()
    clear: Share = Share()


@dataclass(frozen=True)
class Drawn:
    """What the picture shows: `days` from left to right, and per clock POINTS + 1 shares stopped, evenly apart."""

    days: int
    lines: dict[str, list[float]]


@dataclass(frozen=True)
class Scoreboard:
    """`months`: newest first, by the first day of the month in the site's zone. `imported`: ideas left out."""

    counted_at: datetime
    whole: Figures
    boards: dict[int, Figures]
    months: dict[date, Figures]
    imported: int
    drawn: Drawn


# (seconds watched, whether it stopped then) of the first look, the first answer and the decision.
_Waits = tuple[tuple[float, bool], ...]
_CLOCKS = ("first_look", "first_answer", "decision")


@dataclass
class _Group:
    lives: list[Life] = field(default_factory=list)
    waits: list[_Waits] = field(default_factory=list)
    promised: list[Life] = field(default_factory=list)
    told: list[Reach24] = field(default_factory=list)
    words: list[tuple[int, int]] = field(default_factory=list)


def count(board_ids: Collection[int], now: datetime, zone: str) -> Scoreboard:
    """Everything on these boards as it stands at `now`; months in `zone`. Reads only; ten queries or so."""
    whole, boards, months = _Group(), defaultdict(_Group), defaultdict(_Group)
    lives, month_of = lives_of(board_ids), _Months(ZoneInfo(zone), now)

    def groups(board_id: int, moment: datetime) -> tuple[_Group, ...]:
        return whole, boards[board_id], months[month_of(moment)]

    for life in lives:
        waits = _waits(life, now)
        for group in groups(life.board_id, life.visible_at):
            group.lives.append(life)
            group.waits.append(waits)
        if life.promised_at is not None:
            for group in groups(life.board_id, life.promised_at):
                group.promised.append(life)
    for launch in reach_by_launch(board_ids, now):
        for group in groups(launch.board_id, launch.launched_at):
            group.told.append(launch.reach)
    for board_id, answered_at, yes, all_of_them in words_on_answers(board_ids):
        for group in groups(board_id, answered_at):
            group.words.append((yes, all_of_them))
    curves = _curves(whole.waits)
    return Scoreboard(
        counted_at=now,
        whole=_figures(whole, now, curves),
        boards={board_id: _figures(group, now) for board_id, group in boards.items()},
        months={month: _figures(months[month], now) for month in sorted(months, reverse=True)},
        imported=imported(board_ids),
        drawn=_drawn(curves),
    )


class _Months:
    """moment -> the first day of its month in the zone. A calendar is asked once a month, not once an idea."""

    def __init__(self, zone: ZoneInfo, now: datetime):
        self.zone, self.starts, self.days = zone, [], []
        self._from((now - timedelta(days=366)).year, now)

    def _from(self, year: int, until: datetime) -> None:
        """Know the months from that year to one after `until`."""
        self.days = [date(y, m, 1) for y in range(year, until.year + 2) for m in range(1, 13)]
        self.starts = [datetime(d.year, d.month, 1, tzinfo=self.zone).astimezone(UTC) for d in self.days]

    def __call__(self, moment: datetime) -> date:
        if not self.starts[0] <= moment < self.starts[-1]:
            self._from(min(moment.year - 1, self.days[0].year), max(moment, self.starts[-1]))
        return self.days[bisect_right(self.starts, moment) - 1]


def _waits(life: Life, now: datetime) -> _Waits:
    """What left is watched until then, what waits until now."""
    begun = life.visible_at
    until = max(0.0, ((life.left_at or now) - begun).total_seconds())
    if life.looked_at is None:  # nor anything after it: most ideas
        return ((until, False),) * 3
    return tuple(
        (until, False) if at is None else (max(0.0, (at - begun).total_seconds()), True)
        for at in (life.looked_at, life.answered_at, life.decided_at)
    )


def _curves(waits: list[_Waits]) -> dict[str, Curve]:
    each = zip(*waits, strict=True) if waits else ((), (), ())
    return {name: curve_of(rows) for name, rows in zip(_CLOCKS, each, strict=True)}


def _clock(curve: Curve) -> Clock:
    days = min(HORIZON, int(curve.longest // DAY))
    shares = {day: curve.stopped_within(day * DAY) for day in SHOWN_DAYS if day * DAY <= curve.known_until}
    return Clock(curve.watched, curve.stopped, curve.median, days, curve.stopped_within(days * DAY), shares)


def _figures(group: _Group, now: datetime, curves: dict[str, Curve] | None = None) -> Figures:
    curves = curves or _curves(group.waits)
    stages = [life.stage for life in group.lives]
    return Figures(
        ideas=len(group.lives),
        looked_at=curves["first_look"].stopped,
        answered=curves["first_answer"].stopped,
        decided=curves["decision"].stopped,
        coming_soon=stages.count(Stage.COMING_SOON),
        launched=stages.count(Stage.LAUNCHED),
        left=sum(1 for life in group.lives if life.left_at is not None),
        **{name: _clock(curve) for name, curve in curves.items()},
        promise=kept_of(group.promised, now),
        told=_sum((reach.told_24h, reach.entitled) for reach in group.told),
        told_by_digest=_sum((reach.digest_told, reach.digest_entitled) for reach in group.told),
        clear=_sum(group.words),
    )


def _sum(parts: Iterable[tuple[int, int]]) -> Share:
    parts = list(parts)
    return Share(sum(yes for yes, _ in parts), sum(total for _, total in parts))


def _drawn(curves: dict[str, Curve]) -> Drawn:
    """As far to the right as the slowest median needs, and no further than anything was watched."""
    medians = [curve.median for curve in curves.values() if curve.median is not None]
    longest = max(curve.longest for curve in curves.values())
    wanted = min(max([2 * median for median in medians] or [HORIZON * DAY]), longest) / DAY
    days = next((scale for scale in _SCALES if scale >= wanted), _SCALES[-1])
    step = days * DAY / POINTS
    # Beyond what was watched nobody knows: the line ends.
    return Drawn(
        days,
        {
            name: [round(curve.stopped_within(k * step), 4) for k in range(POINTS + 1) if k * step <= curve.longest]
            for name, curve in curves.items()
        },
    )
