"""A letter: what a mail says, before it is text and HTML. Both are made from it, so that they say the same.

`renderer` is filled by registry.py (Jinja), so that the worker renders without a request.
"""

import re
from dataclasses import dataclass, field, replace
from html import escape
from urllib.parse import urlsplit

import css_inline

from ideaboard.extensions import gettext
from ideaboard.foundation.mail import Mail
from ideaboard.foundation.markdown import clean_line, excerpt
from ideaboard.foundation.settings import settings
from ideaboard.models import Site
from ideaboard.site.theme import accent_sides

LARGEST_HTML = 58_000  # bytes


@dataclass(frozen=True)
class Link:
    label: str
    url: str


@dataclass(frozen=True)
class Section:
    """One piece of news: a line that says what it is, the words themselves (Markdown and its HTML), who and when."""

    title: str
    byline: str = ""
    text: str = ""
    html: str = ""
    link: Link | None = None
    promise: str = ""  # "We look again in May 2026."


@dataclass(frozen=True)
class Letter:
    subject: str
    title: str
    lead: str
    sections: list[Section] = field(default_factory=list)
    code: str = ""  # the six digits of a sign-in code, shown large
    button: Link | None = None
    notes: list[str] = field(default_factory=list)
    why: str = ""
    stop: Link | None = None
    manage: Link | None = None


def shortened(letter: Letter) -> Letter:
    """The first words of each section, of the first twenty; the page has the rest."""
    sections = []
    for section in letter.sections[:20]:
        words = excerpt(section.text, 500)
        sections.append(replace(section, text=words, html=f"<p>{escape(words)}</p>"))
    notes = [*letter.notes, gettext("This mail is shortened; the page has all of it.")]
    return replace(letter, sections=sections, notes=notes)


class _Renderer:
    def __init__(self):
        self._jinja = None
        self._inliner = css_inline.CSSInliner(load_remote_stylesheets=False)

    def fill(self, jinja_env) -> None:
        self._jinja = jinja_env

    def mail(self, letter: Letter, site: Site, language: str) -> Mail:
        """The letter as text and as HTML with its styles inlined, in the language in force (force_locale)."""
        light, dark = accent_sides(site.accent)
        named = {"site": site, "language": language.replace("_", "-"), "light": light, "dark": dark}
        mail = self._render(letter, named)
        if len(mail.html.encode()) > LARGEST_HTML:  # mail programs cut off what is larger
            mail = self._render(shortened(letter), named)
        return mail

    def _render(self, letter: Letter, named: dict) -> Mail:
        named = named | {"letter": letter}
        text = self._jinja.get_template("mail/letter.txt").render(**named)
        html = self._jinja.get_template("mail/letter.html").render(absolute=_absolute, **named)
        return Mail(clean_line(letter.subject), _tidy(text), self._inliner.inline(html))


renderer = _Renderer()


def _absolute(html: str) -> str:
    """Links within our site, as somebody wrote them, lead there from a mail too."""
    public = urlsplit(settings.public_url)
    return re.sub(r'(href=")(/(?!/))', rf"\g<1>{public.scheme}://{public.netloc}\2", html)


def _tidy(text: str) -> str:
    """At most one empty line in a row."""
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"
