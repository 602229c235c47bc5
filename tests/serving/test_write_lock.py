"""When nothing can be written, reading goes on and writing says so: at a default start, over real sockets."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.conftest import copy_of
from tests.journeys.conftest import running
from tests.serving.visitor import Visitor, members, recount, write_lock

pytestmark = pytest.mark.slow
LOCKED_SECONDS = 30
PAGES = ("/", "/ideas", "/boards", "/boards/drinks", "/ideas/{idea}", "/ideas/new", "/sign-in")


@contextlib.contextmanager
def filled_site(template: str, folder: Path):
    """A site with the cast, one idea and three members, on SQLite in `folder`."""
    if not template.startswith("sqlite"):
        pytest.skip("SQLite has the one write lock, and its file is ours to fill")
    copy_of(template, "ideaboard", folder)
    with running(folder) as site:
        site.people = [cookie for _, cookie in members(site.app, 3)]
        form = {"title": "A shelf for umbrellas", "board": "drinks", "body": "", "form_token": ""}
        done = Visitor(site.port, site.people[0]).post("/ideas", form)
        assert done.status == 303, done.text
        site.idea = done.headers["Location"].removeprefix(site.url).removeprefix("/ideas/")
        yield site


@pytest.fixture
def site(template, tmp_path):
    with filled_site(template, tmp_path) as started:
        yield started


def deeds(site) -> list[tuple[str, dict]]:
    """What members and guests write; each by a plain form."""
    idea = site.idea.partition("-")[0]
    return [
        (f"/ideas/{idea}/vote", {}),
        (f"/ideas/{idea}/comments", {"body": "Yes, please.", "form_token": ""}),
        (f"/ideas/{idea}/follow", {}),
        ("/ideas", {"title": "A bench at the door", "board": "drinks", "body": "", "form_token": ""}),
        ("/me/face", {}),
    ]


def everything_is_read(site, person: Visitor) -> None:
    for visitor in (Visitor(site.port), person):
        for page in PAGES:
            answer = visitor.get(page.format(idea=site.idea))
            assert answer.status in (200, 303), (page, answer.status)
            # A shared machine may be slow once; who waits for the lock is slow each time.
            again = () if answer.seconds < 1 else [visitor.get(page.format(idea=site.idea)) for _ in range(2)]
            assert min(a.seconds for a in (answer, *again)) < 1, (page, answer.seconds)


def nothing_is_written(site, person: Visitor) -> None:
    for path, form in deeds(site):
        answer = person.post(path, form)
        assert answer.status == 503, (path, answer.status)
        assert int(answer.headers["Retry-After"]) > 0
        assert answer.seconds < 3, (path, answer.seconds)  # it gives up after 0.25 s; the rest is a busy machine
        assert not form.get("title") or form["title"] in answer.text, "what was typed is kept"
    asked = Visitor(site.port).post("/sign-in", {"email": "new@example.org"})
    assert (asked.status, bool(asked.headers["Retry-After"])) == (503, True)


def all_is_well(site, person: Visitor) -> None:
    for path, form in deeds(site):
        assert person.post(path, form).status == 303, path
    assert "Drift 0." in recount(site.folder)


def test_beside_a_write_lock_of_thirty_seconds_reading_goes_on(site):
    person = Visitor(site.port, site.people[1])
    with write_lock(site.folder):
        end = time.monotonic() + LOCKED_SECONDS
        while time.monotonic() < end:
            everything_is_read(site, person)
            nothing_is_written(site, person)
            with ThreadPoolExecutor(
                8
            ) as crowd:  # a crowd of writers is not served after one another, nor blocks readers
                votes = [crowd.submit(person.post, *deeds(site)[0]) for _ in range(8)]
                everything_is_read(site, person)
                assert {vote.result().status for vote in votes} == {503}
    all_is_well(site, person)


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 24 MB in memory; needs the right to mount one."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=24m", "ideaboard-test", str(place)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("a small file system cannot be mounted here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def fill(place: Path) -> Path:
    """A file that takes what is left of a file system, to the last byte."""
    filler = place / "filler"
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        for size in (65536, 512, 1):
            with contextlib.suppress(OSError):
                while file.write(b"x" * size):
                    pass
    return filler


def test_a_full_disk_stops_writing_and_not_reading(template, small_disk):
    with filled_site(template, small_disk) as site:
        person = Visitor(site.port, site.people[2])
        filler = fill(small_disk)
        for _ in range(3):
            # What was written before may have left a page's room: it is taken until nothing is.
            while person.post("/me/face").status == 303:
                pass
            everything_is_read(site, person)
            nothing_is_written(site, person)
        filler.unlink()
        all_is_well(site, person)
