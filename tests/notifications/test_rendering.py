"""One rendering for all who are told the same: what is kept is the same mail, and each reader's links are their own."""

from dataclasses import replace

import pytest

from ideaboard.extensions import force_locale
from ideaboard.foundation.shelf import Shelf
from ideaboard.models import Person, Site
from ideaboard.notifications.letters import links_of, sections_of, with_addresses
from ideaboard.notifications.rendering import _MARK, Renderer, renderer
from ideaboard.notifications.sample_mails import LABELS, sample_letter
from ideaboard.notifications.unsubscribing import holder_of
from tests.conftest import NOW
from tests.notifications.reading import addresses_of_text, read_html

SITE = {"id": 1, "name": "Bean & Leaf", "accent": "#0d6b52", "time_zone": "UTC", "locale": "en", "mails_a_week": 7}


@pytest.fixture
def site():
    return Site(**SITE)


@pytest.fixture
def fresh(app):
    """A renderer with an empty shelf that counts its renderings."""

    class Counting(Renderer):
        rendered = 0

        def whole(self, *facts):
            self.rendered += 1
            return super().whole(*facts)

    made = Counting()
    made.fill(app.jinja_env)
    return made


def mail_to(person, kind, site, by, language="en"):
    with force_locale(language):
        return by.mail(sample_letter(kind, person, site, NOW), site, language)


@pytest.mark.parametrize("kind", LABELS)
def test_kept_and_fresh_mails_are_the_same_bytes(app, cast, site, fresh, kind):
    mail_to(cast.vera, kind, site, fresh)
    kept = mail_to(cast.noor, kind, site, fresh)
    assert fresh.rendered == 1
    with force_locale("en"):
        letter = sample_letter(kind, cast.noor, site, NOW)
        assert kept == renderer.whole(letter, site, "en")
    assert _MARK not in kept.html + kept.text


@pytest.mark.parametrize("kind", ["launched", "several", "weekly"])
def test_each_reader_gets_their_own_links_and_nobody_elses(cast, site, fresh, kind):
    for person in (cast.vera, cast.noor, cast.vera):
        mail = mail_to(person, kind, site, fresh)
        found = [url for url in read_html(mail.html).links if "/unsubscribe/" in url]
        assert len(found) >= 2
        assert {holder_of(url.rsplit("/", 1)[1], NOW).person.id for url in found} == {person.id}
        assert {url for url in addresses_of_text(mail.text) if "/unsubscribe/" in url} == set(found)
    assert fresh.rendered == 1


def test_what_differs_is_another_rendering(cast, site, fresh):
    """Name and colour of the site, language, zone, reason, and every word."""
    noor = cast.noor
    with force_locale("en"):
        letter = sample_letter("launched", noor, site, NOW)
    (section,) = sections_of(letter)
    redacted = replace(section, text="The text of this answer was removed.", html="<p>gone</p>")
    others = [
        (letter, site, "en"),
        (letter, Site(**{**SITE, "name": "Other"}), "en"),
        (letter, Site(**{**SITE, "accent": "#aa3355"}), "en"),
        (letter, site, "de"),
        (replace(letter, why="because you follow it"), site, "en"),
        (replace(letter, groups=(replace(letter.groups[0], sections=(redacted,)),)), site, "en"),
        (replace(letter, subject="Another"), site, "en"),
    ]
    mails = [fresh.mail(*facts) for facts in others]
    assert fresh.rendered == len(others)
    assert len(set(mails)) == len(others)
    assert [fresh.mail(*facts) for facts in others] == mails
    assert fresh.rendered == len(others)


def test_an_address_with_signs_of_html_stays_in_its_attribute(cast, site, fresh):
    with force_locale("en"):
        letter = sample_letter("launched", cast.noor, site, NOW)
    odd = 'https://ideas.example.org/u?a=1&b="2"'
    letter = with_addresses(letter, {link.url: odd for link in links_of(letter) if link.personal})
    mail = fresh.mail(letter, site, "en")
    assert odd in read_html(mail.html).links
    assert mail == fresh.whole(letter, site, "en")


def test_a_text_that_looks_like_a_placeholder_is_a_text(cast, site, fresh):
    with force_locale("en"):
        letter = sample_letter("launched", cast.noor, site, NOW)
    (section,) = sections_of(letter)
    odd = replace(section, text="0000xxxx 0001xxxx", html="<p>0000xxxx 0001xxxx</p>")
    mail = fresh.mail(replace(letter, groups=(replace(letter.groups[0], sections=(odd,)),)), site, "en")
    assert "0000xxxx 0001xxxx" in mail.text and "0000xxxx 0001xxxx" in mail.html


def test_what_is_kept_is_bounded(cast, site, app):
    small = Renderer(kept_mails=5, kept_bytes=150_000)
    small.fill(app.jinja_env)
    with force_locale("en"):
        letter = sample_letter("launched", cast.noor, site, NOW)
        for i in range(60):
            small.mail(replace(letter, subject=f"Mail {i}", title=f"Mail {i} " * (i * 20)), site, "en")
            assert len(small.forms) <= 5 and small.forms.held <= 150_000


def test_the_shelf_lets_the_least_lately_used_go():
    made = []

    def make(name):
        made.append(name)
        return name

    shelf = Shelf(count=2, size=100, weigh=len)
    for name in ("a", "b", "a", "c", "a", "b"):
        assert shelf.get(name, lambda name=name: make(name)) == name
    assert made == ["a", "b", "c", "b"]
    assert (len(shelf), shelf.held) == (2, 2)
    shelf.get("large", lambda: "x" * 101)
    assert (len(shelf), shelf.held) == (0, 0)


def test_a_mail_that_must_be_shortened_leads_to_the_inbox(cast, site, fresh):
    noor = Person(id=5, display_name="Noor")
    with force_locale("en"):
        letter = sample_letter("weekly", noor, site, NOW)
    many = replace(letter.groups[0], sections=letter.groups[0].sections * 90)
    mail = fresh.mail(replace(letter, groups=(many,)), site, "en")
    assert "more stand in your inbox" in mail.text and "Open your inbox: " in mail.text
    assert len(mail.html.encode()) < 58_000
