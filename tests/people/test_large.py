"""The page of one person is as quick among a million texts as among a thousand: every statement
walks an index.
"""

import re

import pytest

from app.core.db import db, write
from tests import sample_rows
from tests.sample_people import ZOE
from tests.select_recorder import record_selects
from tests.speed_limits import limit_seconds

# Lists take at most 8; a person is asked about in every feature, each by an index.
MOST_STATEMENTS = 14
FILL = """
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count)
    INSERT INTO messages (direction, kind, phone, body, status, name, created_at)
    SELECT 'outbound', 'blast',
        CASE WHEN i % 166 = 0 THEN :phone ELSE '+1303' || (4000000 + i % 5000) END,
        'Picnic', 'delivered', 'Zoë', '2026-01-01 00:00:00.000000' FROM n
"""


@pytest.fixture
def filled(app, copied_steps):
    """20,000 texts, 120 of them Zoë's."""
    copied_steps.take(app, store_texts)
    return app


def store_texts(app):
    with app.app_context():
        sample_rows.add_member(ZOE, "Zoë")
        with write():
            db.session.execute(db.text(FILL), {"count": 20_000, "phone": ZOE})


def statements(app, visit):
    """What one look at the page asks of the database."""
    address = visit.find_person_page(ZOE)
    with record_selects(app) as asked:
        page = visit(address, "sol")
    assert page.status_code == 200
    return asked


def test_who_is_left_out_costs_no_more(visit, filled):
    with filled.app_context():
        sample_rows.add_opt_out(ZOE)
    statements(filled, visit)  # the first look loads what is kept
    assert len(statements(filled, visit)) <= MOST_STATEMENTS


def test_the_page_is_quick_among_many_texts_and_asks_little(visit, filled):
    statements(filled, visit)  # the first look warms the templates
    with limit_seconds(0.25):  # 50 ms are asked of the program: this includes the client's part
        asked = statements(filled, visit)
    assert len(asked) <= MOST_STATEMENTS, "\n".join(asked)
    with filled.app_context():
        for each in asked:
            if "messages" in each and "?" in each:
                plan = db.session.connection().exec_driver_sql(
                    f"EXPLAIN QUERY PLAN {each}", (ZOE,) * each.count("?")
                )
                assert not [row for row in plan if re.match(r"SCAN messages", row[3])], each
