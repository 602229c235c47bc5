from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from ideaboard.accounts.passwords import WeakPassword, _hasher, hash_password, refuse_weak, set_password, verify
from ideaboard.accounts.sessions import open_session
from ideaboard.accounts.signing_in import WrongPassword, sign_in_by_password
from ideaboard.models import SignedIn
from tests.conftest import NOW

GOOD = "seven green umbrellas"


@pytest.mark.parametrize(
    "weak", ["", "123456789", "x" * 201, "Password123", "aaaaaaaaaaaa", "vera@example.org", "Vera Lindqvist"]
)
def test_what_would_be_guessed_is_refused(app, weak):
    with app.test_request_context(), pytest.raises(WeakPassword):
        refuse_weak(weak, "vera@example.org", "Vera Lindqvist")


def test_the_cost_in_production_is_the_one_we_measured():
    assert _hasher(False).hash(GOOD).startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_address_and_password_sign_in(cast):
    set_password(cast.vera, GOOD, NOW, keep=None)
    assert sign_in_by_password("vera@example.org", GOOD, NOW).person.id == cast.vera.id
    for email, password in (("vera@example.org", GOOD + "x"), ("nema@example.org", GOOD), ("noor@example.org", "")):
        with pytest.raises(WrongPassword):
            sign_in_by_password(email, password, NOW)


def test_who_may_not_sign_in_does_not_with_a_password_either(db, cast):
    vera = cast.vera
    set_password(vera, GOOD, NOW, keep=None)
    vera.suspended_at = NOW
    db.session.commit()
    with pytest.raises(WrongPassword):
        sign_in_by_password("vera@example.org", GOOD, NOW)


def test_nobody_s_password_takes_a_hash_too(app, monkeypatch):
    asked = []
    hasher = type(_hasher(True))
    original = hasher.verify
    monkeypatch.setattr(hasher, "verify", lambda self, *given: asked.append(given) or original(self, *given))
    assert verify(None, GOOD) is False and verify(hash_password(GOOD), GOOD) is True
    assert len(asked) == 2


def test_a_new_password_signs_out_the_other_browsers(cast, client_of, count_rows):
    here, there = client_of(cast.vera), client_of(cast.vera)
    assert there.get("/me").status_code == 200
    answer = here.post("/me/password", data={"new_password": GOOD})
    assert answer.status_code == 303 and "One other browser was signed out" in here.get("/me").text
    assert there.get("/me").status_code == 303
    assert "Your password is gone" in (here.post("/me/password", data={"remove": "1"}), here.get("/me"))[1].text


def test_a_weak_one_comes_back_with_the_reason(cast, client_of):
    answer = client_of(cast.vera).post("/me/password", data={"new_password": "short"})
    assert answer.status_code == 422 and "fewer than 10 characters" in answer.text


def test_an_older_sign_in_must_give_the_current_password(db, cast, client_of, app):
    set_password(cast.vera, GOOD, NOW, keep=None)
    client = client_of(cast.vera)
    db.session.execute(update(SignedIn).values(created_at=datetime.now(UTC) - timedelta(hours=1)))
    db.session.commit()
    new = "nine blue teapots"
    refused = client.post("/me/password", data={"new_password": new, "current_password": "not this one"})
    assert refused.status_code == 422 and "not your current password" in refused.text
    assert client.post("/me/password", data={"new_password": new, "current_password": GOOD}).status_code == 303
    assert sign_in_by_password("vera@example.org", new, NOW).person.id == cast.vera.id


def test_the_door_keeps_the_address_and_counts_guesses(app, guest, cast):
    set_password(cast.vera, GOOD, NOW, keep=None)
    answers = [
        app.test_client().post("/sign-in/password", data={"email": "Vera@example.org", "password": "wrong one"})
        for _ in range(11)
    ]
    assert [a.status_code for a in answers] == [422] * 10 + [429]
    assert 'value="Vera@example.org"' in answers[0].text and "wrong one" not in answers[0].text


def test_a_known_browser_signs_in_while_strangers_guess(app, guest, cast):
    set_password(cast.vera, GOOD, NOW, keep=None)
    form = {"email": "vera@example.org", "password": GOOD}
    assert guest.post("/sign-in/password", data=form).status_code == 303
    guest.post("/sign-out")
    for _ in range(11):
        app.test_client().post("/sign-in/password", data={**form, "password": "wrong one"})
    assert app.test_client().post("/sign-in/password", data=form).status_code == 429
    assert guest.post("/sign-in/password", data=form).status_code == 303


def test_one_may_end_each_sign_in_but_nobody_else_s(cast, client_of, count_rows):
    client, other = client_of(cast.vera), client_of(cast.noor)
    open_session(cast.vera, datetime.now(UTC), "Firefox on Linux")
    page = client.get("/me")
    assert "Firefox on Linux" in page.text and "this browser" in page.text
    place = page.text.split('action="/me/sign-ins/')[1].split("/")[0]
    other.post(f"/me/sign-ins/{place}/end")
    assert count_rows("signed_in") == 3
    client.post(f"/me/sign-ins/{place}/end")
    assert count_rows("signed_in") == 2
    open_session(cast.vera, datetime.now(UTC))
    client.post("/me/sign-ins/end-others")
    assert count_rows("signed_in") == 2 and other.get("/me").status_code == 200
