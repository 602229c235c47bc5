from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from ideaboard.accounts.first_admin import LINK_LASTS, LinkEnded, become_admin, is_open, make_link, nobody_administrates
from ideaboard.models import Event, OneTimeLink
from tests.conftest import NOW


def token_of(link: str) -> str:
    return link.rsplit("/", 1)[1]


def test_the_holder_becomes_admin_once(db, cast):
    token = token_of(make_link(NOW))
    assert db.session.execute(select(OneTimeLink.token_hash)).scalar_one() != token
    db.session.commit()
    signed_in = become_admin(token, "New@example.com", "Nina", NOW)
    assert signed_in.person.is_admin and signed_in.joined
    kinds = db.session.execute(select(Event.kind).order_by(Event.id)).scalars().all()
    db.session.commit()
    assert kinds[-2:] == ["person.joined", "person.role_changed"]
    with pytest.raises(LinkEnded):
        become_admin(token, "else@example.com", "Else", NOW)


def test_a_person_who_is_there_is_raised(db, cast):
    assert become_admin(token_of(make_link(NOW)), "vera@example.org", "Vera", NOW).person.id == cast.vera.id
    assert cast.vera.is_admin


def test_a_link_ends_after_a_day_and_with_the_next_one(app):
    old = token_of(make_link(NOW))
    new = token_of(make_link(NOW))
    assert not is_open(old, NOW) and is_open(new, NOW)
    assert not is_open(new, NOW + LINK_LASTS + timedelta(seconds=1))


def test_the_door_opens_by_post_only(db, guest):
    link = make_link(datetime.now(UTC)).removeprefix("http://localhost")
    for _ in range(2):
        page = guest.get(link)
        assert page.status_code == 200 and page.headers["Cache-Control"] == "private, no-store"
        assert page.headers["Referrer-Policy"] == "no-referrer"
    refused = guest.post(link, data={"email": "nina@", "display_name": "Nina"})
    assert refused.status_code == 422 and 'value="Nina"' in refused.text
    assert guest.post(link, data={"email": "nina@example.com", "display_name": "Nina"}).status_code == 303
    assert guest.get("/me").status_code == 200
    assert guest.get(link).status_code == 404
    assert guest.get("/welcome/nothing").status_code == 404


def test_somebody_suspended_does_not_come_back_by_it(db, cast, guest):
    noor = cast.noor
    noor.suspended_at = NOW
    db.session.commit()
    link = make_link(datetime.now(UTC)).removeprefix("http://localhost")
    assert guest.post(link, data={"email": "noor@example.org", "display_name": "Noor"}).status_code == 422
    assert guest.get(link).status_code == 200  # not used up


def test_nobody_administrates(db, cast):
    assert not nobody_administrates()
    root = cast.root
    root.suspended_at = NOW
    db.session.commit()
    assert nobody_administrates()


def test_the_command_prints_the_link(own_app):
    said = own_app.test_cli_runner().invoke(args=["create-admin"])
    assert said.exit_code == 0 and said.output.strip().startswith("http://localhost/welcome/")


def test_a_fault_behind_the_link_does_not_write_the_link_into_the_log(app, guest, caplog):
    token = "a" * 43

    def broken(token):
        raise RuntimeError("broken")

    whole = app.view_functions["accounts.first_admin"]
    app.view_functions["accounts.first_admin"] = broken
    try:
        assert guest.get(f"/welcome/{token}").status_code == 500
    finally:
        app.view_functions["accounts.first_admin"] = whole
    assert "/welcome/<token>" in caplog.text and token not in caplog.text
