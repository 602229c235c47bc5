"""Staff and listed members of a board."""

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from ideaboard.extensions import Model
from ideaboard.models.columns import Code


class BoardMember(Model):
    __tablename__ = "board_member"
    __table_args__ = (CheckConstraint("role IN ('staff', 'listed')", name="role"), Index(None, "person_id"))

    board_id: Mapped[int] = mapped_column(ForeignKey("board.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[Code] = mapped_column(primary_key=True)
