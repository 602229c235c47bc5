"""What merges and comments left in the story of an idea: complete and public, as the reader may see the other one."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from ideaboard.extensions import db
from ideaboard.models import Comment, Idea, Merge, Person


@dataclass(frozen=True)
class Step:
    """One line of the story. `kind`: merged_in, merged_out, parted (one left this idea), or stands_again.

    `other`: the other idea, None where the reader may not see it; `is_undone`: the merge stands no more.
    """

    kind: str
    at: datetime
    actor: Person | None
    merge: Merge
    other: Idea | None
    note_html: str
    is_undone: bool
    change: None = None  # as the story's other lines have it


def steps_of_merges(idea: Idea, viewer: Person | None) -> list[Step]:
    """All merges that the idea was part of, in no order. One query, none where it was part of nothing."""
    if not idea.has_kin:
        return []
    rows = db.session.scalars(
        select(Merge)
        .where(or_(Merge.idea_id == idea.id, Merge.into_id == idea.id))
        .options(joinedload(Merge.actor), joinedload(Merge.unmerged_by))
    ).all()
    ids = {row.into_id if row.idea_id == idea.id else row.idea_id for row in rows}
    seen = {
        other.id: other
        for other in db.session.scalars(select(Idea).where(Idea.id.in_(ids), Idea.visible_to(viewer, merged=True)))
    }
    steps = []
    for row in rows:
        took_in = row.into_id == idea.id
        other, undone = seen.get(row.idea_id if took_in else row.into_id), row.unmerged_at is not None
        steps.append(
            Step("merged_in" if took_in else "merged_out", row.merged_at, row.actor, row, other, row.note_html, undone)
        )
        if undone:
            kind = "parted" if took_in else "stands_again"
            steps.append(Step(kind, row.unmerged_at, row.unmerged_by, row, other, row.unmerge_note_html, True))
    return steps


def comment_behind(idea: Idea) -> Comment | None:
    """The comment that the idea came of, while its words stand, with its author and idea."""
    if not idea.has_kin:
        return None
    comment = db.session.execute(
        select(Comment)
        .where(Comment.became_idea_id == idea.id)
        .options(joinedload(Comment.idea), joinedload(Comment.author))
    ).scalar_one_or_none()
    return comment if comment is not None and comment.stands and not comment.redacted_at else None
