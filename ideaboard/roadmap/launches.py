"""What was launched: one launch an idea, the change with which its stay at Launched began."""

from sqlalchemy import Select, and_, exists, or_, select
from sqlalchemy.orm import aliased, joinedload

from ideaboard.extensions import db
from ideaboard.foundation.paging import Page, paginate
from ideaboard.ideas.listing import Filter
from ideaboard.models import Idea, Person, StatusChange
from ideaboard.models.vocabulary import Origin, Stage

PAGE_SIZE = 20
_BEGUN = aliased(StatusChange, name="begun")


def _launches(wanted: Filter, viewer: Person | None) -> Select:
    """(Idea, the change that launched it): a further word at Launched launches nothing; a step back ends a stay."""
    before, after = aliased(StatusChange), aliased(StatusChange)
    stage_before = (
        select(before.stage)
        .where(before.idea_id == _BEGUN.idea_id, _earlier(before, _BEGUN))
        .order_by(before.changed_at.desc(), before.id.desc())
        .limit(1)
        .correlate(_BEGUN)
        .scalar_subquery()
    )
    left = exists().where(after.idea_id == _BEGUN.idea_id, after.stage != Stage.LAUNCHED, _earlier(_BEGUN, after))
    return (
        select(Idea, _BEGUN)
        .join(_BEGUN, _BEGUN.idea_id == Idea.id)
        .where(
            _BEGUN.stage == Stage.LAUNCHED,
            stage_before.is_distinct_from(Stage.LAUNCHED.value),
            ~left.correlate(_BEGUN),
            *wanted.conditions(viewer),
        )
        .options(joinedload(Idea.board), joinedload(Idea.status), joinedload(Idea.change), joinedload(Idea.author))
    )


def _earlier(one, other):
    return or_(one.changed_at < other.changed_at, and_(one.changed_at == other.changed_at, one.id < other.id))


def launches_first(wanted: Filter, viewer: Person | None, most: int) -> list[Idea]:
    """The newest launches first."""
    newest = _launches(wanted, viewer).order_by(_BEGUN.changed_at.desc(), _BEGUN.id.desc()).limit(most)
    return [idea for idea, _ in db.session.execute(newest)]


def page_of_launches(
    wanted: Filter, viewer: Person | None, *, has_day: bool = True, after=None, before=None, size=PAGE_SIZE
) -> Page:
    """(Idea, change) newest first; `has_day=False`: those of which an import did not know the day.

    Raises Missing for a cursor that is not ours.
    """
    unknown = and_(_BEGUN.origin == Origin.IMPORT, _BEGUN.changed_at == Idea.created_at)
    return paginate(
        _launches(wanted, viewer).where(~unknown if has_day else unknown),
        [(_BEGUN.changed_at, True), (_BEGUN.id, True)],
        lambda row: (row[1].changed_at, row[1].id),
        after=after,
        before=before,
        size=size,
        scalars=False,
    )
