"""The inbox: what a person was told, newest first, one group an idea or story; opened, read, counted."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import and_, case, func, or_, select, text, update

from ideaboard.foundation.database import transaction
from ideaboard.foundation.kept import Kept
from ideaboard.foundation.paging import Page, paginate
from ideaboard.models import Event, Idea, Notification, Person, Story
from ideaboard.models.eyes import Eyes, eyes_of
from ideaboard.notifications.entitlement import News, news_of

_UNREAD = text("notification.read_at IS NULL")
PAGE = 20  # groups
SHOWN = 3  # entries of a group that the page words; of the others it says how many

# What a group is about: the story, or else the idea.
_ABOUT = (Event.story_id, case((Event.story_id.is_(None), Notification.idea_id)))


@dataclass
class Group:
    """All that one was told about one idea, or by one story; `entries`: the latest of it, newest first."""

    idea: Idea
    story: Story | None
    count: int
    unread: int
    entries: list[News] = field(default_factory=list)

    @property
    def is_new(self) -> bool:
        return self.unread > 0

    @property
    def more(self) -> int:
        return self.count - len(self.entries)


def unread_count(viewer: Person | None, at_most: int = 100) -> int:
    """How many entries the viewer has not read, up to `at_most`; what they may not see any more is not counted."""
    if viewer is None:
        return 0
    eyes = eyes_of(viewer)
    kept = _COUNTS.get((eyes, at_most))
    if kept is None:
        kept = _COUNTS[eyes, at_most] = Kept(lambda _: _unread(eyes, at_most))
    return kept.one(viewer_id=viewer.id)[0]


_COUNTS: dict[tuple[Eyes | None, int], Kept] = {}


def _unread(eyes: Eyes, at_most: int):
    unread = _seen(select(Notification.id), eyes).where(_UNREAD).limit(at_most)
    return select(func.count()).select_from(unread.subquery())


def inbox_of(person: Person, *, after: str | None = None, before: str | None = None) -> tuple[list[Group], Page]:
    """One page of groups; a group stands on one page only, where its latest entry belongs.

    Raises Missing for a cursor that is not ours.
    """
    story_id, idea_id = _ABOUT
    unread = func.sum(case((Notification.read_at.is_(None), 1), else_=0))
    groups = (
        _seen(
            select(
                story_id.label("story_id"),
                idea_id.label("idea_id"),
                func.max(Notification.id).label("latest"),
                func.count().label("entries"),
                unread.label("unread"),
            ),
            person,
        )
        .group_by(*_ABOUT)
        .subquery()
    )
    key = [(groups.c.latest, True)]
    page = paginate(select(groups), key, lambda row: [row.latest], after=after, before=before, size=PAGE, scalars=False)
    news = _latest_of(person, page.items) if page.items else {}
    found = []
    for row in page.items:
        entries = news[row.story_id, row.idea_id]
        found.append(Group(entries[0].idea, entries[0].story, row.entries, row.unread, entries))
    return found, page


def mark_read(person: Person, now: datetime, idea_id: int | None = None, story_id: int | None = None) -> int:
    """Mark the entries about one idea, or by one story, or all, as read; returns how many were unread."""
    entries = update(Notification).where(Notification.person_id == person.id, _UNREAD)
    if idea_id is not None:
        of_a_story = select(Event.id).where(Event.id == Notification.event_id, Event.story_id.is_not(None)).exists()
        entries = entries.where(Notification.idea_id == idea_id, ~of_a_story)
    if story_id is not None:
        entries = entries.where(Notification.event_id.in_(select(Event.id).where(Event.story_id == story_id)))
    with transaction() as session:
        return session.execute(entries.values(read_at=now), execution_options={"synchronize_session": False}).rowcount


def _seen(statement, person: Person | Eyes):
    """Of the person's entries those whose idea, and story, they may see now."""
    readable = Event.story_id.in_(select(Story.id).where(Story.visible_to(person)))
    return (
        statement.select_from(Notification)
        .join(Idea, Idea.id == Notification.idea_id)
        .join(Event, Event.id == Notification.event_id)
        .where(
            Notification.person_id == person.id,
            Idea.visible_to(person, merged=True),
            or_(Event.story_id.is_(None), readable),
        )
    )


def _latest_of(person: Person, rows) -> dict[tuple, list[News]]:
    """{(story id, idea id): the latest news, newest first} of these groups."""
    stories = [row.story_id for row in rows if row.story_id is not None]
    ideas = [row.idea_id for row in rows if row.story_id is None]
    here = or_(Event.story_id.in_(stories), and_(Event.story_id.is_(None), Notification.idea_id.in_(ideas)))
    rank = func.row_number().over(partition_by=_ABOUT, order_by=Notification.id.desc())
    ranked = _seen(select(Notification.id, rank.label("rank")), person).where(here).subquery()
    latest: dict[tuple, list[News]] = {}
    for news in news_of(Notification.id.in_(select(ranked.c.id).where(ranked.c.rank <= SHOWN)), newest_first=True):
        about = (news.event.story_id, None) if news.event.story_id else (None, news.notification.idea_id)
        latest.setdefault(about, []).append(news)
    return latest
