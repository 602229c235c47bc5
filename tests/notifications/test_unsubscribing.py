"""Stopping by token: the header twice, the page, its forms, and nothing on looking."""

import pytest

from ideaboard.foundation.tokens import sign
from ideaboard.models import BroadFollow, Follow, Person, Preference
from ideaboard.models.vocabulary import Topic
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
        assert "Done: this has stopped." in page
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
