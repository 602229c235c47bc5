"""The link of "exists already" and "handed over": an idea here, or an address elsewhere."""

import re
from urllib.parse import urlsplit

from ideaboard.extensions import db, gettext
from ideaboard.foundation.links import links
from ideaboard.foundation.settings import settings
from ideaboard.models import Idea, StatusChange
from ideaboard.models.vocabulary import Audience
from ideaboard.workflow.transitions import ChangeNotPossible, check_url, missing_link

_NUMBER = re.compile(r"#?(\d{1,15})")
_PATH = re.compile(r"/ideas/(\d{1,15})(?:-[^/]*)?/?")


def idea_meant(text: str) -> int | None:
    """The id when the text means an idea of this site: '12', '#12', '/ideas/12-oat-milk', or its whole address."""
    text = text.strip()
    if number := _NUMBER.fullmatch(text):
        return int(number[1])
    try:
        parts, ours = urlsplit(text), urlsplit(settings.public_url)
        elsewhere = parts.netloc and (parts.scheme, parts.netloc.lower()) != (ours.scheme, ours.netloc.lower())
    except ValueError:
        return None
    if elsewhere:
        return None
    path = parts.path.removeprefix(settings.sub_path)
    return int(found[1]) if (found := _PATH.fullmatch(path)) else None


def link_given(text: str) -> dict:
    """What staff typed, as arguments of change_status: {'linked_idea_id': 12}, {'linked_url': 'https://…'} or {}."""
    if not text.strip():
        return {}
    idea_id = idea_meant(text)
    return {"linked_idea_id": idea_id} if idea_id is not None else {"linked_url": text.strip()}


def check_link(idea: Idea, linked_url: str | None, linked_idea_id: int | None) -> tuple[str | None, int | None]:
    """(url, idea id) as they are stored, exactly one of them. Within the open transaction.

    Raises ChangeNotPossible: none given, not an address, or an idea that some who see this one could not see.
    """
    if linked_idea_id is not None:
        linked = db.session.get(Idea, linked_idea_id) if linked_idea_id < 2**53 else None
        if linked is None or not is_seen_with(idea, linked):
            raise ChangeNotPossible(
                gettext("The idea that you link is not here for everyone who sees this one. Choose another."),
                field="link",
            )
        if linked.id == idea.id:
            raise ChangeNotPossible(gettext("That is this idea itself. Link the other one."), field="link")
        return None, linked.id
    if linked_url:
        return check_url(linked_url), None
    raise missing_link()


def is_seen_with(idea: Idea, linked: Idea) -> bool:
    """Whether whoever may see `idea` may see `linked` too, as both stand now."""
    if not linked.is_in_the_open:
        return False
    if linked.board_id == idea.board_id or linked.board.who_may_see == Audience.EVERYONE:
        return True
    return linked.board.who_may_see == Audience.MEMBERS and idea.board.who_may_see != Audience.EVERYONE


def standing_for(idea: Idea | None) -> Idea | None:
    """The idea at the end of the chain of merges; itself where it is not merged."""
    while idea is not None and idea.merged_into_id is not None:
        idea = db.session.get(Idea, idea.merged_into_id)
    return idea


def link_of(change: StatusChange, idea: Idea) -> str | None:
    """Where the change leads, as a path here or an address elsewhere; None when that idea is not seen any more."""
    if change.linked_url:
        return change.linked_url
    linked = standing_for(change.linked_idea) if change.linked_idea_id else None
    if linked is None or not is_seen_with(idea, linked):
        return None
    return links.path("ideas.show", idea_id=linked.id, slug=linked.slug)
