"""The scoreboard as JSON has it: numbers, seconds and ISO dates, no words of a language."""

from ideaboard.insights.scoreboard import Clock, Figures, Scoreboard, Share
from ideaboard.models import Board


def scoreboard_shape(scoreboard: Scoreboard, boards: list[Board]) -> dict:
    """boards: those that the scoreboard was counted for."""
    return {
        "counted_at": scoreboard.counted_at.isoformat(timespec="seconds"),
        **figures_shape(scoreboard.whole),
        "left_out": {"imported": scoreboard.imported},
        "boards": [
            {
                "slug": board.slug,
                "name": board.name,
                "promised": {"votes": board.promise_votes, "days": board.promise_days},
                **figures_shape(scoreboard.boards[board.id]),
            }
            for board in boards
            if board.id in scoreboard.boards
        ],
        "months": [
            {"month": month.strftime("%Y-%m"), **figures_shape(figures)} for month, figures in scoreboard.months.items()
        ],
    }


def figures_shape(figures: Figures) -> dict:
    kept = figures.promise
    return {
        "ideas": figures.ideas,
        "looked_at": figures.looked_at,
        "answered": figures.answered,
        "decided": figures.decided,
        "coming_soon": figures.coming_soon,
        "launched": figures.launched,
        "out_of_sight": figures.left,
        "first_look": _clock(figures.first_look),
        "first_answer": _clock(figures.first_answer),
        "decision": _clock(figures.decision),
        "promise": {
            "kept": kept.kept,
            "answered_before": kept.early,
            "broken": kept.broken,
            "running": kept.running,
            "left_out": kept.left,
        },
        "told_within_24_hours": _share(figures.told),
        "told_by_digest": _share(figures.told_by_digest),
        "clear": _share(figures.clear),
    }


def _clock(clock: Clock) -> dict:
    return {
        "watched": clock.watched,
        "stopped": clock.stopped,
        "median_seconds": clock.median,
        "share_within_days": {str(days): round(share, 6) for days, share in clock.shares.items()},
    }


def _share(share: Share) -> dict:
    return {"yes": share.yes, "of": share.all}
