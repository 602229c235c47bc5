from sqlalchemy import event, text


def test_alive_asks_no_database(guest, db):
    said = []

    event.listen(db.engine, "before_cursor_execute", lambda *a: said.append(a[2]))
    assert guest.get("/healthz").status_code == 200
    assert said == []


def test_ready_only_at_this_codes_revision(guest, db):
    assert guest.get("/readyz").text == "ready\n"
    db.session.execute(text("UPDATE alembic_version SET version_num = 'elsewhere'"))
    db.session.commit()
    answer = guest.get("/readyz")
    assert answer.status_code == 503 and answer.headers["Retry-After"]


def test_robots_and_favicon(guest):
    assert "Disallow: /me" in guest.get("/robots.txt").text
    assert guest.get(guest.get("/favicon.ico").location).mimetype == "image/svg+xml"
