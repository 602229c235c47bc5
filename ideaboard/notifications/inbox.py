"""The inbox: what a person was told, newest first; opened, read, counted."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select, text, update

from ideaboard.extensions import db
from ideaboard.foundation.database import transaction
from ideaboard.foundation.paging import Page, paginate
from ideaboard.models import Idea, Notification, Person
from ideaboard.notifications.entitlement import News, news_of

_UNREAD = text("notification.read_at IS NULL")
PAGE = 20


@dataclass
class Group:
    """All entries of one page about one idea, the latest first."""

    idea: Idea
    entries: list[News] = field(default_factory=list)

    @property
    def is_new(self) -> bool:
        return any(news.notification.read_at is None for news in self.entries)


def unread_count(viewer: Person | None, at_most: int = 100) -> int:
    """How many entries the viewer has not read, up to `at_most`; what they may not see any more is not counted."""
    if viewer is None:
        return 0
    unread = (
        select(Notification.id)
        .join(Idea, Idea.id == Notification.idea_id)
        .where(Notification.person_id == viewer.id, _UNREAD, Idea.visible_to(viewer, merged=True))
        .limit(at_most)
    )
    return db.session.execute(select(func.count()).select_from(unread.subquery())).scalar_one()


def inbox_of(person: Person, *, after: str | None = None, before: str | None = None) -> tuple[list[Group], Page]:
    """One page of entries, grouped by idea. Raises Missing for a cursor that is not ours."""
    ids = (
        select(Notification.id)
        .join(Idea, Idea.id == Notification.idea_id)
        .where(Notification.person_id == person.id, Idea.visible_to(person, merged=True))
    )
    page = paginate(ids, [(Notification.id, True)], lambda row: [row], after=after, before=before, size=PAGE)
    groups: dict[int, Group] = {}
    for news in news_of(Notification.id.in_(page.items), newest_first=True) if page.items else ():
        groups.setdefault(news.idea.id, Group(news.idea)).entries.append(news)
    return list(groups.values()), page


def mark_read(person: Person, now: datetime, idea_id: int | None = None) -> int:
    """Mark the entries about one idea, or all, as read; returns how many were unread."""
    entries = update(Notification).where(Notification.person_id == person.id, _UNREAD)
    if idea_id is not None:
        entries = entries.where(Notification.idea_id == idea_id)
    with transaction() as session:
        return session.execute(entries.values(read_at=now)).rowcount
