"""Reading a mail as its receiver does: the words of both its forms, its links, what it would load."""

import re
from email.message import EmailMessage
from html.parser import HTMLParser

_MARKS = ":.·,*_>#-=()[]`~"
_VOID = {"meta", "br", "hr", "img", "link", "input"}


class Words(HTMLParser):
    """The visible words of an HTML mail, the addresses of its links, the headings in their order."""

    def __init__(self):
        super().__init__()
        self.words, self.links, self.headings, self.loads = [], [], [], []
        self._silent = []  # the tags that are open within what nobody sees

    def handle_starttag(self, tag, attrs):
        facts = dict(attrs)
        if tag == "a":
            self.links.append(facts["href"])
        self.loads += [facts[name] for name in ("src", "srcset", "background", "data", "poster") if name in facts]
        self.loads += [facts["href"]] if tag == "link" else []
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        hidden = (
            tag in ("style", "title") or "aria-hidden" in facts or re.search("display: ?none", facts.get("style", ""))
        )
        if tag not in _VOID and (hidden or self._silent):
            self._silent.append(tag)

    def handle_endtag(self, tag):
        if self._silent and self._silent[-1] == tag:
            self._silent.pop()

    def handle_data(self, data):
        if not self._silent:
            self.words += data.split()


def read_html(html: str) -> Words:
    parser = Words()
    parser.feed(html)
    return parser


def part(mail: EmailMessage, kind: str) -> str:
    return mail.get_body((kind,)).get_content()


def bag(words: list[str]) -> list[str]:
    """Words without the marks of Markdown and of layout, sorted."""
    return sorted(filter(None, (re.sub(r"^\d+\.$", "", word).strip(_MARKS) for word in words)))


def words_of_text(text: str) -> list[str]:
    return bag(re.sub(r"(\]\()?https?://[^\s)]+", " ", text).split())


def words_of_html(html: str) -> list[str]:
    return bag([word for word in read_html(html).words if "://" not in word])


def addresses_of_text(text: str) -> set[str]:
    return {address.rstrip(".,)") for address in re.findall(r"https?://[^\s)]+", text)}


def said(mail: EmailMessage) -> str:
    """All that a mail says, in both its forms."""
    return "".join([mail["Subject"], part(mail, "plain"), part(mail, "html")])


class Colours(HTMLParser):
    """Every piece of text with its colour and the nearest background around it, by day and by night."""

    def __init__(self, night_rules: list[tuple[str, dict[str, str]]]):
        super().__init__()
        self.pairs: set[tuple[str, str, str]] = set()
        self._night_rules = night_rules
        self._open = [("", set(), {}, {})]  # tag, classes, what holds by day, what holds by night

    def handle_starttag(self, tag, attrs):
        if tag in _VOID:
            return
        facts = dict(attrs)
        _, _, day, night = self._open[-1]
        inline = dict(re.findall(r"(?:^|[; ])(background|color): ?(#\w{6})", facts.get("style", "")))
        day, night = {**day, **inline}, {**night, **inline}
        classes = set(facts.get("class", "").split())
        around = set().union(*(kinds for _, kinds, _, _ in self._open))
        for selector, rule in self._night_rules:
            *outer, last = selector.split()
            is_this = last[1:] in classes if last.startswith(".") else last == tag
            if is_this and {place[1:] for place in outer} <= around:
                night.update(rule)
        self._open.append((tag, classes, day, night))

    def handle_endtag(self, tag):
        while len(self._open) > 1 and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        tag, _, day, night = self._open[-1]
        if data.strip() and tag not in ("style", "title", "head", "html"):
            self.pairs |= {(data.strip()[:40], side.get("color"), side.get("background")) for side in (day, night)}


def colours_of(html: str) -> set[tuple[str, str, str]]:
    """{(words, ink, background)} of a mail, by day (inline) and by night (its rules for the dark)."""
    night = re.search(r"prefers-color-scheme: dark\) \{(.*?)\}\s*@media", html, re.S)[1]
    rules = []
    for selectors, body in re.findall(r"([^{}]+)\{([^}]*)\}", night):
        rule = dict(re.findall(r"(?:^|[; ])(background|color): ?(#\w{6})", body))
        rules += [(selector.strip(), rule) for selector in selectors.split(",")]
    parser = Colours(rules)
    parser.feed(html)
    return parser.pairs
