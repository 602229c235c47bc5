"""Roles × routes × methods: who is let in where, asked of real things on an open and on a closed board.

MAY is written apart from permissions.py on purpose: each says who may in its own words, and this test holds the two,
and what the doors really do, together.
"""

from __future__ import annotations

from itertools import groupby

import pytest
from werkzeug.exceptions import MethodNotAllowed, NotFound

from ideaboard.extensions import db
from ideaboard.models import Board, BoardMember
from ideaboard.models.vocabulary import BoardRole
from tests.conftest import NOW
from tests.house.samples import DOORS, World, address, newcomer, routes

ALL = {"guest", "member", "listed", "author", "colleague", "staff", "staff elsewhere", "moderator", "admin"}
SIGNED_IN = ALL - {"guest"}
# Of the board for listed members these see anything at all; for the others each of its things is missing.
SEES_THE_PANEL = {"listed", "author", "staff", "moderator", "admin"}
STAFF = {"staff", "admin"}
MAY = {
    "board.read": ALL,
    "board.submit": SIGNED_IN,
    "comment.delete": {"author"},
    "comment.edit": {"author"},
    "comment.make_idea": {"author", *STAFF},
    "idea.add_to": {"author"},
    "idea.change_status": STAFF,
    "idea.comment": SIGNED_IN,
    "idea.edit": {"author"},
    "idea.follow": SIGNED_IN,
    "idea.merge": STAFF,
    "idea.read": ALL,
    "idea.retitle": STAFF,
    "idea.see_voters": STAFF,  # as boards are made: names of voters are seen by staff
    "idea.step_back": {"author"},
    "idea.submit": SIGNED_IN,
    "idea.take_back": {"author"},
    "idea.vote": SIGNED_IN,
    "person.self": SIGNED_IN,
    "site.administrate": {"admin"},
    "site.demo": ALL,
    "site.mailbox": ALL,
    "site.metrics": ALL,  # all of these sit at this machine
    "site.read": ALL,
    "site.sign_in": ALL,
    "story.edit": STAFF,
    "story.publish": STAFF,
    "story.read": ALL,
    "story.read_over": {"colleague", "staff elsewhere", "moderator", "admin"},  # Ada, of staff, is its author
    "story.see_drafts": {"colleague", "staff", "staff elsewhere", "moderator", "admin"},
    "story.write": {"staff", "staff elsewhere", "admin"},
    "staff.read": {"staff", "staff elsewhere", "admin"},
    "token.holder": ALL,
}


def test_every_route_has_a_sample(session_app):
    """tests/house/samples.py: what this door is asked about. Without it nobody tests who gets in."""
    missing = {(method, rule.endpoint) for method, rule, _ in routes(session_app)} - set(DOORS)
    assert not missing
    assert not set(DOORS) - {(method, rule.endpoint) for method, rule, _ in routes(session_app)}


def expected(role: str, door, gate, on_panel: bool) -> str:
    """'missing', 'sign in', 'asked', 'refused' or 'let in'."""
    if door.absent or (door.on and on_panel and (gate.as_guest or role not in SEES_THE_PANEL)):
        return "missing"
    if door.on == "story" and role not in MAY["story.see_drafts"]:
        return "missing"  # a draft leaves no trace
    if role in MAY[gate.permission]:
        return "let in"
    if role == "guest":
        return "let in" if gate.guests_pass else "sign in"
    return "refused"


def seen(answer) -> str:
    """What an answer amounts to, in the words of expected()."""
    if answer.status_code == 303 and answer.location.partition("?")[0] == "/sign-in":
        return "sign in"
    # 409: let in, and told that the thing does not stand so (nothing is solved before it is launched).
    known = {403: "refused", 404: "missing", 409: "let in", 422: "let in"}
    return known.get(answer.status_code) or ("let in" if answer.status_code < 400 else str(answer.status_code))


@pytest.fixture
def roles(cast):
    """{role: person}; the author is each board's own (tests/house/samples.py)."""
    elsewhere = newcomer("elsewhere")
    with db.session.begin():
        food = Board(slug="food", name="Food", created_at=NOW)
        db.session.add(food)
        db.session.flush()
        db.session.add(BoardMember(board_id=food.id, person_id=elsewhere.id, role=BoardRole.STAFF))
    return {
        "guest": None, "member": cast.oskar, "listed": cast.lena, "colleague": cast.cole, "staff": cast.ada,
        "staff elsewhere": elsewhere, "moderator": cast.mo, "admin": cast.root,
    }  # fmt: skip


# These lead a guest to sign in because there is nothing else to do: no code was asked for, nobody signed in.
LEAD_TO_SIGN_IN = {"accounts.code", "accounts.send_again"}


@pytest.mark.slow
@pytest.mark.parametrize("board", ["drinks", "panel"])
@pytest.mark.parametrize("role", sorted(ALL))
def test_doors_let_in_whom_the_table_names(role, board, app, cast, client_of, make_idea, roles):
    world = World(cast, make_idea, getattr(cast, board))
    person = world.author if role == "author" else roles[role]
    cookie = client_of(person).get_cookie("session") if person else None
    connection, wrong = db.engine, []
    for (method, endpoint), rules in groupby(routes(app), lambda r: (r[0], r[1].endpoint)):
        gate = next(iter(rules))[2]
        door = DOORS[method, endpoint]
        if not door.on and board == "panel":
            continue  # asked once, with the open board
        each = connection.begin_nested()  # every door finds everything as it was
        values = world.values(door, person)
        path = address(app, method, endpoint, values)
        client = app.test_client()
        if cookie:
            client.set_cookie("session", cookie.value)
        answer = client.open(path, method=method, data=world.form(door.form))
        db.session.remove()
        each.rollback()
        what, right = seen(answer), expected(role, door, gate, board == "panel")
        if endpoint in LEAD_TO_SIGN_IN and what == "sign in":
            continue
        if what != right:
            wrong.append(f"{method} {path} ({gate.permission}): {answer.status_code} {what}, should be {right}")
    assert not wrong, f"{role} on {board}:\n" + "\n".join(wrong)


def test_no_method_is_let_in_that_no_route_declares(session_app):
    """PUT, PATCH and DELETE reach nothing, so that the table above is the whole of it."""
    adapter = session_app.url_map.bind("localhost")
    for path in ("/", "/ideas", "/ideas/1", "/ideas/1/vote", "/me", "/admin", "/boards/drinks", "/comments/1"):
        for method in ("PUT", "PATCH", "DELETE", "TRACE"):
            with pytest.raises((MethodNotAllowed, NotFound)):
                adapter.match(path, method=method)
