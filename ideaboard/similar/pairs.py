"""Likely duplicates, for staff: looked for by the worker, once for each new or changed idea, and stored."""

from collections import defaultdict
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import joinedload

from ideaboard.extensions import db
from ideaboard.foundation import dialects_sql
from ideaboard.foundation.database import dialect_name, end_reading, transaction
from ideaboard.foundation.kept import Kept, given, in_slots
from ideaboard.models import Board, Idea, Person, SimilarPair, SimilarShape
from ideaboard.models.vocabulary import Origin
from ideaboard.similar.finding import LIKELY

KEPT = 3  # of an idea, the likeliest
AT_ONCE = 20  # ideas a run: some 20 ms each
_NEW = timedelta(days=2)  # what is older was compared by then, or came from elsewhere


def pair_up(now: datetime) -> bool:
    """Look for the duplicates of some ideas that are new or changed; whether there may be more to do."""
    rows = db.session.execute(
        select(Idea.id, Idea.title)
        .join(SimilarShape, SimilarShape.idea_id == Idea.id)
        .where(Idea.in_the_open(), Idea.visible_at > now - _NEW, Idea.origin != Origin.IMPORT)
        .where(~SimilarShape.is_paired)
        .order_by(Idea.visible_at.desc())
        .limit(AT_ONCE)
    ).all()
    if not rows:
        end_reading()
        return False
    from ideaboard.similar.ranking import ranking  # noqa: PLC0415 (numpy)

    boards = list(db.session.scalars(select(Board.id)))
    found = [(row.id, ranking(row.title, boards, limit=KEPT, exclude=row.id)) for row in rows]
    end_reading()
    for idea_id, likest in found:
        with transaction() as session:
            session.execute(delete(SimilarPair).where(SimilarPair.idea_id == idea_id))
            known = set(session.scalars(select(Idea.id).where(Idea.id.in_([other for other, _ in likest]))))
            for other_id, common in likest:
                if common >= LIKELY and other_id in known:
                    session.execute(
                        dialects_sql.insert_once(dialect_name(), SimilarPair).values(
                            idea_id=idea_id, other_id=other_id, likeness=common, found_at=now
                        )
                    )
            session.execute(update(SimilarShape).where(SimilarShape.idea_id == idea_id).values(is_paired=True))
    return len(rows) == AT_ONCE


def _pairs(dialect: str):
    ids = [given(f"idea_{place}") for place in range(_AT_A_TIME)]
    either = or_(SimilarPair.idea_id.in_(ids), SimilarPair.other_id.in_(ids))
    return select(SimilarPair.idea_id, SimilarPair.other_id, SimilarPair.likeness).where(either)


_AT_A_TIME = 20  # a page of staff's list
_PAIRS = Kept(_pairs)


def duplicates_of(idea_ids: list[int], viewer: Person) -> dict[int, list[Idea]]:
    """{idea: those that are likely the same and stand in the open, the likeliest first}, of what the viewer sees."""
    if not idea_ids:
        return {}
    # A pair of two of these ideas may be found twice.
    pairs = sorted(
        set(in_slots(_PAIRS, "idea", _AT_A_TIME, idea_ids)), key=lambda p: (-p.likeness, p.idea_id, p.other_id)
    )
    wanted = {number for pair in pairs for number in pair[:2]}
    seen = (
        {
            idea.id: idea
            for idea in db.session.scalars(
                select(Idea)
                .where(Idea.id.in_(wanted), Idea.visible_to(viewer), Idea.in_the_open())
                .options(joinedload(Idea.status), joinedload(Idea.change), joinedload(Idea.board))
            )
        }
        if wanted
        else {}
    )
    found: dict[int, list[Idea]] = defaultdict(list)
    for pair in pairs:
        for one, two in ((pair.idea_id, pair.other_id), (pair.other_id, pair.idea_id)):
            if one in idea_ids and two in seen and seen[two] not in found[one] and len(found[one]) < KEPT:
                found[one].append(seen[two])
    return dict(found)
