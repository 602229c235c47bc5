"""Erasure: a nameless shell, in one transaction, done twice is done once."""

import pytest

from ideaboard.accounts import erasing
from ideaboard.accounts.erasing import LastAdmin, OfTheDemo, erase
from ideaboard.accounts.sessions import open_session, person_of
from ideaboard.discussion.comments import post_comment
from ideaboard.foundation.refusals import Missing
from ideaboard.ideas.drafts import save_draft
from ideaboard.models import (
    Comment,
    Draft,
    Event,
    Follow,
    Idea,
    IdeaRevision,
    Mention,
    Person,
    Preference,
    SignedIn,
    SimilarPair,
    Status,
    Vote,
)
from ideaboard.models.vocabulary import Origin, Outcome, Stage
from ideaboard.search.indexing import index_comments
from ideaboard.site.recount import find_drift
from ideaboard.voting.ballot import MayNotVote, cast_vote
from ideaboard.workflow.progress import change_status
from tests.conftest import NOW


@pytest.fixture
def standing_at(cast, make_idea, db):
    """standing_at(stage, outcome): an idea of Noor's on which Vera has voted, moved there by Ada."""

    def make(stage, outcome=None):
        idea = make_idea(author=cast.noor)
        cast_vote(idea.id, cast.vera, NOW)
        status = db.session.scalars(db.select(Status).where(Status.stage == stage)).first()
        db.session.commit()
        extra = {"promised_on": NOW.date().replace(day=1)} if outcome == Outcome.NOT_NOW else {}
        if outcome in (Outcome.EXISTS, Outcome.HANDED_OVER):
            extra = {"linked_url": "https://example.org/there"}
        change_status(idea.id, cast.ada, NOW, status_id=status.id, outcome=outcome, text="In our own words.", **extra)
        return idea.id

    return make


def shell(db) -> Person:
    found = db.session.execute(db.select(Person).where(Person.erased_at.is_not(None))).scalar_one()
    db.session.commit()
    return found


def votes_of(db, person_id) -> set[int]:
    return set(db.session.scalars(db.select(Vote.idea_id).where(Vote.person_id == person_id)))


def test_a_person_becomes_a_nameless_shell(cast, db, make_idea):
    vera = cast.vera
    token = open_session(vera, NOW)
    idea = make_idea()
    post_comment(make_idea(author=cast.noor).id, cast.noor, NOW, body="What does @Vera say?")
    save_draft(vera, NOW, board_id=None, title="Half an idea", body="", form_token="t")
    db.session.add(Preference(person_id=vera.id, kind="status", how="daily"))
    db.session.commit()

    assert erase(vera.id, vera, NOW) is True

    person = shell(db)
    assert person.id == vera.id and person.email is None and person.display_name is None
    assert person.avatar_seed == "" and person.password_hash is None
    assert person_of(token, NOW) is None
    for model in (SignedIn, Follow, Preference, Mention):
        assert db.session.scalars(db.select(model).where(model.person_id == vera.id)).all() == []
    assert db.session.scalars(db.select(Draft).where(Draft.author_id == vera.id)).all() == []
    stays = db.session.get(Idea, idea.id, populate_existing=True)
    assert (stays.author_id, stays.title) == (vera.id, "Oat milk without the extra charge")


def test_open_votes_are_withdrawn_and_ended_ones_stay_unnamed(cast, db, make_idea, standing_at):
    goes = [
        make_idea(author=cast.noor).id,
        standing_at(Stage.UNDER_REVIEW),
        standing_at(Stage.REVIEWED, Outcome.NOT_NOW),
        standing_at(Stage.REVIEWED, Outcome.WANT),
        standing_at(Stage.COMING_SOON),
    ]
    cast_vote(goes[0], cast.vera, NOW)
    stays = [
        standing_at(Stage.LAUNCHED),
        standing_at(Stage.REVIEWED, Outcome.WILL_NOT),
        standing_at(Stage.REVIEWED, Outcome.EXISTS),
        standing_at(Stage.REVIEWED, Outcome.HANDED_OVER),
    ]
    vera = cast.vera
    assert erasing.traces_of(vera.id).open_votes == len(goes)
    assert erasing.traces_of(vera.id).ended_votes == len(stays)
    db.session.commit()
    erase(vera.id, vera, NOW)
    assert votes_of(db, vera.id) == set(stays)
    named = db.session.scalars(db.select(Vote.is_unnamed).where(Vote.person_id == vera.id)).all()
    assert all(named)
    counts = dict(db.session.execute(db.select(Idea.id, Idea.votes_count)).tuples().all())
    assert [counts[i] for i in goes] == [0] * len(goes) and [counts[i] for i in stays] == [1] * len(stays)
    db.session.commit()
    assert find_drift(NOW) == []  # counts, and what they weigh in Trending


def test_a_vote_on_a_merged_idea_goes_or_stays_with_the_idea_that_took_it_in(cast, db, make_idea, standing_at):
    launched, open_one = standing_at(Stage.LAUNCHED), make_idea(author=cast.noor).id
    inner = make_idea(author=cast.noor, merged_into_id=None)
    into_launched, into_open = make_idea(author=cast.noor).id, make_idea(author=cast.noor).id
    for idea_id in (inner.id, into_launched, into_open):
        cast_vote(idea_id, cast.vera, NOW)
    for idea_id, target in ((inner.id, into_launched), (into_launched, launched), (into_open, open_one)):
        db.session.execute(db.update(Idea).where(Idea.id == idea_id).values(merged_into_id=target, merged_at=NOW))
    db.session.commit()
    vera = cast.vera
    erase(vera.id, vera, NOW)
    assert votes_of(db, vera.id) == {launched, inner.id, into_launched}


