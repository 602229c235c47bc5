"""Why the mail server takes nothing, in words for staff. What it said itself may hold addresses, and stays in the row."""

import re

from ideaboard.extensions import gettext


def cause_of(last_error: str) -> str | None:
    """The named cause of a delivery's last_error; None when it is about that one address alone."""
    said = last_error.casefold()
    if "cannot be written" in said:
        return gettext("the folder where mails are kept cannot be written")
    if said.startswith("the sender:"):
        return gettext("it does not accept the sender's address (MAIL_FROM)")
    if "certificate" in said or "ssl" in said:
        return gettext("its certificate is not trusted")
    if re.search(r"\b53[05]\b", said):
        return gettext("it does not accept the user name and password (SMTP_URL)")
    if "timed out" in said or "took longer than" in said:
        return gettext("it does not answer in time")
    if "refused" in said and "errno" in said:
        return gettext("nothing answers at its address (SMTP_URL)")
    if "getaddrinfo" in said or "name resolution" in said or "not known" in said:
        return gettext("its name is not found (SMTP_URL)")
    if said.startswith("421") or " 421 " in said:
        return gettext("it is closed for the moment")
    if said.startswith("the mail server at"):
        return gettext("no connection to it can be made")
    return None
