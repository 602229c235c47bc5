"""A StatusChange: the dated step with actor and answer. One text a change, never two, never none."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, func, text
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ideaboard.extensions import Model
from ideaboard.foundation.database import UtcDateTime
from ideaboard.models.columns import NEVER_REUSE, Code, Id, Line, LongText
from ideaboard.models.idea import Idea
from ideaboard.models.person import Person
from ideaboard.models.status import Status
from ideaboard.models.vocabulary import Origin

_COMING = text("stage = 'coming_soon'")
_PROMISED = text("promised_on IS NOT NULL")
_IMPORTED = text("origin = 'import'")


class StatusChange(Model):
    """The database itself refuses a change without a text, an outcome off Reviewed, a promise without its date.

    A further word is a change to the same status and outcome. Rows are never updated, save `told_*` and a redaction.
    """

    __tablename__ = "status_change"
    __table_args__ = (
        ForeignKeyConstraint(["status_id", "stage"], ["status.id", "status.stage"]),
        UniqueConstraint("id", "idea_id", "status_id"),
        # trim() alone drops spaces only.
        CheckConstraint("origin = 'import' OR length(trim(text, ' \t\n\r')) > 0", name="has_a_text"),
        CheckConstraint("(stage = 'reviewed') = (outcome IS NOT NULL)", name="outcome_on_reviewed"),
        CheckConstraint(
            "outcome IS NULL OR outcome IN ('want', 'not_now', 'will_not', 'exists', 'handed_over')", name="outcome"
        ),
        CheckConstraint(
            "origin = 'import' OR outcome IS NULL OR outcome <> 'not_now' OR promised_on IS NOT NULL",
            name="not_now_names_a_month",
        ),
        CheckConstraint(
            "origin = 'import' OR outcome IS NULL OR outcome NOT IN ('exists', 'handed_over')"
            " OR linked_url IS NOT NULL OR linked_idea_id IS NOT NULL",
            name="elsewhere_has_a_link",
        ),
        CheckConstraint("NOT is_ready_sentence OR stage = 'under_review'", name="ready_sentence"),
        Index("ix_status_change_idea", "idea_id", "changed_at", "id"),
        Index("ix_status_change_newest", "changed_at", "id"),
        # What is expected in a month: a list's filter.
        Index("ix_status_change_month", "promised_on", "idea_id", sqlite_where=_COMING, postgresql_where=_COMING),
        # What was promised, the oldest first: what is due on staff's page.
        Index(
            "ix_status_change_promised", "promised_on", "idea_id", sqlite_where=_PROMISED, postgresql_where=_PROMISED
        ),
        # What was decided before an import: left out of the figures, and said to be.
        Index("ix_status_change_imported", "idea_id", sqlite_where=_IMPORTED, postgresql_where=_IMPORTED),
        NEVER_REUSE,
    )

    id: Mapped[Id]
    idea_id: Mapped[int] = mapped_column(ForeignKey("idea.id"))
    status_id: Mapped[int]
    stage: Mapped[Code]
    outcome: Mapped[Code | None]
    # Staff's own words, or the ready sentence at Under review; empty only when imported.
    text: Mapped[LongText]
    html: Mapped[LongText]
    renderer_version: Mapped[int] = mapped_column(default=0)
    is_ready_sentence: Mapped[bool] = mapped_column(default=False)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # Under review: you hear by this day. Not now, Coming soon: the first day of the month named.
    promised_on: Mapped[date | None]
    linked_idea_id: Mapped[int | None] = mapped_column(ForeignKey("idea.id"))
    linked_url: Mapped[LongText | None]
    votes_at_change: Mapped[int] = mapped_column(default=0)
    # "Told 409 of 412": counted when the window has ended; told + not_told = entitled once all is settled.
    entitled_count: Mapped[int] = mapped_column(default=0)
    told_count: Mapped[int] = mapped_column(default=0)
    not_told_count: Mapped[int] = mapped_column(default=0)
    origin: Mapped[Code] = mapped_column(default=Origin.HERE)
    redacted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # The form that sent it, so that sending twice is one change.
    form_token: Mapped[Line | None] = mapped_column(unique=True)

    idea: Mapped[Idea] = relationship(foreign_keys=[idea_id])
    actor: Mapped[Person | None] = relationship()
    status: Mapped[Status] = relationship(primaryjoin="foreign(StatusChange.status_id) == Status.id", viewonly=True)
    linked_idea: Mapped[Idea | None] = relationship(foreign_keys=[linked_idea_id])

    @hybrid_property
    def standing(self) -> str:
        """Where an idea stands at it, in the word of lists (idea.standing): its stage, or on Reviewed the outcome."""
        return self.outcome or self.stage

    @standing.inplace.expression
    @classmethod
    def _standing(cls):
        return func.coalesce(cls.outcome, cls.stage)

    @property
    def is_answer(self) -> bool:
        """Staff's official word: a text in staff's own words (a ready sentence is a note)."""
        return bool(self.text.strip()) and not self.is_ready_sentence
