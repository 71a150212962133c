"""A long do-not-text list is walked along its indexes; a walk meets the rows that a look-up
finds.
"""

from itertools import product

import pytest
from sqlalchemy import event

from app.core.clock import now
from app.core.db import db, write
from app.core.pagination import ListParams
from app.suppression.models import SuppressedContact, UnsubscribedContact
from app.suppression.queries import suppression_list
from app.suppression.queries.suppression_list import (
    SUPPRESSION_SORT_KEYS,
    SuppressionFilter,
    load_suppression_page,
)

PARTS = (
    SuppressionFilter(),
    SuppressionFilter(source="manual"),
    SuppressionFilter(why="said_stop", source="event"),
    SuppressionFilter(why="number_dead"),
)
ORDERS = list(product(SUPPRESSION_SORT_KEYS, ("asc", "desc")))


@pytest.fixture
def listed(shop):
    """Thirty numbers on one list, eight on the other, by hand, from events and by text, some
    without a name.
    """
    sources = ("manual", "inbound", "event", "event:12", "eventually", "manual:then")
    with write() as session:
        for n in range(30):
            name = f"{'abcdeFG'[n % 7]}-{n % 4}" if n % 5 else None
            row = {
                "name": name,
                "phone": f"+130355501{n:02}",
                "source": sources[n % 6],
                "created_at": now(),
            }
            session.add(UnsubscribedContact(**row))
        for n in range(30, 38):
            source = ("receipt", "manual", None)[n % 3]
            session.add(
                SuppressedContact(phone=f"+130355501{n:02}", category="hard_fail", source=source)
            )


def list_page_keys(order, part):
    """All keys of a part of the list, page by page."""
    sort, direction = order
    keys = []
    for number in range(1, 5):
        page = load_suppression_page(ListParams("", number, 13, sort, direction), part)
        # Behind the last page the last page is returned again.
        if page.number == number:
            keys += [(row.kind, row.id) for row in page.rows]
    return keys


@pytest.mark.parametrize("part", PARTS, ids=str)
def test_a_walk_meets_what_a_look_up_finds_in_the_same_order(listed, monkeypatch, part):
    looked_up = {order: list_page_keys(order, part) for order in ORDERS}
    monkeypatch.setattr(suppression_list, "SMALL_LIST_ROWS", 0)
    for order, keys in looked_up.items():
        assert list_page_keys(order, part) == keys, order
        assert len(set(keys)) == len(keys) > 0, order


@pytest.mark.parametrize("order", ORDERS, ids=" ".join)
def test_no_order_reads_or_sorts_the_rows_themselves(listed, monkeypatch, order):
    """A list of a hundred thousand takes no longer for it: what a walk passes over stands in
    the index.
    """
    monkeypatch.setattr(suppression_list, "SMALL_LIST_ROWS", 0)
    seen = []
    event.listen(db.engine, "before_cursor_execute", lambda *given: seen.append(given[2:4]))
    load_suppression_page(
        ListParams("", 2, 7, *order),
        SuppressionFilter(source="manual", since=now().replace(year=2020)),
    )
    ((walk, values),) = [each for each in seen if "UNION ALL" in each[0] and "ORDER BY" in each[0]]
    plan = [
        row[3]
        for row in db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {walk}", values)
    ]
    left = plan[plan.index("LEFT") + 1 : plan.index("RIGHT")]
    assert [each.partition(" ix_")[0] for each in left] == [
        "SCAN unsubscribed_contacts USING COVERING INDEX"
    ]
