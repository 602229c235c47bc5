"""The doors: pages, plain forms with pictures, and who gets a picture."""

import io
import re
from datetime import UTC, datetime, timedelta

import pytest
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

from ideaboard.extensions import db
from ideaboard.foundation.database import end_reading
from ideaboard.models import Picture, Story
from ideaboard.stories.pictures import reencode
from ideaboard.stories.publishing import publish, take_off
from tests.conftest import NOW
from tests.stories.conftest import file_of
from tests.stories.test_writing import read_by

FORM = {"title": "A year of oat", "body": "It went **well**.", "board": "", "link": "", "choose": "", "words": ""}


def newest() -> Story:
    db.session.rollback()
    fresh = {"populate_existing": True}
    found = db.session.scalars(db.select(Story).order_by(Story.id.desc()), execution_options=fresh).first()
    end_reading()
    return found


def send(client, path, **form):
    boundary, body = encode_multipart(MultiDict({**FORM, **form}))
    return client.post(path, data=body, content_type=f"multipart/form-data; boundary={boundary}")


def upload(data=None, name="cup.jpg"):
    return FileStorage(io.BytesIO(file_of() if data is None else data), name)


@pytest.fixture
def out(cast, write):
    """out(…) -> a published story."""

    def out(**facts):
        story = read_by(write(**facts), author=cast.ada, reader=cast.cole)
        return publish(story.id, cast.ada, NOW)

    return out


def test_the_whole_way_by_plain_forms(cast, client_of, guest, make_idea):
    idea = make_idea()
    ada, cole = client_of(cast.ada), client_of(cast.cole)
    token = re.search(r'name="form_token"[^>]*value="([\w-]{43})"', ada.get("/staff/stories/new").text)[1]
    sent = send(
        ada, "/staff/stories", form_token=token, link=f"/ideas/{idea.id}-x", pictures=upload(), words="A cup of oat"
    )
    story = newest()
    assert sent.location.endswith(f"/staff/stories/{story.id}")
    assert guest.get(f"/stories/{story.id}-a-year-of-oat").status_code == 404
    name = db.session.scalars(db.select(Picture.digest)).one()[:10]
    assert story.body == f"It went **well**.\n\n![A cup of oat](picture:{name})"
    end_reading()
    page = ada.get(f"/staff/stories/{story.id}").text
    assert idea.title in page and 'alt="A cup of oat"' in page and "Ask for reading over" in page
    assert cole.get(f"/staff/stories/{story.id}").status_code == 404
    ada.post(f"/staff/stories/{story.id}/ask")
    assert "Waiting to be read over" in cole.get("/staff/stories").text
    assert "I read it; it can go" in cole.get(f"/staff/stories/{story.id}").text
    assert cole.post(f"/staff/stories/{story.id}/read", data={"version": "1"}).status_code == 303
    assert ada.post(f"/staff/stories/{story.id}/publish").status_code == 303
    page = guest.get(f"/stories/{story.id}-a-year-of-oat")
    assert page.status_code == 200 and "ETag" in page.headers and "Set-Cookie" not in page.headers
    assert idea.title in page.text and "Ada, Store Design" in page.text
    for path in ("/stories", "/", f"/ideas/{idea.id}-{idea.slug}"):
        assert "A year of oat" in guest.get(path).text, path
    assert guest.get(f"/stories/{story.id}-older-words").location.endswith(f"/stories/{story.id}-a-year-of-oat")


def test_the_form_sent_twice_is_one_story(cast, client_of, count_rows):
    ada = client_of(cast.ada)
    first, again = (send(ada, "/staff/stories", form_token="t" * 43, pictures=upload()) for _ in range(2))
    assert first.location == again.location
    assert (count_rows("story"), count_rows("picture")) == (1, 1)


def test_what_is_refused_keeps_what_was_typed(cast, client_of, make_idea):
    ada = client_of(cast.ada)
    closed = make_idea("Quiet", board=cast.panel, author=cast.lena)
    for form, words in [
        ({"title": ""}, "It has no title yet"),
        ({"link": "oat"}, "is no idea of this site"),
        ({"link": str(closed.id)}, "which is not open to everyone"),
        ({"pictures": upload(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "cup.png")}, "cup.png: This is no picture"),
        ({"pictures": [upload(name=f"{n}.jpg") for n in range(7)]}, "at most 6 pictures"),
    ]:
        answer = send(ada, "/staff/stories", form_token="t" * 43, **form)
        assert answer.status_code == 422, form
        assert words in answer.text and "It went **well**." in answer.text
    assert newest() is None


