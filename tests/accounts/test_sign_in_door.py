from sqlalchemy import event, select

from ideaboard.accounts.codes import code_of
from ideaboard.models import Delivery, Pending, Person, SignedIn, Vote
from tests.accounts.test_codes import wrong
from tests.conftest import NOW


def newest_code(db) -> str:
    pending = db.session.execute(select(Pending).order_by(Pending.id.desc()).limit(1)).scalar_one()
    code = code_of(pending)
    db.session.rollback()
    return code


def test_sign_in_by_a_typed_code_joins_and_asks_for_a_name(db, guest):
    answer = guest.post("/sign-in", data={"email": " New@Example.com ", "back": "/boards"})
    assert (answer.status_code, answer.location) == (303, "/sign-in/code")
    page = guest.get("/sign-in/code")
    assert "new@example.com" in page.text and page.headers["Cache-Control"] == "private, no-store"
    answer = guest.post("/sign-in/code", data={"email": "new@example.com", "code": newest_code(db)})
    assert answer.status_code == 303 and answer.location.startswith("/me/name?back=")
    assert guest.get("/me/name").status_code == 200
    answer = guest.post("/me/name", data={"display_name": "Tea Drinker", "back": "/boards"})
    assert answer.location == "/boards"
    assert db.session.execute(select(Person.display_name).where(Person.email == "new@example.com")).scalar_one() == (
        "Tea Drinker"
    )


def test_known_and_unknown_addresses_get_the_same_answer(db, app, cast):
    ruled_out = cast.noor
    ruled_out.suspended_at = NOW
    db.session.commit()
    answers = []
    for name in ("vera@example.org", "nema@example.org", "noor@example.org"):
        client = app.test_client()
        sent = client.post("/sign-in", data={"email": name})
        page = client.get("/sign-in/code")
        tried = client.post("/sign-in/code", data={"email": name, "code": "12345x"})
        by_password = client.post("/sign-in/password", data={"email": name, "password": "not the one"})
        answers.append(
            [
                (a.status_code, len(a.data), a.text.replace(name, ""), a.location)
                for a in (sent, page, tried, by_password)
            ]
        )
    assert answers[0] == answers[1] == answers[2]


def test_wrong_digits_come_back_with_the_reason_and_the_address_kept(db, guest):
    guest.post("/sign-in", data={"email": "new@example.com"})
    answer = guest.post("/sign-in/code", data={"email": "new@example.com", "code": wrong(newest_code(db))})
    assert answer.status_code == 422
    assert "4 tries are left" in answer.text and 'value="new@example.com"' in answer.text


def test_a_code_works_on_another_device(db, app, guest):
    guest.post("/sign-in", data={"email": "vera@example.org"})
    phone = app.test_client()
    answer = phone.post("/sign-in/code", data={"email": "vera@example.org", "code": newest_code(db), "back": "/ideas"})
    assert (answer.status_code, answer.location) == (303, "/ideas")


def test_no_address_is_refused_beside_its_field(guest, count_rows):
    for typed in ("", "vera", "vera@", "a\rb@example.org", "ve\x00ra@example.org", "x" * 300 + "@example.org"):
        answer = guest.post("/sign-in", data={"email": typed})
        assert answer.status_code == 422 and "aria-invalid" in answer.text
    assert count_rows("pending") == 0


def test_a_sixth_mail_to_one_address_is_refused_whoever_it_is(app, count_rows):
    for name in ("vera@example.org", "nema@example.org"):
        for _ in range(5):
            assert app.test_client().post("/sign-in", data={"email": name}).status_code == 303
        answer = app.test_client().post("/sign-in", data={"email": name})
        assert answer.status_code == 429 and int(answer.headers["Retry-After"]) > 0
        assert f'value="{name}"' in answer.text
    assert count_rows("delivery") == 10


