import pytest
from sqlalchemy import select

from ideaboard.admin.people import LastAdmin, change_roles, page_of_people
from ideaboard.models import BoardMember, Event, Person
from tests.conftest import NOW


def roles(**more) -> dict:
    return {"site_role": "member", "is_moderator": False, "department": "", "staff": set(), "listed": set(), **more}


def test_people_are_found_by_name_and_by_address(cast, client_of):
    client = client_of(cast.root)
    everybody = client.get("/admin/people").text
    assert "vera@example.org" in everybody and "Noor" in everybody
    assert "Noor" not in client.get("/admin/people?q=VERA").text
    assert "Vera" in client.get("/admin/people?q=vera@exam").text
    assert "Nobody found" in client.get("/admin/people", query_string={"q": "100%_\\"}).text


def test_pages_go_by_key(db, cast):
    db.session.add_all(Person(display_name=f"P{i}", email=f"p{i}@example.org", created_at=NOW) for i in range(40))
    db.session.commit()
    first = page_of_people("")
    second = page_of_people("", after=first.after)
    assert len(first.items) == 30 and len(second.items) == 18 and second.after is None
    assert page_of_people("", before=second.before).items == first.items


def test_roles_are_given_and_taken_with_an_event(db, cast, client_of, reload):
    client, noor, drinks = client_of(cast.root), cast.noor, cast.drinks
    assert client.get(f"/admin/people/{noor.id}").status_code == 200
    form = {"site_role": "colleague", "is_moderator": "y", "department": "Store Design", "staff": drinks.id}
    assert client.post(f"/admin/people/{noor.id}", data=form).status_code == 303
    reload(noor)
    assert (noor.site_role, noor.is_moderator, noor.department) == ("colleague", True, "Store Design")
    assert cast.noor.is_staff_of(drinks.id)
    db.session.commit()
    client.post(f"/admin/people/{noor.id}", data={"site_role": "member", "listed": drinks.id})
    events = (
        db.session.execute(select(Event).where(Event.kind == "person.role_changed").order_by(Event.id)).scalars().all()
    )
    assert set(events[0].facts["given"]) == {"colleague", "moderator", "staff of drinks"}
    assert set(events[1].facts["taken"]) == {"colleague", "moderator", "staff of drinks"}
    assert events[1].facts["given"] == ["member", "listed of drinks"]
    assert "@" not in str([e.facts for e in events])
    assert db.session.execute(select(BoardMember.role).where(BoardMember.person_id == noor.id)).scalars().all() == [
        "listed"
    ]


def test_the_last_admin_stays(db, cast, client_of):
    root = cast.root
    answer = client_of(root).post(f"/admin/people/{root.id}", data={"site_role": "member"})
    assert answer.status_code == 422 and "Nobody else administrates" in answer.text
    with pytest.raises(LastAdmin):
        change_roles(root.id, root, NOW, **roles())
    change_roles(cast.vera.id, root, NOW, **roles(site_role="admin"))
    change_roles(root.id, root, NOW, **roles())
    assert not cast.root.is_admin


def test_a_suspended_admin_does_not_count(db, cast):
    root, vera = cast.root, cast.vera
    vera.site_role, vera.suspended_at = "admin", NOW
    db.session.commit()
    with pytest.raises(LastAdmin):
        change_roles(root.id, root, NOW, **roles())


def test_who_has_no_address_gets_no_role(db, cast, client_of):
    imported = Person(display_name="Old Name", created_at=NOW, origin="import")
    db.session.add(imported)
    db.session.commit()
    client = client_of(cast.root)
    assert "Old Name" not in client.get("/admin/people").text
    assert "Old Name" in client.get("/admin/people?q=old").text
    answer = client.post(f"/admin/people/{imported.id}", data={"site_role": "admin"})
    assert answer.status_code == 422 and "cannot sign in" in answer.text


def test_rights_end_with_the_next_request(cast, client_of):
    client = client_of(cast.ada)
    root, ada = cast.root, cast.ada
    change_roles(ada.id, root, NOW, **roles(site_role="admin"))
    assert client.get("/admin").status_code == 200
    change_roles(ada.id, root, NOW, **roles())
    assert client.get("/admin").status_code == 403


@pytest.mark.parametrize("who", ["ada", "mo", "cole", "vera", None])
@pytest.mark.parametrize(
    "address",
    [
        "/admin",
        "/admin/boards",
        "/admin/boards/new",
        "/admin/boards/drinks",
        "/admin/people",
        "/admin/people/1",
        "/admin/statuses",
    ],
)
def test_only_admins_come_in(cast, client_of, guest, who, address):
    client = client_of(getattr(cast, who)) if who else guest
    assert client.get(address).status_code == (403 if who else 303)
    if address not in ("/admin/people", "/admin/boards"):
        assert client.post(address, data={}).status_code == (403 if who else 303)


def test_two_admins_cannot_step_down_at_once(own_app):
    from concurrent.futures import ThreadPoolExecutor

    from ideaboard.extensions import db as database
    from ideaboard.foundation.refusals import Refusal

    with own_app.app_context():
        ids = (
            database.session.execute(
                select(Person.id).where(Person.email.in_(["root@example.org", "vera@example.org"]))
            )
            .scalars()
            .all()
        )
        database.session.execute(Person.__table__.update().where(Person.id.in_(ids)).values(site_role="admin"))
        database.session.commit()

    def step_down(person_id):
        with own_app.app_context():
            by = database.session.get(Person, person_id)
            database.session.commit()
            try:
                change_roles(person_id, by, NOW, **roles())
                return True
            except Refusal:
                return False

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(step_down, ids)) == [False, True]
