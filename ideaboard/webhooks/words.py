"""How a webhook's standing reads: why a call failed, why an endpoint is paused."""

import re

from ideaboard.extensions import gettext
from ideaboard.extensions import lazy_gettext as _

CAUSES = {
    "address": _("the address cannot be called"),
    "private": _("it is no public address, and the operator did not allow it"),
    "name": _("there is no server of this name"),
    "refused": _("nothing listens there"),
    "timeout": _("no answer in time"),
    "tls": _("no safe connection: the certificate is not good for this name"),
    "broken": _("the connection broke"),
    "redirect": _("it answered with a redirect, which is not followed"),
    "status": _("it answered with an error"),
    "gone": _("it answered 410: it wants no more calls"),
    "ours": _("a fault here; the operator's log says which"),
    "paused": _("the webhook was paused"),
    "not_entitled": _("it may not be told any more, or nothing is left to tell"),
}


def cause_words(cause: str | None) -> str:
    """A named cause in words; '' for none."""
    return str(CAUSES.get(cause, cause)) if cause else ""


def paused_words(because: str | None) -> str:
    """Why an endpoint is paused, as a sentence."""
    if because == "gone":
        return gettext("It answered 410 Gone, which means that it wants no more calls.")
    if because == "failing":
        return gettext("No call got through for five days.")
    return gettext("An admin paused it.")


def masked(url: str) -> str:
    """An address without what opens it: 'https://hooks.example.org/…d8f2'."""
    scheme, _, rest = url.partition("://")
    host = re.split(r"[/?#]", rest, maxsplit=1)[0]
    path = rest[len(host) + 1 :]
    if not path:
        return f"{scheme}://{host}"
    return f"{scheme}://{host}/…{path[-4:]}" if len(path) > 12 else f"{scheme}://{host}/…"
