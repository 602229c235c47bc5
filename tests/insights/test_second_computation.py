"""The figures once more, by another route, must be the same: counts, clocks and the promise from Events alone, reach
and clearness from their own rows, with code that shares nothing with ideaboard/insights.

Events do not tell yet what moderators do (hide, hold): their moments come from the history that made them.
"""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

from ideaboard.extensions import db
from ideaboard.insights.scoreboard import count
from ideaboard.insights.shapes import scoreboard_shape
from ideaboard.models import ClearAnswer, Delivery, Event, Notification
from tests.insights.history import History

ZONE = "America/New_York"
DAY = timedelta(days=1)
DECIDED = {"reviewed", "coming_soon", "launched"}


class Told:
    """What Events say of one idea."""

    def __init__(self, submitted: Event, left):
        self.board, self.seen, self.gone, self.merged = submitted.board_id, submitted.happened_at, left, None
        self.look = self.answer = self.decision = self.promised = self.days = None
        self.stands = "received"

    @property
    def left(self):
        return min((moment for moment in (self.gone, self.merged) if moment), default=None)

    def hear(self, event: Event) -> None:
        at = event.happened_at
        if event.kind == "idea.taken_back":
            self.gone = min(at, self.gone or at)
        elif event.kind == "idea.merged":
            self.merged = at
        elif event.kind == "idea.unmerged":
            self.merged = None
        elif event.kind == "idea.promise_reached":
            assert self.promised is None, "it started twice"
            self.promised, self.days = at, event.facts["days"]
        elif event.kind == "idea.status_changed":
            assert self.left is None or at <= self.left, "an idea out of sight was answered"
            self.look = self.look or at
            self.stands = event.facts["stage"]
            if event.facts["answer"]:
                self.answer = self.answer or at
            if event.facts["stage"] in DECIDED:
                self.decision = self.decision or at


def clock(ideas: list[Told], name: str, now) -> dict:
    """By the definition, moment for moment, with fractions."""
    waits = [((getattr(i, name) or i.left or now) - i.seen, getattr(i, name) is not None) for i in ideas]
    curve, share, median = [], Fraction(1), None
    for moment in sorted({time for time, stopped in waits if stopped}):
        share *= 1 - Fraction(waits.count((moment, True)), sum(1 for time, _ in waits if time >= moment))
        curve.append((moment, share))
        if share <= Fraction(1, 2) and median is None:
            median = moment.total_seconds()
    longest = max((time for time, _ in waits), default=timedelta())
    shares = {}
    for days in (1, 3, 7, 14, 30, 90):
        if days * DAY <= longest or share == 0:  # nobody waits any more: all stopped, whatever comes
            shares[str(days)] = pytest.approx(
                1 - float(min((s for t, s in curve if t <= days * DAY), default=1)), abs=1e-6
            )
    stopped = sum(1 for _, stopped in waits if stopped)
    return {"watched": len(waits), "stopped": stopped, "median_seconds": median, "share_within_days": shares}


def promise(ideas: list[Told], now) -> dict:
    found = {"kept": 0, "answered_before": 0, "broken": 0, "running": 0, "left_out": 0}
    for idea in ideas:
        due = idea.promised + idea.days * DAY
        in_time = idea.answer is not None and idea.answer - idea.promised <= idea.days * DAY
        if in_time:
            found["kept"] += 1
            found["answered_before"] += idea.answer < idea.promised
        elif idea.left and idea.left < due:
            found["left_out"] += 1
        else:
            found["broken" if now > due else "running"] += 1
    return found


def reach(now, fits) -> tuple[dict, dict]:
    """From notifications and deliveries, one by one."""
    single, digest = [0, 0], [0, 0]
    rows = db.session.execute(
        db.select(Notification, Event, Delivery)
        .join(Event, Event.id == Notification.event_id)
        .outerjoin(Delivery, Delivery.id == Notification.delivery_id)
    ).all()
    for entry, event, mail in rows:
        is_launch = event.kind == "idea.status_changed" and event.facts["stage"] == "launched" != event.facts["from"]
        window_ends = event.happened_at + timedelta(minutes=15)
        if not is_launch or not fits(event) or now < window_ends + DAY or entry.told_by == "lost":
            continue
        by_digest = entry.told_by == "digest" or (mail and mail.kind == "digest" and entry.told_by != "inbox")
        was_told = entry.told_by in ("mail", "digest", "inbox")
        if by_digest:
            digest[0] += was_told
            digest[1] += 1
        else:
            single[0] += was_told and entry.told_at <= window_ends + DAY
            single[1] += 1
    return {"yes": single[0], "of": single[1]}, {"yes": digest[0], "of": digest[1]}


def clear(fits) -> dict:
    yes = total = 0
    for word in db.session.scalars(db.select(ClearAnswer)).all():
        answer = db.session.scalars(
            db.select(Event).where(Event.kind == "idea.status_changed", Event.change_id == word.change_id)
        ).one()
        if fits(answer):
            yes, total = yes + word.is_clear, total + 1
    return {"yes": yes, "of": total}


