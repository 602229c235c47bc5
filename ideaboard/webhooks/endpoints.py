"""An admin's deeds about webhooks: make, change, pause, let go on, a new secret, delete. Each writes its Event."""

from datetime import datetime
from ipaddress import ip_address

from sqlalchemy import select

from ideaboard.events import kinds
from ideaboard.events.record import record
from ideaboard.extensions import db, gettext
from ideaboard.foundation.database import transaction
from ideaboard.foundation.markdown import clean_line
from ideaboard.foundation.outbound import Unreachable, target_of
from ideaboard.foundation.public_addresses import Allowed, is_public
from ideaboard.foundation.refusals import Conflict, Missing, Refusal
from ideaboard.foundation.settings import settings
from ideaboard.foundation.tokens import hash_token
from ideaboard.models import Board, Person, Webhook
from ideaboard.webhooks import claims
from ideaboard.webhooks.offers import SHAPES, kinds_of
from ideaboard.webhooks.signing import OLD_SECRET_VALID

LONGEST_NAME = 60
MOST = 50  # endpoints of a site


class BadWebhook(Refusal):
    """Fields that cannot be kept: `fields` is {field: sentence}."""

    def __init__(self, fields: dict[str, str]):
        super().__init__(next(iter(fields.values())), field=next(iter(fields)))
        self.fields = fields


def all_webhooks() -> list[Webhook]:
    return list(db.session.execute(select(Webhook).order_by(Webhook.name, Webhook.id)).scalars())


def paused_webhooks() -> list[Webhook]:
    """Those that were paused because they failed."""
    failed = Webhook.paused_at.is_not(None), Webhook.paused_because != "admin"
    return list(db.session.execute(select(Webhook).where(*failed).order_by(Webhook.name, Webhook.id)).scalars())


def load_webhook(webhook_id: int) -> Webhook:
    """Raises Missing."""
    webhook = db.session.get(Webhook, webhook_id) if 0 < webhook_id < 2**53 else None
    if webhook is None:
        raise Missing(gettext("This webhook is not here."))
    return webhook


def checked(name: str, url: str, shape: str, chosen: list[str], board_id: int | None, boards: set[int]) -> dict:
    """The columns of a webhook as they are stored. Raises BadWebhook with all that is wrong."""
    name, url = clean_line(name), url.strip()
    kept = [kind for kind in kinds_of(shape) if kind in chosen]
    wrong = {}
    if not 1 <= len(name) <= LONGEST_NAME:
        wrong["name"] = gettext("A name has 1 to 60 characters, like “Shop floor chat”.")
    if shape not in SHAPES:
        wrong["shape"] = gettext("Choose who listens there.")
    if sentence := _wrong_with(url):
        wrong["url"] = sentence
    if board_id is not None and board_id not in boards:
        wrong["board_id"] = _no_such_board()
    if not kept:
        wrong["kinds"] = gettext("Choose at least one thing that it hears of.")
    if wrong:
        raise BadWebhook(wrong)
    return {"name": name, "url": url, "shape": shape, "kinds": kept, "board_id": board_id}


def _wrong_with(url: str) -> str:
    """No name is looked up here (that is done at each call); an address in figures tells by itself."""
    try:
        target = target_of(url)
    except Unreachable:
        return gettext(
            "This is no address that can be called. Type one that begins with https://, without a name and a password."
        )
    try:
        address = ip_address(target.host)
    except ValueError:
        return ""
    if is_public(address) or Allowed.read(settings.outbound_allow).takes(target.host, target.port, address):
        return ""
    return gettext("This is no public address. If it is meant, ask your operator to name it in OUTBOUND_ALLOW.")


def _no_such_board() -> str:
    return gettext("This board is not there. Choose one of the list.")


