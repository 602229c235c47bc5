"""People and their roles: find them, give a role, take one."""

from datetime import datetime

from sqlalchemy import delete, func, or_, select

from ideaboard.accounts.admins import locked_with_admins
from ideaboard.events.kinds import PERSON_ROLE_CHANGED
from ideaboard.events.record import record
from ideaboard.extensions import db, gettext
from ideaboard.foundation.database import transaction
from ideaboard.foundation.markdown import clean_line
from ideaboard.foundation.paging import Page, paginate
from ideaboard.foundation.refusals import Conflict, Missing, Refusal
from ideaboard.models import Board, BoardMember, Person
from ideaboard.models.vocabulary import BoardRole, SiteRole

SIZE = 30


class LastAdmin(Conflict):
    """Nobody would be left to administrate; `field` is 'site_role'."""


class BadRole(Refusal):
    """A role that is none, or for somebody who cannot sign in; `field` says which."""


def page_of_people(words: str, *, after: str | None = None, before: str | None = None) -> Page:
    """People who can sign in, the newest first; with words, everybody whose name or address holds them."""
    statement = select(Person).where(Person.erased_at.is_(None))
    words = clean_line(words)[:100].lower()
    if words:
        like = "%" + words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        named = func.lower(Person.display_name).like(like, escape="\\")
        statement = statement.where(or_(named, Person.email.like(like, escape="\\")))
    else:
        statement = statement.where(Person.email.is_not(None))
    return paginate(statement, [(Person.id, True)], lambda p: [p.id], after=after, before=before, size=SIZE)


def staff_boards_of(people: list[Person]) -> dict[int, list[str]]:
    """{person id: names of the boards they are staff of}, for a list."""
    rows = db.session.execute(
        select(BoardMember.person_id, Board.name)
        .join(Board, Board.id == BoardMember.board_id)
        .where(BoardMember.person_id.in_([p.id for p in people]), BoardMember.role == BoardRole.STAFF)
        .order_by(Board.position, Board.name)
    )
    found: dict[int, list[str]] = {}
    for person_id, name in rows:
        found.setdefault(person_id, []).append(name)
    return found


def load_person(person_id: int) -> Person:
    """Raises Missing."""
    person = db.session.get(Person, person_id) if person_id < 2**53 else None
    if person is None or person.erased_at:
        raise Missing(gettext("This person is not here."))
    return person


def change_roles(
    person_id: int,
    by: Person,
    now: datetime,
    *,
    site_role: str,
    is_moderator: bool,
    department: str,
    staff: set[int],
    listed: set[int],
) -> None:
    """Give and take roles; `staff` and `listed` are ids of boards. Raises BadRole, LastAdmin, Missing.

    Rights are judged anew with each request: what is taken ends with the next one.
    """
    department = clean_line(department)
    if len(department) > 60:
        raise BadRole(gettext("A department has at most 60 characters. Shorten it."), field="department")
    if site_role not in set(SiteRole):
        raise BadRole(gettext("Choose one of the three."), field="site_role")
    with transaction():
        person, other_admins = locked_with_admins(person_id)
        if person is None or person.erased_at:
            raise Missing(gettext("This person is not here."))
        if person.email is None and (site_role != SiteRole.MEMBER or is_moderator or staff):
            raise BadRole(gettext("This person has no address here and cannot sign in."), field="site_role")
        if person.is_admin and site_role != SiteRole.ADMIN and not other_admins:
            raise LastAdmin(
                gettext("Nobody else administrates this site. Make somebody else an admin first."), field="site_role"
            )
        facts = _set_person(person, site_role, is_moderator) + _set_boards(person, staff, listed)
        given = [name for name, gained in facts if gained]
        taken = [name for name, gained in facts if not gained]
        changed = ["department"] if (person.department or "") != department else []
        person.department = department or None
        if given or taken or changed:
            record(PERSON_ROLE_CHANGED, actor=by, person=person, at=now, given=given, taken=taken, fields=changed)


def _set_person(person: Person, site_role: str, is_moderator: bool) -> list[tuple[str, bool]]:
    facts = []
    if person.site_role != site_role:
        facts += [(str(person.site_role), False), (str(site_role), True)]
        person.site_role = SiteRole(site_role)
    if person.is_moderator != is_moderator:
        facts.append(("moderator", is_moderator))
        person.is_moderator = is_moderator
    return facts


def _set_boards(person: Person, staff: set[int], listed: set[int]) -> list[tuple[str, bool]]:
    """Write the rows of board_member as wanted; returns [('staff of drinks', gained)]."""
    slugs = dict(db.session.execute(select(Board.id, Board.slug)).tuples().all())
    wanted = {(b, BoardRole.STAFF.value) for b in staff if b in slugs}
    wanted |= {(b, BoardRole.LISTED.value) for b in listed if b in slugs}
    held = set(
        db.session.execute(
            select(BoardMember.board_id, BoardMember.role).where(BoardMember.person_id == person.id)
        ).tuples()
    )
    for board_id, role in held - wanted:
        db.session.execute(
            delete(BoardMember).where(
                BoardMember.person_id == person.id, BoardMember.board_id == board_id, BoardMember.role == role
            )
        )
    db.session.add_all(BoardMember(person_id=person.id, board_id=b, role=role) for b, role in sorted(wanted - held))
    words = [(f"{role} of {slugs[b]}", True) for b, role in sorted(wanted - held)]
    return words + [(f"{role} of {slugs[b]}", False) for b, role in sorted(held - wanted)]
