import pytest


@pytest.mark.parametrize(("chosen", "seen"), [("dark", 'data-theme="dark"'), ("light", 'data-theme="light"')])
def test_a_guest_chooses_the_look_and_stays_on_the_page(guest, chosen, seen):
    answer = guest.post("/theme", data={"theme": chosen}, headers={"Referer": "http://localhost/boards?x=1"})
    assert (answer.status_code, answer.location) == (303, "/boards?x=1")
    assert seen in guest.get("/sign-in").text
    guest.post("/theme", data={"theme": "auto"})
    assert "data-theme=" not in guest.get("/sign-in").text.split(">", 2)[1]
    assert guest.get_cookie("theme") is None


def test_another_host_is_no_page_to_come_back_to(guest):
    answer = guest.post("/theme", data={"theme": "dark"}, headers={"Referer": "https://evil.example/x"})
    assert answer.location == "/"


def test_what_is_no_choice_is_refused(guest):
    assert guest.post("/theme", data={"theme": "neon"}).status_code == 422
    assert guest.post("/language", data={"lang": "xx"}).status_code == 422


def test_the_language_is_kept_for_the_browser_and_for_the_person(guest, cast, client_of):
    assert guest.post("/language", data={"lang": "en"}).status_code == 303
    assert guest.get_cookie("lang").value == "en"
    client_of(cast.vera).post("/language", data={"lang": "en"})
    assert cast.vera.locale == "en"


@pytest.mark.parametrize("header", ["Referer", "HX-Current-URL"])
def test_an_address_that_is_none_leads_home_and_is_no_fault(guest, header):
    headers = {header: "http://[", "HX-Request": "true"} if header.startswith("HX") else {header: "http://["}
    assert guest.post("/theme", data={"theme": "dark"}, headers=headers).status_code in (204, 303)
