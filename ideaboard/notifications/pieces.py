"""The pieces of which letters about ideas are made: one change, one comment, one story, one new idea; and their links."""

from datetime import datetime

from sqlalchemy import select

from ideaboard.accounts.called import author_of, name_of
from ideaboard.events import kinds
from ideaboard.extensions import db, gettext
from ideaboard.foundation.links import links
from ideaboard.merging.by_link import token_of as withdraw_token
from ideaboard.merging.by_link import until
from ideaboard.models import Idea, Person, StatusChange, Story
from ideaboard.notifications import words
from ideaboard.notifications.entitlement import News
from ideaboard.notifications.letters import Link, Section
from ideaboard.notifications.seeing import may_see
from ideaboard.notifications.unsubscribing import token_of
from ideaboard.voting.support import end_of, votes_for
from ideaboard.workflow.words import badge_kind

STORY_CHARACTERS = 500


def idea_url(idea: Idea) -> str:
    return links.public("ideas.show", idea_id=idea.id, slug=idea.slug)


def story_url(story: Story) -> str:
    return links.public("stories.show", story_id=story.id, slug=story.slug)


def open_link(idea: Idea) -> Link:
    return Link(gettext("Open the idea"), idea_url(idea))


def mute_link(news: News, reader: Person) -> Link:
    """Where this reader mutes the idea, without signing in."""
    token = token_of(reader.id, news.idea_id, news.topic)
    return Link(gettext("Mute this idea"), links.public("notifications.unsubscribe", token=token), personal=True)


def stop_links(token: str) -> dict[str, Link]:
    """The links at the foot: stop with one click, and choose; and where all of it stands."""
    return {
        "stop": Link(
            gettext("Stop with one click"), links.public("notifications.unsubscribe", token=token), personal=True
        ),
        "manage": Link(gettext("Choose what you hear"), links.public("notifications.preferences")),
        "inbox": Link(gettext("Open your inbox"), links.public("notifications.inbox")),
    }


def byline(author: Person | None, moment: datetime, zone: str) -> str:
    """'Ada, Store Design · 3 March 2026'."""
    name = name_of(author)
    if author is not None and author.department and not author.erased_at:
        name = f"{name}, {author.department}"
    return f"{name} · {words.day_words(moment, zone)}"


def face_of(author: Person | None) -> str:
    """The first letter of the name, for the eye alone; '' where there is no name."""
    if author is None or author.erased_at or not author.display_name:
        return ""
    return author.display_name[0].upper() if author.display_name[0].isalnum() else ""


def change_section(change: StatusChange, zone: str, reader: Person) -> Section:
    """A status change: what it is, who says so and when, staff's own words."""
    label = change.status.label if change.status else ""
    found = ()
    if change.linked_idea is not None and may_see(change.linked_idea.id, reader):
        found = (Link(change.linked_idea.title, idea_url(change.linked_idea)),)
    elif change.linked_url:
        found = (Link(gettext("See it there"), change.linked_url),)
    text, html = change.text, change.html
    if change.redacted_at:
        text = gettext("The text of this answer was removed.")
        html = f"<p>{text}</p>"
    return Section(
        title=words.status_line(change.stage, change.outcome, change.promised_on, label=label),
        tone=badge_kind(change.status, change.outcome) if change.status else "closed",
        byline=byline(change.actor, change.changed_at, zone),
        face=face_of(change.actor),
        text=text,
        html=html,
        promise=words.promise_words(change.stage, change.outcome, change.promised_on, change.is_ready_sentence),
        links=found,
    )


def merge_section(news: News, zone: str, reader: Person, now: datetime) -> Section:
    """What was merged into what, or stands on its own again; staff's words; where the vote counts, and the way out."""
    made, idea = news.merge, news.idea
    undoes = news.event.kind == kinds.IDEA_UNMERGED
    into = made.into if may_see(made.into_id, reader) else None
    actor, moment = (made.unmerged_by, made.unmerged_at) if undoes else (made.actor, made.merged_at)
    found = [Link(gettext("Open “%(title)s”", title=into.title), idea_url(into))] if into and not undoes else []
    counts_at = idea.id if undoes else end_of(idea.id)
    promise = ""
    if (undoes or not made.unmerged_at) and _votes(counts_at, reader):
        promise = gettext("Your vote counts here again.") if undoes else gettext("Your vote counts there now, once.")
        day = words.day_words(until(now), zone)
        url = links.public("merging.by_link", token=withdraw_token(reader.id, made.id, now))
        found.append(Link(gettext("Withdraw my vote (until %(day)s)", day=day), url, personal=True))
    return Section(
        title=words.merge_line(into.title if into else "", undoes),
        tone="reviewed",
        byline=byline(actor, moment or news.event.happened_at, zone),
        face=face_of(actor),
        text=(made.unmerge_note if undoes else made.note) or "",
        html=(made.unmerge_note_html if undoes else made.note_html) or "",
        promise=promise,
        links=tuple(found),
    )


def _votes(idea_id: int, reader: Person) -> bool:
    return bool(db.session.scalar(select(votes_for(idea_id, reader.id))))


def comment_section(news: News, zone: str) -> Section:
    comment = news.comment
    if news.event.kind == kinds.COMMENT_BECAME_IDEA:
        return Section(
            title=gettext("Your comment became an idea of its own"),
            byline=byline(comment.author, comment.posted_at, zone),
            face=face_of(comment.author),
            text=comment.body,
            html=comment.html,
            links=(open_link(news.idea),),
        )
    titles = {"replied_to": gettext("An answer to you"), "mentioned": gettext("You were mentioned")}
    return Section(
        title=titles.get(news.notification.reason, gettext("A comment")),
        byline=byline(comment.author, comment.posted_at, zone),
        face=face_of(comment.author),
        text=comment.body,
        html=comment.html,
        links=(Link(gettext("Read it on the page"), comment_url(news)),),
    )


def comment_url(news: News) -> str:
    if news.event.kind == kinds.COMMENT_BECAME_IDEA:
        return idea_url(news.idea)
    return f"{idea_url(news.idea)}#comment-{news.comment.id}"


def story_section(news: News, zone: str) -> Section:
    """A story's first words; which of one's ideas it is about."""
    story = news.story
    about = gettext("about “%(title)s”", title=news.idea.title)
    return Section(
        title=story.title,
        url=story_url(story),
        byline=f"{byline(story.author, story.published_at or news.event.happened_at, zone)} · {about}",
        text=story.excerpt,
        is_plain=True,
        at_most=STORY_CHARACTERS,
    )


def idea_section(news: News, zone: str) -> Section:
    """A new idea: its title and first words."""
    idea = news.idea
    day = words.day_words(idea.visible_at or idea.created_at, zone)
    return Section(
        title=idea.title,
        url=idea_url(idea),
        byline=gettext("%(name)s on %(board)s", name=author_of(idea), board=idea.board.name) + f" · {day}",
        text=idea.excerpt,
        is_plain=True,
        at_most=300,
    )
