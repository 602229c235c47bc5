"""The catalogues are whole, and a German reader gets German, with German days and numbers. (Mails: tests/notifications.)"""

import gettext
import importlib.util
import re
import shutil
import sys
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_keywords, parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import render_template_string

from ideaboard.extensions import db, force_locale, ngettext
from ideaboard.foundation.clock import now
from ideaboard.models import Person, Site, Status
from ideaboard.models.vocabulary import Stage
from ideaboard.web.globals import LANGUAGES, day, month, number
from ideaboard.workflow.ready_sentence import ready_sentence

ROOT = Path(__file__).parents[2]
COMMAND = "python3 tasks.py messages"
SPOKEN = sorted(set(LANGUAGES) - {"en"})
DE = {"Accept-Language": "de-AT,de;q=0.9,en;q=0.5"}


def folder_of(language: str) -> Path:
    return ROOT / "translations" / language / "LC_MESSAGES"


def catalogue(language: str = "de"):
    with open(folder_of(language) / "messages.po", "rb") as file:
        return read_po(file, locale=language)


def forms(message) -> list[tuple[str, str]]:
    """(msgid, msgstr) of each form; German has as many forms as English."""
    if isinstance(message.id, tuple):
        return list(zip(message.id, message.string, strict=True))
    return [(message.id, message.string)]


def placeholders(text: str) -> list[str]:
    return sorted(re.findall(r"%(?:\(\w+\))?[sd%]", text))


@pytest.fixture(scope="module")
def tasks():
    specification = importlib.util.spec_from_file_location("tasks", ROOT / "tasks.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def extracted(tasks) -> set[tuple]:
    """(context, msgid) of every sentence in modules and templates, found as the command finds them."""
    with open(ROOT / "babel.cfg") as file:
        methods, options = parse_mapping_cfg(file)
    keywords = {**DEFAULT_KEYWORDS, **parse_keywords(tasks.KEYWORDS)}
    found = extract_from_dir(ROOT, methods, options, keywords)
    return {(context, message) for _, _, message, _, context in found}


def test_what_is_spoken_has_a_catalogue():
    assert sorted(path.name for path in (ROOT / "translations").iterdir() if path.is_dir()) == SPOKEN


@pytest.mark.parametrize("language", SPOKEN)
def test_no_sentence_is_missing(extracted, language):
    known = {(message.context, message.id) for message in catalogue(language)}
    # A sentence that is also the singular of another is found there.
    known |= {(context, message[0]) for context, message in known if isinstance(message, tuple)}
    missing = sorted(str(message) for context, message in extracted if (context, message) not in known)
    assert not missing, (
        f"{folder_of(language).relative_to(ROOT)}/messages.po lacks {len(missing)} sentences. Run `{COMMAND}`, write "
        "their msgstr, run it again. They are:\n" + "\n".join(missing)
    )


@pytest.mark.parametrize("language", SPOKEN)
def test_every_sentence_is_translated_with_its_placeholders(language):
    wrong = []
    for message in catalogue(language):
        if not message.id:
            continue
        if message.fuzzy:
            wrong.append(f"fuzzy: {message.id}")
        for said, translated in forms(message):
            if not translated:
                wrong.append(f"empty: {said}")
            elif placeholders(said) != placeholders(translated):
                wrong.append(f"other placeholders: {said} -> {translated}")
            elif "!" in translated and "!" not in said:
                wrong.append(f"an exclamation mark: {translated}")
    assert not wrong, f"Mend these in {language}/LC_MESSAGES/messages.po, then run `{COMMAND}`:\n" + "\n".join(wrong)


@pytest.mark.parametrize("language", SPOKEN)
def test_the_compiled_catalogue_says_what_the_written_one_says(language):
    compiled = BytesIO()
    write_mo(compiled, catalogue(language))
    compiled.seek(0)
    with open(folder_of(language) / "messages.mo", "rb") as file:
        shipped = gettext.GNUTranslations(file)._catalog
    wanted = gettext.GNUTranslations(compiled)._catalog
    shipped.pop(""), wanted.pop("")
    assert shipped == wanted, f"{language}/LC_MESSAGES/messages.mo is older than its .po: run `{COMMAND}`."


@pytest.mark.slow
def test_the_command_adds_what_is_new_and_keeps_what_is_there(tasks, tmp_path, monkeypatch):
    for name in ("ideaboard", "templates", "translations"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "babel.cfg", tmp_path)
    (tmp_path / "templates" / "new.html").write_text("{{ _('A sentence that nobody has translated.') }}")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tasks, "ROOT", tmp_path)
    monkeypatch.setattr(tasks, "PYTHON", sys.executable)
    monkeypatch.setattr(tasks, "prepare", lambda purpose: None)
    tasks.messages(None)
    written = (tmp_path / "translations/de/LC_MESSAGES/messages.po").read_text()
    assert '#: templates/new.html\nmsgid "A sentence that nobody has translated."\nmsgstr ""\n' in written
    for kept in ("# German, as Ideaboard speaks it.", "# Words, one for one:", 'msgstr "In Prüfung"'):
        assert kept in written


