"""The demo: planted whole or not at all, and removed without a trace."""

import os
from collections import Counter
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, func, select, text, update

from ideaboard.extensions import Model
from ideaboard.extensions import db as database
from ideaboard.models import (
    Board,
    BoardMember,
    Comment,
    Delivery,
    Event,
    Follow,
    Idea,
    Notification,
    Person,
    Preference,
    SignedIn,
    Site,
    Status,
    StatusChange,
    Vote,
)  # fmt: skip
from ideaboard.models.vocabulary import Origin, Stage
from ideaboard.notifications.reach import reach_by_launch
from ideaboard.site.demo.clear import start_for_real
from ideaboard.site.demo.plant import NotEmpty, plant
from ideaboard.site.demo.wording import SITE_ZONE
from ideaboard.site.recount import find_drift
from tests.conftest import NOW, copy_of, make_app


@pytest.fixture
def empty(db):
    """The cast's people without a board, as after signing in on a fresh site."""
    remove_boards()
    return db


@pytest.fixture
def freshly_planted(empty):
    plant(NOW)
    yield empty
    empty.session.rollback()


@pytest.fixture(scope="module")
def planted_app(template, tmp_path_factory):
    """Planting takes the better part of a second: once for all tests that only look."""
    folder = tmp_path_factory.mktemp("planted")
    app = make_app(copy_of(template, f"planted_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}", folder), folder)
    with app.app_context():
        remove_boards()
        plant(NOW)
    yield app
    with app.app_context():
        database.engine.dispose()


@pytest.fixture
def planted(planted_app):
    with planted_app.app_context():
        yield database
        database.session.rollback()


def remove_boards():
    database.session.execute(delete(BoardMember))
    database.session.execute(delete(Board))
    database.session.commit()


@pytest.fixture
def everything(db):
    """everything() -> {table: its rows}, of all tables there are."""

    def read():
        rows = {t.name: sorted(map(str, db.session.execute(t.select()))) for t in Model.metadata.sorted_tables}
        db.session.commit()
        return rows

    return read


def scalar(db, statement):
    value = db.session.scalar(statement)
    db.session.commit()
    return value


def person(db, key):
    return scalar(db, select(Person).where(Person.email == f"{key}@demo.example"))


def test_counters_are_exact(planted):
    votes = select(func.count()).where(Vote.idea_id == Idea.id).scalar_subquery()
    comments = select(func.count()).where(Comment.idea_id == Idea.id, Comment.deleted_at.is_(None)).scalar_subquery()
    assert scalar(planted, select(func.count()).where(Idea.votes_count != votes)) == 0
    assert scalar(planted, select(func.count()).where(Idea.comments_count != comments)) == 0
    assert scalar(planted, select(Idea.votes_count).where(Idea.title.startswith("Oat milk"))) == 412


def test_each_idea_stands_at_its_latest_change(planted):
    latest = select(func.max(StatusChange.id)).where(StatusChange.idea_id == Idea.id).scalar_subquery()
    assert (
        scalar(planted, select(func.count()).where(func.coalesce(Idea.change_id, 0) != func.coalesce(latest, 0))) == 0
    )


def test_each_idea_says_where_it_stands(planted):
    said = select(Idea.standing, Idea.change_id, StatusChange.standing).outerjoin(
        StatusChange, StatusChange.id == Idea.change_id
    )
    rows = planted.session.execute(said).all()
    assert all(standing == (of_change or Stage.RECEIVED) for standing, _, of_change in rows)
    assert len({standing for standing, *_ in rows}) > 6


def test_nobody_votes_after_voting_ended(planted):
    late = (
        select(func.count())
        .select_from(Vote)
        .join(StatusChange, StatusChange.idea_id == Vote.idea_id)
        .where(StatusChange.stage == Stage.LAUNCHED, Vote.cast_at > StatusChange.changed_at)
    )
    assert scalar(planted, late) == 0


def test_told_and_not_told_make_entitled(planted):
    told = StatusChange.told_count + StatusChange.not_told_count
    assert scalar(planted, select(func.count()).where(told != StatusChange.entitled_count)) == 0
    assert scalar(planted, select(func.max(StatusChange.not_told_count))) > 0


