"""A fragment shows its facts and nothing else: whoever asks after whom."""

import contextvars
import re

import pytest
from jinja2 import UndefinedError

from ideaboard.discussion.comments import post_comment
from ideaboard.foundation.tokens import new_token
from ideaboard.voting.ballot import cast_vote
from ideaboard.web.fragments import Fragments, kept_fragments
from tests.conftest import NOW

ROLES = (None, "vera", "ada", "root", "cole")
FOOT = {"site_name": "S", "shows_how_we_answer": True, "page_theme": "", "locale": "en"}


@pytest.fixture(autouse=True)
def empty_shelf(app):
    kept_fragments()._kept.clear()
    kept_fragments().size = 0


def pages(app, client_of, cast, path):
    """What each of the cast sees, one after the other, in one process."""
    found = {}
    for role in ROLES:
        client = client_of(getattr(cast, role)) if role else app.test_client()
        found[role] = client.get(path).text
    return found


@pytest.mark.parametrize("path", ["/", "/ideas", "/ideas?sort=votes", "/boards/drinks", "/roadmap", "IDEA"])
def test_nobody_sees_what_another_saw(app, client_of, cast, make_idea, monkeypatch, path):
    """With everything kept by others before, in either order, each page is the one of a process that keeps nothing."""
    idea = make_idea()
    make_idea("Soy milk", author=cast.noor)
    for role in ("vera", "noor", "ada"):
        post_comment(idea.id, getattr(cast, role), NOW, body=f"Says {role}.", form_token=new_token())
    cast_vote(idea.id, cast.ada, NOW)
    path = path.replace("IDEA", f"/ideas/{idea.id}-{idea.slug}")
    kept = [pages(app, client_of, cast, path) for _ in range(2)]
    monkeypatch.setattr(kept_fragments(), "most", -1)
    kept_fragments()._kept.clear()
    alone = pages(app, client_of, cast, path)
    for role in ROLES:
        for seen in kept:
            assert without_tokens(seen[role]) == without_tokens(alone[role]), role


def without_tokens(text):
    return re.sub(r'value="[\w-]{43}"', "", text)


def test_the_head_names_its_reader_alone(app, client_of, cast):
    assert "Noor" in client_of(cast.noor).get("/boards").text
    assert "Noor" not in app.test_client().get("/boards").text
    assert "Noor" not in client_of(cast.vera).get("/boards").text


def test_a_row_of_the_database_is_no_fact(app, cast):
    with app.test_request_context(), pytest.raises(TypeError, match="row of the database"):
        kept_fragments().fragment("site/_footer.html", **FOOT, languages=((cast.vera,),))


@pytest.mark.parametrize(
    "source", ["{{ request.path }}", "{{ viewer }}", "{{ site.name }}", "{{ g.now }}", "{% if oops %}{% endif %}"]
)
def test_what_was_not_given_is_out_of_reach(app, source):
    made = app.jinja_env.overlay()
    with app.test_request_context():
        kept = Fragments(made)
        with pytest.raises(UndefinedError):
            kept._templates().from_string(source).render()


def test_language_zone_and_path_are_told_apart(app):
    facts = {**FOOT, "languages": ()}
    seen = set()

    def ask(headers, root):
        with app.app_context(), app.test_request_context("/", headers=headers, environ_overrides={"SCRIPT_NAME": root}):
            seen.update(kept_fragments().fragment("site/_footer.html", **facts) for _ in range(2))

    for headers, root in (({}, ""), ({"Accept-Language": "de"}, ""), ({}, "/below")):
        contextvars.Context().run(ask, headers, root)
    assert len(seen) == 3


def test_what_is_kept_stays_below_its_bound(app, monkeypatch):
    kept = kept_fragments()
    monkeypatch.setattr(kept, "most", 20_000)
    facts = {**FOOT, "languages": ()}
    with app.test_request_context():
        for n in range(40):
            kept.fragment("site/_footer.html", **facts | {"site_name": f"Site {n}"})
    assert 0 < kept.size <= 20_000
    assert kept.size == sum(len(made) for made, _ in kept._kept.values())
