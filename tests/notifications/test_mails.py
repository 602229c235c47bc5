"""What a mail says, in both its forms, and its headers."""

import re
from datetime import timedelta

import pytest

from ideaboard.accounts.codes import code_of, send_code
from ideaboard.extensions import force_locale
from ideaboard.foundation.settings import settings
from ideaboard.models import Delivery, Idea, Pending, Person
from ideaboard.models.vocabulary import Reason
from ideaboard.notifications.preview import Intended, preview_of_change
from ideaboard.notifications.rendering import absolute
from ideaboard.notifications.unsubscribing import holder_of
from tests.conftest import NOW
from tests.notifications.reading import addresses_of_text, part, read_html, said, words_of_html, words_of_text

DUE = NOW + timedelta(minutes=15)


@pytest.fixture
def https(app, monkeypatch):
    monkeypatch.setattr(app.config["SETTINGS"], "public_url", "https://ideas.example.org/club")
    assert settings.public_url.startswith("https")


@pytest.fixture
def mail_of_a_change(cast, make_idea, follows, change_to, tell, send, post):
    def make(**facts):
        idea = make_idea()
        follows(idea, cast.noor)
        change_to(idea, "reviewed", "want", **facts)
        tell()
        send(DUE)
        return post.to("noor@example.org")[-1]

    return make


def test_text_and_html_say_the_same(mail_of_a_change):
    mail = mail_of_a_change(text="From June oat costs what milk costs. Ask at https://example.org/oat.")
    text, html = part(mail, "plain"), part(mail, "html")
    assert words_of_text(text) == words_of_html(html)
    assert addresses_of_text(text) >= set(read_html(html).links)


def test_headers_of_news(https, mail_of_a_change):
    mail = mail_of_a_change()
    assert re.fullmatch(r"<[0-9a-f]{32}@ideas\.example\.org>", mail["Message-ID"])
    assert mail["From"].addresses[0].addr_spec == "ideas@example.org"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert re.fullmatch(r"<idea-\d+\.ideas\.example\.org>", mail["List-Id"])
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["Date"].datetime == DUE
    assert mail["Content-Language"] == "en"
    url = mail["List-Unsubscribe"].strip("<>")
    assert url.startswith("https://ideas.example.org/club/unsubscribe/")
    holder = holder_of(url.rsplit("/", 1)[1], NOW)
    assert (holder.person.display_name, holder.idea.title, holder.topic) == (
        "Noor",
        "Oat milk without the extra charge",
        "status",
    )


def test_without_https_no_header_promises_one_click(mail_of_a_change):
    mail = mail_of_a_change()
    assert mail["List-Unsubscribe"] is None
    assert "/unsubscribe/" in mail.get_body(("plain",)).get_content()


def test_the_html_is_small_styled_inline_and_knows_the_dark(mail_of_a_change):
    html = mail_of_a_change(text="word " * 1900).get_body(("html",)).get_content()
    assert len(html) < 60_000
    assert '<h1 class="ink" style="' in html
    assert 'name="color-scheme" content="light dark"' in html
    assert "prefers-color-scheme: dark" in html
    assert "<script" not in html
    assert "src=" not in html


def test_a_mail_that_would_be_cut_off_is_shortened(mail_of_a_change):
    paragraphs = "\n\n".join(["a"] * 3000)
    mail = mail_of_a_change(text=paragraphs, html="<p>a</p>\n" * 3000)
    assert len(mail.get_body(("html",)).get_content()) < 60_000
    assert "This mail is shortened" in mail.get_body(("html",)).get_content()
    assert "This mail is shortened" in mail.get_body(("plain",)).get_content()


def test_a_title_with_markup_or_a_break_stays_a_line_of_text(db, cast, make_idea, follows, change_to, tell, send, post):
    idea = make_idea("<script>alert(1)</script> & more")
    follows(idea, cast.noor)
    db.session.execute(db.update(Idea).where(Idea.id == idea.id).values(title="<script>a</script>\r\nBcc: x@y.z"))
    db.session.commit()
    change_to(idea, "under_review")
    tell()
    assert send(DUE) == ["sent"]
    (mail,) = post.sent
    assert mail["Bcc"] is None
    assert "<script" not in mail.get_body(("html",)).get_content()


def test_links_inside_our_site_are_whole(db, mail_of_a_change, monkeypatch, https, make_idea, cast, follows):
    assert absolute('<a href="/club/ideas/1">') == '<a href="https://ideas.example.org/club/ideas/1">'
    assert absolute('<a href="//evil.example/x">') == '<a href="//evil.example/x">'


def test_the_days_stand_in_the_readers_zone(db, cast, make_idea, follows, change_to, tell, send, post):
    idea = make_idea()
    follows(idea, cast.noor, cast.vera)
    db.session.execute(db.update(Person).where(Person.id == cast.noor.id).values(time_zone="Pacific/Auckland"))
    db.session.commit()
    db.session.expire_all()
    late = NOW.replace(hour=20)
    change_to(idea, "launched", at=late)
    tell()
    send(late + timedelta(minutes=15))
    texts = {m["To"]: m.get_body(("plain",)).get_content() for m in post.sent}
    assert "4 March 2026" in texts["noor@example.org"]
    assert "3 March 2026" in texts["vera@example.org"]


