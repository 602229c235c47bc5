"""SQLite answers what is asked for every mail by the index that was made for it (it keeps no figures to choose by)."""

import pytest
from sqlalchemy import event, text

from ideaboard.foundation import dialects
from ideaboard.foundation.database import dialect_name, end_reading
from ideaboard.notifications import claims, deliveries, delivery_lists
from ideaboard.notifications.waiting import waiting_mails
from tests.conftest import NOW


@pytest.fixture
def plans(app, db):
    """plans(question) -> [how each statement about deliveries is answered]."""
    if not dialects.one_writer(dialect_name()):
        pytest.skip("PostgreSQL chooses by its figures")

    def of(question):
        asked = []

        def note(connection, cursor, statement, parameters, context, executemany):
            asked.append((statement, parameters))

        event.listen(db.engine, "before_cursor_execute", note)
        question()
        event.remove(db.engine, "before_cursor_execute", note)
        end_reading()
        found = []
        for statement, parameters in asked:
            if "FROM delivery" in statement:
                raw = db.session.connection().connection.driver_connection
                found.append(" ".join(row[3] for row in raw.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)))
        end_reading()
        return found

    return of


def test_claims_ask_the_indexes_of_what_waits(plans):
    codes, all_kinds = plans(lambda: claims.has_due(NOW))
    assert "ix_delivery_code" in codes
    assert "ix_delivery_waiting" in all_kinds and "TEMP B-TREE" not in all_kinds


def test_staffs_notice_asks_the_index_of_what_waits(plans):
    found = plans(lambda: waiting_mails(NOW))
    assert found and all("ix_delivery_waiting" in plan and "TEMP B-TREE" not in plan for plan in found), found


def test_the_operators_page_reads_no_table_whole(plans):
    def page():
        deliveries.standing(NOW)
        delivery_lists.failed_mails()
        delivery_lists.tried_again()

    for plan in plans(page):
        assert "SCAN delivery USING" in plan or "SCAN delivery" not in plan, plan


def test_what_waits_is_never_sought_among_what_is_settled(plans, db):
    def ask():
        db.session.execute(text("SELECT id FROM delivery WHERE state = 'waiting' AND due_at <= '2026' ORDER BY due_at"))

    assert "ix_delivery_settled" not in plans(ask)[0]
