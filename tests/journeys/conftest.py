"""A real browser at a real start: web server and worker as `run` starts them, mails as files in the data folder."""

from __future__ import annotations

import contextlib
import email
import email.policy
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.conftest import copy_of, make_app

ROOT = Path(__file__).parents[2]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PATIENCE = 60  # seconds that a journey waits for what must come


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(question, seconds: float = PATIENCE, what: str = "what must come"):
    """Ask again until the answer is true; returns it. Fails after `seconds`."""
    end = time.monotonic() + seconds
    while not (answer := question()):
        assert time.monotonic() < end, f"waited {seconds} s for {what}"
        time.sleep(0.05)
    return answer


class Site:
    """A running Ideaboard: `url`, its data folder, and the mails it sent."""

    def __init__(self, folder: Path, port: int, app):
        self.folder, self.port, self.app = folder, port, app
        self.url = f"http://127.0.0.1:{port}"
        self.process: subprocess.Popen | None = None  # the parent

    def mails(self, address: str) -> list[EmailMessage]:
        """The mails to an address, oldest first."""
        found = []
        for path in (self.folder / "mail").glob("*.eml"):
            mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            if address in str(mail["To"]):
                found.append((path.stat().st_mtime_ns, path.name, mail))
        return [mail for *_, mail in sorted(found, key=lambda entry: entry[:2])]

    def code_for(self, address: str, sent_before: int = 0) -> str:
        """The digits of the newest code mail, once there are more mails than `sent_before`."""
        mails = until(
            lambda: len(self.mails(address)) > sent_before and self.mails(address), what=f"a code for {address}"
        )
        return re.search(r"\b(\d{6})\b|\b(\d{3} \d{3})\b", text_of(mails[-1])).group().replace(" ", "")

    def news_for(self, address: str) -> list[EmailMessage]:
        """Mails that are not codes."""
        return [mail for mail in self.mails(address) if mail["List-Id"]]

    def cookie_of(self, address: str) -> dict:
        """A signed-in browser's cookie, made without the pages."""
        from ideaboard.accounts.sessions import open_session
        from ideaboard.extensions import db
        from ideaboard.models import Person

        with self.app.app_context():
            person = db.session.execute(db.select(Person).where(Person.email == address)).scalar_one()
            db.session.commit()
            token = open_session(person, datetime.now(UTC))
        value = self.app.session_interface.get_signing_serializer(self.app).dumps({"_user_id": token, "_fresh": True})
        return {"name": "session", "value": value, "url": self.url}


def text_of(mail: EmailMessage) -> str:
    return mail.get_body(("plain",)).get_content()


@contextlib.contextmanager
def running(folder: Path, database_url: str | None = None, **environment):
    """Start it, wait until a page comes, stop it cleanly."""
    port = free_port()
    clean = {k: v for k, v in os.environ.items() if k not in ("SMTP_URL", "PUBLIC_URL", "DATABASE_URL", "SECRET_KEY")}
    settings = {"DATA_DIR": str(folder), "IDEABOARD_ENV": "development", "BUDGET_FACTOR": "50", **environment}
    if database_url:
        settings["DATABASE_URL"] = database_url
    command = [sys.executable, "-m", "ideaboard.serving", "--port", str(port)]
    with (folder / "server.log").open("w") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=clean | settings, stdout=log, stderr=subprocess.STDOUT)
    try:
        until(lambda: answers(port) or process.poll() is not None, 40, "the start")
        assert process.poll() is None, (folder / "server.log").read_text()
        secret = (folder / "secret_key").read_text().strip()
        app = make_app(database_url or f"sqlite:///{folder / 'ideaboard.db'}", folder, secret_key=secret)
        site = Site(folder, port, app)
        site.process = process
        yield site
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def answers(port: int) -> bool:
    with contextlib.suppress(OSError, urllib.error.HTTPError):
        return urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5).status == 200
    return False


@pytest.fixture(scope="session")
def browser():
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        reason = "no Chromium here; install one: sudo apt-get install -y chromium"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=path,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
        )
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    """One site with the demo community, for pages that are looked at and not changed."""
    with running(tmp_path_factory.mktemp("demo")) as site:
        yield site


@pytest.fixture
def site(template, tmp_path):
    """A site of one's own with the named cast; a bundling window that a journey fits into."""
    if not template.startswith("sqlite"):
        pytest.skip("journeys run on SQLite; the rooms' tests run on both databases")
    copy_of(template, "ideaboard", tmp_path)
    with running(tmp_path, BUNDLE_SECONDS="20") as started:
        yield started


@pytest.fixture(params=[True, False], ids=["script", "no-script"])
def script(request) -> bool:
    """Each journey once with JavaScript and once without."""
    return request.param


@pytest.fixture
def visitor(browser, script):
    """visitor(site) -> a page of a browser of its own, which fails the test on any error in the console."""
    opened, errors = [], []

    def open_page(site: Site, **options):
        context = browser.new_context(base_url=site.url, java_script_enabled=script, locale="en-GB", **options)
        context.set_default_timeout(10_000)
        opened.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
        return page

    yield open_page
    for context in opened:
        context.close()
    unexpected = [e for e in errors if "the server responded with a status of 4" not in e]
    assert not unexpected, unexpected
