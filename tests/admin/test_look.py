import io

import pytest
from PIL import Image
from sqlalchemy import select

from ideaboard.admin.look import BadSetting, read_logo
from ideaboard.models import Event, Site

LOOK = {"name": "Bean & Leaf", "locale": "en", "time_zone": "Europe/Amsterdam", "accent": "#AA3355"}


def picture(kind="PNG", size=(80, 40)) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", size, "#aa3355").save(made, kind)
    return made.getvalue()


def the_site(db) -> Site:
    db.session.rollback()
    row = db.session.execute(select(Site), execution_options={"populate_existing": True}).scalar() or Site.current()
    db.session.commit()
    return row


def test_settings_are_saved_with_one_event_that_names_the_fields(db, cast, client_of):
    client = client_of(cast.root)
    assert client.get("/admin").status_code == 200
    assert client.post("/admin", data={**LOOK, "received_reads_under_review": "y"}).status_code == 303
    row = the_site(db)
    assert (row.name, row.accent, row.received_reads_under_review) == ("Bean & Leaf", "#aa3355", True)
    event = db.session.execute(select(Event).where(Event.kind == "site.changed")).scalar_one()
    assert set(event.facts["fields"]) == {"name", "time_zone", "accent", "received_reads_under_review"}
    assert "Bean &amp; Leaf" in client.get("/admin").text


def test_the_ceiling_of_mails_is_set_here(db, cast, client_of):
    client = client_of(cast.root)
    assert 'name="mails_a_week"' in client.get("/admin").text
    client.post("/admin", data={**LOOK, "mails_a_week": "3"})
    assert the_site(db).mails_a_week == 3
    client.post("/admin", data=LOOK)
    assert the_site(db).mails_a_week == 3


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("name", " ", "1 to 60"),
        ("accent", "red", "written like"),
        ("time_zone", "Mars", "not known"),
        ("locale", "xx", "not there"),
        ("mails_a_week", "0", "1 to 1000"),
        ("mails_a_week", "1001", "1 to 1000"),
        ("mails_a_week", "many", "1 to 1000"),
    ],
)
def test_what_is_not_taken_comes_back_with_everything_kept(db, cast, client_of, field, value, reason):
    answer = client_of(cast.root).post("/admin", data={**LOOK, field: value})
    assert answer.status_code == 422 and reason in answer.text
    kept = {**LOOK, field: value}
    assert 'value="Bean &amp; Leaf"' in answer.text or field == "name"
    assert f'value="{kept["accent"]}"' in answer.text
    assert the_site(db).name != "Bean & Leaf"


def test_the_colour_says_how_it_reads_before_it_is_saved(cast, client_of):
    client = client_of(cast.root)
    part = client.get("/admin/accent", query_string={"accent": "#ffee00"}, headers={"HX-Request": "true"})
    assert part.status_code == 200 and "<html" not in part.text and ": 1" in part.text and "nearby one" in part.text
    assert "written like" in client.get("/admin/accent?accent=yellow").text
    tried = client.post("/admin", data={**LOOK, "try": "1", "accent": "#ffee00"})
    assert tried.status_code == 200 and "nearby one" in tried.text and 'value="Bean &amp; Leaf"' in tried.text


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_logo_is_made_anew_and_served_as_a_picture_only(db, cast, client_of, guest, kind):
    client = client_of(cast.root)
    answer = client.post("/admin", data={**LOOK, "logo": (io.BytesIO(picture(kind)), "logo.bin")})
    assert answer.status_code == 303
    digest = the_site(db).logo_hash
    served = guest.get(f"/logo-{digest}")
    assert served.status_code == 200 and served.content_type == "image/png" and served.data[:4] == b"\x89PNG"
    assert served.headers["X-Content-Type-Options"] == "nosniff"
    assert served.headers["Content-Disposition"].startswith("attachment")
    assert "immutable" in served.headers["Cache-Control"]
    assert f"/logo-{digest}" in guest.get("/sign-in").text
    assert guest.get("/logo-0123456789abcdef").status_code == 404
    client.post("/admin", data={**LOOK, "remove_logo": "y"})
    assert the_site(db).logo_hash is None and guest.get(f"/logo-{digest}").status_code == 404


@pytest.mark.parametrize(
    "data",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"GIF89a" + b"\0" * 40,
        b"\x89PNG\r\n\x1a\n" + b"broken",
        b"RIFF\0\0\0\0WAVEfmt ",
        b"\xff\xd8\xff" + b"\0" * 200_000 + b"\0" * 10_000,
        picture(size=(2100, 2000)),
    ],
)
def test_what_is_no_small_picture_is_refused(app, data):
    with app.test_request_context(), pytest.raises(BadSetting):
        read_logo(data)


def test_a_refused_logo_says_so_beside_its_field(cast, client_of):
    answer = client_of(cast.root).post("/admin", data={**LOOK, "logo": (io.BytesIO(b"<svg/>"), "logo.svg")})
    assert answer.status_code == 422 and "no PNG, JPEG or WebP" in answer.text


def test_nothing_else_of_the_file_is_kept():
    made = io.BytesIO()
    Image.new("RGB", (20, 20)).save(made, "JPEG", comment=b"GPS of my home", exif=b"Exif\0\0secret place")
    assert b"secret" not in read_logo(made.getvalue()) and b"GPS" not in read_logo(made.getvalue())
