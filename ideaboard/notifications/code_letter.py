"""The mail with a sign-in code."""

from datetime import datetime

from ideaboard.accounts.codes import code_of
from ideaboard.accounts.deeds import sentence_of
from ideaboard.extensions import db, gettext, ngettext
from ideaboard.models import Delivery, Pending, Site
from ideaboard.notifications.letters import Letter


def pending_of(delivery: Delivery, now: datetime) -> Pending | None:
    """The row whose code the delivery carries, while it can still be typed."""
    pending = db.session.get(Pending, delivery.facts.get("pending_id"), populate_existing=True)
    if pending is None or pending.used_at or pending.ended_at or pending.expires_at <= now:
        return None
    return pending


def code_letter(pending: Pending, site: Site, now: datetime) -> Letter:
    """The code, how long it is good, and what to do when nobody asked for it."""
    code = code_of(pending)
    minutes = max(1, int((pending.expires_at - now).total_seconds() + 30) // 60)
    return Letter(
        subject=gettext("%(code)s is your code for %(site)s", code=code, site=site.name),
        title=gettext("Your code for %(site)s", site=site.name),
        lead=gettext("Type it where you were asked for it; any browser and device will do."),
        code=code,
        notes=(
            *filter(None, [sentence_of(pending)]),  # nobody types a code without knowing what it does
            ngettext("It is good for %(num)s minute, and once.", "It is good for %(num)s minutes, and once.", minutes),
            gettext("If you did not ask for it, you need not do anything: without the code nothing happens."),
        ),
        why=gettext("You get this because somebody typed this address at %(site)s.", site=site.name),
    )
