"""The pictures of docs/images, taken of a fresh demo: `python3 tasks.py screenshots` (`… screenshots mail-` for those named so).

Each is the browser's window, no endless page, with few colours: a tenth of the bytes, and text as sharp.
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from ideaboard.extensions import db
from ideaboard.models import Idea, Person
from ideaboard.models.vocabulary import SiteRole
from tests.journeys.conftest import Site, running

IMAGES = Path(__file__).parents[2] / "docs" / "images"
IDEA = "Oat milk without the extra charge"
HEIGHTS = {"home": 1480, "idea": 1480, "submit": 900, "inbox": 900, "status-form": 1320, "staff": 1100}
WIDTHS = (390, 1280)
# Mails as a mail program shows them: samples, whole, in the width of a phone and of a reading pane.
MAILS = ("launched", "several", "daily", "weekly", "story", "comment")
MAIL_WIDTHS = (390, 640)
COLOURS = 256
MOST_BYTES = 250_000


def addresses(site: Site) -> dict[str, tuple[str | None, str]]:
    """Picture -> (whose page: an e-mail address or nobody's, path)."""
    with site.app.app_context():
        idea = db.session.scalars(db.select(Idea).where(Idea.title == IDEA)).one()
        vera, ada = (
            db.session.scalars(db.select(Person.email).where(Person.display_name == name)).one()
            for name in ("Vera", "Ada")
        )
        path = f"/ideas/{idea.id}-{idea.slug}"
        admin = db.session.scalars(db.select(Person.email).where(Person.site_role == SiteRole.ADMIN)).first()
        return {
            "home": (None, "/"),
            "idea": (vera, path),
            "submit": (vera, "/ideas/new"),
            "inbox": (vera, "/me/inbox"),
            "status-form": (ada, f"/ideas/{idea.id}/status"),
            "staff": (ada, "/staff"),
            **{f"mail-{kind}": (admin, f"/admin/mails/{kind}/html?lang=en") for kind in MAILS},
        }


def write(page: Page, name: str) -> None:
    """Fill the two forms, so that the pictures show what they do."""
    if name == "submit":
        page.locator("[name=title]").fill("A hook for my bag under the counter")
        page.locator("textarea[name=body]").fill("In the morning I have *two* bags and a cup, and the floor is wet.")
        page.locator("select[name=board]").select_option(index=1)
        page.get_by_text("What cannot change here").wait_for()
    if name == "status-form":
        page.get_by_role("radio", name="Reviewed").check()
        page.get_by_role("radio", name="We want this").check()
        page.get_by_label("Your answer, in your own words").fill(
            "We have a new supplier and a price we can carry. From June oat costs what milk costs, in the shops and "
            "in the app. Soy follows when the contract ends in autumn; I will write here when it does."
        )
        page.get_by_role("button", name="See the mail").click()
        page.locator("#letter-slot > *").first.wait_for()
    page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")


def keep(picture: bytes, path: Path) -> int:
    """Write it with few colours; returns its bytes."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    # The commonest colours as they are: the usual ways to choose a palette tint large plain surfaces.
    common = sorted(image.getcolors(image.width * image.height), reverse=True)[:COLOURS]
    palette = Image.new("P", (1, 1))
    palette.putpalette([part for _, colour in common for part in colour])
    image.quantize(palette=palette, dither=Image.Dither.NONE).save(path, optimize=True)
    return path.stat().st_size


def take_all(site: Site, browser, only: str = "") -> None:
    """`only`: the pictures whose names begin so."""
    for name, (whose, path) in addresses(site).items():
        if not name.startswith(only):
            continue
        is_mail = name.startswith("mail-")
        for width in MAIL_WIDTHS if is_mail else WIDTHS:
            for scheme in ("light", "dark"):
                context = browser.new_context(
                    base_url=site.url,
                    color_scheme=scheme,
                    viewport={"width": width, "height": HEIGHTS.get(name, 400)},
                    locale="en-GB",
                    reduced_motion="reduce",
                )
                if whose:
                    context.add_cookies([site.cookie_of(whose)])
                page = context.new_page()
                answer = page.goto(path, wait_until="networkidle")
                assert answer.status == 200, f"{path} answered {answer.status}"
                if not is_mail:
                    write(page, name)
                target = IMAGES / f"{name}-{width}-{scheme}.png"
                size = keep(page.screenshot(animations="disabled", caret="hide", full_page=is_mail), target)
                assert size < MOST_BYTES, (
                    f"{target.name} has {size} bytes; at most {MOST_BYTES} belong into the repository"
                )
                print(f"{target.name}: {size // 1000} kB", flush=True)
                context.close()


def main() -> None:
    chromium = os.environ.get("CHROMIUM")
    if not chromium:
        sys.exit("No Chromium was found; get one with: sudo apt-get install -y chromium")
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        take_all(site, browser, *sys.argv[1:2])
        browser.close()


if __name__ == "__main__":
    main()
