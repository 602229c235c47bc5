"""The words of a story: what may be stored, what must stand before it is read over, and how it is rendered."""

from dataclasses import dataclass

from ideaboard.extensions import gettext
from ideaboard.foundation.lengths import short_enough
from ideaboard.foundation.markdown import (
    PICTURE,
    RENDERER_VERSION,
    Shown,
    clean_line,
    clean_text,
    excerpt,
    pictures_in,
    render_with_pictures,
    without_pictures,
)
from ideaboard.foundation.refusals import Refusal
from ideaboard.foundation.slugs import slugify

TITLE_MIN, TITLE_MAX, BODY_MAX = 3, 120, 30_000


class NotAStory(Refusal):
    """Title, text, pictures or links cannot be stored so; `field` says which ('title', 'body', 'pictures', 'link')."""


@dataclass(frozen=True)
class Words:
    """Everything of a story that derives from what was typed."""

    title: str
    body: str
    html: str

    def columns(self) -> dict:
        """Values for the columns of Story."""
        return {
            "title": self.title,
            "slug": slugify(self.title),
            "body": self.body,
            "body_html": self.html,
            "renderer_version": RENDERER_VERSION,
            "excerpt": excerpt(without_pictures(self.body)),
        }


def words_of(title: str, body: str, pictures: dict[str, Shown]) -> Words:
    """Clean, check and render; `pictures`: {name: Shown}. Raises NotAStory. Not inside a transaction: it takes time."""
    title, body = checked_title(title), checked_body(body)
    return Words(title, body, render_with_pictures(body, pictures))


def checked_title(title: str) -> str:
    """One line of TITLE_MIN to TITLE_MAX characters. Raises NotAStory."""
    title = clean_line(title)
    if len(title) < TITLE_MIN:
        raise NotAStory(gettext("It has no title yet: say in one line what became of it."), field="title")
    return short_enough(NotAStory, "title", title, TITLE_MAX)


def checked_body(body: str) -> str:
    """At most BODY_MAX characters, or none yet. Raises NotAStory."""
    return short_enough(NotAStory, "body", clean_text(body), BODY_MAX)


def lacking(body: str, names: set[str]) -> list[str]:
    """What a text lacks before others may read it, each as a sentence; `names`: of the story's pictures."""
    if not body:
        return [gettext("Nothing is written yet: say what became of the idea.")]
    wrong = []
    for address, words in pictures_in(body):
        name = address.removeprefix(PICTURE)
        if not address.startswith(PICTURE) or name not in names:
            wrong.append(
                gettext(
                    "%(address)s is no picture of this story: upload it here, and use the line that stands beside it.",
                    address=address[:80],
                )
            )
        elif not words:
            wrong.append(
                gettext(
                    "Picture %(name)s has no words for those who do not see it: write between [ and ] what is to be seen.",
                    name=name,
                )
            )
    return wrong
