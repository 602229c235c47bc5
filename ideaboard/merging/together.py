"""Finding the two ideas and holding their rows, so that merges in both directions at once end in one order.

Who merges holds exactly two rows: the idea itself, and the one at the end of the chain that takes it in; who unmerges also
those between them, whose looks it takes back. They are locked in the order of ids, in one statement; all else of a family
is guarded by the row at its end. The chain is looked up before the lock and again under it; where it moved meanwhile, the
deed starts over.
"""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from ideaboard.extensions import db, gettext
from ideaboard.foundation.database import transaction
from ideaboard.foundation.refusals import Busy, Missing
from ideaboard.models import Idea, Person
from ideaboard.voting.support import chain_of

_TRIES = 6
Deed = TypeVar("Deed")


class MovedMeanwhile(Exception):
    """The end of the chain is another one by now."""


def once_both_are_held(deed: Callable[[], Deed]) -> Deed:
    """Run a deed in a transaction of its own, anew where the ideas moved meanwhile. Raises Busy when they never rest."""
    for _ in range(_TRIES):
        try:
            with transaction():
                return deed()
        except MovedMeanwhile:
            continue
    raise Busy(gettext("Somebody else is merging these ideas just now, so nothing was changed. Send it again."))


def held(idea_id: int, into_id: int, by: Person, *, parting: bool = False) -> tuple[Idea, Idea]:
    """Within an open transaction: the idea and the end of the other's chain, as they stand now, both locked.

    parting: the second may be out of sight by now, taken back or hidden; the first gets out all the same.
    Raises Missing (what the actor may not see is not there), MovedMeanwhile.
    """
    for value in (idea_id, into_id):
        if not 0 < value < 2**53:
            raise Missing(gettext("This idea is not here."))
    chain = chain_of(into_id)
    end_id = chain[-1]
    pair = Idea.id.in_((idea_id, end_id))
    rows = Idea.id.in_((idea_id, *chain)) if parting else pair
    db.session.execute(select(Idea.id).where(rows).order_by(Idea.id).with_for_update(key_share=True)).all()
    if chain_of(into_id) != chain:
        raise MovedMeanwhile
    # Read by a statement of its own, begun after the locks: what hangs on the rows is then as new as they are.
    found = {
        idea.id: idea
        for idea in db.session.execute(
            select(Idea)
            .where(pair, or_(Idea.visible_to(by, merged=True), Idea.id == (end_id if parting else None)))
            .options(joinedload(Idea.board), joinedload(Idea.status), joinedload(Idea.change)),
            execution_options={"populate_existing": True},
        ).scalars()
    }
    if idea_id not in found or end_id not in found:
        raise Missing(gettext("This idea is not here."))
    return found[idea_id], found[end_id]
