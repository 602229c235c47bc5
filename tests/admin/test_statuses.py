from sqlalchemy import select

from ideaboard.models import Event, Status


def form_of(db, **changes) -> dict:
    rows = db.session.execute(select(Status)).scalars().all()
    db.session.commit()
    form = {}
    for row in rows:
        form |= {f"label-{row.id}": row.label, f"colour-{row.id}": row.colour, f"position-{row.id}": str(row.position)}
    return form | changes


def test_labels_colours_and_order_are_an_admins(db, cast, client_of):
    client = client_of(cast.root)
    one = db.session.execute(select(Status.id).order_by(Status.position).limit(1)).scalar_one()
    assert client.get("/admin/statuses").status_code == 200
    changed = form_of(db, **{f"label-{one}": "We look", f"colour-{one}": "grey", f"position-{one}": "9"})
    assert client.post("/admin/statuses", data=changed).status_code == 303
    row = db.session.execute(select(Status).where(Status.id == one), execution_options={"populate_existing": True})
    row = row.scalar_one()
    assert (row.label, row.colour, row.position) == ("We look", "grey", 9)
    facts = db.session.execute(select(Event.facts).where(Event.kind == "site.changed")).scalar_one()
    assert set(facts["fields"]) == {f"status:{one}:label", f"status:{one}:colour", f"status:{one}:position"}


def test_what_is_not_taken_comes_back_with_everything_kept(db, cast, client_of):
    client = client_of(cast.root)
    one = db.session.execute(select(Status.id).order_by(Status.position).limit(1)).scalar_one()
    for field, value in (("label", "x" * 41), ("colour", "pink"), ("position", "first"), ("position", "-3")):
        answer = client.post("/admin/statuses", data=form_of(db, **{f"label-{one}": "Kept", f"{field}-{one}": value}))
        assert answer.status_code == 422 and 'aria-invalid="true"' in answer.text
        assert "Kept" in answer.text or field == "label"
