import pytest

from ideaboard.accounts.names import suggest_name
from ideaboard.accounts.profile import BadName, good_name, zone_named

SAVED = {"display_name": "Vera L.", "locale": "en", "time_zone": "Europe/Amsterdam"}


def test_name_language_and_zone_are_saved(cast, client_of):
    assert client_of(cast.vera).post("/me", data=SAVED).status_code == 303
    vera = cast.vera
    assert (vera.display_name, vera.locale, vera.time_zone) == ("Vera L.", "en", "Europe/Amsterdam")


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("display_name", "V", "at least 2"),
        ("display_name", "V" * 61, "at most 60"),
        ("display_name", "vera@example.org", "cannot hold an e-mail address"),
        ("time_zone", "Mars/Base", "not known"),
        ("locale", "xx", "not there"),
    ],
)
def test_what_is_not_taken_comes_back_beside_its_field(cast, client_of, field, value, reason):
    answer = client_of(cast.vera).post("/me", data={**SAVED, field: value})
    assert answer.status_code == 422 and reason in answer.text and 'aria-invalid="true"' in answer.text
    if field != "locale":
        assert f'value="{value}"' in answer.text
    assert cast.vera.time_zone is None


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("Amsterdam", "Europe/Amsterdam"),
        ("new york", "America/New_York"),
        ("europe/amsterdam", "Europe/Amsterdam"),
        ("utc", "UTC"),
        ("Mars", ""),
        ("", ""),
    ],
)
def test_a_city_names_its_zone(typed, zone):
    assert zone_named(typed) == zone


def test_another_face(cast, client_of):
    before = cast.vera.avatar_seed
    assert client_of(cast.vera).post("/me/face").status_code == 303
    assert cast.vera.avatar_seed != before


def test_a_suggested_name_is_a_good_one_and_another_can_be_had(app, cast, client_of):
    assert good_name(suggest_name())
    page = client_of(cast.vera).post("/me/name", data={"another": "1", "display_name": "x", "back": "/ideas"})
    assert page.status_code == 200 and 'value="/ideas"' in page.text
    assert cast.vera.display_name == "Vera"


def test_a_bad_first_name_keeps_what_was_typed(cast, client_of):
    page = client_of(cast.vera).post("/me/name", data={"display_name": "V", "back": "/ideas"})
    assert page.status_code == 422 and 'value="V"' in page.text and 'value="/ideas"' in page.text
    with pytest.raises(BadName):
        good_name("  ")


def test_a_guest_is_led_to_sign_in_and_back(guest):
    assert guest.get("/me").location == "/sign-in?back=/me"


def test_personal_pages_are_not_kept_by_the_browser(cast, client_of):
    assert client_of(cast.vera).get("/me").headers["Cache-Control"] == "private, no-store"