def test_a_browser_that_asks_for_german_gets_it(guest, make_idea):
    idea = make_idea()
    home = guest.get("/", headers=DE)
    assert '<html lang="de"' in home.text
    for words in ("Was sollen wir besser machen?", "Sagen Sie es, stimmen Sie ab", "Eingegangen", "Anmelden"):
        assert words in home.text
    page = guest.get(f"/ideas/{idea.id}-{idea.slug}", headers=DE).text
    for words in ("abstimmen", "geteilt von Vera", "3. März", "Noch keine Kommentare", "Alle Ideen"):
        assert words in page
    assert "Wir senden Ihnen sechs Ziffern" in guest.get("/sign-in", headers=DE).text
    assert "Geben Sie Ihre E-Mail-Adresse ein" in guest.post("/sign-in", data={"email": ""}, headers=DE).text


def test_other_languages_get_the_sites_own(guest):
    assert '<html lang="en-GB"' in guest.get("/", headers={"Accept-Language": "fr"}).text
    assert '<html lang="en-GB"' in guest.get("/").text


def test_a_page_differs_by_language_and_says_so(guest):
    english, german = guest.get("/"), guest.get("/", headers=DE)
    assert english.headers["ETag"] != german.headers["ETag"]
    assert "Accept-Language" in german.vary and "Cookie" in german.vary
    again = guest.get("/", headers={**DE, "If-None-Match": german.headers["ETag"]})
    assert again.status_code == 304
    assert guest.get("/", headers={"If-None-Match": german.headers["ETag"]}).status_code == 200


def test_the_foot_of_the_page_offers_the_languages(guest):
    page = guest.get("/").text
    assert re.search(r'<button name="lang" value="de" lang="de" aria-pressed="false">Deutsch</button>', page)
    guest.post("/language", data={"lang": "de"})
    page = guest.get("/", headers={"Accept-Language": "en"}).text
    assert '<html lang="de"' in page
    assert re.search(r'<button name="lang" value="de" lang="de" aria-pressed="true">Deutsch</button>', page)


@pytest.fixture
def german(cast, client_of):
    """german(person) -> a signed-in client of somebody whose language is German, in an English browser."""

    def sign_in(person: Person):
        person.locale = "de"
        db.session.commit()
        client = client_of(person)
        client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
        return client

    return sign_in


def test_a_persons_choice_comes_before_the_browser(german, cast):
    vera = german(cast.vera)
    vera.set_cookie("lang", "en")
    inbox = vera.get("/me/inbox").text
    for words in ("Posteingang", "Noch nichts", "Meine Ideen"):
        assert words in inbox


def test_what_stops_an_idea_is_said_in_german(german, cast):
    answer = german(cast.vera).post("/ideas", data={"title": "", "board_id": cast.drinks.id, "body": ""})
    assert answer.status_code == 422
    assert "Noch fehlt der Titel. Sagen Sie es in einer Zeile." in answer.text
    assert "fehlt noch etwas" in answer.text


def test_staff_answer_in_german(german, cast, make_idea):
    db.session.add_all(Status(stage=stage) for stage in Stage if stage != Stage.RECEIVED)
    db.session.commit()
    idea = make_idea()
    page = german(cast.ada).get(f"/ideas/{idea.id}/status").text
    for words in ("In Prüfung", "Geprüft", "Kommt bald", "Umgesetzt", "Das wollen wir", "Antwort veröffentlichen"):
        assert words in page


def test_the_ready_sentence_is_in_the_language_of_the_site(app, cast):
    site = Site.current()
    at = now().replace(year=2026, month=6, day=2)
    with app.test_request_context(), force_locale("de"):
        assert "is looking at this; you hear by 14 June" in ready_sentence(cast.ada, date(2026, 6, 14), at, site)
        site.locale = "de"
        assert "sieht sich das an; Sie hören bis zum 14" in ready_sentence(cast.ada, date(2026, 6, 14), at, site)


def test_days_months_and_numbers_are_german(app):
    with app.test_request_context(headers=DE):
        assert day(date(2020, 3, 3)) == "3. März 2020"
        assert month(date(2020, 6, 1)) == "Juni 2020"
        assert (number(13204), number(4.5, "0.0")) == ("13.204", "4,5")
        assert ngettext("%(num)s vote", "%(num)s votes", 13204) == "13.204 Stimmen"
        words = "{{ ngettext('%(num)s idea on %(board)s', '%(num)s ideas on %(board)s', 2000, board='<b>') }}"
        assert render_template_string(words) == "2.000 Ideen auf &lt;b&gt;"


def test_counts_are_english_for_the_english(app):
    with app.test_request_context():
        assert ngettext("%(num)s vote", "%(num)s votes", 13204) == "13,204 votes"
