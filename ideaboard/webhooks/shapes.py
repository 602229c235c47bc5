"""The payload of a Standard Webhook: {"type", "timestamp", "data"}. docs/webhooks.md lists the fields.

Public names only, never an address; every link is absolute, under PUBLIC_URL.
"""

from datetime import datetime

from ideaboard.events.kinds import IDEA_MERGED
from ideaboard.extensions import gettext
from ideaboard.foundation.links import links
from ideaboard.models import Comment, Idea, Person, StatusChange, Story, Webhook
from ideaboard.webhooks.entitled import About, may_read
from ideaboard.webhooks.offers import TEST


def payload_of(about: About, webhook: Webhook) -> dict:
    """The whole payload of an event."""
    return {"type": about.event.kind, "timestamp": moment(about.event.happened_at), "data": _data(about, webhook)}


def test_payload(now: datetime) -> dict:
    """The payload of a test call."""
    return {
        "type": TEST,
        "timestamp": moment(now),
        "data": {"text": gettext("This is a test."), "url": links.public("site.home")},
    }


def _data(about: About, webhook: Webhook) -> dict:
    if about.gone:
        found = {"idea": {"id": about.idea.id}}
        if about.event.kind == IDEA_MERGED:
            found["into"] = _idea_in_short(about.into) if about.into is not None else None
        return found | ({"comment": {"id": about.event.comment_id}} if about.event.comment_id else {})
    found = {}
    if about.idea is not None:
        found["idea"] = idea_shape(about.idea)
    if about.change is not None:
        found["change"] = change_shape(about.change, webhook)
    if about.comment is not None:
        found["comment"] = comment_shape(about.comment)
    if about.story is not None:
        found["story"] = story_shape(about.story, about.story_ideas)
    promised = {name: about.event.facts[name] for name in ("votes", "days") if name in about.event.facts}
    if promised and about.change is None:
        found["promise"] = promised
    return found


def idea_shape(idea: Idea) -> dict:
    return _idea_in_short(idea) | {
        "text": idea.body,
        "board": {
            "slug": idea.board.slug,
            "name": idea.board.name,
            "url": links.public("boards.show", slug=idea.board.slug),
        },
        "author": None if idea.author_stepped_back_at else person_shape(idea.author),
        "status": {
            "stage": str(idea.stage),
            "label": idea.status.label or None if idea.status else None,
            "outcome": idea.outcome,
        },
        "votes": idea.votes_count,
        "comments": idea.comments_count,
        "submitted_at": moment(idea.visible_at),
    }


def change_shape(change: StatusChange, webhook: Webhook) -> dict:
    """A status change; of a redacted one place and time stay, and the words are gone."""
    redacted = change.redacted_at is not None
    linked = change.linked_idea
    return {
        "stage": change.stage,
        "label": change.status.label or None,
        "outcome": change.outcome,
        "text": None if redacted else change.text,
        "is_answer": change.is_answer and not redacted,
        "is_redacted": redacted,
        "by": person_shape(change.actor),
        "changed_at": moment(change.changed_at),
        "promised_on": change.promised_on.isoformat() if change.promised_on else None,
        "votes_at_change": change.votes_at_change,
        "linked_url": None if redacted else change.linked_url,
        "linked_idea": _idea_in_short(linked) if linked is not None and may_read(linked, webhook) else None,
    }


def comment_shape(comment: Comment) -> dict:
    return {
        "id": comment.id,
        "url": links.public("discussion.thread_at", comment_id=comment.id),
        "text": comment.body,
        "author": person_shape(comment.author),
        "posted_at": moment(comment.posted_at),
        "edited_at": moment(comment.edited_at) if comment.edited_at else None,
        "in_reply_to": comment.parent_id,
    }


def story_shape(story: Story, ideas: list[Idea]) -> dict:
    return {
        "id": story.id,
        "url": links.public("stories.show", story_id=story.id, slug=story.slug),
        "title": story.title,
        "text": story.body,
        "author": person_shape(story.author),
        "published_at": moment(story.published_at),
        "ideas": [_idea_in_short(idea) for idea in ideas],
    }


def person_shape(person: Person | None) -> dict | None:
    """The public name and the department; None for who has none, left, or was never known."""
    if person is None or person.erased_at or not person.display_name:
        return None
    return {"name": person.display_name, "department": person.department or None}


def moment(value: datetime) -> str:
    """'2026-03-03T10:00:00.000000Z'."""
    return value.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _idea_in_short(idea: Idea) -> dict:
    return {
        "id": idea.id,
        "url": links.public("ideas.show", idea_id=idea.id, slug=idea.slug),
        "title": idea.title,
    }
