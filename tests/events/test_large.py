"""Two hundred events and a hundred thousand registrations: no page takes longer than 50 ms, an
export streams.
"""

import shutil
from itertools import product

import pytest

from app import create_app
from app.core.db import db, write
from app.core.settings import Settings
from tests import speed_limits
from tests.visit import Visitor

# 50 ms are required, and measured by the bench "scale"; machines of tests are shared.
LIMIT = 0.250
EVENTS = """
INSERT INTO events (title, date, start_time, place, created_at)
WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 200)
SELECT 'Event ' || n, CASE WHEN n % 10 THEN date('2026-01-01', '+' || (n * 7) || ' days') END,
       CASE WHEN n % 10 AND n % 3 THEN '18:30' END, 'Room ' || (n % 7), datetime('2026-01-01')
FROM n
"""
# the first event has 10,000 people, the others share the rest
PEOPLE = """
INSERT INTO event_registrations (event_id, name, phone, created_at)
WITH RECURSIVE n(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n < 99999)
SELECT CASE WHEN n < 10000 THEN 1 ELSE 2 + n % 199 END,
       CASE WHEN n % 50 THEN 'Person ' || (n * 7919 % 100000) END,
       '+1303' || (4000000 + n * 7919 % 100000),
       datetime('2026-01-01', '+' || n || ' minutes')
FROM n
"""


@pytest.fixture(scope="module")
def large_event(tmp_path_factory, fresh_database):
    """An app with all of them. (Made once: it takes seconds.)"""
    path = tmp_path_factory.mktemp("crowd") / "sms.db"
    shutil.copy(fresh_database, path)
    app = create_app(
        Settings(
            secret_key="a-key-for-tests-0123456789",
            app_env="test",
            database_url=f"sqlite:///{path}",
        )
    )
    with app.app_context(), write() as session:
        session.execute(db.text(EVENTS))
        session.execute(db.text(PEOPLE))
    return app


@pytest.fixture
def measure_page(large_event):
    """Ada asks for an address; gives the seconds of work."""
    browser = Visitor(large_event).browser("ada")
    return lambda address: speed_limits.measure_page(browser, address, LIMIT)


@pytest.mark.torture
def test_every_page_search_and_order_is_quick(measure_page):
    addresses = ["/events/1/edit", "/events/77/register"]
    for query in product(
        ("", "event 1", "room", "zq"), ("when", "title", "people"), ("asc", "desc&page=3")
    ):
        addresses.append("/events?search={}&sort={}&dir={}".format(*query))
    for id, *query in product(
        (1, 77),
        ("", "person 7", "303", "3034", "nobody", "e"),
        ("name", "phone", "created_at"),
        ("asc", "desc&page=150"),
    ):
        addresses.append("/events/{}?search={}&sort={}&dir={}".format(id, *query))
    slow = [address for address in addresses if measure_page(address) > LIMIT]
    assert slow == []


@pytest.mark.torture
def test_an_export_begins_at_once_and_streams(large_event):
    browser = Visitor(large_event).browser("ada")
    with speed_limits.limit_seconds(1):
        response = browser.get("/events/1/export", buffered=False)
        pieces = iter(response.response)
        first = next(pieces)
    assert len(first) < 50_000
    assert sum(piece.count("\n" if isinstance(piece, str) else b"\n") for piece in pieces) > 9_000
