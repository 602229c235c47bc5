"""The site's name, language, zone, accent and logo."""

import hashlib
import io
from datetime import datetime

from PIL import Image, UnidentifiedImageError

from ideaboard.accounts.profile import zone_named
from ideaboard.events.kinds import SITE_CHANGED
from ideaboard.events.record import record
from ideaboard.extensions import gettext
from ideaboard.foundation.database import transaction
from ideaboard.foundation.markdown import clean_line
from ideaboard.foundation.refusals import Refusal
from ideaboard.models import Person, Site
from ideaboard.site.theme import is_colour

MOST_MAILS = 1000  # the database refuses more
LOGO_BYTES = 200 * 1024
# A file of a few kB may say that it is a wall: 4 million pixels are 16 MB of memory while it is read.
LOGO_PIXELS = 4_000_000
# Shown 30 px high; twice and four times that for fine screens.
LOGO_BOX = (640, 120)
_MAGIC = {b"\x89PNG\r\n\x1a\n": "PNG", b"\xff\xd8\xff": "JPEG", b"RIFF": "WEBP"}


class BadSetting(Refusal):
    """A setting that cannot be kept; `field` says which."""


def read_logo(data: bytes) -> bytes:
    """A small PNG made anew from an uploaded PNG, JPEG or WebP; nothing else of the file is kept. Raises BadSetting."""
    if len(data) > LOGO_BYTES:
        raise BadSetting(
            gettext("This picture has more than 200 kB. Make it smaller and choose it again."), field="logo"
        )
    kind = next((kind for magic, kind in _MAGIC.items() if data.startswith(magic)), None)
    broken = BadSetting(
        gettext("This is no PNG, JPEG or WebP picture. Save it as one and choose it again."), field="logo"
    )
    if kind is None:
        raise broken
    try:
        with Image.open(io.BytesIO(data), formats=(kind,)) as picture:
            if picture.width * picture.height > LOGO_PIXELS:
                raise BadSetting(
                    gettext("This picture has more than 4 million dots. Make it smaller and choose it again."),
                    field="logo",
                )
            plain = picture.convert("RGBA")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise broken from None
    plain.thumbnail(LOGO_BOX)
    made = io.BytesIO()
    plain.save(made, "PNG", optimize=True)
    return made.getvalue()


def save_look(
    by: Person,
    now: datetime,
    *,
    name: str,
    locale: str,
    time_zone: str,
    accent: str,
    received_reads_under_review: bool,
    shows_how_we_answer: bool,
    languages: dict,
    mails_a_week: int | None = None,
    logo: bytes | None = None,
    remove_logo: bool = False,
) -> list[str]:
    """Save the settings; `logo` comes from read_logo(). `mails_a_week` None: as it is.

    Returns the fields that changed. Raises BadSetting.
    """
    name = clean_line(name)
    if not 1 <= len(name) <= 60:
        raise BadSetting(gettext("The site's name has 1 to 60 characters."), field="name")
    if locale not in languages:
        raise BadSetting(gettext("This language is not there. Choose one of the list."), field="locale")
    time_zone = zone_named(time_zone)
    if not time_zone:
        raise BadSetting(
            gettext("This time zone is not known. Type a city of the list, like Amsterdam."), field="time_zone"
        )
    accent = accent.strip().lower()
    if not is_colour(accent):
        raise BadSetting(gettext("A colour is written like #0d6b52."), field="accent")
    if mails_a_week is not None and not 1 <= mails_a_week <= MOST_MAILS:
        raise BadSetting(
            gettext("A person gets 1 to %(most)s mails of news a week. Type a whole number.", most=MOST_MAILS),
            field="mails_a_week",
        )
    with transaction() as session:
        site = session.get(Site, 1, with_for_update=True, populate_existing=True)
        if site is None:
            site = Site.current()
            session.add(site)
        wanted = {
            "name": name,
            "locale": locale,
            "time_zone": time_zone,
            "accent": accent,
            "received_reads_under_review": received_reads_under_review,
            "shows_how_we_answer": shows_how_we_answer,
        }
        if mails_a_week is not None:
            wanted["mails_a_week"] = mails_a_week
        if logo is not None or remove_logo:
            wanted["logo_hash"] = hashlib.sha256(logo).hexdigest()[:16] if logo else None
        changed = [field for field, value in wanted.items() if getattr(site, field) != value]
        for field in changed:
            setattr(site, field, wanted[field])
        if "logo_hash" in changed:
            site.logo, site.logo_type = logo, "image/png" if logo else None
        if changed:
            record(SITE_CHANGED, actor=by, at=now, fields=["logo" if f == "logo_hash" else f for f in changed])
    return changed
