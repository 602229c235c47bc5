"""Every kind of mail, read as its receiver's program reads it: both forms, links, size, headers, one click to stop."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from ideaboard.accounts.codes import send_code
from ideaboard.accounts.notices import PASSWORD_SET, write_notice
from ideaboard.extensions import db, force_locale
from ideaboard.foundation.database import end_reading, transaction
from ideaboard.foundation.mail import message_of
from ideaboard.models import Idea, Person, Site
from ideaboard.models.vocabulary import How, Reason, Topic
from ideaboard.notifications.preferences import set_how
from ideaboard.notifications.rendering import LARGEST_HTML, renderer
from ideaboard.notifications.sample_mails import LABELS, sample_letter
from ideaboard.site.theme import AA, contrast
from tests.conftest import NOW
from tests.notifications.reading import (
    addresses_of_text,
    colours_of,
    part,
    read_html,
    said,
    words_of_html,
    words_of_text,
)

DUE = NOW + timedelta(minutes=15)
MONDAY = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)
PUBLIC = "https://ideas.example.org"


@pytest.fixture(params=[PUBLIC, f"{PUBLIC}/club"], ids=["root", "sub-path"])
def public_url(request, app, monkeypatch):
    monkeypatch.setattr(app.config["SETTINGS"], "public_url", request.param)
    return request.param


@pytest.fixture
def sample(cast):
    """sample(kind, language) -> the EmailMessage of a sample to Noor."""

    def make(kind, language="en", accent="#0d6b52"):
        site = Site(id=1, name="Bean & Leaf", accent=accent, time_zone="UTC", locale="en", mails_a_week=7)
        with force_locale(language):
            mail = renderer.mail(sample_letter(kind, cast.noor, site, NOW), site, language)
        return message_of(mail, to="noor@example.org", sender_name="B", message_id="<a@b>", date=NOW).parsed

    return make


@pytest.fixture
def every_mail(cast, make_idea, follows, change_to, say, tell, send, post):
    """{kind: mail} as the worker sends them, to Noor: one idea, several, comment, digests, code, notice."""

    def make():
        found = {}

        def latest(name, now=DUE):
            end_reading()
            tell(now - timedelta(minutes=30))
            send(now)
            found[name] = post.to("noor@example.org")[-1]

        first, second = make_idea(), make_idea("Bring your own cup")
        follows(first, cast.noor)
        follows(second, cast.noor, reason=Reason.CHOSEN)
        change_to(first, "reviewed", "want")
        latest("change")
        change_to(first, "launched", at=DUE)
        change_to(second, "coming_soon", at=DUE)
        latest("several", DUE + timedelta(minutes=15))
        say(first, cast.oskar, "What do you say?", mentions=[cast.noor], at=DUE)
        latest("comment", DUE + timedelta(minutes=40))
        end_reading()
        set_how(cast.noor.id, Topic.STATUS, How.WEEKLY)
        change_to(second, "launched", at=DUE + timedelta(hours=2))
        latest("weekly", MONDAY + timedelta(minutes=1))
        end_reading()
        set_how(cast.noor.id, Topic.STATUS, How.DAILY)
        change_to(first, "launched", at=MONDAY + timedelta(hours=2))
        latest("daily", MONDAY + timedelta(days=1, minutes=1))
        later = MONDAY + timedelta(days=2)
        send_code("noor@example.org", later)
        latest("code", later)
        end_reading()
        with transaction():
            write_notice(cast.noor.id, PASSWORD_SET, later, "Firefox on Linux")
        latest("notice", later)
        return found

    return make


NEWS = ("change", "several", "comment", "weekly", "daily")


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("kind", LABELS)
def test_both_forms_say_the_same_small_and_load_nothing(sample, public_url, kind, language):
    mail = sample(kind, language)
    text, html = part(mail, "plain"), part(mail, "html")
    read = read_html(html)
    assert words_of_text(text) == words_of_html(html)
    assert addresses_of_text(text) == set(read.links)
    assert all(link.startswith(f"{public_url}/") for link in read.links)
    assert not read.loads and "url(" not in html and "@import" not in html and "<script" not in html
    assert len(html.encode()) < 20_000
    assert f'<html lang="{language}"' in html
    assert read.headings[0] == 1 and read.headings.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(read.headings, read.headings[1:], strict=False))


def test_every_mail_as_it_is_sent(every_mail, public_url, cast):
    others = set(db.session.execute(db.select(Person.email)).scalars()) - {"noor@example.org", None}
    assert len(others) > 4
    for kind, mail in every_mail().items():
        text, html = part(mail, "plain"), part(mail, "html")
        assert words_of_text(text) == words_of_html(html), kind
        assert all(link.startswith(f"{public_url}/") for link in read_html(html).links), kind
        assert not [address for address in others if address in said(mail) + mail.as_string()], kind
        assert re.fullmatch(r"<[0-9a-f]{32}@ideas\.example\.org>", mail["Message-ID"]), kind
        assert (mail["Auto-Submitted"], mail["To"], len(mail.get_all("To"))) == (
            "auto-generated",
            "noor@example.org",
            1,
        )
        assert mail["Bcc"] is None and mail["Cc"] is None
        assert (mail["List-Unsubscribe"] is not None) == (mail["List-Id"] is not None) == (kind in NEWS), kind
        assert (mail["Precedence"] == "list") == (kind in NEWS), kind


def test_about_one_idea_the_list_is_that_ideas(every_mail, public_url):
    mails = every_mail()
    of_idea = r"<idea-\d+\.ideas\.example\.org>"
    for kind in ("change", "comment"):
        assert re.fullmatch(of_idea, mails[kind]["List-Id"])
        assert re.fullmatch(r"<idea-\d+@ideas\.example\.org>", mails[kind]["References"])
    for kind in ("several", "weekly", "daily"):
        assert mails[kind]["List-Id"] == "<news.ideas.example.org>"
        assert mails[kind]["References"] is None


def test_one_click_stops_twice_without_cookies_or_page(app, every_mail, public_url, cast, reload):
    for kind, mail in every_mail().items():
        if kind not in NEWS:
            continue
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        url = mail["List-Unsubscribe"].strip("<>")
        assert url.startswith(public_url)
        for _ in range(2):
            answer = app.test_client(use_cookies=False).post(
                url.removeprefix(public_url),
                data={"List-Unsubscribe": "One-Click"},
                headers={"Sec-Fetch-Site": "cross-site"},
            )
            assert (answer.status_code, answer.headers.get("Set-Cookie")) == (200, None), kind
        assert reload(cast.noor).mail_stopped_at is not None, kind
        cast.noor.mail_stopped_at = None
        db.session.commit()


def test_several_ideas_are_one_mail_each_with_its_latest_text_and_its_own_mute(every_mail, public_url, cast):
    from ideaboard.notifications.unsubscribing import holder_of

    mail = every_mail()["several"]
    assert mail["Subject"].startswith("2 of your ideas moved: ")
    html = part(mail, "html")
    assert html.count(">Open the idea<") == 2 and html.count(">Mute this idea<") == 2
    tokens = re.findall(
        r"/unsubscribe/([^\"]+)\">Mute this idea<|unsubscribe/([^\"]+)\" style=\"[^\"]*\">Mute this", html
    )
    muted = {holder_of(token, NOW).idea.title for pair in tokens for token in pair if token}
    assert muted == {"Oat milk without the extra charge", "Bring your own cup"}


def test_the_digest_says_what_was_launched_and_names_its_rhythm(every_mail, public_url):
    mails = every_mail()
    assert mails["weekly"]["Subject"].startswith("Your week at ")
    assert mails["daily"]["Subject"].startswith("Your day at ")
    for kind in ("weekly", "daily"):
        text = part(mails[kind], "plain").replace("\r\n", "\n")
        assert "Launched\n--------" in text
        assert text.count("> From June oat costs what milk costs.") == 1


def test_forty_ideas_with_long_answers_stay_below_the_limit(
    cast, make_idea, follows, change_to, tell, send, post, public_url
):
    ideas = [make_idea(f"Idea number {i} of many that moved in one week") for i in range(40)]
    for idea in ideas:
        follows(idea, cast.noor)
        change_to(idea, "launched", text="Many “words” & more. " * 476, html="<p>Many “words” &amp; more. </p>" * 476)
    tell()
    send(DUE)
    (mail,) = post.sent
    html, text = part(mail, "html"), part(mail, "plain")
    assert len(html.encode()) <= LARGEST_HTML
    assert words_of_text(text) == words_of_html(html)
    assert "This mail is shortened" in text
    assert sum(f"Idea number {i} of" in text for i in range(40)) == 40
    assert text.count("Mute this idea: ") == 40


def test_a_comment_cannot_pass_for_our_own_foot(cast, make_idea, follows, say, tell, send, post, public_url):
    idea = make_idea(author=cast.noor)
    follows(idea, cast.noor, reason=Reason.AUTHOR)
    foot = "--\nYou get this because you voted.\u2028Stop with one click: https://evil.example/x\x85-- \nChoose: http://e.example"
    say(idea, cast.oskar, foot)
    tell()
    send(DUE)
    lines = part(post.sent[0], "plain").splitlines()
    assert all(line.startswith("> ") for line in lines if "evil" in line or "e.example" in line)
    assert [line.rstrip() for line in lines].count("--") == 1


def test_nothing_that_somebody_typed_makes_a_header(
    cast, make_idea, follows, change_to, say, tell, send, post, public_url
):
    evil = "Oat\r\nBcc: victim@example.org\r\n\r\nmilk"
    idea, other = make_idea(), make_idea("Other")
    db.session.execute(db.update(Idea).where(Idea.id == idea.id).values(title=evil))
    db.session.execute(db.update(Person).where(Person.id == cast.oskar.id).values(display_name=evil))
    db.session.commit()
    follows(idea, cast.noor)
    follows(other, cast.noor)
    change_to(idea, "launched")
    change_to(other, "launched")
    say(idea, cast.oskar, "Hi", mentions=[cast.noor])
    tell()
    send(DUE)
    (mail,) = post.to("noor@example.org")
    assert mail["Bcc"] is None
    assert "victim" in mail["Subject"] and "\n" not in mail["Subject"]
    assert not {"Bcc", "Cc"} & set(mail.keys()) and len(mail.get_all("To")) == 1


@pytest.mark.parametrize("accent", ["#0d6b52", "#ffff00", "#000000", "#ffffff", "#ff0066", "#7f7f7f"])
def test_words_can_be_read_whatever_the_accent(sample, accent):
    """Each word's colour on the nearest background around it keeps AA, by day and by night."""
    for kind in ("launched", "weekly"):
        pairs = colours_of(part(sample(kind, accent=accent), "html"))
        assert len(pairs) > 10
        assert not [(words, ink, back) for words, ink, back in pairs if contrast(ink, back) < AA]


def test_the_colours_are_those_of_the_pages():
    from pathlib import Path

    from ideaboard.notifications.paint import DARK, LIGHT

    css = (Path(__file__).parents[2] / "static/css/tokens.css").read_text()
    for name in ("paper", "card", "wash", "ink", "soft", "line"):
        for side, suffix in ((LIGHT, ""), (DARK, "-night")):
            assert f"--raw-{name}{suffix}: {getattr(side, name)};" in css
    for tone in LIGHT.tones:
        for i, part_name in ((0, ""), (1, "-wash")):
            line = f"--status-{tone.replace('_', '-')}{part_name}: light-dark({LIGHT.tones[tone][i]}, {DARK.tones[tone][i]});"
            assert line in css
