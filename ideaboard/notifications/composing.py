"""From a due delivery to a parcel: judged now, worded in the reader's language. COMPOSERS is the list of kinds."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from ideaboard.extensions import babel, force_locale, gettext
from ideaboard.foundation.links import links
from ideaboard.foundation.mail import Mail, mail_host
from ideaboard.foundation.settings import settings
from ideaboard.models import Delivery, Idea, Person, Site
from ideaboard.models.vocabulary import ToldBy, Topic
from ideaboard.notifications.claims import Fate
from ideaboard.notifications.code_letter import code_letter, pending_of
from ideaboard.notifications.digest_letter import digest_letter
from ideaboard.notifications.entitlement import News, judge
from ideaboard.notifications.letters import Letter
from ideaboard.notifications.news_letter import news_letter
from ideaboard.notifications.notice_letter import notice_letter
from ideaboard.notifications.rendering import renderer
from ideaboard.notifications.sample_mails import LABELS, sample_letter
from ideaboard.notifications.unsubscribing import token_of


@dataclass(frozen=True)
class Parcel:
    """A mail ready to go. `carried`: what counts as told once it is accepted; `settled`: what is decided anyhow."""

    address: str
    mail: Mail
    language: str
    headers: dict[str, str] = field(default_factory=dict)
    carried: list[Fate] = field(default_factory=list)
    settled: list[Fate] = field(default_factory=list)
    also: Callable[[], None] | None = None  # writes more in the transaction that settles it


@dataclass(frozen=True)
class Dropped:
    """No mail goes. `also()` writes more in the transaction that settles it."""

    because: str
    settled: list[Fate] = field(default_factory=list)
    also: Callable[[], None] | None = None


@dataclass(frozen=True)
class Postponed:
    """Not now, and no fault: it goes at `until` (quiet hours)."""

    until: datetime


def language_of(person: Person | None, site: Site, wished: str | None = None) -> str:
    """The reader's language where the product speaks it, else the site's, else English."""
    spoken = {str(locale) for locale in babel.list_translations()} | {"en"}
    choices = (wished, person.locale if person else None, site.locale)
    return next((choice for choice in choices if choice in spoken), "en")


def _code(delivery: Delivery, now: datetime) -> Parcel | Dropped:
    """A sign-in code: security's mail, sent whatever was stopped, and dropped once the code is of no use."""
    site = Site.current()
    pending = pending_of(delivery, now)
    if pending is None or not delivery.address:
        return Dropped("the code is used, replaced or too old")
    language = language_of(delivery.person, site, pending.locale)
    with force_locale(language):
        mail = renderer.mail(code_letter(pending, site, now), site, language)
    return Parcel(delivery.address, mail, language)


def _notice(delivery: Delivery, now: datetime) -> Parcel | Dropped:
    """Security's mail: no mute, stop or earlier refusal of the address holds it back."""
    site, person = Site.current(), delivery.person
    if person is None or not person.email or person.erased_at:
        return Dropped("the person is no longer here")
    language = language_of(person, site)
    with force_locale(language):
        mail = renderer.mail(notice_letter(delivery, person, site), site, language)
    return Parcel(person.email, mail, language)


def _news(delivery: Delivery, now: datetime) -> Parcel | Dropped | Postponed:
    """News and digests: what of its notifications this person is still entitled to, in one mail."""
    judged = judge(delivery, now)
    if not judged.stand:
        return Dropped(judged.because, judged.settled, judged.also)
    if judged.wait_until:
        return Postponed(judged.wait_until)
    site, person = Site.current(), delivery.person
    language = language_of(person, site)
    with force_locale(language):
        letter, headers = news_mail(delivery, judged.stand, person, site, now)
        mail = renderer.mail(letter, site, language)
    carried = judged.carried(ToldBy.DIGEST if delivery.kind == "digest" else ToldBy.MAIL)
    return Parcel(person.email, mail, language, headers, carried, judged.settled, judged.also)


def _test(delivery: Delivery, now: datetime) -> Parcel | Dropped:
    """A sample that an admin sends to themselves, as like the real mail as can be; not held back by any choice."""
    site, person = Site.current(), delivery.person
    sample = delivery.facts.get("sample")
    if not person.email or not person.is_active_at(now) or not person.is_admin or sample not in LABELS:
        return Dropped("the person is no longer here")
    language = language_of(person, site)
    with force_locale(language):
        letter = sample_letter(sample, person, site, now)
        subject = gettext("A test: %(subject)s", subject=letter.subject)
        mail = renderer.mail(replace(letter, subject=subject), site, language)
    headers = list_headers(None, token_of(person.id, None, Topic.STATUS), site) if letter.stop else {}
    return Parcel(person.email, mail, language, headers)


def news_mail(
    delivery: Delivery, stand: list[News], person: Person, site: Site, now: datetime
) -> tuple[Letter, dict[str, str]]:
    """The letter of a delivery of kind 'news' or 'digest', in the language in force, and its headers."""
    ideas = {news.idea_id for news in stand}
    # About one idea alone: its page of stopping offers that idea, and mail programs lay such mails together.
    alone = delivery.kind == "news" and len(ideas) == 1 and not any(news.story for news in stand)
    only = stand[0].idea if alone else None
    token = token_of(person.id, only.id if only else None, stand[0].topic)
    headers = list_headers(only, token, site)
    if delivery.kind == "digest":
        return digest_letter(stand, person, site, token, now, delivery.facts["rhythm"]), headers
    return news_letter(stand, person, site, token, now), headers


def list_headers(idea: Idea | None, token: str, site: Site) -> dict[str, str]:
    """List-Id (the idea's, or that of all news) and one-click unsubscribing.

    RFC 8058: only where the address is https; the relay signs both headers.
    """
    headers = {"List-Id": f"<{f'idea-{idea.id}' if idea else 'news'}.{mail_host()}>", "Precedence": "list"}
    if idea:
        headers["References"] = f"<idea-{idea.id}@{mail_host()}>"
    if settings.is_https:
        headers["List-Unsubscribe"] = f"<{links.public('notifications.unsubscribe', token=token)}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


COMPOSERS: dict[str, Callable[[Delivery, datetime], Parcel | Dropped | Postponed]] = {
    "code": _code,
    "digest": _news,
    "news": _news,
    "notice": _notice,
    "test": _test,
}