def test_a_language_that_the_product_does_not_speak_is_no_half_translation(
    db, cast, make_idea, follows, change_to, tell, send, post
):
    idea = make_idea()
    follows(idea, cast.noor)
    db.session.execute(db.update(Person).where(Person.id == cast.noor.id).values(locale="fi"))
    db.session.commit()
    db.session.expire_all()
    change_to(idea, "launched")
    tell()
    send(DUE)
    assert post.sent[0]["Content-Language"] == "en"
    assert "3 March 2026" in said(post.sent[0])


@pytest.mark.parametrize(
    ("stage", "outcome", "facts", "subject"),
    [
        ("under_review", None, {}, "is under review"),
        ("reviewed", "not_now", {"promised_on": NOW.date()}, "is reviewed: not now"),
        ("reviewed", "will_not", {}, "is reviewed: we will not do this"),
        ("reviewed", "exists", {"linked_url": "https://example.org/x"}, "is reviewed: it exists already"),
        ("coming_soon", None, {"promised_on": NOW.date()}, "is coming soon: March 2026"),
        ("launched", None, {}, "is launched"),
    ],
)
def test_each_change_says_in_the_subject_what_it_is(
    cast, make_idea, follows, change_to, tell, send, post, stage, outcome, facts, subject
):
    idea = make_idea()
    follows(idea, cast.noor)
    change_to(idea, stage, outcome, **facts)
    tell()
    send(DUE)
    assert str(post.sent[0]["Subject"]) == f"“Oat milk without the extra charge” {subject}"
    if "linked_url" in facts:
        assert facts["linked_url"] in post.sent[0].get_body(("plain",)).get_content()


def test_a_linked_idea_that_the_reader_may_not_see_is_not_named(cast, make_idea, follows, change_to, tell, send, post):
    idea, secret = make_idea(), make_idea("The secret panel", board=cast.panel, author=cast.lena)
    follows(idea, cast.noor)
    follows(idea, cast.lena, reason=Reason.CHOSEN)
    change_to(idea, "reviewed", "exists", linked_idea_id=secret.id)
    tell()
    send(DUE)
    assert "secret" not in said(post.to("noor@example.org")[0])
    assert "secret" in said(post.to("lena@example.org")[0])


def test_a_code_comes_first_and_without_any_way_to_stop_it(
    db, https, cast, make_idea, follows, change_to, tell, send, post
):
    idea = make_idea()
    follows(idea, cast.vera)
    change_to(idea, "under_review")
    tell()
    send_code("noor@example.org", DUE)
    assert send(DUE) == ["sent", "sent"]
    mail = post.sent[0]
    pending = db.session.execute(db.select(Pending)).scalar_one()
    assert code_of(pending) in mail["Subject"]
    assert code_of(pending) in mail.get_body(("plain",)).get_content()
    assert "15 minutes" in mail.get_body(("html",)).get_content()
    assert mail["List-Unsubscribe"] is None
    assert mail["To"] == "noor@example.org"


def test_a_code_goes_to_who_stopped_all_mail_and_proves_a_refused_address(db, cast, send, reload):
    noor = cast.noor
    noor.mail_stopped_at = noor.mail_refused_at = NOW
    db.session.commit()
    send_code("noor@example.org", NOW)
    assert send(NOW) == ["sent"]
    assert reload(noor).mail_refused_at is None
    assert noor.mail_stopped_at == NOW


def test_a_code_that_is_replaced_or_too_old_is_not_sent(db, send, post):
    send_code("new@example.org", NOW)
    send_code("new@example.org", NOW + timedelta(minutes=1))
    assert send(NOW + timedelta(minutes=1)) == ["dropped", "sent"]
    send_code("other@example.org", NOW)
    assert send(NOW + timedelta(minutes=20)) == ["dropped"]


def test_a_code_is_tried_again_within_seconds(db, send, post):
    post.answers["new@example.org"] = post.not_now()
    send_code("new@example.org", NOW)
    assert send(NOW) == ["later"]
    due = db.session.execute(db.select(Delivery.due_at)).scalar_one()
    db.session.commit()
    assert due - NOW < timedelta(seconds=7)


def test_the_preview_is_the_mail(cast, make_idea, follows, change_to, status_of, tell, send, post):
    idea = make_idea()
    follows(idea, cast.noor)
    with force_locale("en"):
        shown = preview_of_change(idea, cast.ada, NOW, Intended(status_of("reviewed"), "We want it.", outcome="want"))
    change_to(idea, "reviewed", "want", text="We want it.")
    tell()
    send(DUE)
    (mail,) = post.sent
    assert shown.subject == mail["Subject"]
    sent = mail.get_body(("plain",)).get_content()
    without_links = [re.sub(r"http\S+", "", text).split() for text in (shown.text, sent)]
    assert without_links[0] == without_links[1]


def test_a_name_or_title_with_a_control_character_never_keeps_a_mail_from_going():
    """0x80 to 0x9f pass for letters; in a Subject they are refused, and then nobody would hear."""
    from ideaboard.foundation.mail import Mail, message_of
    from ideaboard.foundation.markdown import clean_line

    line = clean_line("".join(map(chr, range(0xA0))) + "oat\x85milk\u2028now\u2029")
    assert line.endswith("oat milk now") and line.isprintable()
    mail = Mail(line, "text", "<p>html</p>")
    message_of(mail, to="vera@example.org", sender_name=line, message_id="<a@b>", date=NOW)
