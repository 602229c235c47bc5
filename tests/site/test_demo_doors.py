"""The demo's doors: there only with demo people and only on this machine; one click plays somebody."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select, update

from ideaboard.foundation.post import mail_folder
from ideaboard.foundation.settings import settings
from ideaboard.models import (
    Delivery,
    Event,
    Notification,
    OneTimeLink,
    Person,
    SignedIn,
    Site,
    Status,
    StatusChange,
    Vote,
)
from ideaboard.models.vocabulary import Origin, SiteRole, Stage
from ideaboard.site.demo.presence import is_offered
from ideaboard.site.demo.steps import furthest_loop
from tests.conftest import NOW

FOREIGN = {"REMOTE_ADDR": "203.0.113.9"}


@pytest.fixture
def demo(db):
    """A demo small enough for every test: the site says so, and Vera, Ada and Ruth are there."""
    db.session.execute(delete(Site))
    people = {
        key: Person(email=f"{key}@demo.example", display_name=key.title(), avatar_seed=key, origin=Origin.DEMO, created_at=NOW)
        for key in ("vera", "ada", "ruth")
    }  # fmt: skip
    db.session.add_all([Site(id=1, name="Corner Coffee Ideas", demo_since=NOW), *people.values()])
    db.session.commit()
    return people


@pytest.fixture
def status_of(db):
    def find(stage):
        status = db.session.scalar(select(Status.id).where(Status.stage == stage))
        db.session.commit()
        return status

    return find


def test_who_plays_the_admin_comes_to_where_an_admin_may_go(demo, guest):
    for key, back, there in (
        ("ruth", "/admin/webhooks", "/admin/webhooks"),
        ("vera", "/me/preferences", "/me/preferences"),
        ("vera", "/admin", "/"),
        ("guest", "/me/preferences", "/"),
        ("nobody", "/admin", "/"),
    ):
        assert guest.post("/demo/play", data={"as": key, "back": back}).headers["Location"] == there


def test_without_demo_people_there_are_no_demo_doors(guest):
    for path in ("/demo", "/demo/start-for-real"):
        assert guest.get(path).status_code == 404
    assert guest.post("/demo/play", data={"as": "ada"}).status_code == 404


def test_from_another_machine_they_look_as_if_they_were_not_there(demo, guest, count_rows):
    assert guest.get("/demo").status_code == 200
    assert guest.get("/demo", environ_overrides=FOREIGN).status_code == 404
    assert guest.get("/demo", headers={"Host": "ideas.example.org"}).status_code == 404
    assert guest.post("/demo/play", data={"as": "ada"}, environ_overrides=FOREIGN).status_code == 404
    assert guest.post("/demo/start-for-real", environ_overrides=FOREIGN).status_code == 404
    assert count_rows("signed_in") == 0


def test_a_public_address_or_production_closes_them(demo, monkeypatch):
    site = Site(demo_since=NOW)
    assert is_offered(site, "127.0.0.1", "localhost:8000")
    assert is_offered(site, "::1", "[::1]:8000")
    with monkeypatch.context() as patch:
        patch.setattr(settings._settings, "public_url", "https://ideas.example.org")
        assert not is_offered(site, "127.0.0.1", "localhost:8000")
    monkeypatch.setattr(settings._settings, "environment", "production")
    assert not is_offered(site, "127.0.0.1", "localhost:8000")


def test_one_click_makes_me_ada_and_the_next_one_a_guest(demo, guest, db):
    answer = guest.post("/demo/play", data={"as": "ada", "back": "/demo"})
    assert (answer.status_code, answer.location) == (303, "/demo")
    bar = guest.get("/demo").text
    assert 'value="ada" aria-pressed="true"' in bar
    answer = guest.post("/demo/play", data={"as": "guest", "back": "/demo"})
    assert 'value="guest" aria-pressed="true"' in guest.get("/demo").text
    assert db.session.scalar(select(func.count()).select_from(SignedIn)) == 0
    db.session.commit()


def test_a_guest_of_the_demo_gets_no_cookie(demo, guest):
    assert "Set-Cookie" not in guest.get("/demo").headers


def test_nobody_else_can_be_played(demo, guest, cast):
    guest.post("/demo/play", data={"as": "mo", "back": "/demo"})
    assert 'value="guest" aria-pressed="true"' in guest.get("/demo").text


@pytest.mark.parametrize(
    "back",
    [
        "https://elsewhere.example/demo",
        "//elsewhere.example/ideas",
        "/\\elsewhere.example",
        "/me",
        "/admin",
        "",
        "ideas",
    ],
)
def test_a_switch_leads_home_from_where_not_everybody_may_be(demo, guest, back):
    assert guest.post("/demo/play", data={"as": "guest", "back": back}).location == "/"


def test_the_bar_stands_on_every_page_of_the_demo_and_on_no_other(demo, guest, db):
    assert "Step 1 of 5" in guest.get("/nothing-here").text
    db.session.execute(delete(Site))
    db.session.commit()
    assert "demobar" not in guest.get("/nothing-here").text


def test_the_steps_follow_what_really_happened(demo, make_idea, db, cast, status_of):
    vera, ada = demo["vera"], demo["ada"]

    def step():
        current = furthest_loop(vera, NOW).current
        db.session.commit()
        return current

    def change(stage, at, **more):
        row = StatusChange(
            idea_id=idea.id,
            status_id=status_of(stage),
            stage=stage,
            text="Yes.",
            html="",
            actor_id=ada.id,
            changed_at=at,
            **more,
        )
        db.session.add(row)
        db.session.commit()
        return row

    assert step() == 1
    idea = make_idea(author=vera)
    assert step() == 2
    db.session.add(Vote(idea_id=idea.id, person_id=vera.id, cast_at=NOW + timedelta(seconds=1)))
    db.session.commit()
    assert step() == 2, "her own vote is not somebody else's"
    db.session.add(Vote(idea_id=idea.id, person_id=cast.noor.id, cast_at=NOW + timedelta(seconds=2)))
    db.session.commit()
    assert step() == 3
    change(Stage.UNDER_REVIEW, NOW + timedelta(seconds=3), is_ready_sentence=True)
    assert step() == 3, "a ready sentence is no answer"
    change(Stage.REVIEWED, NOW + timedelta(seconds=4), outcome="want")
    assert step() == 4
    launch = change(Stage.LAUNCHED, NOW + timedelta(seconds=5))
    assert step() == 5
    mail = Delivery(
        kind="news", person_id=vera.id, message_key="k", created_at=NOW, due_at=NOW, state="sent",
        settled_at=NOW + timedelta(seconds=20),
    )  # fmt: skip
    event = Event(kind="idea.status_changed", happened_at=NOW, idea_id=idea.id, change_id=launch.id)
    db.session.add_all([mail, event])
    db.session.flush()
    entry = Notification(
        event_id=event.id, person_id=vera.id, idea_id=idea.id, topic="status", reason="author", created_at=NOW,
        delivery_id=mail.id,
    )  # fmt: skip
    db.session.add(entry)
    db.session.commit()
    assert step() == 6


def test_starting_for_real_asks_first_then_ends_the_demo(demo, guest, db, cast):
    guest.post("/demo/play", data={"as": "vera"})
    assert "cannot be undone" in guest.get("/demo/start-for-real").text
    assert db.session.scalar(select(func.count()).where(Person.origin == Origin.DEMO)) == 3
    db.session.commit()
    answer = guest.post("/demo/start-for-real")
    assert answer.status_code == 303
    assert db.session.scalar(select(func.count()).where(Person.origin == Origin.DEMO)) == 0
    db.session.commit()
    assert guest.post("/demo/play", data={"as": "vera"}).status_code == 404
    assert guest.get("/demo").status_code == 404


def test_where_nobody_administrates_starting_for_real_leads_to_the_first_admins_link(demo, guest, db, cast):
    db.session.execute(delete(OneTimeLink))
    db.session.execute(update(Person).where(Person.site_role == SiteRole.ADMIN).values(site_role=SiteRole.MEMBER))
    db.session.commit()
    answer = guest.post("/demo/start-for-real")
    assert "/welcome/" in answer.location
    assert guest.get(answer.location).status_code == 200


def test_kept_mails_to_made_up_people_go_with_the_demo(demo, guest):
    folder = mail_folder()
    folder.mkdir(parents=True, exist_ok=True)
    for name, to in (("theirs", "vera@demo.example"), ("real", "noor@example.org")):
        (folder / f"{name}.eml").write_text(f"To: {to}\nSubject: x\n\nhello\n")
    guest.post("/demo/start-for-real")
    kept = {path.stem for path in folder.glob("*.eml")}  # other tests of the session leave mails here too
    assert kept & {"theirs", "real"} == {"real"}


@pytest.mark.parametrize(
    ("headers", "environ"),
    [
        ({"X-Forwarded-For": "203.0.113.9"}, {}),
        ({"Via": "1.1 proxy"}, {}),
        ({"Origin": "https://ideas.example.org"}, {}),
        ({"Origin": "null"}, {}),
        ({}, {"SERVER_PROTOCOL": "HTTP/1.0"}),
    ],
)
def test_a_request_that_a_proxy_passed_on_finds_no_demo(demo, guest, headers, environ):
    assert guest.get("/demo", headers=headers, environ_overrides=environ).status_code == 404
    played = guest.post("/demo/play", data={"as": "ada"}, headers=headers, environ_overrides=environ)
    assert played.status_code == 404 and guest.get_cookie("session") is None
    assert guest.get("/demo", headers={"Origin": "http://localhost:8000"}).status_code == 200