def create(by: Person, now: datetime, columns: dict, form_token: str) -> Webhook:
    """Make a webhook of checked columns. Raises Conflict when this form made one already."""
    salt = hash_token(form_token)
    with transaction() as session:
        if session.execute(select(Webhook.id).where(Webhook.salt == salt)).first() or len(form_token) < 20:
            raise Conflict(gettext("This form made a webhook already; its secret was shown then."))
        if len(session.execute(select(Webhook.id).limit(MOST)).all()) >= MOST:
            raise BadWebhook({"name": gettext("A site has at most 50 webhooks. Delete one that is not used.")})
        _board_is_there(columns["board_id"])
        webhook = Webhook(salt=salt, created_by_id=by.id, created_at=now, **columns)
        session.add(webhook)
        session.flush()
        record(kinds.WEBHOOK_CREATED, actor=by, at=now, webhook=webhook.id)
        return webhook


def change(webhook_id: int, by: Person, now: datetime, columns: dict) -> None:
    """Save checked columns. A new address is owed nothing for what failed at the old one."""
    with transaction():
        webhook = _reread(webhook_id)
        _board_is_there(columns["board_id"])
        fields = [name for name, value in columns.items() if getattr(webhook, name) != value]
        for name in fields:
            setattr(webhook, name, columns[name])
        if "url" in fields:
            webhook.failing_since = None
        if fields:
            record(kinds.WEBHOOK_CHANGED, actor=by, at=now, webhook=webhook.id, fields=fields)


def pause(webhook_id: int, by: Person, now: datetime) -> None:
    with transaction():
        webhook = _reread(webhook_id)
        if webhook.paused_at is None:
            claims.pause(webhook, "admin", now)
            record(kinds.WEBHOOK_PAUSED, actor=by, at=now, webhook=webhook.id, because="admin")


def resume(webhook_id: int, by: Person, now: datetime) -> None:
    """Let it go on with what happens from now; what failed is sent again by `log.replay_failed`."""
    with transaction():
        webhook = _reread(webhook_id)
        if webhook.paused_at is not None:
            webhook.paused_at = webhook.paused_because = webhook.failing_since = None
            record(kinds.WEBHOOK_RESUMED, actor=by, at=now, webhook=webhook.id)


def rotate(webhook_id: int, by: Person, now: datetime, *, form_token: str, instead_of: str, at_once: bool) -> Webhook:
    """A new secret. The old one signs along for 24 hours, unless `at_once`.

    instead_of: the mark of the secret that the page showed (`mark_of`); Conflict when it is another one by now, so
    that a form sent twice makes one secret.
    """
    with transaction():
        webhook = _reread(webhook_id)
        if instead_of != mark_of(webhook) or len(form_token) < 20:
            raise Conflict(gettext("This webhook has another secret by now. Look at its page again."))
        webhook.previous_salt = None if at_once else webhook.salt
        webhook.previous_until = None if at_once else now + OLD_SECRET_VALID
        webhook.salt = hash_token(form_token)
        record(kinds.WEBHOOK_ROTATED, actor=by, at=now, webhook=webhook.id, at_once=at_once)
        return webhook


def mark_of(webhook: Webhook) -> str:
    """Tells one secret of a webhook from the next, and nothing about either."""
    return hash_token(webhook.salt)[:16]


def delete(webhook_id: int, by: Person, now: datetime) -> str:
    """Delete it with its log; returns its name."""
    with transaction() as session:
        webhook = _reread(webhook_id)
        name = webhook.name
        record(kinds.WEBHOOK_DELETED, actor=by, at=now, webhook=webhook.id)
        session.delete(webhook)
        return name


def _board_is_there(board_id: int | None) -> None:
    if board_id is not None and db.session.get(Board, board_id) is None:
        raise BadWebhook({"board_id": _no_such_board()})


def _reread(webhook_id: int) -> Webhook:
    webhook = db.session.get(Webhook, webhook_id, with_for_update=True, populate_existing=True)
    if webhook is None:
        raise Missing(gettext("This webhook is not here."))
    return webhook