def test_texts_stay_as_of_a_former_member(cast, db, guest, make_idea):
    idea = make_idea(others_took_part_at=NOW)
    comment = post_comment(idea.id, cast.vera, NOW, body="I said this.")
    vera = cast.vera
    erase(vera.id, vera, NOW)
    page = guest.get(f"/ideas/{idea.id}-{idea.slug}").text
    assert "I said this." in page and "former member" in page and "Vera" not in page
    assert db.session.get(Comment, comment.id, populate_existing=True).deleted_at is None


def test_texts_go_where_that_is_asked_for_in_every_version(cast, db, guest, make_idea):
    from ideaboard.ideas.editing import edit_idea

    idea, alone = make_idea(author=cast.vera), make_idea("Nobody else was here", author=cast.vera)
    found = db.text("SELECT * FROM search_fts")
    edit_idea(idea.id, cast.vera, NOW, title="A secret of mine in the title", body="And my street.")
    post_comment(idea.id, cast.noor, NOW, body="I like it.")
    post_comment(idea.id, cast.vera, NOW, body="My phone number.")
    index_comments(db.session.scalars(db.select(Comment.id)).all())
    assert "phone" in str(db.session.execute(found).all())
    others = make_idea("The same by somebody else")
    db.session.add(SimilarPair(idea_id=others.id, other_id=idea.id, likeness=0.9, found_at=NOW))
    db.session.commit()
    vera = cast.vera
    erase(vera.id, vera, NOW, texts_too=True)
    stands = db.session.get(Idea, idea.id, populate_existing=True)
    words = " ".join(
        [stands.title, stands.slug, stands.body, stands.body_html, stands.excerpt]
        + [f"{r.title} {r.body}" for r in db.session.scalars(db.select(IdeaRevision))]
        + [f"{c.body} {c.html}" for c in db.session.scalars(db.select(Comment))]
    )
    assert "secret" not in words and "street" not in words and "phone" not in words and "Oat" not in words
    indexed = str(db.session.execute(found).all())
    assert "phone" not in indexed and "secret" not in indexed and "oat" not in indexed and "remov" in indexed
    assert "I like it." in words and stands.comments_count == 1 and stands.taken_back_at is None
    assert db.session.get(Idea, alone.id, populate_existing=True).taken_back_at is not None
    db.session.commit()
    assert find_drift(NOW) == []
    assert db.session.scalars(db.select(SimilarPair)).all() == []  # staff are not told what it was like
    page = guest.get(f"/ideas/{idea.id}", follow_redirects=True)
    assert "Removed at the wish of its author" in page.text and "secret" not in page.text


def test_done_twice_is_done_once(cast, db, count_rows):
    vera = cast.vera
    assert (erase(vera.id, vera, NOW), erase(vera.id, None, NOW)) == (True, False)
    assert db.session.scalars(db.select(Event.kind).where(Event.kind == "person.erased")).all() == ["person.erased"]


def test_a_vote_that_was_on_its_way_finds_nobody(cast, db, make_idea, reload):
    idea, vera = make_idea(author=cast.noor), cast.vera
    erase(vera.id, vera, NOW)
    with pytest.raises(MayNotVote):
        cast_vote(idea.id, vera, NOW)
    assert votes_of(db, vera.id) == set() and reload(idea).votes_count == 0


def test_killed_half_way_nothing_is_erased(cast, db, make_idea, monkeypatch):
    idea, vera = make_idea(author=cast.noor), cast.vera
    cast_vote(idea.id, vera, NOW)

    def dies(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(erasing.parts, "rooms", (*erasing.parts.rooms, dies))
    with pytest.raises(KeyboardInterrupt):
        erase(vera.id, vera, NOW)
    assert cast.vera.display_name == "Vera" and votes_of(db, vera.id) == {idea.id}


def test_the_last_admin_stays_and_so_do_the_demos_people(cast, db):
    with pytest.raises(LastAdmin):
        erase(cast.root.id, cast.root, NOW)
    db.session.execute(db.update(Person).where(Person.id == cast.noor.id).values(origin=Origin.DEMO))
    db.session.commit()
    with pytest.raises(OfTheDemo):
        erase(cast.noor.id, cast.noor, NOW)
    with pytest.raises(Missing):
        erase(2**40, None, NOW)


def test_the_door_asks_for_the_address_and_signs_out(cast, client_of, db):
    client = client_of(cast.vera)
    page = client.get("/me/erase")
    assert page.status_code == 200 and "former member" in page.text
    wrong = client.post("/me/erase", data={"email": "noor@example.org"})
    assert wrong.status_code == 422 and "nothing was erased" in wrong.text and cast.vera.erased_at is None
    left = client.post("/me/erase", data={"email": " VERA@example.org ", "texts_too": ""})
    assert left.status_code == 303 and left.headers["Location"] == "/erased"
    assert client.get("/me").status_code == 303 and client.get("/erased").status_code == 200
    assert shell(db).email is None


def test_the_door_asks_for_the_password_of_who_signed_in_long_ago(cast, client_of, db):
    from ideaboard.accounts.passwords import set_password

    vera = cast.vera
    client = client_of(vera)
    set_password(vera, "a long enough one", NOW, keep=None, browser="")
    client = client_of(cast.vera)
    db.session.execute(db.update(SignedIn).values(created_at=NOW))
    db.session.commit()
    assert 'name="current_password"' in client.get("/me/erase").text
    answer = client.post("/me/erase", data={"email": "vera@example.org", "current_password": "wrong"})
    assert answer.status_code == 422 and cast.vera.erased_at is None
    data = {"email": "vera@example.org", "current_password": "a long enough one"}
    assert client.post("/me/erase", data=data).status_code == 303
    assert shell(db).id == vera.id
