"""The frame of every page leads each reader to their own places, and to no other's."""

import json
import re

import pytest

PLACES = {
    "signs in": 'href="/sign-in"',
    "inbox": 'href="/me/inbox"',
    "queue": 'href="/staff"',
    "settings": 'href="/admin"',
}


def header_of(client) -> str:
    return re.search(r"<header class=\"header\">.*?</header>", client.get("/boards").text, re.S).group(0)


@pytest.mark.parametrize(
    ("who", "places"),
    [
        (None, {"signs in"}),
        ("vera", {"inbox"}),
        ("ada", {"inbox", "queue"}),
    ],
)
def test_each_reader_is_led_to_their_own_places(who, places, cast, client_of, guest):
    header = header_of(client_of(getattr(cast, who)) if who else guest)
    assert {name for name, link in PLACES.items() if link in header} == places


def test_a_person_without_a_name_still_has_a_face_and_a_menu(cast, client_of, db):
    cast.vera.display_name = None
    db.session.flush()
    assert "a member" in header_of(client_of(cast.vera))


def test_htmx_is_held_to_the_house_rules(guest):
    """Back must show a page, never a fragment or a signed-out person's page; 422 is swapped; other errors are told."""
    text = guest.get("/boards").text
    rules = json.loads(re.search(r"name=\"htmx-config\" content='([^']+)'", text).group(1))
    assert rules["historyCacheSize"] == 0
    assert not (rules["historyRestoreAsHxRequest"] or rules["allowEval"] or rules["includeIndicatorStyles"])
    assert rules["selfRequestsOnly"]
    first = next(rule for rule in rules["responseHandling"] if re.search(rule["code"], "422"))
    assert first["swap"] and not first.get("error")
    first = next(rule for rule in rules["responseHandling"] if re.search(rule["code"], "503"))
    assert not first["swap"] and first["error"]


def test_a_page_is_five_requests_and_none_of_them_elsewhere(guest):
    head = guest.get("/boards").text.split("</head>")[0]
    fetched = re.findall(r"<(?:link|script)[^>]*(?:href|src)=\"([^\"]+)\"", head)
    assert len(fetched) + 1 <= 5
    assert all(address.startswith("/") and not address.startswith("//") for address in fetched)


def test_errors_say_their_sentence_where_the_script_looks_for_it(guest):
    page = guest.get("/nothing-here")
    assert page.status_code == 404 and "data-message" in page.text
    fragment = guest.get("/nothing-here", headers={"HX-Request": "true"})
    assert "data-message" in fragment.text and "<html" not in fragment.text


@pytest.mark.parametrize(
    ("asked", "leads_to"), [("/ideas//7", "/ideas/7"), ("/me//inbox", "/me/inbox"), ("//ideas//7", "/ideas/7")]
)
def test_a_mended_path_leads_to_a_path_whatever_host_was_named(guest, asked, leads_to):
    answer = guest.get("/", query_string="a=1", environ_overrides={"PATH_INFO": asked, "HTTP_HOST": "evil.example"})
    assert (answer.status_code, answer.location) == (308, f"{leads_to}?a=1")
