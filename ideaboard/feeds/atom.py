"""An Atom feed (RFC 4287) of entries."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from feedgenerator import Atom1Feed

from ideaboard.feeds.entries import Entry
from ideaboard.foundation.settings import settings

MIMETYPE = "application/atom+xml"
# A feed without entries was updated at no time that anybody knows; it says the same one at each request.
_NEVER = datetime(2026, 1, 1, tzinfo=UTC)
# What XML 1.0 cannot hold.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Feed:
    """`key`: 'feed/site', the same for ever; `page`: what it is the feed of; `address`: its own, None where that is a key."""

    key: str
    title: str
    page: str
    address: str | None
    language: str
    entries: list[Entry]

    @property
    def updated(self) -> datetime:
        return max((entry.updated for entry in self.entries), default=_NEVER)


class _Atom(Atom1Feed):
    """The library's feed, which without entries would say "now"."""

    def latest_post_date(self):
        return self.feed["updated"]


def atom(feed: Feed) -> bytes:
    """The feed as it goes over the wire, in UTF-8."""
    made = _Atom(
        title=_xml(feed.title),
        link=feed.page,
        description=None,
        language=feed.language,
        feed_url=feed.address,
        feed_guid=tag(feed.key),
        updated=feed.updated.astimezone(UTC),
    )
    for entry in feed.entries:
        made.add_item(
            title=_xml(entry.title),
            link=entry.link,
            description=None,
            content=_xml(entry.html),
            author_name=_xml(entry.author),
            pubdate=entry.published.astimezone(UTC),
            updateddate=entry.updated.astimezone(UTC),
            unique_id=tag(entry.key),
        )
    return made.writeString("utf-8").encode()


def tag(key: str) -> str:
    """'tag:ideas.example.org,2026:change/12' (RFC 4151); a port or a sub-path of the public address stands before the key."""
    public = urlsplit(settings.public_url)
    place = "/".join(filter(None, (str(public.port or ""), settings.sub_path.strip("/"), key)))
    return f"tag:{public.hostname},2026:{place}"


def _xml(text: str) -> str:
    return _NOT_XML.sub("", text)