def test_strangers_who_guess_lock_nobody_out(db, app, client_of, guest):
    known = app.test_client()
    known.post("/sign-in", data={"email": "vera@example.org"})
    known.post("/sign-in/code", data={"email": "vera@example.org", "code": newest_code(db)})
    known.post("/sign-out")
    guest.post("/sign-in", data={"email": "vera@example.org"})
    code = newest_code(db)
    codes = [
        app.test_client().post("/sign-in/code", data={"email": "vera@example.org", "code": wrong(code)}).status_code
        for _ in range(12)
    ]
    assert codes == [422] * 10 + [429] * 2
    assert guest.post("/sign-in/code", data={"email": "vera@example.org", "code": code}).status_code == 303
    known.post("/sign-in", data={"email": "vera@example.org"})
    answer = known.post("/sign-in/code", data={"email": "vera@example.org", "code": newest_code(db)})
    assert answer.status_code == 303


def test_signing_out_is_a_post_and_ends_the_session(db, client_of, cast, count_rows):
    client = client_of(cast.vera)
    assert client.get("/sign-out").status_code == 405
    answer = client.post("/sign-out")
    assert answer.status_code == 303 and answer.headers["Clear-Site-Data"] == '"cache"'
    assert count_rows("signed_in") == 0
    assert client.get("/me/name").status_code == 303


def test_signing_in_gives_a_new_session_and_ends_the_old_one(db, app, guest, count_rows):
    for _ in range(2):
        with guest.session_transaction() as cookie:
            cookie.pop("_user_id", None)
        guest.post("/sign-in", data={"email": "vera@example.org"})
        guest.post("/sign-in/code", data={"email": "vera@example.org", "code": newest_code(db)})
    assert count_rows("signed_in") == 2
    assert db.session.execute(select(SignedIn.browser)).scalars().first() == "A browser"


def test_back_leads_only_to_pages_of_this_site(db, app):
    for back in ("https://evil.example", "//evil.example", "/\\evil.example", "/sign-out", "/\tevil"):
        client = app.test_client()
        client.post("/sign-in", data={"email": "vera@example.org", "back": back})
        answer = client.post("/sign-in/code", data={"email": "vera@example.org", "code": newest_code(db)})
        assert answer.location == "/", back
        db.session.execute(Delivery.__table__.delete())
        db.session.commit()


def test_the_sign_in_page_of_a_guest_sets_no_cookie(guest):
    page = guest.get("/sign-in")
    assert page.status_code == 200 and "Set-Cookie" not in page.headers and page.headers.get("ETag")


def test_the_form_sent_twice_is_one_vote_and_one_sign_in(db, guest, make_idea, reload):
    idea = make_idea()
    asked = guest.post(f"/ideas/{idea.id}/vote")
    token = asked.text.split('name="asked" value="')[1].split('"')[0]
    guest.post("/sign-in", data={"email": "new@example.com", "asked": token})
    code = newest_code(db)
    for _ in range(2):
        answer = guest.post("/sign-in/code", data={"email": "new@example.com", "code": code})
        assert answer.status_code == 303
    assert reload(idea).votes_count == 1
    assert len(db.session.execute(select(Vote)).scalars().all()) == 1


def test_known_and_unknown_addresses_cost_the_same_work(db, app, cast):
    """Time is not measured in tests: the statements that are run are the same, one for one."""
    ruled_out = cast.noor
    ruled_out.suspended_at = NOW
    db.session.commit()
    run = []
    event.listen(db.engine, "before_cursor_execute", lambda *given: run.append(given[2].split(" WHERE")[0]))
    work = []
    # The first one opens the budget of the peer, which all share.
    for name in ("first@example.org", "vera@example.org", "nema@example.org", "noor@example.org"):
        client = app.test_client()
        run.clear()
        client.post("/sign-in", data={"email": name})
        client.post("/sign-in/password", data={"email": name, "password": "not the one"})
        client.post("/sign-in/code", data={"email": name, "code": "12345"})
        work.append([statement for statement in run if "SAVEPOINT" not in statement])
    assert len(work[1]) > 10 and work[1] == work[2] == work[3]
