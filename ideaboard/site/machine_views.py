"""What machines ask of the site: is it alive, is it ready, what may be crawled. No page, no reader, no session."""

from functools import lru_cache

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Blueprint, Response, current_app, redirect, url_for
from sqlalchemy.exc import SQLAlchemyError

from ideaboard.extensions import db
from ideaboard.web.assets import asset_url
from ideaboard.web.gate import gate

machines = Blueprint("machines", __name__)
CLOSED = ("/me", "/admin", "/staff", "/sign-in", "/sign-out")


@machines.get("/healthz")
@gate("site.read")
def alive():
    """200 while the process answers; nothing else is asked, so that a slow database restarts nobody."""
    return _said("alive")


@machines.get("/readyz")
@gate("site.read")
def ready():
    """200 when the database can be read and is at this code's revision; else 503 with the reason in one line."""
    try:
        standing = set(MigrationContext.configure(db.session.connection()).get_current_heads())
    except SQLAlchemyError:
        return _said("the database cannot be reached", 503)
    if standing != _revisions():
        return _said("the database is not at this code's revision: flask --app wsgi db upgrade", 503)
    return _said("ready")


@machines.get("/robots.txt")
@gate("site.read")
def robots():
    root = url_for("site.home").rstrip("/")
    return _said("\n".join(["User-agent: *", *(f"Disallow: {root}{path}" for path in CLOSED)]))


@machines.get("/favicon.ico")
@gate("site.read")
def favicon():
    """For what asks without reading the page; the page itself names the hashed file."""
    return redirect(asset_url("favicon.svg"), 302)


@lru_cache(maxsize=1)
def _revisions() -> set[str]:
    config = current_app.extensions["migrate"].migrate.get_config()
    return set(ScriptDirectory.from_config(config).get_heads())


def _said(text: str, status: int = 200) -> Response:
    response = Response(text + "\n", status, content_type="text/plain; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    if status == 503:
        response.headers["Retry-After"] = "5"
    return response