def test_an_older_form_is_refused_and_can_be_sent_on_purpose(cast, client_of, write):
    story = write()
    ada, ruth = client_of(cast.ada), client_of(cast.root)
    assert send(ruth, f"/staff/stories/{story.id}/edit", body="Ruth's words", version="1").status_code == 303
    answer = send(ada, f"/staff/stories/{story.id}/edit", body="Ada's words", version="1")
    assert answer.status_code == 409
    assert "Ruth saved this story meanwhile" in answer.text
    assert "Ada&#39;s words" in answer.text and "Ruth&#39;s words" in answer.text
    version = re.search(r'name="version"[^>]*value="(\d+)"', answer.text)[1]
    send(ada, f"/staff/stories/{story.id}/edit", body="Ada's words", version=version)
    assert newest().body == "Ada's words"


@pytest.mark.parametrize("version", ["", "x", "0", "-1", "9" * 30, "²"])
def test_a_form_without_its_version_overwrites_nothing(version, cast, client_of, write):
    story = write()
    assert send(client_of(cast.ada), f"/staff/stories/{story.id}/edit", body="x", version=version).status_code == 409
    assert newest().body == "It went **well**."


def test_preview_shows_pictures_and_saves_nothing(cast, client_of, write):
    picture = reencode(file_of())
    story = write(pictures=[picture])
    name = db.session.scalars(db.select(Picture.digest)).one()[:10]
    end_reading()
    ada = client_of(cast.ada)
    text = f"# Oh\n![A cup](picture:{name})"
    for answer in (
        ada.post("/staff/stories/preview", data={"body": text, "story": story.id}),
        send(ada, f"/staff/stories/{story.id}/edit", body=text, preview="1", version="1"),
    ):
        assert answer.status_code == 200 and 'alt="A cup"' in answer.text and "<h2>Oh</h2>" in answer.text
    assert newest().body == "It went **well**."
    assert client_of(cast.vera).post("/staff/stories/preview", data={"body": "x"}).status_code == 403


def test_the_time_is_the_writers(cast, client_of, write):
    story = read_by(write(), author=cast.ada, reader=cast.cole)
    db.session.execute(db.text("UPDATE person SET time_zone = 'America/New_York' WHERE email = 'ada@example.org'"))
    db.session.commit()
    ada = client_of(cast.ada)
    year = datetime.now(UTC).year + 1
    path = f"/staff/stories/{story.id}/schedule"
    for day, time, words in [
        ("", "09:00", "Choose a day"), (f"{year}-01-05", "", "Choose a day"), ("2020-01-05", "09:00", "has passed"),
        ("yes", "no", "Choose a day"), ("9999-12-31", "23:59", "Choose a"),
    ]:  # fmt: skip
        answer = ada.post(path, data={"day": day, "time": time})
        assert (answer.status_code, words in answer.text) == (422, True), (day, time)
    ada.post(path, data={"day": f"{year}-01-05", "time": "09:00"})
    assert newest().publish_at == datetime(year, 1, 5, 14, 0, tzinfo=UTC)
    page = ada.get(f"/staff/stories/{story.id}").text  # to be moved from there
    assert f'value="{year}-01-05"' in page and 'value="09:00"' in page
    march = next(d for d in range(8, 15) if datetime(year, 3, d, tzinfo=UTC).weekday() == 6)
    if datetime(year, 3, march, 12, tzinfo=UTC) < datetime.now(UTC) + timedelta(days=360):
        assert ada.post(path, data={"day": f"{year}-03-{march:02}", "time": "02:30"}).status_code == 422


def picture_path() -> str:
    db.session.rollback()
    digest = db.session.scalars(db.select(Picture.digest)).one()
    end_reading()
    return f"/pictures/{digest}.jpg"


