"""The letter that tells news about one idea: status changes (the latest first), or comments."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select

from ideaboard.accounts.called import name_of
from ideaboard.events import kinds
from ideaboard.extensions import db, gettext, ngettext
from ideaboard.foundation.links import links
from ideaboard.models import Idea, Person, Site, StatusChange
from ideaboard.notifications import words
from ideaboard.notifications.entitlement import News
from ideaboard.notifications.letters import Letter, Link, Section
from ideaboard.notifications.seeing import may_see


def news_letter(news: list[News], person: Person, site: Site, token: str, now: datetime) -> Letter:
    """All that stands, in one letter (oldest first in, latest first out), in the language in force."""
    zone = person.time_zone or site.time_zone
    latest = news[-1]
    if len({n.event.kind for n in news}) > 1 or len({n.idea_id for n in news}) > 1 or latest.story:
        return _of_several(news, zone, person, token)
    if latest.event.kind == kinds.IDEA_STATUS_CHANGED:
        sections = [change_section(n.change, zone, person) for n in reversed(news)]
        subject = subject_of(latest.change, latest.idea.title)
        lead = ngettext("An answer on this idea:", "%(num)s answers on this idea, the latest first:", len(news))
    elif latest.event.kind == kinds.COMMENT_POSTED:
        sections = [_comment_section(n, zone) for n in news]
        subject = _comments_subject(news)
        lead = ngettext("A comment on this idea:", "%(num)s comments on this idea:", len(news))
    else:
        sections = [_idea_section(n, zone) for n in news]
        subject = ngettext(
            "A new idea on %(board)s", "%(num)s new ideas on %(board)s", len(news), board=latest.idea.board.name
        )
        lead = ngettext("Somebody shared an idea:", "Ideas that were shared:", len(news))
    is_new = latest.event.kind == kinds.IDEA_SUBMITTED
    return Letter(
        subject=subject,
        title=latest.idea.board.name if is_new else latest.idea.title,
        lead=lead,
        sections=sections,
        button=None if is_new else Link(gettext("Open the idea"), idea_url(latest.idea)),
        why=words.why_words(latest.notification.reason),
        **stop_links(token),
    )


def _of_several(news: list[News], zone: str, person: Person, token: str) -> Letter:
    """Several ideas in one mail, the latest first."""
    sections = []
    for n in reversed(news):
        if n.change is not None:
            section = change_section(n.change, zone, person)
        elif n.comment is not None:
            section = _comment_section(n, zone)
        else:
            section = _idea_section(n, zone)
        sections.append(replace(section, title=f"{n.idea.title}: {section.title}"))
    subject = ngettext("%(num)s piece of news", "%(num)s pieces of news", len(news))
    return Letter(
        subject, subject, "", sections, why=words.why_words(news[-1].notification.reason), **stop_links(token)
    )


def stop_links(token: str) -> dict[str, Link]:
    """The two links at the foot: stop with one click, and choose."""
    return {
        "stop": Link(gettext("Stop with one click"), links.public("notifications.unsubscribe", token=token)),
        "manage": Link(gettext("Choose what you hear"), links.public("notifications.preferences")),
    }


def idea_url(idea: Idea) -> str:
    return links.public("ideas.show", idea_id=idea.id, slug=idea.slug)


def subject_of(change: StatusChange, title: str) -> str:
    """The subject line of a change."""
    label = change.status.label if change.status else ""
    if is_further_word(change):
        return words.subject_of_further_word(title)
    return words.subject_of_change(title, change.stage, change.outcome, change.promised_on, label=label)


def is_further_word(change: StatusChange) -> bool:
    """Whether the idea stood at this status and outcome before."""
    before = db.session.execute(
        select(StatusChange.status_id, StatusChange.outcome)
        .where(StatusChange.idea_id == change.idea_id, StatusChange.id < change.id)
        .order_by(StatusChange.id.desc())
        .limit(1)
    ).first()
    return before is not None and tuple(before) == (change.status_id, change.outcome)


def change_section(change: StatusChange, zone: str, reader: Person) -> Section:
    """A status change: what it is, who says so and when, staff's own words."""
    label = change.status.label if change.status else ""
    title = words.status_line(change.stage, change.outcome, change.promised_on, label=label)
    promise = words.promise_words(change.stage, change.outcome, change.promised_on, change.is_ready_sentence)
    link = None
    if change.linked_idea is not None and may_see(change.linked_idea.id, reader):
        link = Link(change.linked_idea.title, idea_url(change.linked_idea))
    elif change.linked_url:
        link = Link(gettext("See it there"), change.linked_url)
    text, html = change.text, change.html
    if change.redacted_at:
        text = gettext("The text of this answer was removed.")
        html = f"<p>{text}</p>"
    return Section(title, byline(change.actor, change.changed_at, zone), text, html, link, promise)


def byline(author: Person | None, moment: datetime, zone: str) -> str:
    """'Ada, Store Design · 3 March 2026'."""
    name = name_of(author)
    if author is not None and author.department and not author.erased_at:
        name = f"{name}, {author.department}"
    return f"{name} · {words.day_words(moment, zone)}"


def _comment_section(news: News, zone: str) -> Section:
    comment = news.comment
    link = Link(gettext("Read it on the page"), f"{idea_url(news.idea)}#comment-{comment.id}")
    titles = {"replied_to": gettext("An answer to you"), "mentioned": gettext("You were mentioned")}
    title = titles.get(news.notification.reason, gettext("A comment"))
    return Section(title, byline(comment.author, comment.posted_at, zone), comment.body, comment.html, link)


def _comments_subject(news: list[News]) -> str:
    title, latest = news[-1].idea.title, news[-1]
    if len(news) > 1:
        return gettext("%(num)s new comments on “%(title)s”", num=len(news), title=title)
    named = {"name": name_of(latest.comment.author), "title": title}
    if latest.notification.reason == "replied_to":
        return gettext("%(name)s answered you on “%(title)s”", **named)
    if latest.notification.reason == "mentioned":
        return gettext("%(name)s mentioned you on “%(title)s”", **named)
    return gettext("%(name)s commented on “%(title)s”", **named)


def _idea_section(news: News, zone: str) -> Section:
    idea = news.idea
    author = None if idea.author_stepped_back_at else idea.author
    link = Link(gettext("Open the idea"), idea_url(idea))
    return Section(idea.title, byline(author, idea.visible_at or idea.created_at, zone), idea.excerpt, "", link)
