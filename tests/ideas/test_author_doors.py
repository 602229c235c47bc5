import pytest

from ideaboard.models import Idea, IdeaAddition
from ideaboard.voting.ballot import cast_vote
from tests.conftest import NOW


def test_an_edit_that_comes_too_late_is_offered_as_an_addition(db, cast, make_idea, client_of, reload):
    idea = make_idea("Oat milk")
    vera = client_of(cast.vera)
    assert vera.get(f"/ideas/{idea.id}/edit").status_code == 200
    cast_vote(idea.id, cast.noor, NOW)
    late = vera.post(f"/ideas/{idea.id}/edit", data={"title": "Oat", "body": "What I typed & kept"})
    assert late.status_code == 409
    assert "What I typed &amp; kept" in late.text and f'action="/ideas/{idea.id}/add"' in late.text
    assert reload(idea).title == "Oat milk"
    assert vera.get(f"/ideas/{idea.id}/edit").location == f"/ideas/{idea.id}/add"
    added = vera.post(f"/ideas/{idea.id}/add", data={"body": "What I typed & kept"})
    assert added.status_code == 303
    assert "What I typed &amp; kept" in vera.get(added.location).text
    assert db.session.execute(db.select(IdeaAddition)).scalar_one().idea_id == idea.id


def test_edit_take_back_and_title_by_plain_forms(db, cast, make_idea, client_of, reload):
    idea = make_idea("Oat milk")
    vera, ada = client_of(cast.vera), client_of(cast.ada)
    bad = vera.post(f"/ideas/{idea.id}/edit", data={"title": "", "body": "kept words"})
    assert bad.status_code == 422 and "kept words" in bad.text
    assert vera.post(f"/ideas/{idea.id}/edit", data={"title": "Oat milk now", "body": ""}).status_code == 303
    assert ada.post(f"/ideas/{idea.id}/title", data={"title": "x"}).status_code == 422
    assert ada.post(f"/ideas/{idea.id}/title", data={"title": "Oat milk for all"}).status_code == 303
    assert reload(idea).slug == "oat-milk-for-all"
    assert vera.post(f"/ideas/{idea.id}/take-back").location == "/me/ideas"
    assert reload(idea).taken_back_at


@pytest.mark.parametrize("verb", ["edit", "add", "title", "take-back", "step-back"])
def test_these_doors_are_their_own_peoples_alone(cast, make_idea, client_of, guest, verb):
    idea = make_idea()
    assert client_of(cast.noor).post(f"/ideas/{idea.id}/{verb}", data={"title": "Mine", "body": "x"}).status_code == 403
    assert guest.post(f"/ideas/{idea.id}/{verb}").status_code in (303, 401, 500)


def test_my_pages_hold_mine(cast, make_idea, client_of):
    mine, other = make_idea("Mine alone"), make_idea("Theirs", author=cast.noor)
    vera = client_of(cast.vera)
    assert "Theirs" not in vera.get("/me/ideas").text and "Mine alone" in vera.get("/me/ideas").text
    assert "No vote of yours yet" in vera.get("/me/votes").text
    cast_vote(other.id, cast.vera, NOW)
    for page in ("/me/votes", "/me/follows"):
        assert "Theirs" in vera.get(page).text
        assert mine.title not in vera.get(page).text
    assert isinstance(mine, Idea)
