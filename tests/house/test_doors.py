"""Every door, asked from outside: other sites get nothing done, answers say who may keep them."""

import pytest

from tests.conftest import NOW

SAMPLE = {"idea_id": 1, "comment_id": 1, "slug": "drinks", "token": "x"}


def doors(app, *, writing: bool):
    """(address, method) of every route, with sample values for its parts."""
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            if (method not in ("GET",)) is writing:
                values = {name: SAMPLE.get(name, 1) for name in rule.arguments}
                for name, converter in rule._converters.items():
                    if name not in SAMPLE and converter.__class__.__name__ in ("UnicodeConverter", "PathConverter"):
                        values[name] = "x"
                    elif converter.__class__.__name__ == "AnyConverter":
                        values[name] = sorted(converter.items)[0]
                yield adapter.build(rule.endpoint, values, method=method), method, view.gate


FOREIGN = {
    "another site": [("Sec-Fetch-Site", "cross-site"), ("Origin", "https://evil.example")],
    "a neighbour": [("Sec-Fetch-Site", "same-site"), ("Origin", "http://other.localhost")],
    "an old browser elsewhere": [("Origin", "https://evil.example")],
    "a sandboxed frame": [("Origin", "null")],
    "no header at all": [("X-Nothing", "1")],
    "the header alone lies": [("Sec-Fetch-Site", "cross-site"), ("Origin", "http://localhost")],
}


@pytest.mark.parametrize("headers", FOREIGN.values(), ids=FOREIGN)
def test_a_request_from_elsewhere_changes_nothing(app, cast, client_of, headers):
    client = client_of(cast.root)
    for address, method, gate in doors(app, writing=True):
        if gate.token_route:
            continue
        answer = client.open(address, method=method, headers=headers)
        assert answer.status_code == 403, f"{method} {address} was not refused ({answer.status_code})"


@pytest.mark.parametrize(
    "headers",
    [
        [("Sec-Fetch-Site", "same-origin")],
        [("Sec-Fetch-Site", "none")],
        [("Origin", "http://localhost")],
    ],
    ids=["same origin", "typed by hand", "an old browser here"],
)
def test_a_request_from_here_is_heard(app, cast, client_of, make_idea, headers):
    idea = make_idea()
    answer = client_of(cast.noor).open(f"/ideas/{idea.id}/vote", method="POST", headers=headers)
    assert answer.status_code == 303


def test_every_answer_says_who_may_keep_it_and_carries_the_walls(app, cast, client_of, guest, make_idea):
    make_idea()
    for who, client in (("guest", guest), ("admin", client_of(cast.root))):
        for address, _, _ in doors(app, writing=False):
            answer = client.get(address)
            assert answer.status_code < 500, (who, address)
            assert answer.headers.get("Cache-Control"), (who, address)
            assert answer.headers["X-Content-Type-Options"] == "nosniff", address
            assert "unsafe" not in answer.headers["Content-Security-Policy"], address
            if who == "admin" and answer.mimetype == "text/html":
                assert answer.headers["Cache-Control"] == "private, no-store", address


def test_a_guests_page_sets_no_cookie_and_answers_304(app, guest, make_idea):
    idea = make_idea()
    for address in ("/", "/ideas", "/boards", "/boards/drinks", f"/ideas/{idea.id}-{idea.slug}", "/ideas/new"):
        first = guest.get(address)
        assert first.status_code == 200, address
        assert "Set-Cookie" not in first.headers, address
        again = guest.get(address, headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b""), address
        packed = guest.get(address, headers={"Accept-Encoding": "gzip"})
        again = guest.get(address, headers={"Accept-Encoding": "gzip", "If-None-Match": packed.headers["ETag"]})
        assert again.status_code == 304, address


def test_a_guests_page_changes_its_etag_when_what_it_shows_changes(db, cast, guest, make_idea):
    idea = make_idea()
    before = guest.get("/ideas").headers["ETag"]
    idea.votes_count = 5
    db.session.commit()
    assert guest.get("/ideas").headers["ETag"] != before


def test_a_members_page_is_kept_by_nobody(cast, client_of, make_idea):
    idea = make_idea(at=NOW)
    answer = client_of(cast.vera).get(f"/ideas/{idea.id}-{idea.slug}")
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "ETag" not in answer.headers
