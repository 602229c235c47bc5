"""The one place where a stranger's HTML becomes Markdown, by nh3 (a browser's parser) and markdownify.

Kept: paragraphs, line breaks, lists, quotes, headings, emphasis, code, links. Dropped: scripts and styles with their
content, every other tag without its content. What a reader saw, a reader of the rendered Markdown sees: where a mark
of emphasis or a link would not parse beside its neighbours, the mark goes and the words stay.
"""

import re

import nh3
from bs4 import BeautifulSoup, NavigableString, Tag
from markdownify import MarkdownConverter

from ideaboard.foundation.markdown_escape import (
    escape_markdown,
    link_destination,
    markdown_link,
    without_control_characters,
)

_BLOCKS = {
    "p", "div", "section", "article", "header", "footer", "main", "aside", "address", "blockquote", "ul", "ol", "li",
    "h1", "h2", "h3", "h4", "h5", "h6", "pre", "hr", "dl", "dt", "dd", "table", "caption", "thead", "tbody", "tfoot",
    "tr", "td", "th", "figure", "figcaption", "details", "summary", "form", "fieldset",
}  # fmt: skip
_INLINE = {"a", "b", "strong", "i", "em", "code", "br", "img"}
_EMPHASIS = {"b", "strong", "i", "em"}
_DROPPED_WHOLE = {"script", "style", "title", "textarea", "noscript", "template", "select", "svg"}
_ATTRIBUTES = {"a": {"href"}, "img": {"src", "alt"}, "ol": {"start"}}
_BLANK_LINE = re.compile(r"\n[ >]*\n")


def html_to_markdown(html: str) -> str:
    """The HTML (a fragment, a page, or plain text with entities) as Markdown; '' for nothing visible."""
    clean = nh3.clean(
        without_control_characters(html),
        tags=_BLOCKS | _INLINE,
        clean_content_tags=_DROPPED_WHOLE,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        link_rel=None,
    )
    soup = BeautifulSoup(clean, "html.parser")
    for element in soup.find_all(["a", "code", "pre"]):
        if _is_better_as_text(element):
            element.unwrap()
    soup.smooth()  # neighbouring runs of text become one, so that "1" and ". x" are escaped together
    return _Converter().convert_soup(soup).strip()


def _is_better_as_text(element: Tag) -> bool:
    """A link to nowhere outside, or code that holds marks of its own."""
    text = element.get_text()
    if element.name == "a":
        href = element.get("href", "")
        return not re.match(r"(https?://|mailto:)\S", href, re.IGNORECASE) or not text.strip()
    if element.name == "code" and element.parent.name != "pre":
        beside = (element.previous_sibling, element.next_sibling)
        touches = any(isinstance(other, Tag) or other is None and element.parent.name in _INLINE for other in beside)
        return touches or bool(element.find(True)) or not text or bool(re.search(r"[`\n]|^\s|\s$", text))
    return "```" in text or bool(element.find(["a", "br", *_BLOCKS])) or element.find_parent(list(_BLOCKS)) is not None


class _Converter(MarkdownConverter):
    """markdownify's walk through the tree, with our own words for each element."""

    class Options(MarkdownConverter.DefaultOptions):
        heading_style = "atx"
        bullets = "-"

    def process_text(self, el, parent_tags=None):
        if "_noformat" not in parent_tags:
            el = _collapsed(el)
        return super().process_text(el, parent_tags)

    def escape(self, text, parent_tags):
        return escape_markdown(text, links="a" not in parent_tags)

    def convert_a(self, el, text, parent_tags):
        before, words, after = _edges(text)
        if not words or _BLANK_LINE.search(words) or "a" in parent_tags or "_noformat" in parent_tags:
            return text
        href = el["href"].strip()
        if el.get_text().strip() == href:
            return f"{before}{markdown_link(href, href)}{after}"
        return f"{before}[{words}]({link_destination(href)}){after}"

    def _emphasised(self, el, text, parent_tags, mark):
        before, words, after = _edges(text)
        parses = words and not _BLANK_LINE.search(words) and _stands_apart(el, text)
        if not parses or parent_tags & (_EMPHASIS | {"_noformat"}) or el.find(list(_BLOCKS | _EMPHASIS)):
            return text
        return f"{before}{mark}{words}{mark}{after}"

    def convert_b(self, el, text, parent_tags):
        return self._emphasised(el, text, parent_tags, "**")

    def convert_em(self, el, text, parent_tags):
        return self._emphasised(el, text, parent_tags, "*")

    convert_strong, convert_i = convert_b, convert_em

    def convert_img(self, el, text, parent_tags):
        """A picture stays where it is and is linked: pages of ours load nothing from elsewhere."""
        src, alt = el.get("src", "").strip(), " ".join(el.get("alt", "").split())
        if not src.lower().startswith(("http://", "https://")) or "a" in parent_tags:
            return escape_markdown(alt, links=False)
        return markdown_link(alt or src, src)

    def _paragraph(self, el, text, parent_tags):
        text = text.strip()
        return f" {text} " if "_inline" in parent_tags else f"\n\n{text}\n\n" if text else ""

    convert_p = convert_div = convert_section = convert_article = convert_header = convert_footer = _paragraph
    convert_main = convert_aside = convert_address = convert_figure = convert_figcaption = _paragraph
    convert_details = convert_summary = convert_form = convert_fieldset = _paragraph
    convert_dl = convert_dt = convert_dd = convert_table = convert_caption = convert_tr = _paragraph

    def convert_td(self, el, text, parent_tags):
        return " ".join(text.split()) + " "

    convert_th = convert_td

    def convert_hr(self, el, text, parent_tags):
        return "\n\n"


def _collapsed(el):
    """White space in HTML is one space; markdownify would keep line ends, at which a line could begin a list."""
    text = NavigableString(re.sub(r"[\s\x85]+", " ", str(el)))
    text.parent, text.previous_sibling, text.next_sibling = el.parent, el.previous_sibling, el.next_sibling
    return text


def _edges(text: str) -> tuple[str, str, str]:
    """White space before, the words, white space after: marks must touch words, and line breaks must not be lost."""
    words = text.strip()
    if not words:
        return text, "", ""
    start = text.index(words)
    return text[:start], words, text[start + len(words) :]


def _stands_apart(el: Tag, text: str) -> bool:
    """Whether marks of emphasis at both ends of the element's Markdown are sure to be read as such."""
    before, words, after = _edges(text)
    return all(
        space or edge.isalnum() and not isinstance(neighbour, Tag) or _is_white_end(neighbour, el, index)
        for space, edge, neighbour, index in (
            (before, words[0], el.previous_sibling, -1),
            (after, words[-1], el.next_sibling, 0),
        )
    )


def _is_white_end(neighbour, el: Tag, index: int) -> bool:
    """The neighbour is white space, a line break, or the edge of a block."""
    if neighbour is None:
        return el.parent.name in _BLOCKS or el.parent.name == "[document]"
    if isinstance(neighbour, Tag):
        return neighbour.name == "br"
    return bool(neighbour) and neighbour[index].isspace()
