from datetime import timedelta

import pytest
from sqlalchemy import select

from ideaboard.accounts.codes import CODE_LASTS, code_of, live_pending, send_code
from ideaboard.accounts.signing_in import UsedJustNow, WrongCode, confirm_code
from ideaboard.jobs.schedule import forget
from ideaboard.models import Delivery, Draft, Event, Pending, Person
from tests.conftest import NOW


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


@pytest.fixture
def sent(db):
    """sent(email) -> (attempt token, live pending row)"""

    def send(email="new@example.com", now=NOW, **more):
        token = send_code(email, now, **more)
        pending = live_pending(email, now)
        db.session.commit()
        return token, pending

    return send


def test_the_code_waits_as_a_delivery_and_stands_nowhere_in_clear(db, sent):
    token, pending = sent()
    code = code_of(pending)
    delivery = db.session.execute(select(Delivery)).scalar_one()
    assert (delivery.kind, delivery.address, delivery.state) == ("code", "new@example.com", "waiting")
    assert delivery.facts == {"pending_id": pending.id}
    stored = " ".join(str(getattr(pending, column.name)) for column in Pending.__table__.columns)
    assert code not in stored and token not in stored


def test_a_new_code_ends_the_old_one(db, sent):
    token, old = sent()
    old_code = code_of(old)
    _, new = sent(now=NOW + timedelta(seconds=5))
    assert new.id != old.id
    if code_of(new) != old_code:
        with pytest.raises(WrongCode, match="newer code"):
            confirm_code("new@example.com", old_code, NOW + timedelta(seconds=9), attempt=token)


def test_the_first_sign_in_joins_with_a_name_that_is_not_the_address(db, sent):
    token, pending = sent(locale="en")
    signed_in = confirm_code("new@example.com", code_of(pending), NOW, attempt=token)
    person = db.session.execute(select(Person).where(Person.email == "new@example.com")).scalar_one()
    assert signed_in.joined and signed_in.person.id == person.id
    words = person.display_name.casefold().split()
    assert len(words) == 2 and "new" not in words  # "Proud Newt" may well come up
    event = db.session.execute(select(Event).where(Event.kind == "person.joined")).scalar_one()
    assert event.person_id == person.id and "new@example.com" not in str(event.facts)


def test_a_code_opens_once(sent):
    token, pending = sent()
    code = code_of(pending)
    assert confirm_code("new@example.com", code, NOW, attempt=token).joined
    with pytest.raises(UsedJustNow):
        confirm_code("new@example.com", code, NOW + timedelta(seconds=5), attempt=token)
    with pytest.raises(WrongCode, match="send yourself a new one"):
        confirm_code("new@example.com", code, NOW + timedelta(minutes=2), attempt=token)
    with pytest.raises(WrongCode, match="do not open"):
        confirm_code("new@example.com", code, NOW + timedelta(seconds=5))


def test_a_code_ends_after_its_minutes(sent):
    token, pending = sent()
    with pytest.raises(WrongCode, match="15 minutes"):
        confirm_code("new@example.com", code_of(pending), NOW + CODE_LASTS, attempt=token)


def test_five_tries_and_the_right_digits_come_too_late(sent):
    token, pending = sent()
    code = code_of(pending)
    for _ in range(5):
        with pytest.raises(WrongCode):
            confirm_code("new@example.com", wrong(code), NOW, attempt=token)
    with pytest.raises(WrongCode, match="used up"):
        confirm_code("new@example.com", code, NOW, attempt=token)


def test_strangers_cannot_use_up_the_tries_of_who_asked(sent):
    token, pending = sent()
    code = code_of(pending)
    for _ in range(9):
        with pytest.raises(WrongCode):
            confirm_code("new@example.com", wrong(code), NOW)
    with pytest.raises(WrongCode):
        confirm_code("new@example.com", code, NOW)  # elsewhere, the tries are used up
    assert confirm_code("new@example.com", code, NOW, attempt=token).joined


def test_a_code_opens_on_another_device_and_forgives_a_space(sent):
    _, pending = sent()
    code = code_of(pending)
    assert confirm_code("new@example.com", f"{code[:3]} {code[3:]}", NOW).joined


@pytest.mark.parametrize(
    "facts", [{"suspended_at": NOW}, {"erased_at": NOW}, {"valid_until": NOW}, {"origin": "import"}]
)
def test_who_may_not_sign_in_gets_no_mail_and_no_way_in(db, cast, sent, facts):
    vera = cast.vera
    for name, value in facts.items():
        setattr(vera, name, value)
    db.session.commit()
    token, pending = sent("vera@example.org")
    assert db.session.execute(select(Delivery.state)).scalar_one() == "dropped"
    db.session.commit()
    with pytest.raises(WrongCode):
        confirm_code("vera@example.org", code_of(pending), NOW, attempt=token)


def test_drafts_of_an_address_become_its_owner_s(db, cast, sent):
    draft = Draft(title="A hook under each table", written_at=NOW, board_id=cast.drinks.id)
    db.session.add(draft)
    db.session.commit()
    token, pending = sent(deed={"deed": "publish_draft", "draft_id": draft.id})
    db.session.refresh(draft)
    db.session.commit()
    assert draft.email == "new@example.com"
    person = confirm_code("new@example.com", code_of(pending), NOW, attempt=token).person
    db.session.refresh(draft)
    assert (draft.author_id, draft.email) == (person.id, None)


def test_drafts_that_nobody_confirmed_are_forgotten_and_a_person_s_own_are_kept(db, cast, count_rows):
    db.session.add(Draft(title="x", email="new@example.com", written_at=NOW))
    db.session.add(Draft(title="x", author_id=cast.vera.id, written_at=NOW))
    db.session.commit()
    forget("worker", NOW + timedelta(days=29))
    assert count_rows("draft") == 2
    db.session.commit()
    forget("worker", NOW + timedelta(days=31))
    assert count_rows("draft") == 1
