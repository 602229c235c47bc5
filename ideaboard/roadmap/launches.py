"""What was launched: one launch an idea, the change with which its stay at Launched began."""

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import aliased, joinedload

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
    """(Idea, the change that launched it)."""
    return select(Idea, _BEGUN).join(_BEGUN, _BEGUN.idea_id == Idea.id).where(*_begins(), *where)


def _begins() -> tuple[ColumnElement[bool], ...]:
    """With this change a stay begins that lasts: a further word at Launched launches nothing; a step back ends a stay."""
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
        _BEGUN.stage == Stage.LAUNCHED,
        stage_before.is_distinct_from(Stage.LAUNCHED.value),
        ~left.correlate(_BEGUN),
    )


def _earlier(one, other):
    return or_(one.changed_at < other.changed_at, and_(one.changed_at == other.changed_at, one.id < other.id))


def newest_launches(where: list[ColumnElement[bool]], most: int, *, from_ideas: bool) -> Select:
    """(idea id) of the newest launches, of launched ideas that are so.

    From the few ideas that stand there, sorted; or, where they are many, from the newest changes of all until `most` are found.
    """
    newest = _BEGUN.changed_at.desc(), _BEGUN.id.desc()
    if from_ideas:
        return _launches(where).with_only_columns(Idea.id.label("idea_id")).order_by(*newest).limit(most)
    stands = exists().where(Idea.id == _BEGUN.idea_id, *where)
    return select(_BEGUN.idea_id).where(*_begins(), stands).order_by(*newest).limit(most)


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
