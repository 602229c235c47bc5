"""Ideaboard: ideas, votes, and a loop that closes."""

from pathlib import Path
from urllib.parse import quote

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from config import Settings, development_secret
from ideaboard import registry
from ideaboard.accounts.sessions import LASTS
from ideaboard.extensions import babel, db, htmx, login_manager, migrate
from ideaboard.foundation.database import write_wait_ms
from ideaboard.foundation.dialects import engine_options
from ideaboard.foundation.settings import settings as settings_in_force
from ideaboard.web import (
    assets,
    cookies,
    csrf,
    demo_guard,
    errors,
    finish,
    fragments,
    globals,
    kept_pages,
    request,
    seeing,
    templates,
    who,
)

ROOT = Path(__file__).resolve().parent.parent


def create_app(settings: Settings | None = None) -> Flask:
    """Settings -> extensions -> registry; nothing else. Raises config.UnsafeSettings."""
    settings = settings or Settings.read()
    settings.refuse_unsafe()
    if not settings.secret_key:
        settings.secret_key = development_secret(settings.data_dir)
    settings_in_force.fill(settings)

    app = Flask(__name__, root_path=str(ROOT), template_folder="templates", static_folder=None)
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        # Parameters hold addresses and words of people: they stay out of every traceback and log.
        SQLALCHEMY_ENGINE_OPTIONS={"hide_parameters": True, **engine_options(settings.database_url)},
        SETTINGS=settings,
        MAX_CONTENT_LENGTH=1024 * 1024,
        MAX_FORM_MEMORY_SIZE=1024 * 1024,
        SESSION_COOKIE_SECURE=settings.is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH=settings.sub_path or "/",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=LASTS,
        BABEL_TRANSLATION_DIRECTORIES=str(ROOT / "translations"),
    )
    templates.install(app)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.add_extension("jinja2.ext.do")
    app.wsgi_app = _readable(app.wsgi_app)
    kept_pages.install(app, saw=seeing.count)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)
    app.wsgi_app = _below(settings.sub_path, app.wsgi_app)

    app.ensure_sync = lambda view: view  # no view of ours is a coroutine, and Flask asks each time
    db.init_app(app)
    migrate.init_app(app, db, directory=str(ROOT / "migrations"), render_as_batch=True)
    login_manager.init_app(app)
    htmx.init_app(app)
    request.install(app)
    babel.init_app(app, locale_selector=globals.selected_locale, timezone_selector=globals.reader_zone)
    app.before_request(lambda: write_wait_ms.set(settings.write_wait_ms) and None)
    app.before_request(csrf.refuse_cross_site)
    cookies.install(app)
    who.install(app)
    globals.install(app)
    fragments.install(app)
    errors.install(app)
    finish.install(app)
    assets.install(app, ROOT / "static")
    registry.register(app)
    demo_guard.install(app)
    return app


def _readable(wsgi_app):
    """Bytes that no browser leaves bare in an address (`?q=\xfc`) are percent-encoded: werkzeug would fail at them."""

    def readable(environ, start_response):
        if not environ.get("QUERY_STRING", "").isascii():
            environ["QUERY_STRING"] = quote(
                environ["QUERY_STRING"].encode("latin-1", "replace"), safe="%&=+;/?:@!$'()*,~"
            )
        return wsgi_app(environ, start_response)

    return readable


def _below(sub_path: str, wsgi_app):
    """Serve below a path of the public address, whether or not the proxy in front has stripped it."""
    if not sub_path:
        return wsgi_app

    def below(environ, start_response):
        path = environ.get("PATH_INFO", "")
        if path == sub_path or path.startswith(sub_path + "/"):
            environ["PATH_INFO"] = path[len(sub_path) :]
        environ["SCRIPT_NAME"] = sub_path
        return wsgi_app(environ, start_response)

    return below
