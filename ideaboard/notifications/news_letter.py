"""The letter that tells news at once: of one idea, or of several in one window, each with its latest text first."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select

from ideaboard.accounts.called import name_of
from ideaboard.events import kinds
from ideaboard.extensions import db, gettext, ngettext
from ideaboard.models import Person, Site, StatusChange
from ideaboard.notifications import words
from ideaboard.notifications.entitlement import News
from ideaboard.notifications.letters import Group, Letter, Link
from ideaboard.notifications.pieces import (
    change_section,
    comment_section,
    idea_section,
    idea_url,
    merge_section,
    mute_link,
    open_link,
    stop_links,
    story_section,
    story_url,
)

NAMED = 3  # titles that a subject names


def news_letter(stand: list[News], person: Person, site: Site, token: str, now: datetime) -> Letter:
    """All that stands, in one letter (oldest first in, latest first out), in the language in force."""
    zone = person.time_zone or site.time_zone
    bunches = bunched(stand)
    letter = (
        _of_one(bunches[0], zone, person, now) if len(bunches) == 1 else _of_several(bunches, zone, person, site, now)
    )
    return replace(letter, **stop_links(token))


def bunched(stand: list[News]) -> list[list[News]]:
    """The news of one idea together, each story by itself, new ideas by board; what moved first, then the latest."""
    found: dict[tuple, list[News]] = {}
    for news in stand:
        if news.event.kind == kinds.STORY_PUBLISHED:
            key = ("story", news.event.story_id)
        elif news.event.kind == kinds.IDEA_SUBMITTED:
            key = ("board", news.idea.board_id)
        else:
            key = ("idea", news.idea_id)
        found.setdefault(key, []).append(news)
    bunches = [[n for n in bunch if n.change] + [n for n in bunch if not n.change] for bunch in found.values()]
    return sorted(bunches, key=lambda bunch: (_rank(bunch[0]), -bunch[-1].notification.id))


def _rank(news: News) -> int:
    order = (
        kinds.IDEA_STATUS_CHANGED, kinds.IDEA_MERGED, kinds.IDEA_UNMERGED, kinds.STORY_PUBLISHED, kinds.COMMENT_BECAME_IDEA,
        kinds.COMMENT_POSTED, kinds.IDEA_SUBMITTED,
    )  # fmt: skip
    return order.index(news.event.kind)


def _of_one(bunch: list[News], zone: str, person: Person, now: datetime) -> Letter:
    """One idea (or board, or story) is the letter's title."""
    group = _group(bunch, zone, person, now)
    first = bunch[0]
    changes, comments = _changes(bunch), [n for n in bunch if n.comment]
    if changes:
        subject = subject_of(changes[-1].change, first.idea.title)
        lead = ngettext("An answer on this idea:", "%(num)s answers on this idea, the latest first:", len(changes))
        if comments:
            lead = gettext("Answers and comments on this idea:")
    elif merges := _merges(bunch):
        subject = _merge_subject(merges[-1])
        lead = ngettext("What became of this idea:", "What became of this idea, the latest first:", len(merges))
    elif comments:
        subject = _comments_subject(bunch)
        lead = ngettext("A comment on this idea:", "%(num)s comments on this idea:", len(bunch))
        if _became(bunch[-1]):
            lead = gettext("What you wrote is an idea now that others can vote for:")
    elif first.event.kind == kinds.STORY_PUBLISHED:
        subject, lead = _story_subject(first), gettext("A story about an idea that you take part in:")
    else:
        subject = ngettext(
            "A new idea on %(board)s", "%(num)s new ideas on %(board)s", len(bunch), board=first.idea.board.name
        )
        lead = ngettext("Somebody shared an idea:", "Ideas that were shared:", len(bunch))
    bare = replace(group, title="", url="", note="", why="")
    return Letter(subject, group.title, lead, (bare,), why=words.why_words(bunch[-1].reason))


def _of_several(bunches: list[list[News]], zone: str, person: Person, site: Site, now: datetime) -> Letter:
    moved = [bunch for bunch in bunches if _changes(bunch)]
    named = ", ".join(bunch[0].idea.title for bunch in moved[:NAMED]) + (", …" if len(moved) > NAMED else "")
    if len(moved) == len(bunches):
        subject = ngettext(
            "%(num)s idea moved: %(titles)s", "%(num)s of your ideas moved: %(titles)s", len(moved), titles=named
        )
    else:
        subject = gettext("%(first)s, and more", first=_subject_of_bunch(bunches[0]))
    return Letter(
        subject=subject,
        title=gettext("News of your ideas"),
        lead=ngettext("%(num)s piece of news:", "%(num)s pieces of news:", len(bunches)),
        groups=tuple(_group(bunch, zone, person, now) for bunch in bunches),
        why=gettext("You get this because of what you take part in at %(site)s.", site=site.name),
    )


