"""A board: an area with its own brief, owner, members and doors."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, false, or_, select, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ideaboard.extensions import Model
from ideaboard.foundation.database import UtcDateTime
from ideaboard.models.board_member import BoardMember
from ideaboard.models.columns import NEVER_REUSE, Code, Id, Line, LongText
from ideaboard.models.doors import Doors
from ideaboard.models.person import Person
from ideaboard.models.vocabulary import Audience, Origin, VotersSeenBy

_AUDIENCES = "('everyone', 'members', 'listed', 'colleagues')"


class Board(Doors, Model):
    __tablename__ = "board"
    __table_args__ = (
        *(
            CheckConstraint(f"who_may_{deed} IN {_AUDIENCES}", name=f"who_may_{deed}")
            for deed in ("see", "submit", "vote", "comment")
        ),
        CheckConstraint("voters_seen_by IN ('staff', 'members', 'everyone')", name="voters_seen_by"),
        CheckConstraint("first_look_days BETWEEN 1 AND 365", name="first_look_days"),
        CheckConstraint("promise_votes BETWEEN 1 AND 100000", name="promise_votes"),
        CheckConstraint("promise_days BETWEEN 1 AND 365", name="promise_days"),
        NEVER_REUSE,
    )

    id: Mapped[Id]
    slug: Mapped[Line] = mapped_column(unique=True)
    name: Mapped[Line]
    # The brief, four questions, Markdown: what we ask; what cannot change here and why; who decides; when you hear.
    brief_asks: Mapped[LongText] = mapped_column(default="")
    brief_fixed: Mapped[LongText] = mapped_column(default="")
    brief_decides: Mapped[LongText] = mapped_column(default="")
    brief_hear: Mapped[LongText] = mapped_column(default="")
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    first_look_days: Mapped[int] = mapped_column(default=5)
    # "An idea with 50 votes is answered in 14 days"; its clock: idea.promise_reached_at.
    promise_votes: Mapped[int] = mapped_column(default=50)
    promise_days: Mapped[int] = mapped_column(default=14)
    who_may_see: Mapped[Code] = mapped_column(default=Audience.EVERYONE)
    who_may_submit: Mapped[Code] = mapped_column(default=Audience.MEMBERS)
    who_may_vote: Mapped[Code] = mapped_column(default=Audience.MEMBERS)
    who_may_comment: Mapped[Code] = mapped_column(default=Audience.MEMBERS)
    voters_seen_by: Mapped[Code] = mapped_column(default=VotersSeenBy.STAFF)
    # Members see an idea's count once they have voted on it (staff always): nobody follows the crowd.
    hides_counts: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int] = mapped_column(default=0)
    origin: Mapped[Code] = mapped_column(default=Origin.HERE)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    archived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    owner: Mapped[Person | None] = relationship()

    @classmethod
    def visible_to(cls, viewer: Person | None) -> ColumnElement[bool]:
        """SQL: the boards that the viewer may see (None: a guest)."""
        if viewer is None:
            return cls.who_may_see == Audience.EVERYONE
        if viewer.is_admin or viewer.is_moderator:
            return true()
        mine = cls.id.in_(select(BoardMember.board_id).where(BoardMember.person_id == viewer.id))
        colleagues = cls.who_may_see == Audience.COLLEAGUES if viewer.is_colleague else false()
        # Staff of a board always see it; a listed row opens boards for listed members only.
        staffed = cls.id.in_(viewer.staff_board_ids) if viewer.is_staff_somewhere else false()
        return or_(
            cls.who_may_see.in_((Audience.EVERYONE, Audience.MEMBERS)),
            (cls.who_may_see == Audience.LISTED) & mine,
            colleagues,
            staffed,
        )
