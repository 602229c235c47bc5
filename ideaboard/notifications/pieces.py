"""The pieces of which letters about ideas are made: one change, one comment, one story, one new idea; and their links."""

from datetime import datetime

from ideaboard.accounts.called import author_of, name_of
from ideaboard.extensions import gettext
from ideaboard.foundation.links import links
from ideaboard.models import Idea, Person, StatusChange, Story
from ideaboard.notifications import words
from ideaboard.notifications.entitlement import News
from ideaboard.notifications.letters import Link, Section
from ideaboard.notifications.seeing import may_see
from ideaboard.notifications.unsubscribing import token_of
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


def comment_section(news: News, zone: str) -> Section:
    comment = news.comment
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
