"""Which sites may show the roadmap in a frame: origins that an admin names, one a line.

They go into a header word by word (frame-ancestors), so an origin is a scheme, a host of letters, digits, dots and
hyphens, and a port; no wildcard, and http only for a machine that talks to itself.
"""

import ipaddress
import re
from datetime import datetime
from urllib.parse import urlsplit

from ideaboard.events.kinds import SITE_CHANGED
from ideaboard.events.record import record
from ideaboard.extensions import gettext
from ideaboard.foundation.database import transaction
from ideaboard.foundation.markdown import clean_line
from ideaboard.foundation.refusals import Refusal
from ideaboard.models import Person, Site

MOST_SITES = 50
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")


class BadFrameSite(Refusal):
    """A line that names no site."""


def frame_sites(site: Site) -> list[str]:
    """The origins that may frame the roadmap, as they stand in the header."""
    return site.frame_sites.split()


def save_frame_sites(by: Person, now: datetime, text: str) -> list[str]:
    """Keep the origins of `text`, one a line; returns them. Raises BadFrameSite, and keeps nothing then."""
    lines = [line for line in map(clean_line, text.splitlines()) if line]
    if len(lines) > MOST_SITES:
        raise BadFrameSite(gettext("Up to 50 sites can be named."), field="sites")
    origins = list(dict.fromkeys(origin_of(line) for line in lines))
    with transaction() as session:
        site = session.get(Site, 1, with_for_update=True, populate_existing=True)
        if site is None:
            site = Site.current()
            session.add(site)
        if frame_sites(site) != origins:
            site.frame_sites = "\n".join(origins)
            record(SITE_CHANGED, actor=by, at=now, fields=["frame_sites"])
    return origins


def origin_of(line: str) -> str:
    """'https://www.example.org' of an address as people copy it. Raises BadFrameSite."""
    refusal = BadFrameSite(
        gettext(
            "“%(line)s” names no site. Write it like https://www.example.org, one a line, without a star.",
            line=line[:80],
        ),
        field="sites",
    )
    try:
        parts = urlsplit(line)
        host, port = (parts.hostname or "").encode("idna").decode("ascii").lower(), parts.port
    except (ValueError, UnicodeError):
        raise refusal from None
    if parts.path not in ("", "/") or parts.query or parts.fragment or "@" in parts.netloc or len(host) > 253:
        raise refusal
    if parts.scheme not in ("https", "http") or not _HOST.fullmatch(host) or port == 0:
        raise refusal
    if parts.scheme == "http" and not _is_this_machine(host):
        raise BadFrameSite(
            gettext(
                "“%(line)s” is not encrypted. Name a site that begins with https://; http is taken for this machine only.",
                line=line[:80],
            ),
            field="sites",
        )
    return f"{parts.scheme}://{host}" + (
        f":{port}" if port and port != {"https": 443, "http": 80}[parts.scheme] else ""
    )


def _is_this_machine(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
