"""The roadmap on other sites: those that an admin names, as a guest sees it, and no other page anywhere."""

import re

import pytest

from ideaboard.models import Site
from ideaboard.roadmap.frames import BadFrameSite, origin_of, save_frame_sites
from tests.conftest import NOW, copy_of, make_app
from tests.house.samples import routes

# The badge is a picture without script or link, in a sandbox of its own; the frame says who may hold it.
MADE_FOR_OTHER_PAGES = ("roadmap.frame", "insights.badge")
HERE = "https://www.example.org\nhttp://localhost:8080"


@pytest.fixture
def named(cast):
    save_frame_sites(cast.root, NOW, HERE)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("https://www.example.org", "https://www.example.org"),
        ("https://WWW.Example.org/", "https://www.example.org"),
        ("https://example.org:8443", "https://example.org:8443"),
        ("https://example.org:443", "https://example.org"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
        ("http://localhost:3000", "http://localhost:3000"),
        ("http://127.0.0.1", "http://127.0.0.1"),
        ("http://app.localhost", "http://app.localhost"),
        ("https://intranet", "https://intranet"),
    ],
)
def test_an_origin_is_kept_as_the_header_names_it(typed, kept):
    assert origin_of(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "*", "https://*", "https://*.example.org", "http://example.org", "http://10.0.0.1", "example.org", "https:",
        "https://", "https://example.org/page", "https://example.org?x=1", "https://example.org#x", "data:text/html,x",
        "https://user@example.org", "https://example.org; script-src *", "https://example.org, https://evil.example",
        "https://exa mple.org", "https://example.org:0", "https://example.org:99999", "https://example.org:x", "'none'",
        "https://[::1]", "http://[", "ftp://example.org", "https://ex_ample.org", "https://-a.example", "javascript:1",
        "http://localhost.example.org", "http://127.0.0.1.example.org", "//example.org", "https://a..b", "\u202ehttps://x",
        "https://" + "a" * 64 + ".org", "https:///x",
    ],
)  # fmt: skip
def test_what_is_no_origin_is_refused(typed):
    with pytest.raises(BadFrameSite):
        origin_of(typed)


def test_only_whole_lists_are_kept(cast, reload, db):
    assert save_frame_sites(cast.root, NOW, f"{HERE}\r\n\n https://www.example.org/ ") == HERE.split()
    with pytest.raises(BadFrameSite):
        save_frame_sites(cast.root, NOW, "https://good.example\nhttps://*.bad.example")
    assert db.session.get(Site, 1).frame_sites == HERE
    with pytest.raises(BadFrameSite):
        save_frame_sites(cast.root, NOW, "\n".join(f"https://a{n}.example" for n in range(51)))


def test_there_is_no_frame_until_a_site_is_named(guest, client_of, cast):
    assert guest.get("/roadmap/frame").status_code == 404
    assert client_of(cast.root).get("/roadmap/frame").status_code == 404


def test_the_frame_names_exactly_those_sites(named, guest, make_idea, move):
    move(make_idea("Oat milk"), "coming_soon")
    answer = guest.get("/roadmap/frame?theme=dark")
    policy = answer.headers["Content-Security-Policy"]
    assert policy.endswith("frame-ancestors https://www.example.org http://localhost:8080")
    assert policy.startswith("default-src 'none'") and "script" not in policy and "unsafe" not in policy
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "unsafe-none"
    assert "X-Frame-Options" not in answer.headers and "Set-Cookie" not in answer.headers
    assert answer.headers["ETag"] and 'data-theme="dark"' in answer.text
    assert not re.search(r"<form|<script|<button|<input|hx-|<header|<footer", answer.text)
    links = re.findall(r"<a [^>]*>", answer.text)
    assert links and all('target="_blank"' in link and 'rel="noopener"' in link for link in links)
    assert "data-theme" not in guest.get("/roadmap/frame?theme=evil").text


def test_it_is_a_guests_view_whoever_looks(named, guest, client_of, cast, make_idea, move):
    move(make_idea("For all"), "coming_soon")
    move(make_idea("Zanzibar", board=cast.panel), "coming_soon")
    plain = guest.get("/roadmap/frame")
    for person in (cast.lena, cast.root, cast.vera):
        same = client_of(person).get("/roadmap/frame?mine=votes")
        assert same.data == plain.data and same.headers["ETag"] == plain.headers["ETag"]
        assert client_of(person).get("/roadmap/frame?board=panel").status_code == 404
    assert "Zanzibar" not in plain.text and "For all" in plain.text
    assert "For all" in guest.get("/roadmap/frame?board=drinks").text


def test_nothing_else_can_be_framed(named, app, guest, client_of, cast):
    admin = client_of(cast.root)
    adapter = app.url_map.bind("localhost")
    for method, rule, _ in routes(app):
        if method != "GET" or rule.endpoint in MADE_FOR_OTHER_PAGES:
            continue
        values = dict.fromkeys(rule.arguments, 1)
        for name in rule.arguments:
            if "string" in str(rule._converters.get(name)).lower() or name in ("slug", "token", "stem", "name"):
                values[name] = "drinks"
            if rule._converters[name].__class__.__name__ == "AnyConverter":
                values[name] = sorted(rule._converters[name].items)[0]
        path = adapter.build(rule.endpoint, values)
        for client in (guest, admin):
            answer = client.get(path)
            assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"], path
            assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin", path


def test_an_admin_names_them_and_copies_the_code(cast, client_of, guest, db):
    admin = client_of(cast.root)
    assert "iframe" not in admin.get("/admin/frames").text
    bad = admin.post("/admin/frames", data={"sites": "https://*.example.org"})
    assert bad.status_code == 422 and "https://*.example.org" in bad.text and "names no site" in bad.text
    assert admin.post("/admin/frames", data={"sites": HERE}).status_code == 303
    page = admin.get("/admin/frames").text
    assert "&lt;iframe src=&#34;" in page or '&lt;iframe src="http://localhost/roadmap/frame' in page
    assert guest.get("/roadmap/frame").status_code == 200
    assert admin.post("/admin/frames", data={"sites": ""}).status_code == 303
    assert guest.get("/roadmap/frame").status_code == 404
    assert client_of(cast.ada).get("/admin/frames").status_code == 403


def test_below_a_path_the_code_and_the_links_are_too(template, tmp_path):
    app = make_app(copy_of(template, "frames_below", tmp_path), tmp_path, public_url="http://localhost/sub")
    with app.app_context():
        from ideaboard.extensions import db

        with db.session.begin():
            site = db.session.get(Site, 1)
            if site is None:
                site = Site.current()
                db.session.add(site)
            site.frame_sites = "https://www.example.org"
        page = app.test_client().get("/sub/roadmap/frame").text
        assert all(link.startswith("/sub/") for link in re.findall(r'href="([^"]*)"', page))
        db.session.remove()
        db.engine.dispose()
