import pytest

from ideaboard.discussion.mentions import people_of
from ideaboard.foundation.refusals import Missing
from ideaboard.ideas.editing import NobodyTookPart, NotYours, OthersTookPart, add_to_idea, edit_idea, retitle_idea
from ideaboard.ideas.leaving import step_back, take_back
from ideaboard.ideas.submission import submit_idea
from ideaboard.models import Follow, Idea, IdeaRevision
from ideaboard.models.vocabulary import Reason
from ideaboard.voting.ballot import cast_vote
from tests.conftest import NOW


@pytest.fixture
def shared(cast):
    return submit_idea(cast.vera, NOW, board_id=cast.drinks.id, title="Oat milk", body="Please", form_token="t" * 40)


def test_its_author_edits_freely_and_what_it_said_is_kept(db, cast, shared, count_rows):
    idea = edit_idea(shared.id, cast.vera, NOW, title="Oat milk for all", body="**Please**")
    assert (idea.slug, idea.excerpt, idea.edited_at) == ("oat-milk-for-all", "Please", NOW)
    edit_idea(shared.id, cast.vera, NOW, title="Oat milk for all", body="**Please**")
    kept = db.session.execute(db.select(IdeaRevision)).scalar_one()
    assert (kept.title, kept.body) == ("Oat milk", "Please")


def test_nobody_else_edits_it(cast, shared):
    idea_id = shared.id
    for name in ("noor", "ada", "root"):
        person = getattr(cast, name)
        with pytest.raises(NotYours):
            edit_idea(idea_id, person, NOW, title="Mine now", body="")


def test_a_first_vote_of_somebody_else_ends_editing_and_starts_additions(cast, shared, reload):
    with pytest.raises(NobodyTookPart):
        add_to_idea(shared.id, cast.vera, NOW, text="Too early")
    cast_vote(shared.id, cast.noor, NOW)
    with pytest.raises(OthersTookPart):
        edit_idea(shared.id, cast.vera, NOW, title="Another thing", body="altogether")
    assert reload(shared).title == "Oat milk"
    first = add_to_idea(shared.id, cast.vera, NOW, text="And *soy*.")
    assert "<em>soy</em>" in first.html
    assert add_to_idea(shared.id, cast.vera, NOW, text="And *soy*.").id == first.id


def test_staff_make_a_title_clearer_in_the_open(cast, shared, client_of, guest):
    cast_vote(shared.id, cast.noor, NOW)
    with pytest.raises(NotYours):
        retitle_idea(shared.id, cast.noor, NOW, title="Not mine")
    retitle_idea(shared.id, cast.ada, NOW, title="Oat milk without extra charge")
    page = guest.get(f"/ideas/{shared.id}-oat-milk-without-extra-charge").text
    assert "Ada made the title clearer on" in page and "it was “Oat milk”" in page
    assert "Oat milk" in guest.get(f"/ideas/{shared.id}/versions").text


def test_taken_back_it_is_gone_for_all_but_its_author(cast, shared, client_of, guest, count_rows):
    take_back(shared.id, cast.vera, NOW)
    for client in (guest, client_of(cast.ada), client_of(cast.root)):
        assert client.get(f"/ideas/{shared.id}-oat-milk").status_code == 404
        assert "Oat milk" not in client.get("/ideas").text + client.get("/").text + client.get("/boards/drinks").text
    vera = client_of(cast.vera)
    assert "Oat milk" not in vera.get("/ideas").text + vera.get("/").text
    mine = vera.get("/me/ideas").text
    assert "Oat milk" in mine and "taken back" in mine
    own = vera.get(f"/ideas/{shared.id}-oat-milk").text
    assert "You took this idea back" in own and "first look" not in own + mine and "Follow" not in own
    assert count_rows("vote") == count_rows("follow") == 1
    with pytest.raises(Missing):
        edit_idea(shared.id, cast.vera, NOW, title="Back again", body="")


def test_once_others_took_part_only_the_name_can_leave(db, cast, shared, reload, guest):
    with pytest.raises(NobodyTookPart):
        step_back(shared.id, cast.vera, NOW)
    edit_idea(shared.id, cast.vera, NOW, title="Oat milk, please", body="")
    cast_vote(shared.id, cast.noor, NOW)
    with pytest.raises(OthersTookPart):
        take_back(shared.id, cast.vera, NOW)
    step_back(shared.id, cast.vera, NOW)
    idea = reload(shared)
    assert (idea.author_id, idea.author_stepped_back_at, idea.votes_count) == (None, NOW, 2)
    assert db.session.get(Follow, (idea.id, cast.vera.id)).reasons == Reason.VOTER
    for path in (f"/ideas/{idea.id}-{idea.slug}", "/ideas", "/", f"/ideas/{idea.id}/versions"):
        assert "Vera" not in guest.get(path).text, path


def test_stepping_back_takes_the_name_off_the_vote_and_out_of_the_mentions(db, cast, shared, guest):
    cast.drinks.voters_seen_by = "everyone"
    db.session.commit()
    cast_vote(shared.id, cast.noor, NOW)
    assert "Vera" in guest.get(f"/ideas/{shared.id}/voters").text
    step_back(shared.id, cast.vera, NOW)
    voters = guest.get(f"/ideas/{shared.id}/voters").text
    assert "Vera" not in voters and "Noor" in voters and "1 of them is unnamed" in voters
    assert "Vera" not in {person.display_name for person in people_of(db.session.get(Idea, shared.id))}


def test_staff_who_looked_already_keep_the_idea(db, cast, shared, reload):
    from ideaboard.ideas.leaving import can_be_taken_back

    assert can_be_taken_back(shared)
    shared.status_id = 1
    assert not can_be_taken_back(shared)
    db.session.rollback()
