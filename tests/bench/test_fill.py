"""A big site made small: its counters are exact, its texts are what the renderer makes, and a seed gives one site."""

import hashlib

from sqlalchemy import func, select, text

from ideaboard.extensions import db
from ideaboard.foundation.markdown import excerpt, render
from ideaboard.models import Board, Comment, Follow, Idea, Notification, Person, StatusChange, Vote
from ideaboard.models.vocabulary import Reason, Stage
from ideaboard.similar.finding import similar_to
from ideaboard.site.recount import find_drift
from tests.bench.conftest import NOW
from tests.bench.fill import fill
from tests.bench.history import MOST_COMMENTS


def test_counters_are_exact_and_rows_are_as_deeds_leave_them(site):
    assert find_drift(NOW) == []
    ideas = db.session.scalars(select(Idea)).all()
    assert len(ideas) == 400
    for idea in ideas:
        assert (idea.body_html, idea.excerpt) == (render(idea.body), excerpt(idea.body))
        assert idea.standing == (idea.outcome or idea.stage)
    assert max(idea.comments_count for idea in ideas) == MOST_COMMENTS
    assert {idea.standing for idea in ideas} >= {Stage.RECEIVED, Stage.LAUNCHED, Stage.COMING_SOON, "not_now"}
    for row in db.session.scalars(select(Comment).limit(50)):
        assert row.html == render(row.body)
    voters = select(func.count()).select_from(Follow).where(Follow.reasons.op("&")(Reason.VOTER) > 0)
    assert db.session.scalar(voters) == db.session.scalar(select(func.count()).select_from(Vote)) > 2000
    assert db.session.scalar(select(func.count()).select_from(Board).where(Board.who_may_see != "everyone")) == 1
    told = db.session.scalar(select(func.sum(StatusChange.entitled_count)))
    assert told < db.session.scalar(select(func.count()).select_from(Notification))


def test_the_next_row_gets_the_next_id_and_every_index_is_back(site):
    person = Person(display_name="New", created_at=NOW)
    db.session.add(person)
    db.session.flush()
    assert person.id == db.session.scalar(select(func.max(Person.id)))
    db.session.rollback()
    wanted = {index.name for table in db.metadata.tables.values() for index in table.indexes}
    inspector = db.inspect(db.engine)
    assert wanted <= {i["name"] for table in db.metadata.tables for i in inspector.get_indexes(table)}
    for table in db.metadata.sorted_tables:
        found = {tuple(key["constrained_columns"]) for key in inspector.get_foreign_keys(table.name)}
        assert {tuple(key.column_keys) for key in table.foreign_key_constraints} <= found


def test_what_was_written_is_found(site):
    documents = db.session.scalar(text("SELECT count(*) FROM search_fts"))
    rows = {model: db.session.scalar(select(func.count()).select_from(model)) for model in (Idea, Comment)}
    assert documents > sum(rows.values()) * 0.95
    title = db.session.scalars(select(Idea.title).where(Idea.visible_to(None)).order_by(Idea.id.desc()).limit(1)).one()
    assert title in {db.session.get(Idea, match.idea_id).title for match in similar_to(title, None)}


def test_a_seed_gives_one_site(site, new_app):
    def digest() -> str:
        found = hashlib.sha256()
        for table in ("person", "idea", "vote", "status_change", "comment", "event", "notification"):
            order = "idea_id, person_id" if table == "vote" else "id"
            for row in db.session.execute(text(f"SELECT * FROM {table} ORDER BY {order}")):
                found.update(repr(tuple(row)).encode())
        db.session.remove()
        return found.hexdigest()

    first = digest()
    again = new_app("again")
    fill(again, 400, now=NOW, shown=False)
    with again.app_context():
        assert digest() == first
