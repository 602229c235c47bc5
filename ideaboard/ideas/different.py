"""Mine is different because …: what an author says of a similar idea that they were shown. For staff."""

from dataclasses import dataclass

from sqlalchemy import select

from ideaboard.extensions import db
from ideaboard.foundation.markdown import clean_line
from ideaboard.models import Draft, Idea, Person

LONGEST = 300  # characters that are kept


@dataclass(frozen=True)
class Different:
    """From which idea, and why. `read` takes both as they were typed."""

    from_id: int | None = None
    because: str = ""

    @classmethod
    def read(cls, from_id: str, because: str) -> "Different":
        number = int(from_id) if from_id.isascii() and from_id.isdigit() and len(from_id) < 16 else None
        return cls(number or None, clean_line(because)[:LONGEST])

    def put_on(self, draft: Draft, by: Person | None) -> None:
        """Within an open transaction. Without a reason nothing is kept, nor of an idea that the person does not see."""
        if not self.because:
            draft.different_from_id, draft.different_because = None, ""
            return
        seen = select(Idea.id).where(Idea.id == self.from_id, Idea.visible_to(by))
        draft.different_from_id, draft.different_because = db.session.scalar(seen), self.because


SAME_AS_NONE = Different()
