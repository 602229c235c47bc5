"""A letter: what a mail says, before it is text and HTML. Both are made from it, so that they say the same.

A letter has groups (an idea, a story, a chapter of a digest), a group has sections (one piece of news each). What is
in it for one reader alone is a `Link` marked personal: everything else is the same for all who are told the same.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ideaboard.extensions import gettext, ngettext

# Steps of shortening, tried in turn until the mail is small enough: characters of a text, sections in all.
STEPS = ((600, 60), (300, 40), (160, 40), (80, 40), (50, 40), (80, 20))


@dataclass(frozen=True)
class Link:
    """`personal`: holds a token of this one reader."""

    label: str
    url: str
    personal: bool = False


@dataclass(frozen=True)
class Section:
    """One piece of news: a line that says what it is, who and when, the words themselves (Markdown and its HTML)."""

    title: str = ""  # '': the group's says it
    url: str = ""  # where the title leads
    badge: str = ""  # a status, where the title is an idea's
    tone: str = ""  # the colour family of the status (workflow/words.py:badge_kind); '': none
    byline: str = ""
    face: str = ""  # one letter; beside the byline, for the eye alone
    text: str = ""
    html: str = ""
    is_plain: bool = False  # the text is no Markdown
    at_most: int = 0  # so many characters of the text are told; 0: all of it
    promise: str = ""  # "We look again in May 2026."
    links: tuple[Link, ...] = ()


@dataclass(frozen=True)
class Group:
    """What belongs together. Without a title it is the letter's only one."""

    sections: tuple[Section, ...] = ()
    title: str = ""
    url: str = ""
    note: str = ""  # a line under the title
    button: Link | None = None
    links: tuple[Link, ...] = ()
    why: str = ""  # beside the links: why one hears of it


@dataclass(frozen=True)
class Letter:
    subject: str
    title: str
    lead: str
    groups: tuple[Group, ...] = ()
    code: str = ""  # the six digits of a sign-in code, shown large
    button: Link | None = None
    notes: tuple[str, ...] = ()
    why: str = ""
    stop: Link | None = None
    manage: Link | None = None
    inbox: Link | None = None  # where all of it stands, should the mail be shortened


def sections_of(letter: Letter) -> Iterator[Section]:
    return (section for group in letter.groups for section in group.sections)


def links_of(letter: Letter) -> Iterator[Link]:
    """Every link that may be personal, in the order of reading."""
    for group in letter.groups:
        for section in group.sections:
            yield from section.links
        yield from group.links
        if group.button:
            yield group.button
    yield from (link for link in (letter.button, letter.stop, letter.manage, letter.inbox) if link)


def with_addresses(letter: Letter, addresses: dict[str, str]) -> Letter:
    """The letter with its personal links leading elsewhere: {address now: address then}."""

    def put(link: Link | None) -> Link | None:
        return replace(link, url=addresses[link.url]) if link is not None and link.personal else link

    def puts(links: tuple[Link, ...]) -> tuple[Link, ...]:
        return tuple(map(put, links))

    groups = tuple(
        replace(
            group,
            sections=tuple(replace(section, links=puts(section.links)) for section in group.sections),
            links=puts(group.links),
            button=put(group.button),
        )
        for group in letter.groups
    )
    return replace(
        letter,
        groups=groups,
        button=put(letter.button),
        stop=put(letter.stop),
        manage=put(letter.manage),
        inbox=put(letter.inbox),
    )


def shortened(letter: Letter, characters: int, sections: int) -> Letter:
    """The first words of each section, of the first so many; the letter says so, and where the rest stands."""
    groups, left = [], sections
    for group in letter.groups:
        kept = tuple(
            replace(section, at_most=min(section.at_most or characters, characters))
            for section in group.sections[:left]
        )
        left -= len(kept)
        if kept:  # a button weighs as much as a text, and the title leads there too
            groups.append(replace(group, sections=kept, button=None if group.url else group.button))
    gone = sum(1 for _ in sections_of(letter)) - (sections - left)
    notes = [*letter.notes, gettext("This mail is shortened; the page has all of it.")]
    if gone:
        notes.append(ngettext("%(num)s more stands in your inbox.", "%(num)s more stand in your inbox.", gone))
    button = letter.inbox if gone and letter.inbox else letter.button
    return replace(letter, groups=tuple(groups), notes=tuple(notes), button=button)
