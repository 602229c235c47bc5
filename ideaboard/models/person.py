"""A person: member, colleague, staff, moderator, admin, an imported name, or a nameless shell."""

from datetime import datetime
from functools import cached_property

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, and_, select, text
from sqlalchemy.orm import Mapped, mapped_column

from ideaboard.extensions import Model, db
from ideaboard.foundation.database import UtcDateTime
from ideaboard.models.board_member import BoardMember
from ideaboard.models.columns import NEVER_REUSE, Code, Id, Line
from ideaboard.models.vocabulary import BoardRole, Origin, SiteRole

_REFUSED = text("mail_refused_at IS NOT NULL")


class Person(Model):
    __tablename__ = "person"
    __table_args__ = (
        CheckConstraint("email = lower(email)", name="email_is_lower"),
        CheckConstraint(
            "(quiet_from IS NULL AND quiet_until IS NULL) OR (quiet_from BETWEEN 0 AND 23"
            " AND quiet_until BETWEEN 0 AND 23 AND quiet_from <> quiet_until)",
            name="quiet_hours",
        ),
        Index("uq_person_import", "import_source", "import_id", unique=True),
        # Staff's page and the operator's: few, asked often.
        Index("ix_person_refused", "mail_refused_at", "id", sqlite_where=_REFUSED, postgresql_where=_REFUSED),
        NEVER_REUSE,
    )

    id: Mapped[Id]
    # Chosen by the person, never derived from the address; None reads "a member".
    display_name: Mapped[Line | None]
    department: Mapped[Line | None]
    # Lower case; None for imported people and shells. Verified the moment it is stored here.
    email: Mapped[Line | None] = mapped_column(unique=True)
    password_hash: Mapped[Line | None]
    site_role: Mapped[Code] = mapped_column(default=SiteRole.MEMBER)
    is_moderator: Mapped[bool] = mapped_column(default=False)
    avatar_seed: Mapped[Line] = mapped_column(default="")
    locale: Mapped[Code | None]
    time_zone: Mapped[Line | None]
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    external_id: Mapped[Line | None] = mapped_column(unique=True)
    valid_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    origin: Mapped[Code] = mapped_column(default=Origin.HERE)
    import_source: Mapped[Line | None]
    import_id: Mapped[Line | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # Set by the list-unsubscribe header or "all": no mail but security's.
    mail_stopped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Set when the mail server refused the address for good; the words it used.
    mail_refused_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    mail_refused_because: Mapped[Line | None]
    # Quiet hours in the person's own zone, whole hours 0..23 (22 and 7: from ten at night until seven); both or neither.
    quiet_from: Mapped[int | None]
    quiet_until: Mapped[int | None]
    suspended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    # What flask-login asks of a user; the token is the session's own (accounts/sessions.py), not the person's.
    is_authenticated = True
    is_anonymous = False
    session_token = None

    def get_id(self) -> str | None:
        return self.session_token

    @classmethod
    def administers(cls) -> ColumnElement[bool]:
        """SQL: an admin who can sign in and act."""
        return and_(cls.site_role == SiteRole.ADMIN, cls.suspended_at.is_(None), cls.erased_at.is_(None))

    def is_active_at(self, now: datetime) -> bool:
        """May act at all: not suspended, not erased, not past its valid-until."""
        return not (self.suspended_at or self.erased_at or (self.valid_until and self.valid_until <= now))

    @property
    def is_active(self) -> bool:
        return not (self.suspended_at or self.erased_at)

    @property
    def is_admin(self) -> bool:
        return self.site_role == SiteRole.ADMIN

    @property
    def is_colleague(self) -> bool:
        """Colleague, admin, or staff of any board: passes the audience "colleagues and staff"."""
        return self.site_role != SiteRole.MEMBER or self.is_moderator or self.is_staff_somewhere

    @cached_property
    def board_roles(self) -> dict[int, set[str]]:
        """{board id: roles} as loaded once for this object; rights are judged anew with each request."""
        roles: dict[int, set[str]] = {}
        for board_id, role in db.session.execute(
            select(BoardMember.board_id, BoardMember.role).where(BoardMember.person_id == self.id)
        ):
            roles.setdefault(board_id, set()).add(role)
        return roles

    @property
    def staff_board_ids(self) -> set[int]:
        return {b for b, roles in self.board_roles.items() if BoardRole.STAFF in roles}

    @property
    def is_staff_somewhere(self) -> bool:
        return bool(self.staff_board_ids)

    def is_staff_of(self, board_id: int) -> bool:
        """Staff of this board; an admin is staff of every board."""
        return self.is_admin or board_id in self.staff_board_ids

    def is_listed_on(self, board_id: int) -> bool:
        return BoardRole.LISTED in self.board_roles.get(board_id, ())
