"""Who may do what, in one table. `allows(actor, permission, thing)` is the only question anybody asks.

actor: a Person, or None for a guest. thing: what the permission names before the dot, or None. Whether the thing may
be *seen* is decided before, by `visible_to`; what cannot be seen is 404. docs/permissions.md repeats this table and a
test holds the two together.
"""

from __future__ import annotations

from collections.abc import Callable

from ideaboard.models import Board, Comment, Idea, Person, Story
from ideaboard.models.idea_glance import IdeaGlance
from ideaboard.models.vocabulary import StoryState

Rule = Callable[[Person | None, object], bool]


def _anyone(actor, thing) -> bool:
    return True


def _member(actor, thing) -> bool:
    return actor is not None


def _admin(actor, thing) -> bool:
    return actor is not None and actor.is_admin


def _staff_somewhere(actor, thing) -> bool:
    return actor is not None and (actor.is_admin or actor.is_staff_somewhere)


def _board_of(thing) -> Board:
    if isinstance(thing, Board):
        return thing
    return thing.board if isinstance(thing, Idea | IdeaGlance) else thing.idea.board


def _by_board(column: str) -> Rule:
    """The board's own door; a guest passes where members would, and is asked for an address (web/gate.py)."""

    def rule(actor, thing):
        return actor is not None and _board_of(thing).admits(actor, getattr(_board_of(thing), column))

    return rule


def _staff_of_board(actor, thing) -> bool:
    return actor is not None and actor.is_staff_of(_board_of(thing).id)


def _author(actor, thing: Idea | Comment) -> bool:
    if isinstance(thing, Idea) and thing.author_stepped_back_at:
        return False
    return actor is not None and thing.author_id == actor.id


def _staff_or_author(actor, thing: Comment) -> bool:
    return _staff_of_board(actor, thing) or (_author(actor, thing) and _by_board("who_may_submit")(actor, thing))


def _sees_voters(actor, thing: Idea | Board) -> bool:
    board = _board_of(thing)
    if board.hides_counts and getattr(thing, "is_open_for_votes", True):
        return _staff_of_board(actor, thing)  # who can count the names knows the count
    seen_by = board.voters_seen_by
    return seen_by == "everyone" or (seen_by == "members" and actor is not None) or _staff_of_board(actor, thing)


def _writes_stories(actor, thing: Story | Board | None) -> bool:
    """Staff of its board; one without a board, for the whole site, staff of any."""
    board_id = thing.board_id if isinstance(thing, Story) else thing.id if thing is not None else None
    return _staff_somewhere(actor, None) if board_id is None else actor is not None and actor.is_staff_of(board_id)


def _sees_drafts(actor, thing: Story | None) -> bool:
    """Colleagues see what they are asked to read over; what nobody is asked about yet, only who writes there."""
    if actor is None or not actor.is_colleague:
        return False
    if thing is None or _writes_stories(actor, thing):
        return True
    if thing.board is not None and not thing.board.admits(actor, thing.board.who_may_see):
        return False
    return thing.asked_at is not None or thing.state != StoryState.DRAFT


def _reads_over(actor, thing: Story) -> bool:
    return _sees_drafts(actor, thing) and actor.id not in (thing.author_id, thing.edited_by_id)


PERMISSIONS: dict[str, tuple[str, Rule]] = {
    # permission: (who, in words for docs/permissions.md; the rule)
    "site.read": ("anyone", _anyone),
    "site.sign_in": ("anyone", _anyone),
    "site.administrate": ("admins", _admin),
    "site.demo": ("anyone, while demo content is there, on this machine only", _anyone),
    "site.mailbox": ("anyone on this machine, while mails are kept as files and it is not production", _anyone),
    "site.metrics": ("this machine alone; with METRICS_TOKEN, whoever holds it", _anyone),
    "token.holder": ("whoever holds the token that the address or the header carries", _anyone),
    "person.self": ("a signed-in person, about themselves", _member),
    "board.read": ('whom the board\'s "who may see" admits', _anyone),
    "board.submit": ('whom the board\'s "who may submit" admits', _by_board("who_may_submit")),
    "idea.read": ('whom the board\'s "who may see" admits', _anyone),
    "idea.submit": ("a signed-in person; a guest writes first and confirms an address then", _member),
    "idea.vote": ('whom the board\'s "who may vote" admits', _by_board("who_may_vote")),
    "idea.comment": ('whom the board\'s "who may comment" admits', _by_board("who_may_comment")),
    "idea.follow": ("a signed-in person who sees the idea", _member),
    "idea.edit": ("its author, until others took part", _author),
    "idea.add_to": ("its author, once others took part", _author),
    "idea.take_back": ("its author, until others took part", _author),
    "idea.step_back": ("its author, once others took part", _author),
    "idea.retitle": ("staff of the board", _staff_of_board),
    "idea.change_status": ("staff of the board", _staff_of_board),
    "idea.see_voters": ("staff of the board; members or everyone where the board says so", _sees_voters),
    "idea.merge": ("staff of the board; a merge needs staff of both boards", _staff_of_board),
    "comment.make_idea": ("staff of the board, and its author where ideas may be submitted", _staff_or_author),
    "comment.edit": ("its author", _author),
    "comment.delete": ("its author", _author),
    "story.read": ('whom the board\'s "who may see" admits; everyone where it is of no board', _anyone),
    "story.write": ("staff of any board, and admins; for a board its staff", _writes_stories),
    "story.edit": ("staff of its board; of any board where it is of none; admins", _writes_stories),
    "story.publish": ("staff of its board; of any board where it is of none; admins", _writes_stories),
    "story.see_drafts": ("colleagues, moderators, staff and admins whom its board admits, once asked", _sees_drafts),
    "story.read_over": ("those who see the draft, save its author and who edited it last", _reads_over),
    "staff.read": ("staff of any board, and admins", _staff_somewhere),
}


def allows(actor: Person | None, permission: str, thing: object = None) -> bool:
    """Whether the actor may. Raises KeyError for a permission that the table does not name."""
    return PERMISSIONS[permission][1](actor, thing)