def figures(ideas: list[Told], promised: list[Told], now, fits) -> dict:
    told, told_by_digest = reach(now, fits)
    open_ones = [idea for idea in ideas if not idea.left]
    return {
        "ideas": len(ideas),
        "looked_at": len([i for i in ideas if i.look]),
        "answered": len([i for i in ideas if i.answer]),
        "decided": len([i for i in ideas if i.decision]),
        "coming_soon": len([i for i in open_ones if i.stands == "coming_soon"]),
        "launched": len([i for i in open_ones if i.stands == "launched"]),
        "out_of_sight": len(ideas) - len(open_ones),
        "first_look": clock(ideas, "look", now),
        "first_answer": clock(ideas, "answer", now),
        "decision": clock(ideas, "decision", now),
        "promise": promise(promised, now),
        "told_within_24_hours": told,
        "told_by_digest": told_by_digest,
        "clear": clear(fits),
    }


def second(boards, left: dict, now, zone: str) -> dict:
    def month(moment):
        return moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m")

    ids = {board.id for board in boards}
    events = db.session.scalars(
        db.select(Event).where(Event.board_id.in_(ids)).order_by(Event.happened_at, Event.id)
    ).all()
    imported = {e.idea_id for e in events if e.kind == "idea.submitted" and e.origin == "import"}
    told: dict[int, Told] = {}
    for event in events:
        if event.idea_id is None or event.idea_id in imported:
            continue
        if event.kind == "idea.submitted":
            told[event.idea_id] = Told(event, left.get(event.idea_id))
        else:
            told[event.idea_id].hear(event)
    ideas = list(told.values())
    promised = [idea for idea in ideas if idea.promised]

    def ours(event):
        return event.board_id in ids and event.idea_id not in imported

    def group(of):
        """`of`: (board id, moment) -> whether it belongs."""
        return figures(
            [i for i in ideas if of(i.board, i.seen)],
            [i for i in promised if of(i.board, i.promised)],
            now,
            lambda event: ours(event) and of(event.board_id, event.happened_at),
        )

    months = {month(at) for at in [i.seen for i in ideas] + [i.promised for i in promised]}
    months |= {month(e.happened_at) for e in events if e.kind == "idea.status_changed" and e.idea_id not in imported}
    by_month = [{"month": m, **group(lambda _, at, m=m: month(at) == m)} for m in sorted(months, reverse=True)]
    return {
        "counted_at": now.isoformat(timespec="seconds"),
        **group(lambda board, at: True),
        "left_out": {"imported": len(imported)},
        "boards": [
            {
                "slug": b.slug,
                "name": b.name,
                "promised": {"votes": b.promise_votes, "days": b.promise_days},
                **group(lambda board, at, b=b: board == b.id),
            }
            for b in boards
        ],
        # A month in which nothing but further words fell has no row.
        "months": [row for row in by_month if any(row["first_look"]["watched"] or row["promise"][k] for k in row["promise"]) or row["clear"]["of"] or row["told_within_24_hours"]["of"] or row["told_by_digest"]["of"]],
    }  # fmt: skip


def both(cast, history, zone=ZONE):
    boards = [cast.drinks, cast.panel]
    first = scoreboard_shape(count([board.id for board in boards], history.now, zone), boards)
    return first, second(boards, history.left, history.now, zone)


@pytest.mark.parametrize(
    ("seed", "ideas"),
    [(1, 200), *(pytest.param(seed, 300, marks=pytest.mark.slow) for seed in (2, 3, 4))],
)
def test_the_same_numbers_by_another_route(seed, ideas, cast):
    history = History(cast, seed, ideas)
    first, other = both(cast, history)
    # The history has something of everything, or the agreement proves little.
    kinds = (
        {}
        if seed > 1
        else first["promise"] | {"imported": first["left_out"]["imported"], "gone": first["out_of_sight"]}
    )
    assert all(kinds.values()), kinds
    assert all(first[name]["of"] for name in ("told_within_24_hours", "told_by_digest", "clear"))
    assert 0 < first["decided"] < first["answered"] < first["looked_at"] < first["ideas"] == ideas
    assert len(first["months"]) > 2 and first["decision"]["median_seconds"] != first["first_answer"]["median_seconds"]
    assert first == other


def test_the_second_would_tell(cast):
    """Else it proves nothing: one answer a second later, one idea fewer, and the two differ."""
    history = History(cast, 5, 30)
    first, other = both(cast, history)
    assert first == other
    for change in (
        "UPDATE idea SET visible_at = '2026-01-01 00:00:00' WHERE id = (SELECT min(id) FROM idea WHERE origin = 'here')",
        "UPDATE idea SET promise_reached_at = NULL",
        "UPDATE status_change SET is_ready_sentence = NOT is_ready_sentence WHERE stage = 'under_review'",
    ):
        db.session.execute(db.text(change))
        first, other = both(cast, history)
        assert first != other, change
        db.session.rollback()
