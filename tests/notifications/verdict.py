"""What a measured telling shows: the figures as a table, and which promises were kept."""

from __future__ import annotations

from tests.notifications.crowd import Standing
from tests.notifications.sink import Arrivals


def percentile(values: list[float], share: float) -> float:
    """The value that `share` of them do not exceed; 0 without values."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else 0.0


def of_votes(voters, since: float, until: float) -> str:
    seconds = [took for voter in voters for began, took in voter.done if since <= began < until]
    p50, p99 = (1000 * percentile(seconds, share) for share in (0.5, 0.99))
    return f"p50 {p50:.0f} ms, p99 {p99:.0f} ms ({len(seconds)} votes)"


def report(run, arrivals: Arrivals, last: Standing, voters, followers: int, window: float) -> bool:
    """Print the table; whether every promise was kept."""
    ended = run.answered + window
    first, drained = min(arrivals.times, default=0.0), max(arrivals.times, default=0.0)
    took = max(drained - max(first, ended), 0.001)
    fanned_out = run.fanned_out or drained
    disturbed = run.kills + bool(run.stopped)
    promises = {
        "each of them got a mail": arrivals.people == followers,
        "one Message-ID each": arrivals.told_twice == 0 and arrivals.shared_ids == 0,
        "repeats ≤ kills": arrivals.repeats <= disturbed,
        "one entry each": last.entries == followers,
        "told + not told = entitled": last.entitled == followers == last.told + last.not_told,
        "nothing waits": last.waiting == 0 and last.events_waiting == 0 and last.untold == 0,
        "drained within 2 min of the last restart or at 20 mails/s": run.drained > 0
        and drained - max(run.last_restart, ended) <= max(120, followers / 20),
    }
    stopped = ", one worker stopped for 92 s" if run.stopped else ""
    rows = {
        "kills": f"{run.kills}{stopped}",
        "people, mails, Message-IDs": f"{arrivals.people}, {len(arrivals.times)}, {len(arrivals.times) - arrivals.repeats}",
        "missing, repeats": f"{followers - arrivals.people}, {arrivals.repeats}",
        "told, not told, entitled": f"{last.told}, {last.not_told}, {last.entitled}",
        "fan-out done after the answer": f"{fanned_out - run.answered:.1f} s (looked at every half second)",
        "drained after the window's end": f"{drained - ended:.1f} s",
        "drained after the last restart": f"{drained - run.last_restart:.1f} s" if run.last_restart else "-",
        "mails a second": f"{len(arrivals.times) / took:.0f}",
        "memory of the workers (PSS, RSS in MB; first, last)": memories(run),
        "votes before": of_votes(voters, 0, run.answered),
        "votes while the event was told": of_votes(voters, run.answered, fanned_out),
        "votes while mails went": of_votes(voters, fanned_out, drained),
        "votes without an answer (web killed), answered 503": f"{sum(voter.unanswered for voter in voters)}, "
        f"{sum(voter.busy for voter in voters)}",
    }
    print("\n".join(f"| {what} | {figure} |" for what, figure in rows.items()))
    print("\n".join(f"{'kept  ' if kept else 'BROKEN'}  {promise}" for promise, kept in promises.items()), flush=True)
    return all(promises.values())


def memories(run) -> str:
    """Of the workers that lived longest."""
    longest = sorted(run.memories.values(), key=len)[-2:]
    return "; ".join(
        f"{seen[0][0] / 1024:.0f}, {seen[0][1] / 1024:.0f} → {seen[-1][0] / 1024:.0f}, {seen[-1][1] / 1024:.0f}"
        for seen in longest
        if seen
    )
