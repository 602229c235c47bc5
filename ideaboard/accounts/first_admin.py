"""The way in for the first admin: a one-time link, printed where only who runs the machine sees it."""

from datetime import datetime, timedelta

from sqlalchemy import delete, exists, select, update

from ideaboard.accounts.addresses import normal_address
from ideaboard.accounts.entitlement import may_sign_in
from ideaboard.accounts.names import new_seed
from ideaboard.accounts.profile import good_name
from ideaboard.accounts.sessions import write_session
from ideaboard.accounts.signing_in import SignIn
from ideaboard.events.kinds import PERSON_JOINED, PERSON_ROLE_CHANGED
from ideaboard.events.record import record
from ideaboard.extensions import db, gettext
from ideaboard.foundation import dialects_sql
from ideaboard.foundation.database import dialect_name, transaction
from ideaboard.foundation.links import links
from ideaboard.foundation.refusals import Conflict, Missing
from ideaboard.foundation.tokens import hash_token, new_token
from ideaboard.models import OneTimeLink, Person
from ideaboard.models.vocabulary import SiteRole

LINK_LASTS = timedelta(hours=24)
PURPOSE = "first_admin"


class LinkEnded(Missing):
    """The link was used, replaced by a newer one, or is older than a day."""


class NotWelcome(Conflict):
    """The address belongs to somebody who may not sign in; `field` is 'email'."""


def nobody_administrates() -> bool:
    """Whether no admin is there who could sign in."""
    return not db.session.scalar(select(exists().where(Person.administers())))


def make_link(now: datetime) -> str:
    """A new link, as an absolute address; unused earlier ones end. Only its hash is stored."""
    token = new_token()
    with transaction() as session:
        session.execute(delete(OneTimeLink).where(OneTimeLink.purpose == PURPOSE, OneTimeLink.used_at.is_(None)))
        session.add(
            OneTimeLink(purpose=PURPOSE, token_hash=hash_token(token), created_at=now, expires_at=now + LINK_LASTS)
        )
    return links.public("accounts.first_admin", token=token)


def is_open(token: str, now: datetime) -> bool:
    """Whether a link can still be used."""
    return bool(db.session.scalar(select(exists().where(*_open(token, now)))))


def _open(token: str, now: datetime) -> tuple:
    return (
        OneTimeLink.token_hash == hash_token(token),
        OneTimeLink.purpose == PURPOSE,
        OneTimeLink.used_at.is_(None),
        OneTimeLink.expires_at > now,
    )


def become_admin(token: str, email: str, display_name: str, now: datetime, *, browser: str = "") -> SignIn:
    """Use the link: make or raise the person of this address to admin and sign them in.

    No code is mailed: who holds the link runs the machine, and mail may not be set up yet. Raises LinkEnded, NoAddress,
    BadName, NotWelcome.
    """
    address, name = normal_address(email), good_name(display_name)
    with transaction() as session:
        used = session.execute(update(OneTimeLink).where(*_open(token, now)).values(used_at=now)).rowcount
        if not used:
            raise LinkEnded(ended_sentence())
        joined = session.execute(
            dialects_sql.insert_once(dialect_name(), Person).values(
                email=address, display_name=name, avatar_seed=new_seed(), created_at=now
            )
        ).rowcount
        person = session.execute(
            select(Person).where(Person.email == address).with_for_update(),
            execution_options={"populate_existing": True},
        ).scalar_one()
        if not may_sign_in(person, now):
            raise NotWelcome(gettext("This address cannot be used here. Take another."), field="email")
        person.display_name = name
        if joined:
            record(PERSON_JOINED, actor=person, person=person, at=now)
        if not person.is_admin:
            person.site_role = SiteRole.ADMIN
            record(PERSON_ROLE_CHANGED, actor=person, person=person, at=now, given=SiteRole.ADMIN, by="one-time link")
        return SignIn(person, write_session(person.id, now, browser), bool(joined))


def ended_sentence() -> str:
    return gettext("This link was used, or is older than a day. Make a new one: flask --app wsgi create-admin")
