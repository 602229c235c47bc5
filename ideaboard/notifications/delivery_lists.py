"""The lists below the operator's figures, in pages by key: what failed, what is tried again, whose address takes no mail."""

from sqlalchemy import select, text
from sqlalchemy.orm import joinedload

from ideaboard.foundation.paging import Page, paginate
from ideaboard.models import Delivery, Person
from ideaboard.notifications.deliveries import REFUSED_PEOPLE

SIZE = 20


def failed_mails(cause: str | None = None, *, after=None, before=None) -> Page:
    """Deliveries that the other side refused or that were given up, the latest first, with their person."""
    return _page(
        (Delivery.state == "refused") & Delivery.settled_at.is_not(None),
        Delivery.settled_at,
        True,
        cause,
        after,
        before,
    )


def tried_again(cause: str | None = None, *, after=None, before=None) -> Page:
    """Deliveries that failed and go again by themselves, the next first, with their person."""
    again = text("delivery.state = 'waiting'") & Delivery.cause.is_not(None)
    return _page(again, Delivery.due_at, False, cause, after, before)


def refused_people(*, after=None, before=None) -> Page:
    """People whose address takes no mail, the latest first."""
    return paginate(
        select(Person).where(REFUSED_PEOPLE),
        [(Person.mail_refused_at, True), (Person.id, True)],
        lambda person: [person.mail_refused_at, person.id],
        after=after,
        before=before,
        size=SIZE,
    )


def masked(address: str) -> str:
    """'vera@example.org' -> 'v…@example.org': enough to know one's own domain again."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}…@{domain}"


def _page(where, moment, newest_first: bool, cause: str | None, after, before) -> Page:
    statement = select(Delivery).where(where).options(joinedload(Delivery.person))
    if cause:
        statement = statement.where(Delivery.cause == cause)
    return paginate(
        statement,
        [(moment, newest_first), (Delivery.id, newest_first)],
        lambda row: [getattr(row, moment.key), row.id],
        after=after,
        before=before,
        size=SIZE,
    )
