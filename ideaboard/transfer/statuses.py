"""What the statuses of another tool become: said by the operator, suggested by us, never guessed silently."""

import shlex
from collections.abc import Iterable
from dataclasses import dataclass

from ideaboard.extensions import gettext as _
from ideaboard.foundation.refusals import Refusal
from ideaboard.models.vocabulary import Outcome, Stage

ALL_OTHERS = "*"
# What these words usually mean elsewhere. Offered in the report as a command line, for somebody to read and send.
_USUALLY = {
    "received": "open new active submitted pending received published discuss ideation backlog "
    "not_answered no_status unanswered needs_votes gathering_votes",
    "under_review": "under_review in_review evaluating under_consideration considering investigating triage reviewing",
    "reviewed:want": "accepted approved selected validated shortlisted",
    "reviewed:will_not": "rejected declined refused wont_do will_not_do not_planned closed won_t_fix wontfix withdrawn",
    "reviewed:not_now": "postponed deferred later on_hold parked not_now future maybe_later",
    "reviewed:exists": "duplicate already_exists exists already_done",
    "coming_soon": "planned started in_progress in_development scheduled doing executing coming_soon",
    "launched": "completed complete done launched shipped released implemented delivered executed live",
}
_SUGGESTIONS = {word: target for target, words in _USUALLY.items() for word in words.split()}


class UnknownStatus(Refusal):
    """A status of the file has no meaning yet, or `--status` is not understood."""


@dataclass(frozen=True)
class Target:
    """Where an idea comes to stand; the stage `received` is no status."""

    stage: Stage
    outcome: Outcome | None = None

    def __str__(self) -> str:
        return f"{self.stage}:{self.outcome}" if self.outcome else str(self.stage)


def parse_statuses(pairs: Iterable[str]) -> dict[str, Target]:
    """['accepted=reviewed:want', '*=received'] -> {value in lower case: Target}. Raises UnknownStatus."""
    targets = {}
    for pair in pairs:
        value, equals, wanted = pair.rpartition("=")
        target = _target(wanted.strip()) if equals and value.strip() else None
        if target is None:
            raise UnknownStatus(
                _(
                    "--status %(pair)s is not understood. Write value=stage, the stage one of %(stages)s; "
                    "reviewed needs an outcome: %(outcomes)s, as in accepted=reviewed:want.",
                    pair=pair,
                    stages=", ".join(Stage),
                    outcomes=", ".join(Outcome),
                )
            )
        targets[value.strip().lower()] = target
    return targets


def target_of(value: str | None, targets: dict[str, Target]) -> Target | None:
    """What a cell becomes; an empty cell is received. None: nobody said what it means."""
    value = (value or "").strip().lower()
    return targets.get(value) or targets.get(ALL_OTHERS) if value else Target(Stage.RECEIVED)


def suggestion_for(value: str) -> str | None:
    """What a word usually means elsewhere, as `--status` takes it, e.g. 'planned' -> 'coming_soon'."""
    return _SUGGESTIONS.get("_".join("".join(c if c.isalnum() else " " for c in value.lower()).split()))


def refuse_unsaid(values: Iterable[str], targets: dict[str, Target]) -> None:
    """Raise UnknownStatus with the line to add, when a value of the file was not given a meaning."""
    if unsaid := [value for value in values if target_of(value, targets) is None]:
        line = " ".join(f"--status {shlex.quote(value + '=' + (suggestion_for(value) or 'STAGE'))}" for value in unsaid)
        raise UnknownStatus(
            _(
                "Nobody said yet what these statuses become: %(values)s. Add, changed as you see fit: %(line)s",
                values=", ".join(unsaid),
                line=line,
            )
        )


def _target(text: str) -> Target | None:
    stage, _colon, outcome = text.partition(":")
    if stage not in set(Stage) or (outcome and outcome not in set(Outcome)):
        return None
    if (stage == Stage.REVIEWED) != bool(outcome):
        return None
    return Target(Stage(stage), Outcome(outcome) if outcome else None)
