"""A refused address is told to staff: by name where the name is seen anyhow, never by address; to admins with what helps."""

import pytest

from ideaboard.models import Person
from ideaboard.models.vocabulary import Reason
from tests.conftest import NOW
from tests.notifications.test_sending import DUE


@pytest.fixture
def refuse(db):
    def set_it(*people):
        ids = [person.id for person in people]
        values = {"mail_refused_at": NOW, "mail_refused_because": "550 5.1.1 <x@secret.example> unknown"}
        db.session.execute(db.update(Person).where(Person.id.in_(ids)).values(**values))
        db.session.commit()
        db.session.expire_all()

    return set_it


def test_the_mail_servers_word_reaches_staff(cast, make_idea, follows, change_to, tell, send, post, client_of):
    idea = make_idea()
    follows(idea, cast.vera, reason=Reason.AUTHOR)
    change_to(idea, "under_review")
    tell()
    post.answers["vera@example.org"] = post.refuse("550 5.1.1 no such user")
    assert send(DUE) == ["refused"]
    page = client_of(cast.ada).get("/staff").text
    assert "1 person cannot be reached: the mail server refuses the address (Vera)." in page
    assert "vera@example.org" not in page and "/admin/deliveries" not in page
    page = client_of(cast.root).get("/staff").text
    assert "1 person cannot be reached" in page and "/admin/deliveries?list=addresses" in page


def test_staff_read_names_that_they_see_anyhow_and_count_the_others(cast, make_idea, follows, say, refuse, client_of):
    idea = make_idea()
    follows(idea, cast.vera, reason=Reason.AUTHOR)
    say(idea, cast.lena)
    follows(idea, cast.noor)  # voted, perhaps unnamed
    elsewhere = make_idea("On the panel", board=cast.panel, author=cast.oskar)
    follows(elsewhere, cast.oskar, reason=Reason.AUTHOR)
    refuse(cast.vera, cast.lena, cast.noor, cast.cole)
    page = client_of(cast.ada).get("/staff").text
    assert "3 people cannot be reached" in page and "and 1 other)." in page
    assert "Noor" not in page and "Cole" not in page and "secret.example" not in page


def test_of_a_board_that_is_not_theirs_staff_read_nothing(db, cast, make_idea, follows, refuse, client_of):
    from ideaboard.models import Board, BoardMember

    food = Board(slug="food", name="Food", created_at=NOW)
    db.session.add(food)
    db.session.flush()
    db.session.add(BoardMember(board_id=food.id, person_id=cast.noor.id, role="staff"))
    db.session.commit()
    follows(make_idea(), cast.vera, reason=Reason.AUTHOR)
    refuse(cast.vera)
    assert "cannot be reached" not in client_of(cast.noor).get("/staff").text
    assert "cannot be reached" in client_of(cast.ada).get("/staff").text
