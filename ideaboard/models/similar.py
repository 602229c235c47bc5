"""What is kept to find similar ideas. All of it is made from ideas and can be made anew (similar/folding.py)."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from ideaboard.extensions import Model
from ideaboard.foundation.database import UtcDateTime
from ideaboard.models.columns import NEVER_REUSE, Code, Id, Key, Line


class SimilarShape(Model):
    """The words and letters of an idea, packed (similar/shapes.py)."""

    __tablename__ = "similar_shape"

    idea_id: Mapped[int] = mapped_column(Key, ForeignKey("idea.id", ondelete="CASCADE"), primary_key=True)
    board_id: Mapped[int]
    # Whether staff's likely duplicates of it were looked for since its words changed.
    is_paired: Mapped[bool] = mapped_column(default=False)
    shape: Mapped[bytes] = mapped_column(LargeBinary)


class SimilarFresh(Model):
    """An idea that is new or changed: compared by itself until the worker folds it into a segment."""

    __tablename__ = "similar_fresh"
    __table_args__ = (Index(None, "idea_id"), NEVER_REUSE)

    id: Mapped[Id]
    idea_id: Mapped[int] = mapped_column(ForeignKey("idea.id", ondelete="CASCADE"))


class SimilarSegment(Model):
    """Some thousand ideas whose words were folded into postings together. It never changes; a larger one replaces it."""

    __tablename__ = "similar_segment"
    __table_args__ = (NEVER_REUSE,)

    id: Mapped[Id]
    # 'making', 'live', 'gone': only the postings of live ones are read.
    state: Mapped[Code] = mapped_column(default="making")
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ideas: Mapped[int]
    title_words: Mapped[int]
    body_words: Mapped[int]
    # Another one for each segment there ever was: what a process keeps of a segment, it keeps by this.
    mark: Mapped[Line]
    members: Mapped[bytes] = mapped_column(LargeBinary)  # ids, 32 bits each
    held_by: Mapped[bytes] = mapped_column(LargeBinary)  # its terms, 64 bits each, then how many hold each, 32 bits


class SimilarPosting(Model):
    """Which ideas of a segment hold a word (or four letters in a row), and with what weight."""

    __tablename__ = "similar_posting"
    __table_args__ = (Index(None, "segment_id"), {"sqlite_with_rowid": False})

    term: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    segment_id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    ideas: Mapped[int]
    members: Mapped[bytes] = mapped_column(LargeBinary)  # ids, 32 bits each, then for words weights, 8 bits each


class SimilarPair(Model):
    """Two ideas that are likely the same: for staff. `idea_id` came later."""

    __tablename__ = "similar_pair"
    __table_args__ = (Index(None, "other_id"),)

    idea_id: Mapped[int] = mapped_column(Key, ForeignKey("idea.id", ondelete="CASCADE"), primary_key=True)
    other_id: Mapped[int] = mapped_column(Key, ForeignKey("idea.id", ondelete="CASCADE"), primary_key=True)
    likeness: Mapped[float]
    found_at: Mapped[datetime] = mapped_column(UtcDateTime)
