"""Who may do what, in one table. `allows(actor, permission, thing)` is the only question anybody asks.

actor: a Person, or None for a guest. thing: what the permission names before the dot, or None. Whether the thing may
be *seen* is decided before, by `visible_to`; what cannot be seen is 404. docs/permissions.md repeats this table and a
test holds the two together.
"""

from __future__ import annotations

from collections.abc import Callable

from ideaboard.models import Board, Comment, Idea, Person

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
    return thing.board if isinstance(thing, Idea) else thing.idea.board


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


def _sees_voters(actor, thing: Idea | Board) -> bool:
    seen_by = _board_of(thing).voters_seen_by
    return seen_by == "everyone" or (seen_by == "members" and actor is not None) or _staff_of_board(actor, thing)


PERMISSIONS: dict[str, tuple[str, Rule]] = {
    # permission: (who, in words for docs/permissions.md; the rule)
    "site.read": ("anyone", _anyone),
    "site.sign_in": ("anyone", _anyone),
    "site.administrate": ("admins", _admin),
    "site.demo": ("anyone, while demo content is there, on this machine only", _anyone),
    "site.mailbox": ("anyone on this machine, while mails are kept as files and it is not production", _anyone),
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
    "comment.edit": ("its author", _author),
    "comment.delete": ("its author", _author),
    "staff.read": ("staff of any board, and admins", _staff_somewhere),
}


def allows(actor: Person | None, permission: str, thing: object = None) -> bool:
    """Whether the actor may. Raises KeyError for a permission that the table does not name."""
    return PERMISSIONS[permission][1](actor, thing)
