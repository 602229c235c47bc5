"""What the bulk loader takes: rows whose people and parents are still named by their keys at the source."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass
class NewPerson:
    """Somebody without an address or sign-in. `key` is the person's id at the source."""

    key: str
    name: str | None
    created_at: datetime


@dataclass
class NewIdea:
    """`values`: columns of idea, less board, author, organisation, status and import keys. `change`: columns of its
    status_change (status_id, stage, outcome, text, html, changed_at ...), or None for a received idea."""

    key: str
    values: dict
    author: NewPerson | None = None
    organisation: tuple[str, datetime] | None = None  # its name, and since when it is known
    change: dict | None = None
    facts: dict = field(default_factory=dict)  # for the Event


@dataclass
class NewComment:
    """`values`: columns of comment, less idea, author, parent and import keys. Parents come before their replies."""

    key: str
    idea: str  # the idea's key
    values: dict
    author: NewPerson | None = None
    parent: str | None = None  # the parent's key
    depth: int = 0
