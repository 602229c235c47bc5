"""What a webhook may hear of, and in which shapes: for the admin's form, the claims and the docs alike."""

from ideaboard.events import kinds
from ideaboard.extensions import lazy_gettext as _

# In the order of the form.
OFFERED = {
    kinds.IDEA_SUBMITTED: _("A new idea"),
    kinds.IDEA_STATUS_CHANGED: _("A status change or an answer"),
    kinds.IDEA_PROMISE_REACHED: _("An idea has the votes that the board promised an answer for"),
    kinds.COMMENT_POSTED: _("A new comment"),
    kinds.STORY_PUBLISHED: _("A story is published"),
    kinds.IDEA_EDITED: _("An idea was edited"),
    kinds.IDEA_ADDED_TO: _("An idea was added to"),
    kinds.IDEA_RETITLED: _("An idea has a clearer title"),
    kinds.IDEA_STEPPED_BACK: _("The author's name left an idea"),
    kinds.IDEA_TAKEN_BACK: _("An idea was taken back"),
    kinds.IDEA_MERGED: _("An idea was merged into another"),
    kinds.IDEA_UNMERGED: _("A merged idea stands on its own again"),
    kinds.COMMENT_BECAME_IDEA: _("A comment became an idea of its own"),
    kinds.COMMENT_EDITED: _("A comment was edited"),
    kinds.COMMENT_DELETED: _("A comment was deleted"),
}
# Of these a receiver hears the number alone: what is gone is gone.
GONE = (kinds.IDEA_TAKEN_BACK, kinds.IDEA_MERGED, kinds.COMMENT_DELETED)
# What a chat says something about.
ANNOUNCED = (
    kinds.IDEA_SUBMITTED,
    kinds.IDEA_STATUS_CHANGED,
    kinds.IDEA_PROMISE_REACHED,
    kinds.COMMENT_POSTED,
    kinds.STORY_PUBLISHED,
)
STANDARD = "standard"
SHAPES = {
    STANDARD: _("Another system (Standard Webhooks, signed)"),
    "slack": "Slack",
    "mattermost": "Mattermost",
    "discord": "Discord",
    "teams": "Microsoft Teams",
}
TEST = "webhook.test"  # the type of a test call; no event has it


def kinds_of(shape: str) -> tuple[str, ...]:
    """The kinds of events that a webhook of this shape may choose."""
    return tuple(OFFERED) if shape == STANDARD else ANNOUNCED
