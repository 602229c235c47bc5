"""flask --app wsgi read-returned-mail"""

import click
from flask.cli import with_appcontext

from ideaboard.foundation.clock import now
from ideaboard.foundation.mail_store import NotRead
from ideaboard.foundation.settings import settings
from ideaboard.notifications.returned_reading import MOST, read_returned_mail

WORDS = {
    "mails": "read",
    "stopped": "came back for good: the address is left alone",
    "returned": "came back",
    "noted": "late, and may still arrive",
    "complained": "called spam: all mail to that person is stopped",
    "known": "were known already",
    "unknown": "are about no mail of ours",
    "no report": "are no reports",
}


@click.command("read-returned-mail")
@with_appcontext
def read_returned() -> None:
    """Read the mailbox of RETURNED_MAIL_URL once, as the worker does every five minutes."""
    if not settings.returned_mail_url:
        raise click.ClickException("RETURNED_MAIL_URL is not set: there is no mailbox to read.")
    while True:
        try:
            counted = read_returned_mail(now())
        except NotRead as trouble:
            raise click.ClickException(str(trouble)) from None
        for name, words in WORDS.items():
            if counted[name] or name == "mails":
                click.echo(f"{counted[name]} {words}")
        if counted["mails"] < MOST:
            return
