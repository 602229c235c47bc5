"""A letter becomes a mail: text, and HTML with its styles inlined. Filled by registry.py, so that the worker can.

Rendering costs 20 to 30 ms, and 40,000 followers of one change get nearly the same mail. So it is rendered once with
placeholders for what is personal (links with tokens), and kept under a hash of all that it says: another text, name,
colour, language, zone or reason is another letter, and a redacted text is too. Filling the placeholders in is a join.
"""

import re
import secrets
import sys
from dataclasses import dataclass, replace
from hashlib import sha256
from html import escape, unescape
from urllib.parse import urlsplit

import css_inline
import nh3

from ideaboard.foundation.mail import Mail
from ideaboard.foundation.markdown import clean_line, excerpt
from ideaboard.foundation.settings import settings
from ideaboard.foundation.shelf import Shelf
from ideaboard.models import Site
from ideaboard.notifications.letters import STEPS, Letter, Section, links_of, sections_of, shortened, with_addresses
from ideaboard.notifications.paint import painted

LARGEST_HTML = 58_000  # bytes: Gmail cuts off what is above 102 kB, and some gateways count the mail encoded
KEPT_MAILS, KEPT_BYTES = 256, 16 * 1024 * 1024
# A personal link is reckoned this long, so that a mail is not shortened for one reader and whole for the next.
_RECKONED = 140
# Random and never sent: nobody can write it into a text.
_MARK = secrets.token_hex(12)
_MARKED = re.compile(rf"{_MARK}(\d{{4}})x+")


@dataclass(frozen=True)
class _Form:
    """A mail in pieces; between two of them stands the personal address whose number is between them."""

    subject: str
    text: tuple[str, ...]
    html: tuple[str, ...]

    @classmethod
    def of(cls, mail: Mail) -> "_Form":
        return cls(mail.subject, tuple(_MARKED.split(mail.text)), tuple(_MARKED.split(mail.html)))

    def filled(self, addresses: list[str]) -> Mail:
        in_html = [address.replace("&", "&amp;").replace('"', "&quot;") for address in addresses]
        return Mail(self.subject, _joined(self.text, addresses), _joined(self.html, in_html))

    def weight(self) -> int:
        """Bytes of memory."""
        return sum(map(sys.getsizeof, (self, self.subject, *self.text, *self.html)))


def _joined(pieces: tuple[str, ...], addresses: list[str]) -> str:
    return "".join(addresses[int(piece)] if i % 2 else piece for i, piece in enumerate(pieces))


class Renderer:
    def __init__(self, kept_mails: int = KEPT_MAILS, kept_bytes: int = KEPT_BYTES):
        self._jinja = None
        self._inliner = css_inline.CSSInliner(load_remote_stylesheets=False, minify_css=True)
        self.forms: Shelf[_Form] = Shelf(kept_mails, kept_bytes, _Form.weight)

    def fill(self, jinja_env) -> None:
        self._jinja = jinja_env

    def mail(self, letter: Letter, site: Site, language: str) -> Mail:
        """The letter as text and as HTML, in the language in force (force_locale)."""
        addresses = list(dict.fromkeys(link.url for link in links_of(letter) if link.personal))
        marks = {address: f"{_MARK}{i:04d}".ljust(_RECKONED, "x") for i, address in enumerate(addresses)}
        same = with_addresses(letter, marks)
        facts = (same, site.name, site.accent, language, settings.public_url)
        key = sha256(repr(facts).encode()).digest()
        return self.forms.get(key, lambda: _Form.of(self.whole(same, site, language))).filled(addresses)

    def whole(self, letter: Letter, site: Site, language: str) -> Mail:
        """The same, rendered from the start."""
        steps = iter(STEPS)
        told = letter
        while True:
            # What is far too large is not rendered at all.
            if sum(len(section.html or section.text) for section in sections_of(told) if not section.at_most) < 200_000:
                mail = self._render(told, site, language)
                if len(mail.html.encode()) <= LARGEST_HTML:
                    return mail
            step = next(steps, None)
            if step is None:
                return mail
            told = shortened(letter, *step)

    def _render(self, letter: Letter, site: Site, language: str) -> Mail:
        letter = replace(
            letter,
            groups=tuple(replace(group, sections=tuple(map(_told, group.sections))) for group in letter.groups),
        )
        light, dark = painted(site.accent)
        named = {"letter": letter, "site": site, "language": language.replace("_", "-")}
        text = self._jinja.get_template("mail/letter.txt").render(quoted=quoted, underlined=underlined, **named)
        html = self._jinja.get_template("mail/letter.html").render(
            light=light, dark=dark, absolute=absolute, preheader=_preheader(letter), **named
        )
        return Mail(clean_line(letter.subject), _tidy(text), self._inliner.inline(html))


renderer = Renderer()


def _told(section: Section) -> Section:
    """The section with as much of its text as is told."""
    if not section.text or not (section.at_most or section.is_plain):
        return section
    words = section.text
    if section.at_most:
        words = cut_off(words, section.at_most) if section.is_plain else first_words(words, section.at_most)
    return replace(section, text=words, html=f"<p>{escape(words)}</p>")


def first_words(text: str, length: int) -> str:
    """As excerpt(), without reading all of a long text."""
    start = text[: length * 5]
    words = excerpt(start, length)
    return words if len(start) == len(text) or words.endswith("…") else words + "…"


def _preheader(letter: Letter) -> str:
    """What a list of mails shows beside the subject: the first words told, else the lead."""
    first = next((section for section in sections_of(letter) if section.text), None)
    if letter.code or first is None:
        return letter.lead
    return cut_off(" ".join(unescape(nh3.clean(first.html or escape(first.text), tags=set())).split()), 140)


def cut_off(words: str, length: int) -> str:
    """Plain text of at most so many characters, ended between two words."""
    return words if len(words) <= length else words[:length].rsplit(" ", 1)[0].rstrip(",;:. ") + "…"


def absolute(html: str) -> str:
    """Links within our site, as somebody wrote them, lead there from a mail too."""
    public = urlsplit(settings.public_url)
    return re.sub(r'(href=")(/(?!/))', rf"\g<1>{public.scheme}://{public.netloc}\2", html)


def quoted(text: str) -> str:
    """Somebody's words in a text mail: no line of theirs passes for ours, whatever they hold for a line break."""
    public = urlsplit(settings.public_url)
    text = re.sub(r"(\]\()(/(?!/))", rf"\g<1>{public.scheme}://{public.netloc}\2", text)
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())


def underlined(title: str, rule: str) -> str:
    """A title over a line of its length, so that a title is seen to be one."""
    return f"{title}\n{rule * min(max(len(title), 3), 72)}"


def _tidy(text: str) -> str:
    """At most one empty line in a row."""
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"
