"""A mail is in its reader's language, whoever acted: subject, text, HTML, days and months."""

from datetime import date, timedelta

from ideaboard.accounts.codes import send_code
from ideaboard.extensions import db, force_locale
from tests.conftest import NOW

DUE = NOW + timedelta(minutes=15)


def texts(mail) -> list[str]:
    return [" ".join(mail.get_body((kind,)).get_content().split()) for kind in ("plain", "html")]


def test_a_german_reader_hears_in_german_of_what_an_english_actor_did(
    app, cast, make_idea, follows, change_to, tell, send, post
):
    cast.ada.locale, cast.noor.locale = "en", "de"
    db.session.commit()
    idea = make_idea("Hafermilch ohne Aufpreis")
    follows(idea, cast.noor)
    follows(idea, cast.oskar)
    with app.test_request_context(headers={"Accept-Language": "en"}), force_locale("en"):
        change_to(idea, "coming_soon", text="From June.", promised_on=date(2026, 5, 1))
        tell()
        send(DUE)
    (german,), (english,) = post.to("noor@example.org"), post.to("oskar@example.org")
    assert german["Content-Language"] == "de"
    assert german["Subject"] == "„Hafermilch ohne Aufpreis“ kommt bald: Mai 2026"
    assert english["Subject"] == "“Hafermilch ohne Aufpreis” is coming soon: May 2026"
    for text in texts(german):
        for words in ("Eine Antwort zu dieser Idee:", "Kommt bald: Mai 2026", "3. März 2026", "Idee öffnen"):
            assert words in text
        assert "Sie erhalten dies, weil Sie dafür gestimmt haben." in text
        assert "You get this" not in text
    assert '<html lang="de"' in german.get_body(("html",)).get_content()


def test_a_promised_day_is_a_german_day(cast, make_idea, follows, change_to, tell, send, post):
    cast.noor.locale = "de"
    db.session.commit()
    idea = make_idea()
    follows(idea, cast.noor)
    change_to(idea, "under_review", text="We look.", promised_on=date(2026, 6, 14))
    tell()
    send(DUE)
    for text in texts(post.to("noor@example.org")[0]):
        assert "Sie hören bis zum 14. Juni 2026 von uns." in text


def test_a_code_comes_in_the_language_of_the_page_that_asked_for_it(app, send, post):
    send_code("neu@example.org", NOW, locale="de")
    assert send(NOW) == ["sent"]
    assert "ist Ihr Code für" in post.sent[0]["Subject"]
    for text in texts(post.sent[0]):
        assert "Er gilt 15 Minuten, und einmal." in text
