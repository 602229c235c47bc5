"""`python -m ideaboard.serving [--host 127.0.0.1] [--port 8000] [--empty]`: everything that a running Ideaboard is."""

from __future__ import annotations

import argparse
import contextlib
import functools
import gc
import http.client
import os
import sys

from config import Settings, UnsafeSettings
from ideaboard import create_app
from ideaboard.ideas.looks import Writer, looks
from ideaboard.serving import database, preparation, web
from ideaboard.serving.parent import Child, Parent
from ideaboard.serving.preparation import Trouble

# Two, so that one that dies leaves one that answers; docs/adr/0006-server.md has what they bear.
WEB_PROCESSES = 2


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m ideaboard.serving", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--empty", action="store_true", help="plant no demo")
    arguments = parser.parse_args()
    try:
        return start(arguments.host, arguments.port, arguments.empty)
    except (Trouble, UnsafeSettings) as trouble:
        print(trouble, file=sys.stderr)
        return 1
    except KeyboardInterrupt:  # while it was still preparing; later the parent hears it
        return 130


def start(host: str, port: int, empty: bool) -> int:
    """Prepare, then run until told to stop; gives the exit status. Raises Trouble and UnsafeSettings."""
    address = preparation.address_of(host, port)
    preparation.check_port(address, port)
    here = f"http://{'localhost' if address in ('0.0.0.0', '::') else bracketed(host)}:{port}"
    # Links in mails lead to where it listens, unless the operator says otherwise.
    settings = Settings.read({"PUBLIC_URL": here, **os.environ})
    preparation.data_folder(str(settings.data_dir))
    app = create_app(settings)
    prepare_database(app, settings, host, empty)

    child = functools.partial(
        web.serve, app, address, port, looks=Writer(looks, app.app_context), body_bytes=app.config["MAX_CONTENT_LENGTH"]
    )
    children = [Child("web server", child) for _ in range(WEB_PROCESSES)]
    children.append(Child("worker", functools.partial(work, app)))
    make_first_page(app, settings.sub_path + "/")
    database.close(app)
    gc.collect()
    gc.freeze()  # what is loaded by now stays shared between the processes
    answers = functools.partial(answers_at, address, port, settings.sub_path + "/")
    announce = functools.partial(print, f"Ideaboard is at {settings.public_url}  (Ctrl-C stops it)", flush=True)
    return Parent(children, answers, announce).run()


def make_first_page(app, path: str) -> None:
    """Make a page before the processes part: what it compiles is done once, and shared by them. Nobody saw it."""
    app.test_client().get(path, headers={"Sec-Purpose": "prefetch"})


def work(app) -> None:
    """The worker's process: `flask --app wsgi worker`."""
    try:
        database.command(app, "worker")
    except Trouble as trouble:
        raise SystemExit(str(trouble)) from None


def prepare_database(app, settings: Settings, host: str, empty: bool) -> None:
    """Migrate; plant the demo on an empty database, or print how the first admin gets in."""
    database.bring_up_to_date(app)
    production = settings.environment == "production"
    planting = not empty and not production and database.is_empty(app)
    if planting or database.has_demo_people(app):
        if production:
            raise Trouble(
                "The database holds the demo's people, and production starts without: press “Start for real”."
            )
        preparation.check_demo_is_private(host, settings.public_url)
        if planting:
            print("Planting the demo ...", flush=True)
            database.said_by(app, "demo")
    elif not database.has_admin(app):
        print("Nobody can administer yet. Whoever opens this link first becomes the admin:", flush=True)
        print(database.said_by(app, "create-admin"), flush=True)


def answers_at(address: str, port: int, path: str) -> bool:
    """Whether a page comes back."""
    connection = http.client.HTTPConnection("127.0.0.1" if address == "0.0.0.0" else address, port, timeout=5)
    with contextlib.closing(connection):
        try:
            connection.request("GET", path)
            connection.getresponse().read()
        except (OSError, http.client.HTTPException):
            return False
        return True


def bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


if __name__ == "__main__":
    sys.exit(main())
