"""Stopping by token: the header twice, the page, its forms, and nothing on looking."""

import re
from datetime import timedelta

import pytest

from ideaboard.foundation.tokens import sign
from ideaboard.models import BroadFollow, Follow, Person, Preference
from ideaboard.models.vocabulary import Topic
from ideaboard.notifications.unsubscribing import token_of
from tests.conftest import NOW


@pytest.fixture
def idea(make_idea, follows, cast):
    row = make_idea()
    follows(row, cast.noor)
    return row


@pytest.fixture
def token(idea, cast):
    return sign("unsubscribe", [cast.noor.id, idea.id, Topic.STATUS])


def outside(client, url, **data):
    """A POST as a mail program sends it: no cookie, no origin, no Sec-Fetch headers."""
    return client.open(url, method="POST", data=data, headers=[("User-Agent", "mail")])


def test_the_header_stops_all_mail_both_times_without_a_cookie(db, guest, cast, token, reload):
    for _ in range(2):
        response = outside(guest, f"/unsubscribe/{token}", **{"List-Unsubscribe": "One-Click"})
        assert response.status_code == 200
        assert "Set-Cookie" not in response.headers
        assert reload(cast.noor).mail_stopped_at is not None
    assert reload(cast.vera).mail_stopped_at is None


def test_looking_changes_nothing_and_is_kept_nowhere(db, guest, cast, idea, token, reload):
    response = guest.get(f"/unsubscribe/{token}")
    assert response.status_code == 200
    assert "no-store" in response.headers["Cache-Control"]
    assert "Set-Cookie" not in response.headers
    assert "noor@example.org" not in response.text
    assert reload(cast.noor).mail_stopped_at is None
    assert db.session.get(Follow, (idea.id, cast.noor.id)).muted_at is None


def test_each_scope_stops_and_is_heard_again(db, guest, cast, idea, token):
    noor = cast.noor.id

    def stands():
        db.session.expire_all()
        chosen = db.session.get(Preference, (noor, Topic.STATUS))
        board = db.session.execute(db.select(BroadFollow.muted_at).where(BroadFollow.person_id == noor)).scalar()
        found = (
            bool(db.session.get(Follow, (idea.id, noor)).muted_at),
            bool(board),
            bool(chosen and chosen.how == "never"),
            bool(db.session.get(Person, noor).mail_stopped_at),
        )
        db.session.commit()
        return found

    for i, scope in enumerate(("idea", "board", "kind", "all")):
        for _ in range(2):
            response = outside(guest, f"/unsubscribe/{token}/{scope}")
            assert response.status_code == 303
        assert [j for j, stopped in enumerate(stands()) if stopped] == [i]
        page = guest.get(response.headers["Location"]).text
        assert "Done: " in page
        outside(guest, f"/unsubscribe/{token}/{scope}", undo="1")
        assert stands() == (False,) * 4


@pytest.mark.parametrize("bad", ["x", "W10.abc", "%00", "é"])
def test_a_token_that_is_not_ours_is_nothing(guest, bad):
    assert guest.get(f"/unsubscribe/{bad}").status_code == 404
    assert outside(guest, f"/unsubscribe/{bad}").status_code == 404


def test_a_token_for_another_purpose_opens_nothing(guest, cast, idea):
    other = sign("something-else", [cast.noor.id, idea.id, Topic.STATUS])
    assert guest.get(f"/unsubscribe/{other}").status_code == 404


def test_an_idea_that_its_reader_may_not_see_any_more_is_not_named(db, guest, idea, token, reload):
    reload(idea).hidden_at = NOW
    db.session.commit()
    page = guest.get(f"/unsubscribe/{token}")
    assert page.status_code == 200
    assert "Oat milk" not in page.text
    assert outside(guest, f"/unsubscribe/{token}/idea").status_code == 404
    assert outside(guest, f"/unsubscribe/{token}").status_code == 200


def test_who_may_not_enter_any_more_reads_no_title_and_can_still_stop_all(db, guest, cast, idea, token, reload):
    reload(cast.noor).suspended_at = NOW
    db.session.commit()
    page = guest.get(f"/unsubscribe/{token}")
    assert page.status_code == 200
    assert "Oat milk" not in page.text and idea.board.name not in page.text
    assert outside(guest, f"/unsubscribe/{token}").status_code == 200
    assert reload(cast.noor).mail_stopped_at is not None