def test_everything_says_that_it_is_demo_and_nothing_is_sent(planted):
    for model in (Board, Idea, Comment, StatusChange, Event):
        assert scalar(planted, select(func.count()).where(model.origin != Origin.DEMO)) == 0, model
    assert scalar(planted, select(func.count()).where(Delivery.state == "waiting")) == 0
    assert scalar(planted, select(func.count()).where(Event.dispatched_at.is_(None))) == 0


def test_what_is_promised_lies_ahead(planted):
    promised = select(func.count()).select_from(Idea).join(StatusChange, StatusChange.id == Idea.change_id)
    ahead = promised.where(
        StatusChange.stage != Stage.UNDER_REVIEW, StatusChange.promised_on < NOW.date().replace(day=1)
    )
    assert scalar(planted, ahead) == 0


def test_vera_has_an_inbox_and_mails_that_she_received(planted):
    vera = person(planted, "vera")
    assert scalar(planted, select(func.count()).where(Notification.person_id == vera.id)) > 20
    mails = scalar(planted, select(func.count()).where(Delivery.person_id == vera.id, Delivery.state == "sent"))
    carried = scalar(
        planted, select(func.count(Notification.delivery_id.distinct())).where(Notification.person_id == vera.id)
    )
    assert 3 <= mails == carried


def test_an_inbox_stands_in_the_order_in_which_things_happened_stories_too(planted):
    for who in ("vera", "noor", "ada"):
        of_them = Notification.person_id == person(planted, who).id
        told = planted.session.scalars(select(Notification.created_at).where(of_them).order_by(Notification.id)).all()
        assert told == sorted(told)


def test_how_we_answer_counts_those_of_whom_the_launched_ideas_say_that_they_were_told(planted):
    reached = reach_by_launch(planted.session.scalars(select(Board.id)).all(), NOW)
    launched = select(StatusChange).where(
        StatusChange.stage == "launched", StatusChange.changed_at < NOW - timedelta(days=2)
    )
    said = planted.session.scalars(launched).all()
    assert len(reached) == len(said) >= 15
    assert sum(launch.reach.told_24h for launch in reached) == sum(change.told_count for change in said) > 1000
    assert sum(launch.reach.entitled for launch in reached) == sum(change.entitled_count for change in said)


def test_vera_gets_comments_in_a_weekly_digest(planted):
    """Some have come, at eight by the site's clock; the next one comes by clicking, after a minute."""
    vera = person(planted, "vera")
    digests = select(Delivery).where(Delivery.person_id == vera.id, Delivery.kind == "digest")
    found = planted.session.scalars(digests).all()
    assert len(found) >= 2
    for digest in found:
        due = digest.due_at.astimezone(ZoneInfo(SITE_ZONE))
        assert (due.hour, due.weekday(), digest.facts) == (8, 0, {"rhythm": "weekly"})
    pairs = select(Delivery.kind, Notification.told_by).join(Delivery, Notification.delivery_id == Delivery.id)
    told = dict(planted.session.execute(pairs.distinct()).all())
    assert told == {"news": "mail", "digest": "digest"}
    assert scalar(planted, select(func.count()).where(Notification.told_by.is_(None))) == 0
    how = select(Preference.how).where(Preference.person_id == vera.id, Preference.kind == "comments")
    assert scalar(planted, how) == "weekly"


def test_oskar_finds_no_trace_of_the_panel(planted):
    oskar = person(planted, "oskar")
    panel = scalar(planted, select(Board).where(Board.slug == "test-kitchen"))
    seen = planted.session.scalars(select(Idea.board_id).where(Idea.visible_to(oskar)).distinct()).all()
    assert len(seen) == 5
    assert panel.id not in seen
    ideas = select(Idea.id).where(Idea.board_id == panel.id)
    for model in (Vote, Follow, Notification):
        assert (
            planted.session.scalar(select(func.count()).where(model.person_id == oskar.id, model.idea_id.in_(ideas)))
            == 0
        )
    listed = planted.session.scalars(select(Vote.person_id).where(Vote.idea_id.in_(ideas)).distinct()).all()
    may = planted.session.scalars(select(BoardMember.person_id).where(BoardMember.board_id == panel.id)).all()
    assert set(listed) <= set(may)


