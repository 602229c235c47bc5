"""What a chat says of an event: short, with a link, thanks by name, and on a launch emoji by the people it reaches.

Nothing that people typed is taken for mark-up or calls anybody: each shape escapes in its own way.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import func, select

from ideaboard.events import kinds
from ideaboard.extensions import db, gettext, ngettext
from ideaboard.foundation.links import links
from ideaboard.foundation.markdown import clean_line, excerpt
from ideaboard.models import Notification, Site
from ideaboard.models.vocabulary import Stage
from ideaboard.webhooks.entitled import About
from ideaboard.webhooks.shapes import person_shape
from ideaboard.workflow.words import status_words

# (people from, emoji), the largest first; docs/webhooks.md says the same.
LAUNCH_EMOJI = ((5000, "🚀🚀🚀"), (500, "🚀"), (50, "🎉🎉"), (0, "🎉"))
QUOTE_LENGTH = 240
_TITLE = "\ue000"  # where the linked title stands in a sentence
_BREAKER = "\u200b"  # shows nothing, and keeps two characters from meaning something together


@dataclass(frozen=True)
class Announcement:
    """`sentence` holds _TITLE once, where the linked title goes. `quote`: first words, or ''."""

    sentence: str
    title: str
    url: str
    quote: str = ""


def people_told(event_id: int) -> int:
    """How many people hear of an event; complete once it is dispatched."""
    counted = select(func.count()).select_from(Notification).where(Notification.event_id == event_id)
    return db.session.execute(counted).scalar_one()


def launch_emoji(people: int) -> str:
    return next(emoji for least, emoji in LAUNCH_EMOJI if people >= least)


def announcement_of(about: About) -> Announcement:
    """In the language in force."""
    if about.story is not None:
        url = links.public("stories.show", story_id=about.story.id, slug=about.story.slug)
        sentence = gettext("A new story: %(title)s", title=_TITLE)
        return _announcement(sentence, about.story.title, url, about.story.body)
    idea = about.idea
    sentence, words = _sentence(about)
    url = links.public("ideas.show", idea_id=idea.id, slug=idea.slug)
    return _announcement(sentence, idea.title, url, words)


def test_announcement(site: Site) -> Announcement:
    sentence = gettext("This is a test: news of %(title)s will stand here.", title=_TITLE)
    return _announcement(sentence, site.name, links.public("site.home"))


def _announcement(sentence: str, title: str, url: str, words: str = "") -> Announcement:
    return Announcement(sentence, _typed(title), url, _typed(excerpt(words, QUOTE_LENGTH)) if words else "")


def _sentence(about: About) -> tuple[str, str]:
    idea, event = about.idea, about.event
    board = _typed(idea.board.name)
    if event.kind == kinds.IDEA_STATUS_CHANGED and about.change is not None:
        words = "" if about.change.redacted_at else about.change.text
        return _launch(about) if about.change.stage == Stage.LAUNCHED else _step(about), words
    if event.kind == kinds.COMMENT_POSTED:
        name = _name(about.comment.author)
        if name:
            return gettext("%(name)s commented on %(title)s", name=name, title=_TITLE), about.comment.body
        return gettext("A comment on %(title)s", title=_TITLE), about.comment.body
    if event.kind == kinds.IDEA_PROMISE_REACHED:
        votes, days = event.facts.get("votes", idea.votes_count), event.facts.get("days", idea.board.promise_days)
        promised = ngettext(
            "an answer is promised within %(num)d day", "an answer is promised within %(num)d days", days
        )
        return gettext("%(title)s has %(votes)s votes: %(promise)s", title=_TITLE, votes=votes, promise=promised), ""
    name = None if idea.author_stepped_back_at else _name(idea.author)
    if name:
        return gettext(
            "A new idea on %(board)s by %(name)s: %(title)s", board=board, name=name, title=_TITLE
        ), idea.body
    return gettext("A new idea on %(board)s: %(title)s", board=board, title=_TITLE), idea.body


def _launch(about: About) -> str:
    people = max(about.change.entitled_count, people_told(about.event.id))
    parts = [launch_emoji(people), gettext("%(title)s is launched.", title=_TITLE)]
    name = None if about.idea.author_stepped_back_at else _name(about.idea.author)
    if name:
        parts.append(gettext("Thank you, %(name)s.", name=name))
    if people:
        parts.append(ngettext("%(num)d person hears of it.", "%(num)d people hear of it.", people))
    return " ".join(parts)


def _step(about: About) -> str:
    change = about.change
    status = _typed(status_words(change.status, change.outcome, change.promised_on))
    return gettext("%(title)s is now: %(status)s", title=_TITLE, status=status)


def _name(person) -> str | None:
    shape = person_shape(person)
    return _typed(shape["name"]) if shape else None


def _typed(text: str) -> str:
    return clean_line(text).replace(_TITLE, "")


def _calm(text: str) -> str:
    """Nobody is called by it, and no link or picture of another's is made."""
    return text.replace("@", f"@{_BREAKER}").replace("](", f"]{_BREAKER}(")


def _slack(said: Announcement) -> dict:
    """Slack and Mattermost: mrkdwn; <, > and & are entities, which also takes <!channel> its meaning."""

    def safe(text: str) -> str:
        return _calm(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

    text = safe(said.sentence).replace(_TITLE, f"<{said.url}|{safe(said.title).replace('|', '¦')}>")
    quote = f"\n> {safe(said.quote)}" if said.quote else ""
    return {"text": text + quote, "unfurl_links": False, "unfurl_media": False}


def _discord(said: Announcement) -> dict:
    def safe(text: str) -> str:
        return re.sub(r"([\\*_~`|<>\[\]()#:-])", r"\\\1", _calm(text))

    text = safe(said.sentence).replace(_TITLE, f"[{safe(said.title)}](<{said.url}>)")
    quote = f"\n> {safe(said.quote)}" if said.quote else ""
    # 4: no preview of links. Nobody is called, whatever a text says.
    return {"content": (text + quote)[:2000], "allowed_mentions": {"parse": []}, "flags": 4}


def _teams(said: Announcement) -> dict:
    """A card as a Teams workflow takes it. Text runs are plain: a card reads Markdown in text blocks alone."""
    before, _, after = said.sentence.partition(_TITLE)
    title = {"type": "TextRun", "text": _calm(said.title), "weight": "bolder"}
    runs = [_run(_calm(before)), title, _run(_calm(after))]
    body = [{"type": "RichTextBlock", "inlines": [run for run in runs if run["text"]]}]
    if said.quote:
        body.append({"type": "RichTextBlock", "inlines": [_run(_calm(said.quote)) | {"isSubtle": True}]})
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": body,
        "actions": [{"type": "Action.OpenUrl", "title": gettext("Read it"), "url": said.url}],
    }
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attachment]}


def _run(text: str) -> dict:
    return {"type": "TextRun", "text": text}


CHATS: dict[str, Callable[[Announcement], dict]] = {
    "slack": _slack,
    "mattermost": _slack,
    "discord": _discord,
    "teams": _teams,
}
