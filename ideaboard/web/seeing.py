"""What a page put before somebody, said by doors and by the kept pages; ideas/looks.py counts it."""

from collections.abc import Iterable
from typing import Any

from flask import request

from ideaboard.ideas import looks
from ideaboard.web.kept_pages import SLOT

_PURPOSES = ("HTTP_SEC_PURPOSE", "HTTP_PURPOSE", "HTTP_X_MOZ")
# Who: never stored, only held against the next request for some seconds. Behind proxies a peer has many readers.
_WHO = ("REMOTE_ADDR", "HTTP_X_FORWARDED_FOR", "HTTP_USER_AGENT", "HTTP_COOKIE")


def showed(idea_ids: Iterable[int]) -> None:
    """Within a door: this page shows these ideas, in this order. A page that is kept says it again when handed out."""
    ids = tuple(idea_ids)
    if (slot := request.environ.get(SLOT)) is not None:
        slot.shown = list(ids)
    count(request.environ, ids)


def count(environ: dict[str, Any], idea_ids: tuple[int, ...]) -> None:
    """Count it, if the request is that of somebody who looks."""
    purpose = next((environ[name] for name in _PURPOSES if name in environ), None)
    if idea_ids and looks.is_a_look(environ["REQUEST_METHOD"], environ.get("HTTP_USER_AGENT"), purpose):
        looks.saw(idea_ids, by=tuple(environ.get(name) for name in _WHO))
