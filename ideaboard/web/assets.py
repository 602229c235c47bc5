"""Styles and scripts: joined at start into one hashed, compressed, immutable file each. No build step."""

import gzip
import hashlib
import re
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, request

from ideaboard.site.theme import theme_css
from ideaboard.web.addresses import path_of
from ideaboard.web.gate import gate
from ideaboard.web.globals import current_site
from ideaboard.web.vary import vary_by

assets = Blueprint("assets", __name__)
STYLES = ("reset", "tokens", "base", "components*", "rooms*", "utilities")
# What only some pages need (roadmap, stories, figures, admin's tools), so that the first view stays small.
PAGE_STYLES = ("pages/*",)
SCRIPTS = ("vendor/htmx*.min.js", "js/*.js")
_TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}
_files: dict[str, tuple[str, bytes, bytes]] = {}  # name -> (hash, bytes, gzipped bytes)


def install(app: Flask, static: Path) -> None:
    """Read and join the files below `static`; raises OSError when they are not there."""
    scripts = [p for pattern in SCRIPTS for p in sorted(static.glob(pattern))]
    for name, patterns in (("app.css", STYLES), ("pages.css", PAGE_STYLES)):
        styles = [p for pattern in patterns for p in sorted((static / "css").glob(f"{pattern}.css"))]
        _put(name, _squeeze("\n".join(p.read_text("utf-8") for p in styles)))
    _put("app.js", ";\n".join(_squeeze_script(p.read_text("utf-8")) for p in scripts))
    _put("favicon.svg", (static / "icons/favicon.svg").read_text("utf-8"))
    app.jinja_env.globals["asset_url"] = asset_url
    app.jinja_env.globals["theme_url"] = theme_url


def _put(name: str, text: str) -> None:
    data = text.encode()
    _files[name] = (hashlib.sha256(data).hexdigest()[:12], data, gzip.compress(data, 9, mtime=0))


def _squeeze(css: str) -> str:
    """Comments and space around braces go; nothing that needs a parser."""
    bare = re.sub(r"\s+", " ", re.sub(r"/\*.*?\*/", "", css, flags=re.S))
    return re.sub(r" ?([{};]) ?", r"\1", bare).replace(": ", ":").strip()


def _squeeze_script(script: str) -> str:
    """Lines that are comments and line starts go (ours hold no text of several lines); what is minified stays as it is."""
    return re.sub(r"^\s+", "", re.sub(r"^\s*(/\*.*?\*/|//[^\n]*)\n", "", script, flags=re.S | re.M), flags=re.M)


def build() -> str:
    """A hash of what is served beside the pages: part of every ETag."""
    return hashlib.sha256("".join(h for h, _, _ in _files.values()).encode()).hexdigest()[:12]


def asset_url(name: str) -> str:
    """The address of 'app.css', 'pages.css', 'app.js' or 'favicon.svg'."""
    stem, kind = name.rsplit(".", 1)
    return path_of("assets.file", stem=stem, digest=_files[name][0], kind=kind)


@assets.get("/assets/<stem>-<digest>.<any(css, js, svg):kind>")
@gate("site.read")
def file(stem: str, digest: str, kind: str):
    name = f"{stem}.{kind}"
    if name not in _files or _files[name][0] != digest:
        abort(404)
    return _immutable(name)


def theme_url() -> str:
    """The address of the stylesheet with the owner's accent."""
    name = "theme.css"
    css = _theme_css(current_site().accent)
    if name not in _files or _files[name][1] != css.encode():
        _put(name, css)
    return path_of("assets.theme", digest=_files[name][0])


_theme_css = lru_cache(maxsize=4)(theme_css)


@assets.get("/theme-<digest>.css")
@gate("site.read")
def theme(digest: str):
    theme_url()
    if _files["theme.css"][0] != digest:
        abort(404)
    return _immutable("theme.css")


def _immutable(name: str) -> Response:
    _, plain, zipped = _files[name]
    packed = "gzip" in request.headers.get("Accept-Encoding", "")
    response = Response(zipped if packed else plain, content_type=_TYPES[name.rsplit(".", 1)[1]])
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    vary_by(response, "Accept-Encoding")
    return response
