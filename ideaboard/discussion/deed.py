"""The comment that a guest wrote, posted when the code is typed."""

from datetime import datetime

from ideaboard.accounts.deeds import idea_path
from ideaboard.discussion.comments import post_comment
from ideaboard.models import Person


def comment_as_asked(person: Person, facts: dict, now: datetime) -> str:
    """facts: idea_id, body, parent_id, form_token. Raises what post_comment raises."""
    comment = post_comment(
        facts["idea_id"],
        person,
        now,
        body=facts["body"],
        parent_id=facts.get("parent_id"),
        form_token=facts["form_token"],
    )
    return idea_path(facts["idea_id"], f"comment-{comment.id}")
