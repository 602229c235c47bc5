"""The index answers: no table is scanned, and nothing is sorted to find the newest."""

import pytest
from sqlalchemy import text

from ideaboard.extensions import db
from ideaboard.foundation.database import dialect_name
from ideaboard.foundation.dialects_text import full_text
from ideaboard.search.query import read


def plan_of(words: str) -> str:
    index = full_text(dialect_name())
    values = {"words": index.expression(read(words).wanted), "above": 0, "below": 1 << 50, "most": 80}
    if dialect_name() == "postgresql":
        db.session.execute(text("SET LOCAL enable_seqscan = off"))  # a table of three rows is read whole, and rightly
        explain = "EXPLAIN "
    else:
        explain = "EXPLAIN QUERY PLAN "
    rows = db.session.connection().exec_driver_sql(explain + index.read, values).all()
    db.session.rollback()
    return "\n".join(str(row[-1]) for row in rows)


def test_the_index_of_words_answers(shared):
    shared("Oat milk")
    plan = plan_of("oat milk")
    if dialect_name() == "postgresql":
        assert "ix_search_fts_words" in plan or "search_fts_pkey" in plan, plan
    else:
        # M4: the match; >< both bounds of the number; the order is the index's own, so there is no temporary B-tree.
        assert "VIRTUAL TABLE INDEX" in plan and "M4" in plan and "><" in plan and "TEMP B-TREE" not in plan, plan


@pytest.mark.postgres
def test_the_words_are_planned_for_each_time(shared):
    """psycopg prepares what is asked a sixth time, and then PostgreSQL would plan once for rare and common words alike."""
    shared("Oat milk")
    index, connection = full_text(dialect_name()), db.session.connection()
    words = index.expression(read("oat milk").wanted)
    for _ in range(12):
        assert index.find(connection, words, 0, 1 << 50, 80) and index.count(connection, words, 80) == 1
    kept = connection.exec_driver_sql("SELECT statement FROM pg_prepared_statements").scalars().all()
    assert not [statement for statement in kept if "tsquery" in statement]


@pytest.mark.postgres
def test_what_stands_in_titles_is_found_by_its_words(shared):
    """Not by walking all ideas, the newest first: the order is none that an index has, so what is found is sorted."""
    shared("Oat milk")
    index, connection = full_text(dialect_name()), db.session.connection()
    values = {
        "words": index.expression(read("oat milk").wanted, in_title=True),
        "above": 0,
        "below": 1 << 50,
        "most": 80,
    }
    connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
    plan = connection.exec_driver_sql("EXPLAIN " + index.read_of_titles, values).scalars().all()
    assert any("Sort Key: ((id + 0)) DESC" in line for line in plan), plan
    assert index.find(connection, values["words"], 0, 1 << 50, 80, in_title=True)
