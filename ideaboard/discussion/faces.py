"""What the page shows of a comment, as plain values: the key under which its part of the page is kept."""

from datetime import datetime
from typing import NamedTuple

from ideaboard.discussion.threads import Said, Speaker


class Face(NamedTuple):
    """The words of a comment that does not stand are not among them."""

    id: int
    author: Speaker | None
    badge: str
    is_reply: bool
    answers: Speaker | None
    parent_stands: bool
    stands: bool
    deleted_at: datetime | None
    held_at: datetime | None
    posted_at: datetime
    edited_at: datetime | None
    origin_idea_id: int | None
    became_idea_id: int | None
    html: str


def face_of(item: Said) -> Face:
    c = item.comment
    stands = c.stands
    return Face(
        c.id,
        item.author,
        item.badge,
        item.is_reply,
        item.answers,
        item.parent_stands,
        stands,
        c.deleted_at,
        c.held_at,
        c.posted_at,
        c.edited_at,
        c.origin_idea_id,
        c.became_idea_id,
        c.html if stands else "",
    )
