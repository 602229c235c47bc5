"""HTML becomes Markdown, and what a reader saw a reader still sees."""

import re

import nh3
import pytest
from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st

from ideaboard.foundation.html_to_markdown import html_to_markdown
from ideaboard.foundation.markdown import render
from ideaboard.foundation.markdown_escape import plain_to_markdown


def visible(html: str) -> str:
    """The text of the page without white space: where spaces fall between blocks is a matter of style sheets."""
    return re.sub(r"\s+", "", BeautifulSoup(html, "html.parser").get_text())


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<p>One.</p><p>Two.</p>", "One.\n\nTwo."),
        ("<p>one<br>two<br/></p>", "one  \ntwo"),
        ("<p>one<br><br>two</p>", "one  \n  \ntwo"),
        ("  plain \n words  ", "plain words"),
        ("caf&eacute; &amp; cr&egrave;me &lt;3", "café & crème \\<3"),
        ("<ul><li>a</li><li>b<ol><li>c</li></ol></li></ul>", "- a\n- b\n  1. c"),
        ('<a href="https://a.org/b_c">https://a.org/b_c</a>', "<https://a.org/b_c>"),
        ('<a href="https://a.org/b">our page</a>', "[our page](https://a.org/b)"),
        ('<a href="https://a.org/b (c)">x]y</a>', "[x\\]y](https://a.org/b%20%28c%29)"),
        ("see https://a.org/b_c, there", "see <https://a.org/b_c>, there"),
        ('<a href="javascript:alert(1)">x</a> <a href="/admin">y</a>', "x y"),
        ("<b>Big</b> and <em>fine</em>", "**Big** and *fine*"),
        ("<b>Title<br></b>text", "**Title**  \ntext"),
        ('a<b>"x"</b>b', 'a"x"b'),
        ("<script>alert(1)</script><style>p{}</style>words", "words"),
        ("<div><span>a</span></div><div>b</div>", "a\n\nb"),
        ("<b><p>one</p><p>two</p></b>", "one\n\ntwo"),
        ("<h2>Why <b>now</b></h2><p>x</p>", "## Why **now**\n\nx"),
        ("<blockquote><p>a</p><p>b</p></blockquote>c", "> a\n>\n> b\n\nc"),
        ("<p>use <code>a_b</code></p>", "use `a_b`"),
        ("<p>3*4*5 _x_ a_b</p>", "3\\*4\\*5 \\_x\\_ a_b"),
        ('<img src="https://a.org/p.png" alt="a mug">', "[a mug](https://a.org/p.png)"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\n\nc"),
        ("<p>a\x00b</p>", "ab"),
        ("<p> </p><p></p>", ""),
        ("", ""),
    ],
)
def test_what_becomes_of_each_element(html, markdown):
    assert html_to_markdown(html) == markdown


LINE_STARTS = ["# x", "1. x", "12) x", "- x", "+ x", "* x", "> x", "--- ", "===", "***", "    x", "```", "~~~", "| a |"]


@pytest.mark.parametrize("text", LINE_STARTS)
def test_a_line_that_looks_like_markdown_stays_a_line(text):
    escaped = text.replace("<", "&lt;").replace(">", "&gt;")
    for html in (f"<p>{escaped}</p>", f"<p>y<br>{escaped}</p>", f"<ul><li>{escaped}</li></ul>", f"<h3>{escaped}</h3>"):
        assert visible(render(html_to_markdown(html))) == visible(html)


WORDS = st.text(alphabet="aé1. -+=#*_`~|[]()!<>&;:\\\"'/\n\t", min_size=1, max_size=12)
TEXT = WORDS.map(lambda text: text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))
INLINE = st.recursive(
    TEXT | st.just("<br>"),
    lambda inner: (
        st.builds(
            "<{0}>{1}</{0}>".format,
            st.sampled_from(["b", "i", "em", "strong", "span", "code"]),
            st.lists(inner, max_size=3).map("".join),
        )
        | st.builds('<a href="https://a.org/x?y=1&amp;z=(2)">{}</a>'.format, st.lists(inner, max_size=2).map("".join))
    ),
    max_leaves=6,
)
INLINES = st.lists(INLINE, max_size=4).map("".join)
BLOCKS = st.recursive(
    st.builds("<{0}>{1}</{0}>".format, st.sampled_from(["p", "div", "h2", "h5", "pre"]), INLINES) | INLINES,
    lambda inner: (
        st.builds("<blockquote>{}</blockquote>".format, st.lists(inner, max_size=3).map("".join))
        | st.builds(
            "<{0}>{1}</{0}>".format,
            st.sampled_from(["ul", "ol"]),
            st.lists(st.builds("<li>{}</li>".format, inner), max_size=3).map("".join),
        )
    ),
    max_leaves=6,
)


@settings(max_examples=40, deadline=None)
@given(st.lists(BLOCKS, min_size=1, max_size=3).map("".join))
def test_visible_text_survives_nested_html(html):
    as_a_browser_reads_it = nh3.clean(html)
    assert visible(render(html_to_markdown(html))) == visible(as_a_browser_reads_it)


@settings(max_examples=40, deadline=None)
@given(st.text(alphabet="aé1. -+=#*_`~|[]()!<>&;:\\\"'/\n\t\x00w", max_size=40))
def test_visible_text_survives_plain(text):
    assert visible(render(plain_to_markdown(text))) == re.sub(r"[\s\x00]+", "", text)


def test_lines_of_plain_text_stay_lines():
    assert plain_to_markdown("1. a\n2. b\n\n\n<100 g/km\n") == "1\\. a  \n2\\. b\n\n\\<100 g/km"