def test_it_is_not_planted_beside_other_boards(db, cast):
    with pytest.raises(NotEmpty):
        plant(NOW)
    assert scalar(db, select(func.count()).where(Person.origin == Origin.DEMO)) == 0


def test_what_fails_half_way_leaves_nothing(empty, everything):
    empty.session.execute(
        delete(Status).where(Status.stage == Stage.LAUNCHED)
    )  # ends it after people, boards and ideas
    empty.session.commit()
    before = everything()
    with pytest.raises(KeyError):
        plant(NOW)
    assert everything() == before


def test_starting_for_real_leaves_every_table_as_it_was(empty, everything, client_of):
    before = everything()
    plant(NOW)
    vera = person(empty, "vera")
    client_of(vera)
    board = scalar(empty, select(Board).where(Board.slug == "drinks"))
    made_in_the_demo = Idea(
        title="Made while looking", slug="made", board_id=board.id, author_id=vera.id, created_at=NOW, visible_at=NOW
    )
    empty.session.add(made_in_the_demo)
    empty.session.flush()
    empty.session.add(Event(kind="idea.submitted", happened_at=NOW, actor_id=vera.id, idea_id=made_in_the_demo.id))
    empty.session.add(Vote(idea_id=made_in_the_demo.id, person_id=vera.id, cast_at=NOW))
    empty.session.add(Person(email="guest@demo.example", origin=Origin.HERE, created_at=NOW))  # no mail reaches it
    empty.session.add(Delivery(kind="code", address="vera@demo.example", message_key="k", created_at=NOW, due_at=NOW))
    empty.session.execute(update(Site).values(accent="#123456", locale="de", shows_how_we_answer=False))  # as Ruth
    empty.session.commit()

    start_for_real()

    site = before.pop("site")
    after = everything()
    after.pop("site")
    assert after == before
    assert scalar(empty, select(Site.demo_since)) is None
    assert site == [] or scalar(empty, select(Site.name)) == "Ideaboard"
    assert scalar(empty, select(Site.mails_a_week)) in (None, 7)
    assert scalar(empty, select(Site.accent)) == "#0d6b52" and scalar(empty, select(Site.locale)) == "en"
    assert scalar(empty, select(Site.shows_how_we_answer)) is True
    assert scalar(empty, select(func.count()).select_from(SignedIn)) == 0


def test_starting_for_real_a_second_time_leaves_what_the_first_admin_set(freshly_planted):
    session = freshly_planted.session
    start_for_real()
    session.execute(update(Site).values(name="Corner Coffee", accent="#123456", frame_sites="https://www.example.org"))
    session.commit()
    start_for_real()
    site = session.execute(select(Site.name, Site.accent, Site.frame_sites)).one()
    assert tuple(site) == ("Corner Coffee", "#123456", "https://www.example.org")


