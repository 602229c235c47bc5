"""The daily and the weekly digest: what was launched, what moved, stories, comments, new ideas. Nothing twice.

An idea stands once among what moved, with its latest text; what the ceiling held back is in it, and is said.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from ideaboard.events import kinds
from ideaboard.extensions import gettext, ngettext
from ideaboard.models import Person, Site
from ideaboard.models.vocabulary import How, Stage, ToldBy
from ideaboard.notifications.entitlement import News
from ideaboard.notifications.letters import Group, Letter, Section
from ideaboard.notifications.pieces import (
    change_section,
    comment_section,
    comment_url,
    idea_section,
    idea_url,
    merge_section,
    mute_link,
    stop_links,
    story_section,
)

CHARACTERS = 280  # of a text; the page has the rest


def digest_letter(stand: list[News], person: Person, site: Site, token: str, now: datetime, rhythm: str) -> Letter:
    """All that stands (oldest first in) as one digest, in the language in force. `rhythm`: 'daily' or 'weekly'."""
    zone = person.time_zone or site.time_zone
    launched, moved = _moves(stand)
    seen = {news.idea_id for bunch in (*launched, *moved) for news in bunch}
    chapters = (
        (gettext("Launched"), launched, _move),
        (gettext("What moved"), moved, _move),
        (gettext("Merged"), _merges(stand), lambda bunch, zone, reader: _merge(bunch, zone, reader, now)),
        (gettext("Stories"), _stories(stand), _story),
        (gettext("Comments"), _talks(stand), _talk),
        (gettext("New on your boards"), [b for b in _new(stand) if b[0].idea_id not in seen], _new_idea),
    )
    groups = tuple(_chapter(*chapter, zone, person) for chapter in chapters if chapter[1])
    weekly = rhythm == How.WEEKLY
    title = (
        gettext("Your week at %(site)s", site=site.name) if weekly else gettext("Your day at %(site)s", site=site.name)
    )
    what = _in_short(*(len(bunches) for _, bunches, _ in chapters))
    return Letter(
        subject=f"{title}: {what}",
        title=title,
        lead=" ".join(filter(None, [_sentence(what), held_words(stand, site)])),
        groups=groups,
        why=_why(stand, weekly, site),
        **stop_links(token),
    )


def is_held(news: News) -> bool:
    """Held back by the ceiling: the inbox told it when it would have been a mail of its own."""
    return news.notification.told_by == ToldBy.INBOX


def held_words(stand: list[News], site: Site) -> str:
    """What is said of what the ceiling held back, or ''."""
    held = sum(map(is_held, stand))
    if not held:
        return ""
    return ngettext(
        "%(num)s of it came to your inbox first: you get at most %(most)s mails of news a week.",
        "%(num)s of them came to your inbox first: you get at most %(most)s mails of news a week.",
        held,
        most=site.mails_a_week,
    )


def _moves(stand: list[News]) -> tuple[list[list[News]], list[list[News]]]:
    """Changes by idea, the latest idea first: what is launched now, and what else moved."""
    by_idea = _by(stand, lambda news: news.idea_id if news.change is not None else None)
    launched = [bunch for bunch in by_idea if bunch[-1].change.stage == Stage.LAUNCHED]
    return launched, [bunch for bunch in by_idea if bunch not in launched]


def _merges(stand: list[News]) -> list[list[News]]:
    return _by(stand, lambda news: news.idea_id if news.merge is not None else None)


def _stories(stand: list[News]) -> list[list[News]]:
    return _by(stand, lambda news: news.event.story_id if news.event.kind == kinds.STORY_PUBLISHED else None)


def _talks(stand: list[News]) -> list[list[News]]:
    return _by(stand, lambda news: news.idea_id if news.comment is not None else None)


def _new(stand: list[News]) -> list[list[News]]:
    return _by(stand, lambda news: news.idea_id if news.event.kind == kinds.IDEA_SUBMITTED else None)


def _by(stand: list[News], key: Callable[[News], int | None]) -> list[list[News]]:
    """The news of each key together, oldest first in it; those with the latest news first. None: left out."""
    found: dict[int, list[News]] = {}
    for news in stand:
        if (name := key(news)) is not None:
            found.setdefault(name, []).append(news)
    return sorted(found.values(), key=lambda bunch: -bunch[-1].notification.id)


def _chapter(title: str, bunches: list[list[News]], section_of: Callable, zone: str, person: Person) -> Group:
    sections = []
    for bunch in bunches:
        section: Section = section_of(bunch, zone, person)
        held = gettext("held back until now") if all(map(is_held, bunch)) else ""
        line = " · ".join(filter(None, [section.byline, held]))
        sections.append(replace(section, byline=line, face="", links=(*section.links, mute_link(bunch[-1], person))))
    return Group(tuple(sections), title)


def _move(bunch: list[News], zone: str, person: Person) -> Section:
    """The latest change of an idea."""
    latest = bunch[-1]
    section = change_section(latest.change, zone, person)
    more = len(bunch) - 1
    earlier = ngettext("after %(num)s other step", "after %(num)s other steps", more) if more else ""
    return replace(
        section,
        title=latest.idea.title,
        url=idea_url(latest.idea),
        badge=section.title,
        byline=" · ".join(filter(None, [section.byline, earlier])),
        at_most=CHARACTERS,
    )


def _merge(bunch: list[News], zone: str, person: Person, now: datetime) -> Section:
    """What became of an idea at last."""
    latest = bunch[-1]
    section = merge_section(latest, zone, person, now)
    title, url = latest.idea.title, idea_url(latest.idea)
    return replace(section, title=title, url=url, badge=section.title, at_most=CHARACTERS)


def _story(bunch: list[News], zone: str, person: Person) -> Section:
    return replace(story_section(bunch[-1], zone), at_most=CHARACTERS)


def _talk(bunch: list[News], zone: str, person: Person) -> Section:
    """The latest comment on an idea, and how many more."""
    latest = bunch[-1]
    section = comment_section(latest, zone)
    more = len(bunch) - 1
    earlier = ngettext("and %(num)s more comment", "and %(num)s more comments", more) if more else ""
    return replace(
        section,
        title=latest.idea.title,
        url=comment_url(latest),
        byline=" · ".join(filter(None, [section.title, section.byline, earlier])),
        links=(),
        at_most=CHARACTERS,
    )


def _new_idea(bunch: list[News], zone: str, person: Person) -> Section:
    return replace(idea_section(bunch[-1], zone), at_most=CHARACTERS // 2)


def _in_short(launched: int, moved: int, merged: int, stories: int, talks: int, new: int) -> str:
    """'2 launched, 3 moved, 1 story'."""
    parts = (
        launched and ngettext("%(num)s launched", "%(num)s launched", launched),
        moved and ngettext("%(num)s moved", "%(num)s moved", moved),
        merged and ngettext("%(num)s merged", "%(num)s merged", merged),
        stories and ngettext("%(num)s story", "%(num)s stories", stories),
        talks and ngettext("%(num)s idea talked about", "%(num)s ideas talked about", talks),
        new and ngettext("%(num)s new idea", "%(num)s new ideas", new),
    )
    return ", ".join(str(part) for part in parts if part)


def _sentence(what: str) -> str:
    return f"{what[:1].upper()}{what[1:]}."


def _why(stand: list[News], weekly: bool, site: Site) -> str:
    if not weekly:
        return gettext("You get this because you chose to hear once a day.")
    if all(map(is_held, stand)):
        return gettext(
            "You get this because news above %(most)s mails a week waits for Monday.", most=site.mails_a_week
        )
    return gettext("You get this because you chose to hear once a week.")