def hows(page, topic):
    """The choice that the page shows for a kind."""
    form = page.split(f'name="topic" value="{topic}"')[1].split("</form>")[0]
    return re.findall(r'value="(\w+)" checked', form)


def test_how_a_kind_comes_is_chosen_without_a_cookie(guest, cast, token):
    page = guest.get(f"/unsubscribe/{token}")
    assert hows(page.text, "status") == ["at_once"]
    for how in ("weekly", "daily", "never", "at_once"):
        answer = outside(guest, f"/unsubscribe/{token}/kind", topic="status", how=how)
        assert answer.status_code == 303 and "Set-Cookie" not in answer.headers
        page = guest.get(answer.headers["Location"])
        assert hows(page.text, "status") == [how]
        assert "Done: kept as you chose it." in page.text
        assert "Set-Cookie" not in page.headers


@pytest.mark.parametrize(("topic", "how"), [("comments", "never"), ("nonsense", "never"), ("status", "hourly")])
def test_the_mail_of_an_idea_chooses_about_its_own_kind_alone(guest, cast, token, topic, how, db):
    assert outside(guest, f"/unsubscribe/{token}/kind", topic=topic, how=how).status_code == 404
    assert db.session.execute(db.select(Preference)).first() is None


def test_a_digest_offers_every_kind_and_all_but_no_idea(guest, cast, db, reload):
    token = token_of(cast.noor.id, None, Topic.STATUS)
    page = guest.get(f"/unsubscribe/{token}").text
    for topic in ("status", "stories", "comments", "mentions"):
        assert hows(page, topic) == ["at_once"]
    assert hows(page, "new_ideas") == ["never"]
    assert f"/unsubscribe/{token}/idea" not in page and f"/unsubscribe/{token}/board" not in page
    for scope in ("idea", "board"):
        assert outside(guest, f"/unsubscribe/{token}/{scope}").status_code == 404
    assert outside(guest, f"/unsubscribe/{token}/kind", topic="comments", how="weekly").status_code == 303
    assert db.session.get(Preference, (cast.noor.id, "comments")).how == "weekly"
    db.session.commit()
    for _ in range(2):
        assert outside(guest, f"/unsubscribe/{token}", **{"List-Unsubscribe": "One-Click"}).status_code == 200
    assert reload(cast.noor).mail_stopped_at is not None


def test_undoing_brings_back_what_was(guest, cast, idea, token, db):
    """A board that was followed is followed again; a kind comes as it came."""
    db.session.add(BroadFollow(person_id=cast.noor.id, board_id=cast.drinks.id, followed_at=NOW))
    db.session.add(Preference(person_id=cast.noor.id, kind="status", how="weekly"))
    db.session.commit()
    for scope in ("board", "kind"):
        done = outside(guest, f"/unsubscribe/{token}/{scope}").headers["Location"]
        was = re.search(r"was=(\w+)", done)[1]
        if scope == "board":
            assert f'name="was" value="{was}"' in guest.get(done).text
        outside(guest, f"/unsubscribe/{token}/{scope}", undo="1", was=was)
    db.session.expire_all()
    row = db.session.execute(db.select(BroadFollow)).scalar_one()
    assert row.followed_at is not None and row.muted_at is None
    assert db.session.get(Preference, (cast.noor.id, "status")).how == "weekly"


def test_what_was_is_believed_only_where_it_means_something(guest, cast, token, db):
    outside(guest, f"/unsubscribe/{token}/kind", undo="1", was="hourly")
    outside(guest, f"/unsubscribe/{token}/board", undo="1", was="nonsense")
    assert db.session.get(Preference, (cast.noor.id, "status")).how == "at_once"
    assert db.session.execute(db.select(BroadFollow)).first() is None


@pytest.mark.parametrize("scope", ["idea", "board", "kind", "all"])
def test_each_scope_silences_a_mail_that_waits(guest, cast, idea, token, change_to, tell, send, post, scope):
    change_to(idea, "under_review")
    tell()
    outside(guest, f"/unsubscribe/{token}/{scope}")
    assert send(NOW + timedelta(minutes=15)) == ["dropped"]
    assert post.sent == []
