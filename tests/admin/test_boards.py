import pytest
from sqlalchemy import select

from ideaboard.models import Board, Event

FORM = {
    "name": "Our shops",
    "brief_asks": "What should a shop be?",
    "brief_fixed": "",
    "brief_decides": "Ada",
    "brief_hear": "In a week",
    "owner_id": "0",
    "first_look_days": "7",
    "promise_votes": "30",
    "promise_days": "10",
    "who_may_see": "members",
    "who_may_submit": "listed",
    "who_may_vote": "colleagues",
    "who_may_comment": "everyone",
    "voters_seen_by": "members",
}


def find(db, slug) -> Board:
    db.session.rollback()
    row = db.session.execute(select(Board).where(Board.slug == slug), execution_options={"populate_existing": True})
    row = row.scalar_one()
    db.session.commit()
    return row


def facts(db, kind):
    found = db.session.execute(select(Event.facts).where(Event.kind == kind).order_by(Event.id)).scalars().all()
    db.session.commit()  # a read left open would be rolled back together with what requests did since
    return found


def test_a_board_is_made_with_all_its_doors(db, cast, client_of):
    client = client_of(cast.root)
    assert client.get("/admin/boards/new").status_code == 200
    assert client.post("/admin/boards/new", data={**FORM, "owner_id": str(cast.ada.id)}).status_code == 303
    board = find(db, "our-shops")
    assert (board.who_may_see, board.who_may_submit, board.who_may_vote, board.who_may_comment) == (
        "members",
        "listed",
        "colleagues",
        "everyone",
    )
    assert (board.owner_id, board.first_look_days, board.voters_seen_by) == (cast.ada.id, 7, "members")
    assert facts(db, "board.created") == [{}]
    assert client.post("/admin/boards/new", data=FORM).status_code == 303
    assert find(db, "our-shops-2").position > board.position
    client.post("/admin/boards/new", data={**FORM, "name": "New"})
    assert find(db, "new-2").name == "New"


def test_a_change_names_its_fields_and_keeps_the_address(db, cast, client_of):
    client = client_of(cast.root)
    page = client.get("/admin/boards/drinks")
    assert "What should we pour?" in page.text
    form = {**FORM, "brief_asks": "What should we pour?", "owner_id": str(cast.ada.id)}
    assert client.post("/admin/boards/drinks", data=form).status_code == 303
    board = find(db, "drinks")
    assert board.name == "Our shops"
    fields = set(facts(db, "board.changed")[0]["fields"])
    assert "name" in fields and "who_may_see" in fields and "brief_asks" not in fields and "owner_id" not in fields


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "x"),
        ("brief_asks", "x" * 2001),
        ("first_look_days", "0"),
        ("first_look_days", "soon"),
        ("promise_votes", "0"),
        ("promise_votes", "many"),
        ("promise_days", "366"),
        ("who_may_see", "friends"),
        ("voters_seen_by", "nobody"),
        ("owner_id", "999999"),
    ],
)
def test_what_is_not_taken_comes_back_with_everything_kept(db, cast, client_of, field, value):
    answer = client_of(cast.root).post("/admin/boards/drinks", data={**FORM, "brief_hear": "Kept words", field: value})
    assert answer.status_code == 422 and 'aria-invalid="true"' in answer.text and "Kept words" in answer.text
    assert find(db, "drinks").name == "Drinks"


def test_order_and_archive(db, cast, client_of, guest):
    client = client_of(cast.root)
    page = client.get("/admin/boards").text
    assert page.index(">Drinks<") < page.index(">Panel<")
    client.post("/admin/boards/panel/move", data={"to": "up"})
    page = client.get("/admin/boards").text
    assert page.index(">Panel<") < page.index(">Drinks<")
    client.post("/admin/boards/drinks/archive", data={"archived": "1"})
    assert find(db, "drinks").archived_at and "Drinks" not in guest.get("/boards").text
    page = guest.get("/boards/drinks").text  # its address still leads there, and it says what it is
    assert "This board was archived" in page and "/ideas/new?board=drinks" not in page
    client.post("/admin/boards/drinks/archive", data={"archived": "0"})
    assert find(db, "drinks").archived_at is None
    assert [f["fields"] for f in facts(db, "board.changed")] == [["position"], ["archived_at"], ["archived_at"]]


def test_who_makes_a_board_is_offered_as_its_owner_and_finds_what_waits(cast, client_of):
    root = client_of(cast.root)
    assert f'<option selected value="{cast.root.id}">' in root.get("/admin/boards/new").text
    assert 'href="/staff"' in root.get("/").text  # an admin decides on every board
    assert 'href="/staff"' not in client_of(cast.vera).get("/").text