def test_real_people_keep_what_they_did_elsewhere(freshly_planted, cast):
    ada, vera, noor = person(freshly_planted, "ada"), person(freshly_planted, "vera"), cast.noor
    session = freshly_planted.session
    real = Board(slug="city", name="City", owner_id=ada.id, created_at=NOW)
    session.add(real)
    session.flush()
    drinks = scalar_id(session, Board, Board.slug == "drinks")
    bench = Idea(title="A bench", slug="a-bench", board_id=real.id, author_id=noor.id, created_at=NOW, visible_at=NOW)
    gone = Idea(title="On theirs", slug="on-theirs", board_id=drinks, author_id=noor.id, created_at=NOW, visible_at=NOW)
    session.add_all([bench, gone])
    session.flush()
    bench.votes_count = 2
    session.add_all([Vote(idea_id=bench.id, person_id=p.id, cast_at=NOW) for p in (noor, vera)])
    theirs = Comment(idea_id=bench.id, author_id=vera.id, body="x", html="x", posted_at=NOW)
    session.add(theirs)
    session.flush()
    answer = Comment(
        idea_id=bench.id, author_id=noor.id, body="y", html="y", posted_at=NOW, parent_id=theirs.id, root_id=theirs.id
    )
    session.add(answer)
    session.flush()
    below = Comment(
        idea_id=bench.id, author_id=noor.id, body="z", html="z", posted_at=NOW, parent_id=answer.id, root_id=theirs.id
    )
    status = scalar_id(session, Status, Status.stage == Stage.UNDER_REVIEW)
    changes = [
        StatusChange(
            idea_id=bench.id, status_id=status, stage=Stage.UNDER_REVIEW, text="Looking.", html="", actor_id=actor.id,
            changed_at=NOW + timedelta(hours=hour),
        )
        for hour, actor in enumerate((cast.ada, ada))
    ]  # fmt: skip
    session.add_all([below, *changes])
    session.flush()
    session.execute(
        update(Idea)
        .where(Idea.id == bench.id)
        .values(change_id=changes[1].id, status_id=status, standing="launched", comments_count=3)
    )
    kept = (bench.id, answer.id, below.id, changes[0].id)
    session.commit()

    start_for_real()

    session.expire_all()
    bench, answer, below = session.get(Idea, kept[0]), session.get(Comment, kept[1]), session.get(Comment, kept[2])
    assert (bench.votes_count, bench.comments_count, bench.change_id) == (1, 2, kept[3])
    assert bench.standing == Stage.UNDER_REVIEW
    assert (answer.parent_id, answer.root_id, below.parent_id, below.root_id) == (None, None, answer.id, answer.id)
    assert session.scalar(select(Board.owner_id)) is None
    left = Counter(session.scalars(select(Person.origin)))
    assert left[Origin.DEMO] == 0 and left[Origin.HERE] == 8
    assert session.scalars(select(Idea.title)).all() == ["A bench"]
    session.commit()


def test_the_command_plants_says_so_and_then_refuses(app, empty):
    first = app.test_cli_runner().invoke(args=["demo"])
    assert first.exit_code == 0 and "84 ideas" in first.output
    again = app.test_cli_runner().invoke(args=["demo"])
    assert again.exit_code == 1 and "nothing was planted" in again.output
    end = app.test_cli_runner().invoke(args=["demo", "--start-for-real"])
    assert end.exit_code == 0
    assert scalar(empty, text("SELECT count(*) FROM idea")) == 0


def scalar_id(session, model, which):
    return session.scalar(select(model.id).where(which))


def test_every_mail_that_vera_received_can_be_read(planted_app):
    client = planted_app.test_client()
    with planted_app.app_context():
        vera = person(database, "vera")
        hers = database.session.scalars(select(Delivery.id).where(Delivery.person_id == vera.id)).all()
        others = scalar_id(database.session, Delivery, Delivery.person_id != vera.id)
        database.session.rollback()
    listed = client.get("/demo/mails").text
    for delivery_id in hers:
        assert f'href="/demo/mails/{delivery_id}"' in listed
        assert client.get(f"/demo/mails/{delivery_id}").status_code == 200
        html = client.get(f"/demo/mails/{delivery_id}/html")
        assert html.status_code == 200
        assert "default-src 'none'" in html.headers["Content-Security-Policy"]
        assert "sandbox" in html.headers["Content-Security-Policy"]
    assert client.get(f"/demo/mails/{others}").status_code == 404
    assert client.get(f"/demo/mails/{others}/html").status_code == 404


def test_home_of_the_demo_shows_a_week_full_of_answers(planted_app):
    home = planted_app.test_client().get("/").text
    assert "A free refill on filter coffee" in home


def test_one_address_takes_no_mail_so_that_staff_and_the_operator_see_what_is_said(planted_app):
    client = planted_app.test_client()
    client.post("/demo/play", data={"as": "ada"})
    assert "1 person cannot be reached: the mail server refuses the address (Luca)." in client.get("/staff").text


def test_the_demo_stands_in_its_lists_as_the_formulas_say(planted):
    assert [drift for drift in find_drift(NOW) if drift.counter in ("trending", "showing_due")] == []
