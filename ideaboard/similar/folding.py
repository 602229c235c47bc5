"""Folding: shapes of many ideas become postings (word -> ideas), so that a search reads the few that hold rare words.

Ideas wait in similar_fresh and are compared one by one until `fold` takes them into a segment. A segment never changes;
folding makes a larger one of the fresh ideas and the smaller segments, from their shapes, so what changed or went since
goes with it. Its rows are written in short transactions while nobody reads them; the last one puts it in the place of
those that it took in, unless another worker was there first. A segment that never came alive is removed after an hour.
"""

from array import array
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy import and_, delete, exists, func, insert, or_, select, update

from ideaboard.extensions import db
from ideaboard.foundation.database import end_reading, transaction
from ideaboard.foundation.tokens import new_token
from ideaboard.models import Idea, SimilarFresh, SimilarPosting, SimilarSegment, SimilarShape
from ideaboard.similar.indexing import learn
from ideaboard.similar.pairs import pair_up

FOLDED_FROM = 64  # fresh ideas from which a fold pays
LARGEST = 16_384  # ideas of a segment: what bounds the worker's memory
AT_ONCE = 300  # ideas learnt in one transaction
ROWS = 1_500  # postings written in one transaction: the web waits meanwhile, for some 20 ms
_BACK = 1_000  # PostgreSQL may show a lower id after a higher one

_learnt_up_to = 0


def fold_now_and_then(worker: str, now: datetime) -> float | None:
    """The worker's job: learn what no verb told of (imports, demo content), pair what is new, fold."""
    more = _learn_some()
    paired = pair_up(now)
    folded = fold(now)
    return 0.1 if more or paired or folded else None


def catch_up(now: datetime, progress=lambda ideas: None) -> None:
    """Learn and fold all there is: for bulk loaders and benches."""
    global _learnt_up_to
    _learnt_up_to = 0
    while learnt := _learn_some(2_000):
        progress(learnt)
        fold(now, LARGEST)
    fold(now, 1)


def _learn_some(most: int = AT_ONCE) -> int:
    global _learnt_up_to
    known = exists().where(SimilarShape.idea_id == Idea.id)
    unknown = select(Idea.id).where(Idea.id > _learnt_up_to, ~known).order_by(Idea.id).limit(most)
    # A worker that begins counts first: a shape is of an idea, so as many of both means that each has one.
    ids = [] if not _learnt_up_to and _as_many_shapes() else list(db.session.scalars(unknown))
    last = None if ids else db.session.scalar(select(func.max(Idea.id)))
    end_reading()
    if not ids:
        _learnt_up_to = max(0, (last or 0) - _BACK)
        return 0
    with transaction():
        learn(ids)
    return len(ids)


def _as_many_shapes() -> bool:
    ideas, shapes = (select(func.count()).select_from(model).scalar_subquery() for model in (Idea, SimilarShape))
    return db.session.scalar(select(ideas == shapes))


def fold(now: datetime, fewest: int = FOLDED_FROM) -> bool:
    """Make a segment of what is fresh, with the segments that are not much larger; False when there was too little."""
    waiting = db.session.execute(
        select(SimilarFresh.id, SimilarFresh.idea_id).order_by(SimilarFresh.id).limit(LARGEST)
    ).all()
    ids = {row.idea_id for row in waiting}
    if len(ids) < fewest:
        end_reading()
        return False
    taken = []
    for segment in _live_segments():
        if segment.ideas > 2 * len(ids) or segment.ideas + len(ids) > LARGEST:
            break
        taken.append(segment.id)
        ids.update(array("I", segment.members))
    end_reading()
    segment_id = _write(sorted(ids), now)
    _put_in_place(segment_id, taken, [row.id for row in waiting])
    _sweep(now)
    return True


def _live_segments():
    return db.session.execute(
        select(SimilarSegment.id, SimilarSegment.ideas, SimilarSegment.members)
        .where(SimilarSegment.state == "live")
        .order_by(SimilarSegment.ideas)
    ).all()


def _put_in_place(segment_id: int, taken: list[int], fresh: list[int]) -> None:
    """Unless another worker folded the same meanwhile. What changed again has a later row, and stays fresh."""
    place = update(SimilarSegment).where(SimilarSegment.id == segment_id)
    try:
        with transaction() as session:
            retired = session.execute(
                update(SimilarSegment)
                .where(SimilarSegment.id.in_(taken), SimilarSegment.state == "live")
                .values(state="gone")
            )
            folded = session.execute(
                delete(SimilarFresh).where(SimilarFresh.id.in_(fresh)), execution_options={"synchronize_session": False}
            )
            if (retired.rowcount, folded.rowcount) != (len(taken), len(fresh)):
                raise _FoldedMeanwhile
            session.execute(place.values(state="live"))
    except _FoldedMeanwhile:
        with transaction() as session:
            session.execute(place.values(state="gone"))


class _FoldedMeanwhile(Exception):
    """Another worker took the same ideas or segments in."""


def _write(ids: list[int], now: datetime) -> int:
    # numpy, which only who folds or compares should load
    from ideaboard.similar import postings  # noqa: PLC0415

    shapes: dict[int, bytes] = {}
    for start in range(0, len(ids), 500):
        part = select(SimilarShape.idea_id, SimilarShape.shape).where(
            SimilarShape.idea_id.in_(ids[start : start + 500])
        )
        shapes.update(db.session.execute(part).tuples().all())
    end_reading()
    made = postings.made_of(shapes)
    with transaction() as session:
        segment_id = session.scalar(
            insert(SimilarSegment)
            .values(
                state="making",
                made_at=now,
                ideas=len(shapes),
                title_words=made.title_words,
                body_words=made.body_words,
                mark=new_token(),
                members=made.members,
                held_by=made.held_by,
            )
            .returning(SimilarSegment.id)
        )
    for rows in _batched(made.rows(), ROWS):
        with transaction() as session:
            session.execute(
                insert(SimilarPosting),
                [{"term": t, "segment_id": segment_id, "ideas": n, "members": m} for t, n, m in rows],
            )
    return segment_id


def _batched(rows, size: int):
    """Lists of `size`, the last one shorter."""
    rows = iter(rows)
    while part := list(islice(rows, size)):
        yield part


def _sweep(now: datetime) -> None:
    """Remove the postings of segments that are not alive, slice by slice, then the segments."""
    gone = or_(
        SimilarSegment.state == "gone",
        and_(SimilarSegment.state == "making", SimilarSegment.made_at < now - timedelta(hours=1)),
    )
    dead = list(db.session.scalars(select(SimilarSegment.id).where(gone)))
    end_reading()
    for segment_id in dead:
        more = True
        while more:
            of_it = SimilarPosting.segment_id == segment_id
            with transaction() as session:
                terms = list(session.scalars(select(SimilarPosting.term).where(of_it).limit(ROWS)))
                session.execute(
                    delete(SimilarPosting).where(of_it, SimilarPosting.term.in_(terms)),
                    execution_options={"synchronize_session": False},
                )
                more = len(terms) == ROWS
                if not more:
                    session.execute(delete(SimilarSegment).where(SimilarSegment.id == segment_id))
