"""Keeps the shapes true, in the transaction of the deed that changes an idea's words.

A shape says nothing of who may see the idea: that is judged when reading, by Idea.visible_to (similar/candidates.py).
"""

from collections.abc import Iterable

from sqlalchemy import insert, select

from ideaboard.extensions import db
from ideaboard.foundation import dialects
from ideaboard.foundation.database import dialect_name
from ideaboard.models import Idea, SimilarFresh, SimilarShape
from ideaboard.similar.shapes import shape_of


def learn(idea_ids: Iterable[int]) -> None:
    """Within an open transaction: new ideas, or new words of some. Done twice is done once."""
    ids = list(idea_ids)
    words = db.session.execute(select(Idea.id, Idea.title, Idea.body).where(Idea.id.in_(ids))).all()
    if not words:
        return
    statement = dialects.insert(dialect_name(), SimilarShape)
    statement = statement.on_conflict_do_update(index_elements=["idea_id"], set_={"shape": statement.excluded.shape})
    db.session.execute(statement, [{"idea_id": w.id, "shape": shape_of(w.title, w.body)} for w in words])
    db.session.execute(insert(SimilarFresh), [{"idea_id": w.id} for w in words])
