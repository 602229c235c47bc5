"""Keeps the shapes true, in the transaction of the deed that changes an idea's words.

Of who may see the idea, a shape knows the board alone. Who sees what is judged when reading (similar/finding.py).
"""

from collections.abc import Iterable

from sqlalchemy import delete, insert, or_, select

from ideaboard.extensions import db
from ideaboard.foundation import dialects_sql
from ideaboard.foundation.database import dialect_name
from ideaboard.models import Idea, SimilarFresh, SimilarPair, SimilarShape
from ideaboard.similar.shapes import shape_of


def learn(idea_ids: Iterable[int]) -> None:
    """Within an open transaction: new ideas, or new words of some. Done twice is done once."""
    ids = list(idea_ids)
    words = db.session.execute(select(Idea.id, Idea.board_id, Idea.title, Idea.body).where(Idea.id.in_(ids))).all()
    if not words:
        return
    statement = dialects_sql.insert(dialect_name(), SimilarShape)
    new = statement.excluded
    statement = statement.on_conflict_do_update(
        index_elements=["idea_id"],
        set_={"board_id": new.board_id, "is_paired": new.is_paired, "shape": new.shape},
    )
    db.session.execute(
        statement,
        [
            {"idea_id": w.id, "board_id": w.board_id, "is_paired": False, "shape": shape_of(w.title, w.body)}
            for w in words
        ],
    )
    db.session.execute(insert(SimilarFresh), [{"idea_id": w.id} for w in words])


def part(idea_ids: Iterable[int]) -> None:
    """Within an open transaction: staff are no longer told that these are likely the same as others."""
    ids = list(idea_ids)
    db.session.execute(delete(SimilarPair).where(or_(SimilarPair.idea_id.in_(ids), SimilarPair.other_id.in_(ids))))