def _subject_of_bunch(bunch: list[News]) -> str:
    changes = _changes(bunch)
    if changes:
        return subject_of(changes[-1].change, bunch[0].idea.title)
    if merges := _merges(bunch):
        return _merge_subject(merges[-1])
    if bunch[0].comment:
        return _comments_subject(bunch)
    if bunch[0].event.kind == kinds.STORY_PUBLISHED:
        return _story_subject(bunch[0])
    return ngettext(
        "A new idea on %(board)s", "%(num)s new ideas on %(board)s", len(bunch), board=bunch[0].idea.board.name
    )


def _group(bunch: list[News], zone: str, person: Person, now: datetime) -> Group:
    first = bunch[0]
    why = words.because_words(bunch[-1].reason)
    if first.event.kind == kinds.STORY_PUBLISHED:
        section = replace(story_section(first, zone), title="", url="")
        url, mute = story_url(first.story), mute_link(first, person)
        button = Link(gettext("Read the story"), url)
        return Group((section,), first.story.title, url, gettext("A story"), button, (mute,), why)
    if first.event.kind == kinds.IDEA_SUBMITTED:
        sections = tuple(replace(idea_section(n, zone), links=(open_link(n.idea), mute_link(n, person))) for n in bunch)
        return Group(sections, gettext("New on %(board)s", board=first.idea.board.name), why=why)
    changes = [change_section(n.change, zone, person) for n in reversed(_changes(bunch))]
    comments = [comment_section(n, zone) for n in bunch if n.comment]
    changes += [merge_section(n, zone, person, now) for n in reversed(_merges(bunch))]
    button = open_link(first.idea)
    if not changes and len(comments) == 1:  # the button leads to the one comment
        button, comments = comments[0].links[0], [replace(comments[0], links=())]
    links = (mute_link(first, person),)
    return Group((*changes, *comments), first.idea.title, idea_url(first.idea), "", button, links, why)


def _changes(bunch: list[News]) -> list[News]:
    return [news for news in bunch if news.change is not None]


def _merges(bunch: list[News]) -> list[News]:
    return [news for news in bunch if news.merge is not None]


def _merge_subject(news: News) -> str:
    return words.subject_of_merge(news.idea.title, news.event.kind == kinds.IDEA_UNMERGED)


def _became(news: News) -> bool:
    return news.event.kind == kinds.COMMENT_BECAME_IDEA


def subject_of(change: StatusChange, title: str) -> str:
    """The subject line of a change."""
    label = change.status.label if change.status else ""
    if is_further_word(change):
        return words.subject_of_further_word(title)
    return words.subject_of_change(title, change.stage, change.outcome, change.promised_on, label=label)


def is_further_word(change: StatusChange) -> bool:
    """Whether the idea stood at this status and outcome before. Asked once for the readers of one answer."""
    if "_is_further_word" not in change.__dict__:
        change._is_further_word = _stood_so_before(change)
    return change._is_further_word


def _stood_so_before(change: StatusChange) -> bool:
    before = db.session.execute(
        select(StatusChange.status_id, StatusChange.outcome)
        .where(StatusChange.idea_id == change.idea_id, StatusChange.id < change.id)
        .order_by(StatusChange.id.desc())
        .limit(1)
    ).first()
    return before is not None and tuple(before) == (change.status_id, change.outcome)


def _story_subject(news: News) -> str:
    return gettext("A story: %(title)s", title=news.story.title)


def _comments_subject(bunch: list[News]) -> str:
    title, latest = bunch[-1].idea.title, bunch[-1]
    if len(bunch) > 1:
        return gettext("%(num)s new comments on “%(title)s”", num=len(bunch), title=title)
    if _became(latest):
        return gettext("Your comment became an idea: “%(title)s”", title=title)
    named = {"name": name_of(latest.comment.author), "title": title}
    if latest.notification.reason == "replied_to":
        return gettext("%(name)s answered you on “%(title)s”", **named)
    if latest.notification.reason == "mentioned":
        return gettext("%(name)s mentioned you on “%(title)s”", **named)
    return gettext("%(name)s commented on “%(title)s”", **named)
