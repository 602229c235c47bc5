"""The mail that tells an admin that a webhook was paused, why, and what to do."""

from ideaboard.extensions import gettext
from ideaboard.foundation.links import links
from ideaboard.models import Delivery, Person, Site, Webhook
from ideaboard.notifications.letters import Letter, Link
from ideaboard.webhooks.words import paused_words


def paused_letter(delivery: Delivery, webhook: Webhook | None, person: Person, site: Site) -> Letter:
    """`webhook`: None when it was deleted meanwhile."""
    name = webhook.name if webhook else gettext("a webhook that is deleted now")
    title = gettext("The webhook “%(name)s” is paused", name=name)
    return Letter(
        subject=title,
        title=title,
        lead=paused_words(delivery.facts.get("because")),
        button=Link(gettext("See its log"), links.public("webhooks.show", webhook_id=webhook.id))
        if webhook
        else Link(gettext("See all webhooks"), links.public("webhooks.index")),
        notes=(gettext("Nothing is lost: let it go on there, and send again what failed."),),
        why=gettext("You get this because you are an admin of %(site)s, or made this webhook.", site=site.name),
    )
