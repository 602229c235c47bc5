"""Security's mail: what happened to the way in, when, in which browser, and what to do if it was somebody else."""

from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_time

from ideaboard.accounts import notices
from ideaboard.extensions import date_locale, db, gettext
from ideaboard.foundation.links import links
from ideaboard.models import Delivery, Person, Site, Webhook
from ideaboard.notifications import words
from ideaboard.notifications.letters import Group, Letter, Link, Section
from ideaboard.webhooks.paused_letter import paused_letter
from ideaboard.webhooks.telling import WEBHOOK_PAUSED


def notice_letter(delivery: Delivery, person: Person, site: Site) -> Letter:
    """The letter of a delivery of kind 'notice', in the language in force."""
    facts = delivery.facts
    if facts["what"] == WEBHOOK_PAUSED:
        return paused_letter(delivery, db.session.get(Webhook, facts["webhook"]), person, site)
    title = _what_happened(facts["what"], site.name)
    moment = _when(datetime.fromisoformat(facts["at"]), person.time_zone or site.time_zone)
    with_password = facts["what"] != notices.PASSWORD_REMOVED
    return Letter(
        subject=title,
        title=title,
        lead=gettext("If that was you, all is well, and you need not do anything."),
        groups=(Group((Section(moment, byline=_where(facts["browser"])),)),),
        button=Link(gettext("See your sign-ins"), links.public("accounts.profile") + "#sign-ins"),
        notes=(
            gettext(
                "If it was not you: sign in by a code, end all other sign-ins in your profile, and set a new password."
            )
            if with_password
            else gettext("If it was not you: sign in by a code, and end all other sign-ins in your profile."),
        ),
        why=gettext("You get this because it is about the safety of your account at %(site)s.", site=site.name),
    )


def _what_happened(what: str, site_name: str) -> str:
    return {
        notices.PASSWORD_SET: gettext("A password was set for your account at %(site)s", site=site_name),
        notices.PASSWORD_CHANGED: gettext("Your password at %(site)s was changed", site=site_name),
        notices.PASSWORD_REMOVED: gettext("Your password at %(site)s was removed", site=site_name),
        notices.UNKNOWN_BROWSER: gettext("A sign-in with your password at %(site)s, in a new browser", site=site_name),
    }[what]


def _when(moment: datetime, zone: str) -> str:
    """'3 March 2026, 10:00 (Europe/Amsterdam)'."""
    time = format_time(moment.astimezone(ZoneInfo(zone)), "short", locale=date_locale())
    return f"{words.day_words(moment, zone)}, {time} ({zone.replace('_', ' ')})"


def _where(browser: str) -> str:
    name, _, system = browser.partition(" on ")
    if name in ("", "A browser"):
        return (
            gettext("In a browser on %(system)s.", system=system) if system else gettext("In a browser without a name.")
        )
    if system:
        return gettext("In %(browser)s on %(system)s.", browser=name, system=system)
    return gettext("In %(browser)s.", browser=name)
