"""Words as they are, written so that a Markdown renderer shows exactly them.

Used where text that is *not* Markdown becomes a body that is rendered as Markdown: imports.
"""

import re
from urllib.parse import quote

# Each of these can begin or end something anywhere in a line. An underscore between two letters cannot.
_ANYWHERE = re.compile(r"[\\`*\[\]<]|(?<![^\W_])_|_(?![^\W_])|~(?=~)|(?<=~)~|&(?=#?\w+;)")
# These mean something only where a line begins (headings, lists, quotes, tables, rulers); a run of text may begin one.
_AT_THE_START = re.compile(r"^(\s*)(?=#+(?:\s|$)|[-+](?:\s|$)|[-=]+\s*$|-[-\s]*$|[>|])")
_NUMBERED = re.compile(r"^(\s*\d{1,9})(?=[.)](?:\s|$))")
# ... a heading may end in hashes that are not shown, and an exclamation mark before a link makes it a picture.
_AT_THE_END = re.compile(r"(?<=\s)(?=#+\s*$)|(?=!$)")
_ADDRESS = re.compile(r"https?://[^\s<>\"`\\^{}|]+", re.IGNORECASE)
# An address of only these characters is shown unchanged between angle brackets; a renderer shows others decoded.
_PLAIN_ADDRESS = re.compile(r"https?://[a-z0-9.-]*[a-z0-9](?::\d+)?(?:[/?#][\w\-.~:/?#@!$&'()*+,;=]*)?", re.ASCII)
# NUL is refused by PostgreSQL; the others are invisible.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def without_control_characters(text: str) -> str:
    """The text without characters that nobody sees and some databases refuse (tabs and line ends stay)."""
    return _CONTROL.sub("", text)


def escape_markdown(text: str, links: bool = True) -> str:
    """One run of text without line ends, escaped; web addresses in it become links unless `links` is False."""
    if not links:
        return _escape(text)
    parts, position = [], 0
    for match in _ADDRESS.finditer(text):
        url = _without_trailing_punctuation(match.group())
        parts += [_escape(text[position : match.start()]), markdown_link(url, url)]
        position = match.start() + len(url)
    return "".join([*parts, _escape(text[position:])])


def markdown_link(text: str, href: str) -> str:
    """`<href>` where the text is the address and shows the same, else `[text](href)` with the text escaped."""
    if text == href and _PLAIN_ADDRESS.fullmatch(href) and "xn--" not in href:
        return f"<{href}>"
    return f"[{_escape(text)}]({link_destination(href)})"


def link_destination(href: str) -> str:
    """An address that cannot end the parenthesis it is written in."""
    safe = re.sub(r"[\s<>()\\`\"]", lambda match: quote(match.group(), safe=""), href.strip())
    return re.sub(r"&(?=#?\w+;)", r"\\&", safe)


def plain_to_markdown(text: str) -> str:
    """Plain text whose rendering shows the same words on the same lines: blank lines part paragraphs, others break."""
    paragraphs: list[list[str]] = [[]]
    for line in without_control_characters(text).splitlines():
        words = " ".join(line.split())
        if words:
            paragraphs[-1].append(escape_markdown(words))
        elif paragraphs[-1]:
            paragraphs.append([])
    return "\n\n".join("  \n".join(lines) for lines in paragraphs if lines)


def _escape(text: str) -> str:
    text = _ANYWHERE.sub(lambda match: "\\" + match.group(), text)
    text = _AT_THE_END.sub(r"\\", text)
    text = _AT_THE_START.sub(r"\1\\", text)
    return _NUMBERED.sub(r"\1\\", text)


def _without_trailing_punctuation(url: str) -> str:
    """(see http://a.org/b). links http://a.org/b; a bracket that was opened inside the address stays."""
    while url and (
        url[-1] in ".,;:!?'*_~" or any(url[-1] == c and url.count(c) > url.count(o) for o, c in ("()", "[]"))
    ):
        url = url[:-1]
    return url
