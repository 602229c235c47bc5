"""Budgets that guard something, counted in the database, exactly, across processes."""

import ipaddress
from datetime import datetime, timedelta
from functools import lru_cache

from flask import request
from sqlalchemy import Integer, String, case, delete, select

from ideaboard.extensions import db, gettext
from ideaboard.foundation import dialects_sql
from ideaboard.foundation.database import UtcDateTime, transaction
from ideaboard.foundation.kept import Kept, given
from ideaboard.foundation.refusals import TooMany
from ideaboard.foundation.settings import settings
from ideaboard.foundation.tokens import derive
from ideaboard.models import Budget

# name: (how many, in how many seconds). docs/operating.md lists them; BUDGET_FACTOR multiplies the first.
BUDGETS = {
    "code_for_address": (5, 900),  # mails to one address: nobody bombs a stranger
    "code_for_address_a_day": (30, 86400),  # 5 each quarter of an hour would be 480
    "code_for_peer": (20, 900),
    "guess_for_peer": (10, 300),
    "guess_for_account": (10, 300),
    # What strangers spend never closes these: a browser the person signed in with before, and a fresh mailed code.
    "code_for_known_browser": (5, 900),
    "guess_for_known_browser": (10, 300),
    "guess_for_asker": (2, 900),
    "guess_for_asker_peer": (10, 300),  # who asks for codes of many addresses guesses no more often for it
    "submit": (20, 3600),
    "draft_for_address": (10, 86400),  # nobody fills a stranger's drafts
    "comment": (60, 3600),
    "vote": (120, 60),
    "preview": (120, 60),
    "test_mail": (10, 3600),
}


def spend(name: str, whom: object, now: datetime) -> None:
    """Count one deed of `name` for `whom` (an address, a person's id, a peer). Raises TooMany over the budget."""
    with transaction():
        spend_along(name, whom, now)


def spend_along(name: str, whom: object, now: datetime) -> None:
    """The same within an open transaction; where that is rolled back, nothing was spent."""
    limit, seconds = BUDGETS[name]
    limit *= settings.budget_factor
    key = _key(settings.secret_key, name, whom)
    if limit and _SPEND.one(key=key, now=now, ends=now + timedelta(seconds=seconds), limit=limit) is not None:
        return
    window = _WINDOW.one(key=key)
    wait = max(1, int((window.window_ends_at - now).total_seconds())) if window else seconds
    raise TooMany(
        gettext("That was often in a short time. Go on in %(minutes)s min; nothing was lost.", minutes=-(-wait // 60)),
        retry_after=wait,
    )


@lru_cache(maxsize=4096)
def _key(_secret: str, name: str, whom: object) -> str:
    return f"{name}:{derive('budget', name, whom).hex()[:32]}"


def _spend(dialect: str):
    """One statement, so that two processes cannot both take the last one. Without a row: the budget is spent."""
    now, ends = given("now", UtcDateTime), given("ends", UtcDateTime)
    over = Budget.window_ends_at <= now
    raised = dialects_sql.upsert(
        dialect,
        Budget,
        [Budget.name],
        where=over | (Budget.spent < given("limit", Integer)),
        spent=case((over, 1), else_=Budget.spent + 1),
        window_ends_at=case((over, ends), else_=Budget.window_ends_at),
    )
    return raised.values(name=given("key", String), window_ends_at=ends, spent=1).returning(Budget.spent)


_SPEND = Kept(_spend)
_WINDOW = Kept(lambda _: select(Budget.window_ends_at).where(Budget.name == given("key", String)))


def forget_old_budgets(now: datetime) -> int:
    """Remove windows that have ended; returns how many."""
    with transaction():
        return db.session.execute(delete(Budget).where(Budget.window_ends_at <= now)).rowcount


def peer() -> str:
    """The visitor's address after TRUSTED_PROXIES hops; an IPv6 network of /64 counts as one."""
    try:
        address = ipaddress.ip_address((request.remote_addr or "").partition("%")[0])
    except ValueError:
        return request.remote_addr or "unknown"
    if address.version == 4 or address.ipv4_mapped:
        return str(getattr(address, "ipv4_mapped", None) or address)
    return str(ipaddress.ip_network((address, 64), strict=False))
