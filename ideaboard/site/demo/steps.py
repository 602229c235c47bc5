"""The five steps from idea to launched, as far as they have really been taken: read from rows, kept nowhere."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select

from ideaboard.extensions import db
from ideaboard.models import Delivery, Event, Idea, Notification, Person, StatusChange, Vote
from ideaboard.models.vocabulary import Origin, Stage

STEPS = 5
TAKEN = 3  # of Vera's newest ideas, as many are looked at


@dataclass(frozen=True)
class Loop:
    """An idea of Vera's and how many of the steps it has taken: shared, voted for, answered, launched, Vera told."""

    idea: Idea | None
    taken: int

    @property
    def current(self) -> int:
        """The step to take now, 1 to 5; 6 when the loop is closed."""
        return self.taken + 1

    @property
    def is_closed(self) -> bool:
        return self.taken == STEPS


def furthest_loop(vera: Person, demo_since: datetime) -> Loop:
    """The idea of Vera's that has come furthest since the demo was planted; before that, the prepared one."""
    shared = _hers(vera, Origin.HERE).order_by(Idea.id.desc()).limit(TAKEN)
    prepared = _hers(vera, Origin.DEMO).where(Idea.change_id.is_not(None)).order_by(Idea.votes_count.desc()).limit(1)
    loops = [
        Loop(idea, _taken(idea, vera, demo_since))
        for idea in (*db.session.scalars(shared), *db.session.scalars(prepared))
    ]
    return max(loops, key=lambda loop: loop.taken, default=Loop(None, 0))


def _hers(vera: Person, origin: str):
    return select(Idea).where(
        Idea.author_id == vera.id, Idea.origin == origin, Idea.visible_to(vera), Idea.taken_back_at.is_(None)
    )


def _taken(idea: Idea, vera: Person, demo_since: datetime) -> int:
    here = (StatusChange.idea_id == idea.id) & (StatusChange.origin == Origin.HERE)
    launched = here & (StatusChange.stage == Stage.LAUNCHED)
    found = db.session.execute(
        select(
            exists().where(Vote.idea_id == idea.id, Vote.person_id != vera.id, Vote.cast_at > demo_since),
            exists().where(here, ~StatusChange.is_ready_sentence),
            exists().where(launched),
            exists().where(
                launched,
                Event.change_id == StatusChange.id,
                Notification.event_id == Event.id,
                Notification.person_id == vera.id,
                Notification.delivery_id == Delivery.id,
                Delivery.state == "sent",
            ),
        )
    ).one()
    # A later step done means that the earlier ones were passed; an idea of her own was shared in any case.
    taken = 1 if idea.origin == Origin.HERE else 0
    for number, is_done in enumerate(found, 2):
        if is_done:
            taken = number
    return taken
