"""Two at once, with real commits."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from sqlalchemy import func, select, update

from ideaboard.accounts import erasing
from ideaboard.accounts.codes import code_of, live_pending, send_code
from ideaboard.admin.people import LastAdmin, change_roles
from ideaboard.extensions import db
from ideaboard.models import Delivery, Event, Pending, Person, SignedIn
from ideaboard.models.vocabulary import SiteRole

AT_ONCE = 12


def at_once(deed) -> list:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(lambda _: deed(), range(AT_ONCE)))


def count(model, *where) -> int:
    return db.session.execute(select(func.count()).select_from(model).where(*where)).scalar_one()


def test_one_code_opens_one_browser_however_many_type_it(own_app):
    now = datetime.now(UTC)
    with own_app.app_context():
        send_code("new@example.com", now)
        code = code_of(live_pending("new@example.com", now))
    form = {"email": "new@example.com", "code": code}
    statuses = at_once(lambda: own_app.test_client().post("/sign-in/code", data=form).status_code)
    assert statuses.count(303) == 1 and set(statuses) <= {303, 422, 429, 503}
    with own_app.app_context():
        assert count(Person, Person.email == "new@example.com") == 1
        assert count(SignedIn) == 1
        assert count(Event, Event.kind == "person.joined") == 1


def test_one_address_has_one_live_code_however_many_ask(own_app):
    now = datetime.now(UTC)

    def ask():
        with own_app.app_context():
            send_code("new@example.com", now)

    at_once(ask)
    with own_app.app_context():
        live = (Pending.used_at.is_(None), Pending.ended_at.is_(None))
        assert count(Pending, *live) == 1
        assert count(Pending) == count(Delivery) == AT_ONCE


def test_guesses_at_once_are_counted_exactly(own_app):
    now = datetime.now(UTC)
    with own_app.app_context():
        send_code("new@example.com", now)
        right = code_of(live_pending("new@example.com", now))
    form = {"email": "new@example.com", "code": f"{(int(right) + 1) % 10**6:06d}"}
    at_once(lambda: own_app.test_client().post("/sign-in/code", data=form).status_code)
    with own_app.app_context():
        assert db.session.execute(select(Pending.tries)).scalar_one() <= 3


def test_an_admin_who_leaves_while_roles_are_changed_waits_and_never_both_are_gone(own_app):
    """Whose number stands before the admins', between them, behind them: all are locked in one order."""
    now = datetime.now(UTC)
    with own_app.app_context(), db.session.begin():
        db.session.execute(update(Person).values(site_role=SiteRole.MEMBER))
        people = [
            Person(email=f"p{n}@example.org", display_name=f"P{n}", avatar_seed="x", created_at=now) for n in range(4)
        ]
        people[1].site_role = people[2].site_role = SiteRole.ADMIN
        db.session.add_all(people)
        db.session.flush()
        member, first, second, last = (person.id for person in people)

    def tried(deed) -> str:
        with own_app.app_context():
            try:
                deed()
                return "done"
            except (erasing.LastAdmin, LastAdmin):
                return "refused"

    def role(person_id, site_role):
        nothing = {"is_moderator": False, "department": "", "staff": set(), "listed": set()}
        change_roles(person_id, None, now, site_role=site_role, **nothing)

    with ThreadPoolExecutor(4) as pool:
        for n in range(10):
            leave = (lambda: erasing.erase(first, None, now)) if n == 9 else (lambda: role(first, "member"))
            ended = [
                pool.submit(tried, leave),
                pool.submit(tried, lambda: role(second, "member")),
                pool.submit(tried, lambda n=n: role(member, "colleague" if n % 2 else "member")),
                pool.submit(tried, lambda n=n: role(last, "colleague" if n % 2 else "member")),
            ]
            ended = [each.result(30) for each in ended]
            assert sorted(ended[:2]) == ["done", "refused"] and ended[2:] == ["done"] * 2
            with own_app.app_context():
                assert count(Person, Person.administers()) == 1
            if n < 9:
                assert [tried(lambda who=who: role(who, "admin")) for who in (first, second)] == ["done"] * 2
