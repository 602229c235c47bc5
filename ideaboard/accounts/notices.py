"""Security's notices: whoever owns an address learns what happened to the way in, whatever mails they stopped."""

from datetime import datetime

from ideaboard.extensions import db
from ideaboard.foundation.tokens import new_token
from ideaboard.models import Delivery

PASSWORD_SET, PASSWORD_CHANGED, PASSWORD_REMOVED = "password_set", "password_changed", "password_removed"
UNKNOWN_BROWSER = "unknown_browser"


def write_notice(person_id: int, what: str, now: datetime, browser: str) -> None:
    """Within an open transaction: the mail that tells `what`, beside what it tells. `browser`: 'Firefox on Linux'."""
    db.session.add(
        Delivery(
            kind="notice",
            person_id=person_id,
            message_key=new_token(),
            facts={"what": what, "at": now.isoformat(), "browser": browser[:100]},
            created_at=now,
            due_at=now,
        )
    )
