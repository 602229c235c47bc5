"""What was launched: one launch an idea, the change with which its stay at Launched began."""

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import aliased, joinedload

from ideaboard.extensions import db
from ideaboard.foundation.paging import Page, paginate
from ideaboard.ideas.listing import Filter
from ideaboard.models import Idea, Person, StatusChange
from ideaboard.models.vocabulary import Origin, Stage

PAGE_SIZE = 20
_SHOWN = (joinedload(Idea.board), joinedload(Idea.status), joinedload(Idea.change), joinedload(Idea.author))
# Made once: a statement with a new alias would be compiled anew at each request.
_BEGUN = aliased(StatusChange, name="begun")
_BEFORE = aliased(StatusChange, name="before")
_AFTER = aliased(StatusChange, name="after")


def _launches(where: list[ColumnElement[bool]]) -> Select:
    """(Idea, the change that launched it): a further word at Launched launches nothing; a step back ends a stay."""
    stage_before = (
        select(_BEFORE.stage)
        .where(_BEFORE.idea_id == _BEGUN.idea_id, _earlier(_BEFORE, _BEGUN))
        .order_by(_BEFORE.changed_at.desc(), _BEFORE.id.desc())
        .limit(1)
        .correlate(_BEGUN)
        .scalar_subquery()
    )
    left = exists().where(_AFTER.idea_id == _BEGUN.idea_id, _AFTER.stage != Stage.LAUNCHED, _earlier(_BEGUN, _AFTER))
    return (
        select(Idea, _BEGUN)
        .join(_BEGUN, _BEGUN.idea_id == Idea.id)
        .where(
            _BEGUN.stage == Stage.LAUNCHED,
            stage_before.is_distinct_from(Stage.LAUNCHED.value),
            ~left.correlate(_BEGUN),
            *where,
        )
    )


def _earlier(one, other):
    return or_(one.changed_at < other.changed_at, and_(one.changed_at == other.changed_at, one.id < other.id))


def launches_first(where: list[ColumnElement[bool]], most: int) -> list[Idea]:
    """The newest launches first, of launched ideas that are so. Sorted as ids, then loaded."""
    newest = _launches(where).order_by(_BEGUN.changed_at.desc(), _BEGUN.id.desc()).limit(most)
    ids = list(db.session.scalars(newest.with_only_columns(Idea.id)))
    ideas = {idea.id: idea for idea in db.session.scalars(select(Idea).where(Idea.id.in_(ids)).options(*_SHOWN))}
    return [ideas[idea_id] for idea_id in ids]


def page_of_launches(
    wanted: Filter, viewer: Person | None, *, has_day: bool = True, after=None, before=None, size=PAGE_SIZE
) -> Page:
    """(Idea, change) newest first; `has_day=False`: those of which an import did not know the day.

    Raises Missing for a cursor that is not ours.
    """
    unknown = and_(_BEGUN.origin == Origin.IMPORT, _BEGUN.changed_at == Idea.created_at)
    return paginate(
        _launches(wanted.conditions(viewer)).where(~unknown if has_day else unknown).options(*_SHOWN),
        [(_BEGUN.changed_at, True), (_BEGUN.id, True)],
        lambda row: (row[1].changed_at, row[1].id),
        after=after,
        before=before,
        size=size,
        scalars=False,
    )