def test_a_picture_of_an_open_story_is_everybodys(cast, guest, out):
    out(pictures=[reencode(file_of())])
    answer = guest.get(picture_path())
    assert answer.status_code == 200 and answer.data.startswith(b"\xff\xd8")
    headers = answer.headers
    assert headers["Content-Type"] == "image/jpeg"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert (
        "sandbox" in headers["Content-Security-Policy"] and "default-src 'none'" in headers["Content-Security-Policy"]
    )
    assert headers["Content-Disposition"].startswith("inline; filename=")
    assert headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "Set-Cookie" not in headers
    for wrong in (".webp", ".jpg/x", ".svg"):
        assert guest.get(picture_path().replace(".jpg", wrong)).status_code == 404


def test_a_picture_of_a_draft_is_for_the_desk(cast, client_of, guest, write):
    write(pictures=[reencode(file_of())])
    for client, status in [
        (guest, 404),
        (client_of(cast.vera), 404),
        (client_of(cast.cole), 404),
        (client_of(cast.ada), 200),
    ]:
        answer = client.get(picture_path())
        assert answer.status_code == status
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_a_picture_of_a_closed_board_is_for_whom_it_admits(cast, client_of, guest, write):
    story = read_by(write(board=cast.panel, pictures=[reencode(file_of())]), author=cast.ada, reader=cast.mo)
    publish(story.id, cast.ada, NOW)
    seen = [(guest, 404), (client_of(cast.oskar), 404), (client_of(cast.cole), 404), (client_of(cast.lena), 200)]
    for client, status in seen:
        answer = client.get(picture_path())
        assert answer.status_code == status
        assert "public" not in answer.headers["Cache-Control"]


def test_what_is_taken_off_takes_its_pictures_along(cast, client_of, guest, out):
    story = out(pictures=[reencode(file_of())])
    take_off(story.id, cast.ada, NOW)
    assert guest.get(picture_path()).status_code == 404
    assert client_of(cast.lena).get(picture_path()).status_code == 404
    assert client_of(cast.ada).get(picture_path()).status_code == 200
    for path in ("/", "/stories", f"/stories/{story.id}-{story.slug}"):
        assert story.title not in guest.get(path).text


def test_below_a_path_pictures_are_found(template, tmp_path):
    from ideaboard.stories.reading import with_root

    assert with_root('<img src="/pictures/a.jpg">', "/ideas") == '<img src="/ideas/pictures/a.jpg">'


def test_a_former_member_wrote_it(cast, guest, out, db):
    story = out()
    db.session.execute(db.text("UPDATE person SET erased_at = :now, display_name = NULL WHERE email = 'ada@example.org'"),
                       {"now": NOW if db.engine.dialect.name == "postgresql" else NOW.replace(tzinfo=None)})  # fmt: skip
    db.session.commit()
    page = guest.get(f"/stories/{story.id}-{story.slug}").text
    assert "former member" in page and "Store Design" not in page


def test_corrected_is_said_with_the_day(cast, client_of, guest, out):
    story = out()
    assert "corrected on" not in guest.get(f"/stories/{story.id}-{story.slug}").text
    answer = send(client_of(cast.ada), f"/staff/stories/{story.id}/edit", body="Mended.", version="1")
    assert answer.status_code == 303
    page = guest.get(f"/stories/{story.id}-{story.slug}").text
    assert "corrected on" in page and "Mended." in page


def test_stories_are_paged_by_key(cast, guest, write, db):
    for n in range(15):
        write(title=f"Story {n:02}")
    for n, story in enumerate(db.session.scalars(db.select(Story).order_by(Story.id))):
        story.state, story.published_at = "published", NOW + timedelta(hours=n)
    db.session.commit()
    first = guest.get("/stories").text
    assert "Story 14" in first and "Story 02" not in first
    older = re.search(r'rel="next" href="([^"]+)"', first)[1].replace("&amp;", "&")
    assert "Story 02" in guest.get(older).text and "Story 03" not in guest.get(older).text
    assert guest.get("/stories?after=x").status_code == 404


def test_a_body_of_nine_megabytes_is_for_these_forms_alone(cast, client_of):
    ada = client_of(cast.ada)
    big = b"\xff\xd8" + b"\0" * (3 * 1024 * 1024)
    answer = send(ada, "/staff/stories", form_token="t" * 43, pictures=upload(big))
    assert answer.status_code == 422 and "This is no picture" in answer.text
    assert send(ada, "/staff/stories/preview", pictures=upload(big)).status_code == 413
    assert send(ada, "/staff/stories", pictures=upload(big * 4)).status_code == 413
