"""The site: one row, its look and its doors."""

from datetime import datetime

from sqlalchemy import CheckConstraint, LargeBinary, select
from sqlalchemy.orm import Mapped, deferred, mapped_column

from ideaboard.extensions import Model, db
from ideaboard.foundation.database import UtcDateTime, has_begun
from ideaboard.foundation.kept import Kept, attached, loose
from ideaboard.models.columns import Code, Line, LongText

DEFAULT_ACCENT = "#0d6b52"


class Site(Model):
    """Read it with `Site.current()`; there is one site per database."""

    __tablename__ = "site"
    __table_args__ = (
        CheckConstraint("id = 1", name="one_row"),
        CheckConstraint("mails_a_week BETWEEN 1 AND 1000", name="mails_a_week"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    name: Mapped[Line] = mapped_column(default="Ideaboard")
    accent: Mapped[Code] = mapped_column(default=DEFAULT_ACCENT)
    locale: Mapped[Code] = mapped_column(default="en")
    time_zone: Mapped[Line] = mapped_column(default="UTC")
    # Shows a received idea under the label of Under review; it stays received (PRODUCT, workflow).
    received_reads_under_review: Mapped[bool] = mapped_column(default=False)
    logo: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))
    logo_type: Mapped[Line | None]
    logo_hash: Mapped[Line | None]
    # A person gets at most so many mails of news in seven days; news of one's own ideas passes.
    mails_a_week: Mapped[int] = mapped_column(default=7)
    # Sites that may show the roadmap in a frame: origins, one a line.
    frame_sites: Mapped[LongText] = mapped_column(default="")
    # /how-we-answer can be switched off, not adjusted.
    shows_how_we_answer: Mapped[bool] = mapped_column(default=True)
    # Set while demo people exist; ends with "Start for real".
    demo_since: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @classmethod
    def current(cls) -> "Site":
        """The site's row (a fresh default one, not stored, on a database without it).

        Within a transaction it belongs to the session and may be changed; outside it is there to be read.
        """
        for row in _SITE.beside():
            return attached(cls, 1, row._asdict()) if has_begun(db.session()) else loose(cls, row._asdict())
        return cls(
            id=1,
            name="Ideaboard",
            accent=DEFAULT_ACCENT,
            locale="en",
            time_zone="UTC",
            received_reads_under_review=False,
            mails_a_week=7,
            frame_sites="",
            shows_how_we_answer=True,
        )


# Each request asks for it, so it is kept; but for the logo, which is served by itself.
_SITE = Kept(lambda _: select(*(c for c in Site.__table__.columns if c.name != "logo")).where(Site.id == 1))
