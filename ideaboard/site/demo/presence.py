"""Whether the demo is there, who its people are, and where one of them may be played: on this machine alone."""

import ipaddress
from functools import lru_cache
from urllib.parse import urlsplit

from sqlalchemy import select

from ideaboard.extensions import db
from ideaboard.foundation.settings import settings
from ideaboard.models import Person, Site
from ideaboard.models.vocabulary import Origin
from ideaboard.site.demo.content import MAIL_DOMAIN

PLAYED = ("vera", "ada", "ruth")  # whom one click makes you


def is_offered(site: Site, peer: str | None, host: str) -> bool:
    """Demo people are there, and the request comes from this machine, under a name of this machine.

    `peer`: the visitor's address; `host`: the Host header, so that a proxy or a foreign name that leads here is no way in.
    """
    if site.demo_since is None or settings.environment == "production" or not settings.is_local:
        return False
    return is_loopback(peer or "") and is_loopback(urlsplit(f"//{host}").hostname or "")


def played(key: str) -> Person | None:
    """Vera, Ada or Ruth; None for another key, and when the demo has gone."""
    if key not in PLAYED:
        return None
    return db.session.execute(
        select(Person).where(Person.email == f"{key}@{MAIL_DOMAIN}", Person.origin == Origin.DEMO)
    ).scalar_one_or_none()


@lru_cache(maxsize=1024)
def is_loopback(name: str) -> bool:
    """Whether an address or a host's name is this machine."""
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
