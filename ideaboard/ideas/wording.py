"""The words of an idea: what may be stored, and why not. Sizes are those of DESIGN's first migration."""

from dataclasses import dataclass

from ideaboard.extensions import gettext
from ideaboard.foundation.lengths import short_enough
from ideaboard.foundation.markdown import RENDERER_VERSION, clean_line, clean_text, excerpt, render
from ideaboard.foundation.refusals import Refusal
from ideaboard.foundation.slugs import slugify

TITLE_MIN, TITLE_MAX, BODY_MAX = 3, 120, 10_000


class NotAnIdea(Refusal):
    """Title or text cannot be stored so; `field` says which ('title', 'body')."""


@dataclass(frozen=True)
class Words:
    """A title and a Markdown text, cleaned and rendered: everything of an idea that derives from what was typed."""

    title: str
    body: str
    html: str
    excerpt: str

    def columns(self) -> dict:
        """Values for the columns of Idea."""
        return {
            "title": self.title,
            "slug": slugify(self.title),
            "body": self.body,
            "body_html": self.html,
            "renderer_version": RENDERER_VERSION,
            "excerpt": self.excerpt,
        }


def words_of(title: str, body: str) -> Words:
    """Clean, check and render. Raises NotAnIdea. Costs milliseconds: not inside a transaction."""
    title, body = checked_title(title), checked_body(body)
    return Words(title, body, render(body), excerpt(body))


def checked_title(title: str) -> str:
    """One line of TITLE_MIN to TITLE_MAX characters. Raises NotAnIdea."""
    title = clean_line(title)
    if not title:
        raise NotAnIdea(gettext("It has no title yet: say it in one line."), field="title")
    if len(title) < TITLE_MIN:
        raise NotAnIdea(gettext("Say a little more, at least %(num)s characters.", num=TITLE_MIN), field="title")
    return short_enough(NotAnIdea, "title", title, TITLE_MAX)


def checked_body(body: str) -> str:
    """At most BODY_MAX characters, or none. Raises NotAnIdea."""
    return short_enough(NotAnIdea, "body", clean_text(body), BODY_MAX)
