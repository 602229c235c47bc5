"""What Vera received: her mails, worded again from the rows that they carried, as the worker worded them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from ideaboard.extensions import db, force_locale
from ideaboard.foundation.mail import Mail
from ideaboard.models import Delivery, Notification, Person, Site
from ideaboard.notifications.composing import language_of, news_mail
from ideaboard.notifications.entitlement import News, news_of
from ideaboard.notifications.letters import Letter
from ideaboard.notifications.rendering import renderer

SHOWN = 30


@dataclass(frozen=True)
class Received:
    id: int
    at: datetime
    letter: Letter


def received(person: Person, now: datetime) -> list[Received]:
    """The newest mails first."""
    deliveries = db.session.scalars(
        _sent_to(person).order_by(Delivery.settled_at.desc(), Delivery.id.desc()).limit(SHOWN)
    ).all()
    carried: dict[int, list[News]] = {}
    for news in news_of(Notification.delivery_id.in_([delivery.id for delivery in deliveries])):
        carried.setdefault(news.notification.delivery_id, []).append(news)
    site = Site.current()
    with force_locale(language_of(person, site)):
        return [
            Received(delivery.id, delivery.settled_at, _letter(delivery, carried[delivery.id], person, site, now))
            for delivery in deliveries
            if delivery.id in carried
        ]


def received_mail(person: Person, delivery_id: int, now: datetime) -> tuple[Delivery, Mail] | None:
    """One of them with its text and HTML; None when she did not receive it."""
    delivery = db.session.scalar(_sent_to(person).where(Delivery.id == delivery_id))
    news = news_of(Notification.delivery_id == delivery_id) if delivery else []
    if not news:
        return None
    site = Site.current()
    language = language_of(person, site)
    with force_locale(language):
        return delivery, renderer.mail(_letter(delivery, news, person, site, now), site, language)


def next_mail_at(person: Person) -> datetime | None:
    """When the next mail to her is due; None when none waits."""
    waiting = (Delivery.person_id == person.id, Delivery.state == "waiting", Delivery.kind.in_(("news", "digest")))
    return db.session.scalar(select(func.min(Delivery.due_at)).where(*waiting))


def _sent_to(person: Person):
    return select(Delivery).where(
        Delivery.person_id == person.id, Delivery.state == "sent", Delivery.kind.in_(("news", "digest"))
    )


def _letter(delivery: Delivery, news: list[News], person: Person, site: Site, now: datetime) -> Letter:
    return news_mail(delivery, news, person, site, now)[0]
