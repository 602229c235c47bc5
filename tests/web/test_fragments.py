"""A fragment shows its facts and nothing else: whoever asks after whom."""

import contextvars
import re

import pytest
from jinja2 import UndefinedError

from ideaboard.discussion.comments import post_comment
from ideaboard.foundation.tokens import new_token
from ideaboard.voting.ballot import cast_vote
from ideaboard.web.fragments import BUTTON, ROW, Fragments, kept_fragments
from ideaboard.web.frames import SHARED
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


def parts_kept(name):
    return {key for key in kept_fragments()._kept if key[0] == name}


def test_a_vote_makes_a_button_anew_and_nothing_else_of_its_row(app, client_of, cast, make_idea):
    idea = make_idea()
    make_idea("Soy milk", author=cast.noor)
    member = client_of(cast.vera)
    member.get("/ideas?sort=newest")
    before, buttons = parts_kept(ROW), parts_kept(BUTTON)
    cast_vote(idea.id, cast.ada, NOW)
    assert "1 vote" in member.get("/ideas?sort=newest").text
    # The row as it is now, of a rest that stood there.
    assert len(parts_kept(ROW) - before) == len(parts_kept(BUTTON) - buttons) == 1


def test_members_share_the_frame_of_a_list_and_each_has_their_own_head(app, client_of, cast, make_idea):
    make_idea()
    pages = {name: client_of(getattr(cast, name)).get("/ideas").text for name in ("vera", "noor")}
    assert len(parts_kept("ideas/index.html")) == 1
    for name, page in pages.items():
        assert f'data-reader="{getattr(cast, name).avatar_seed}"' in page and "<!--" not in page
        other = "noor" if name == "vera" else "vera"
        assert getattr(cast, other).avatar_seed not in page
        assert getattr(cast, name).display_name in page
        assert page.count('<header class="header">') == 1 and "&lt;" not in page


def test_what_is_said_once_is_in_no_frame_that_is_kept(app, client_of, cast, make_idea):
    make_idea()
    member = client_of(cast.vera)
    for said in (False, True, False):
        if said:
            with member.session_transaction() as cookie:
                cookie["_flashes"] = [("message", "Thank you for this.")]
        assert ("Thank you for this." in member.get("/ideas").text) is said


@pytest.mark.parametrize("source", ["{{ viewer.display_name }}", "{{ reader.is_staff }}", "{{ may('staff.read') }}"])
def test_a_shared_frame_says_nothing_of_its_reader(app, source):
    with app.test_request_context("/"), pytest.raises(TypeError, match="shown to all members"):
        app.jinja_env.from_string(source).render(SHARED)
