"""flask --app wsgi test-mail ADDRESS"""

import click
from flask.cli import with_appcontext

from ideaboard.extensions import force_locale, gettext
from ideaboard.foundation.clock import now
from ideaboard.foundation.mail import envelope_sender, message_id_of, message_of
from ideaboard.foundation.post import FilePost, NotNow, Refused, post_box
from ideaboard.foundation.settings import settings
from ideaboard.foundation.tokens import new_token
from ideaboard.models import Site
from ideaboard.notifications.composing import language_of
from ideaboard.notifications.letters import Letter
from ideaboard.notifications.rendering import renderer


@click.command("test-mail")
@click.argument("address")
@with_appcontext
def test_mail(address: str) -> None:
    """Send one mail at once, past the queue, and say what the mail server answered."""
    site = Site.current()
    language = language_of(None, site)
    with force_locale(language):
        letter = Letter(
            subject=gettext("A test of %(site)s", site=site.name),
            title=gettext("The mail works"),
            lead=gettext("This mail was sent by %(url)s to see that mails arrive.", url=settings.public_url),
        )
        mail = renderer.mail(letter, site, language)
    try:
        message = message_of(
            mail,
            to=address,
            sender_name=site.name,
            message_id=message_id_of(new_token()),
            date=now(),
            language=language,
        )
    except (ValueError, IndexError) as trouble:
        raise click.ClickException(f"{address!r} is no mail address: {trouble}") from None
    box = post_box()
    try:
        box.send(message, envelope_sender(), address)
    except (Refused, NotNow) as trouble:
        raise click.ClickException(f"the mail was not taken: {trouble}") from None
    finally:
        box.close()
    where = str(box.folder) if isinstance(box, FilePost) else f"the mail server at {box.host}"
    click.echo(f"A mail to {address} was given to {where}.")
