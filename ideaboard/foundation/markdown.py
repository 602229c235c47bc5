"""One renderer for every surface: markdown-it-py with HTML off, then nh3. Either wall suffices alone.

`render(text)` -> HTML that is stored beside its source with RENDERER_VERSION; a newer version renders it again.
Pictures are off (no third-party request from any page); headings become bold lines (the page owns the outline).
`render_with_pictures(text, pictures)` is for long texts of staff: `![words](picture:NAME)` shows a picture of ours, and
headings stand below the page's own. A picture from anywhere else stays its words.
"""

import html
import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import urljoin

import nh3
from markdown_it import MarkdownIt

RENDERER_VERSION = 1
_TAGS = {"p", "br", "strong", "em", "s", "ul", "ol", "li", "blockquote", "code", "pre", "a", "hr"}
# NEL (U+0085) is left: white space, which one line folds. Its neighbours show nothing, and no mail header may hold them.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")
_parser = MarkdownIt("commonmark", {"html": False, "linkify": True, "breaks": True, "typographer": False})
_parser.enable(["linkify", "strikethrough"]).disable(["image", "html_block", "html_inline"])


def _heading(open_tag: bool):
    return lambda self, tokens, i, options, env: "<p><strong>" if open_tag else "</strong></p>\n"


_parser.add_render_rule("heading_open", _heading(True))
_parser.add_render_rule("heading_close", _heading(False))


@dataclass(frozen=True)
class Shown:
    """A picture as it is shown: its address below our own root, and its size in pixels (nothing jumps while it loads)."""

    src: str
    width: int
    height: int


PICTURE = "picture:"
_long = MarkdownIt("commonmark", {"html": False, "linkify": True, "breaks": True, "typographer": False})
_long.enable(["linkify", "strikethrough"]).disable(["html_block", "html_inline"])


def _open_lower(self, tokens, i, options, env):
    """The highest heading of the text is h2; a level that would be skipped is not: the page's outline has no holes."""
    if "top" not in env:
        env["top"] = min(int(token.tag[1]) for token in tokens if token.type == "heading_open")
    env["level"] = min(int(tokens[i].tag[1]) - env["top"] + 2, env.get("level", 1) + 1, 4)
    return f"<h{env['level']}>"


def _picture(self, tokens, i, options, env):
    words = html.escape(self.renderInlineAsText(tokens[i].children or [], options, env))
    shown = env["pictures"].get(str(tokens[i].attrs.get("src", "")).removeprefix(PICTURE))
    if shown is None:
        return words
    size = f'width="{shown.width}" height="{shown.height}"'
    return f'<img src="{html.escape(shown.src)}" alt="{words}" {size} loading="lazy">'


_long.add_render_rule("heading_open", _open_lower)
_long.add_render_rule("heading_close", lambda self, tokens, i, options, env: f"</h{env['level']}>\n")
_long.add_render_rule("image", _picture)


def clean_text(text: str) -> str:
    """What people type, made storable: NFC, one kind of line break, no control characters or lone surrogates."""
    text = text.encode("utf-8", "ignore").decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", _CONTROL.sub("", text)).strip()


def clean_line(text: str) -> str:
    """The same for one line: any run of white space is one space."""
    return " ".join(clean_text(text).split())


def render(text: str) -> str:
    """Markdown to safe HTML."""
    return nh3.clean(
        _parser.render(text),
        tags=_TAGS,
        attributes={"a": {"href"}, "ol": {"start"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow ugc noopener noreferrer",
    )


def render_with_pictures(text: str, pictures: dict[str, Shown]) -> str:
    """Markdown of a long text to safe HTML; `pictures`: {name: what `picture:name` shows}."""
    return only_with(_long.render(text, {"pictures": pictures}), {shown.src for shown in pictures.values()})


def only_with(markup: str, ours: set[str]) -> str:
    """The second wall: of any HTML, what a long text may hold, with pictures of these addresses and no others."""

    def only_ours(tag: str, attribute: str, value: str) -> str | None:
        return value if (tag, attribute) != ("img", "src") or value in ours else None

    return nh3.clean(
        markup,
        tags=_TAGS | {"h2", "h3", "h4", "img"},
        attributes={"a": {"href"}, "ol": {"start"}, "img": {"src", "alt", "width", "height", "loading"}},
        attribute_filter=only_ours,
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow ugc noopener noreferrer",
    )


def pictures_in(text: str) -> list[tuple[str, str]]:
    """[(address, words)] of every picture that a Markdown text names, in order; the words say what is to be seen."""
    found = []
    for block in _long.parse(text):
        for token in block.children or []:
            if token.type == "image":
                words = _long.renderer.renderInlineAsText(token.children or [], _long.options, {})
                found.append((str(token.attrs.get("src", "")), words.strip()))
    return found


def without_pictures(text: str) -> str:
    """The same text, to be read where no picture is shown (an excerpt)."""
    return re.sub(r"!\[[^\]]*\]\([^)\s]*\)", "", text)


def excerpt(text: str, length: int = 200) -> str:
    """The first words of a Markdown text as plain text, at most `length` characters."""
    plain = nh3.clean(_parser.render(text), tags=set())
    plain = " ".join(_unescape(plain).split())
    if len(plain) <= length:
        return plain
    return plain[:length].rsplit(" ", 1)[0].rstrip(",;:. ") + "…"


def with_whole_links(html: str, page: str) -> str:
    """Rendered HTML as it can stand elsewhere (a feed): links and pictures are absolute, seen from `page`, its address."""

    def whole(tag: str, attribute: str, value: str) -> str | None:
        if attribute not in ("href", "src"):
            return value
        try:
            return urljoin(page, value)
        except ValueError:  # 'http://['
            return None

    return nh3.clean(
        html,
        tags=_TAGS | {"h2", "h3", "h4", "img"},
        attributes={"a": {"href"}, "ol": {"start"}, "img": {"src", "alt", "width", "height"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow ugc noopener noreferrer",
        attribute_filter=whole,
    )


def _unescape(text: str) -> str:
    return html.unescape(text)
