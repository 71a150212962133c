"""The list of events: to come first, found, sorted, in pages, with few questions to the
database.
"""

import datetime as dt
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event as listening

from app.core.clock import now
from app.core.db import db
from app.core.pagination import ListParams
from app.events.queries import event_list
from tests.sample_people import LEO, MIA, ZOE
from tests.sample_rows import make_phone

TODAY = dt.date(2027, 5, 8)
DAY = dt.timedelta(days=1)


@pytest.fixture
def year(make_event):
    """Events before, on and after TODAY, and two without a day."""
    make_event("Last month", ZOE, LEO, MIA, date=TODAY - 30 * DAY)
    make_event("Yesterday early", date=TODAY - DAY, start_time="08:00")
    make_event("Yesterday late", ZOE, date=TODAY - DAY, start_time="20:00")
    make_event("Some day")
    make_event("Next week", ZOE, LEO, date=TODAY + 7 * DAY)
    make_event("Tonight", date=TODAY, start_time="20:00", place="Café Zoë 100%")
    make_event("This morning", date=TODAY, start_time="09:00")
    make_event("All day today", date=TODAY)
    make_event("Another day", place="Barn")


def list_titles(search="", sort="when", way="asc", number=1, per_page=50):
    return [
        line.event.title
        for line in event_list.paginate_events(
            ListParams(search, number, per_page, sort, way), TODAY
        ).rows
    ]


IN_ORDER = [
    "All day today",
    "This morning",
    "Tonight",
    "Next week",
    "Another day",
    "Some day",
]
IN_ORDER += ["Yesterday late", "Yesterday early", "Last month"]


def test_what_is_to_come_is_first_then_what_has_no_day_then_the_past(shop, year):
    assert list_titles() == IN_ORDER
    assert list_titles(number=2, per_page=4) == IN_ORDER[4:8]
    assert list_titles(number=99, per_page=4) == IN_ORDER[8:]


def test_it_can_be_sorted(shop, year):
    latest = list_titles(way="desc")
    assert (latest[0], latest[-3:]) == (
        "Next week",
        ["Last month", "Another day", "Some day"],
    )
    assert list_titles(sort="title") == sorted(IN_ORDER, key=str.lower)
    assert list_titles(sort="people", way="desc")[:3] == [
        "Last month",
        "Next week",
        "Yesterday late",
    ]


FINDS = {
    "zoë": ["Tonight"],
    "ZOË": ["Tonight"],
    "%": ["Tonight"],
    "barn": ["Another day"],
    "_": [],
    "\\": [],
    "'": [],
}
FINDS |= {
    "day": [title for title in IN_ORDER if "day" in title],
    "\x00": IN_ORDER,
    "x" * 1000: [],
}


def test_a_search_finds_parts_of_titles_and_places(visit, year):
    for search in FINDS:
        text = visit("/events?" + urlencode({"search": search}), "sol").text
        assert {title for title in IN_ORDER if f">{title}<" in text} == set(FINDS[search]), search


def test_the_page_says_when_where_and_how_many(visit, make_event):
    denver = now().astimezone(ZoneInfo("America/Denver")).date()
    make_event("Picnic", ZOE, LEO, date=denver + DAY, start_time="18:30", place="Barn")
    words = visit("/events", "sol").words
    assert ", 6:30 PM tomorrow Barn 2" in words
    assert "1 event" in words
    assert "2 people" in visit("/events/1", "sol").words


def test_an_empty_list_says_how_to_begin(visit):
    for who in ("ada", "sol"):
        page = visit("/events", who)
        assert "Add an event, register people, and text all of them at once." in page.words
        assert 'href="/events/add"' in page.text
    assert "No events match that." in visit("/events?search=x", "sol").words


WILD = [
    "page=0",
    "page=1000000000",
    "page=%00",
    "per_page=1e9",
    "sort=__class__&dir=x",
    "search=%FF%FE",
]
WILD += [
    "_method=POST",
    "_external=1&_scheme=javascript",
    "endpoint=x",
    "self=x",
    "event_id=x",
]


# case B25
def test_wild_addresses_are_brought_into_bounds(visit, year):
    for query in WILD:
        page = visit(f"/events?{query}", "sol")
        assert page.status_code == 200, query
        assert "javascript:" not in page.text, query


def test_the_menu_leads_here_for_both(visit):
    for who in ("ada", "sol"):
        assert 'href="/events"' in visit("/", who).text


@pytest.fixture
def count_statements(app, visit):
    """How many questions a page asks the database."""

    def ask(address):
        statements = []
        with app.app_context():
            engine = db.engine

        def note(_connection, _cursor, statement, *_):
            statements.append(statement)

        visit(address, "sol")
        listening.listen(engine, "before_cursor_execute", note)
        try:
            assert visit(address, "sol").status_code == 200
        finally:
            listening.remove(engine, "before_cursor_execute", note)
        return [each for each in statements if each.startswith("SELECT")]

    return ask


def test_a_page_asks_eight_questions_at_most_however_many_there_are(make_event, count_statements):
    for n in range(3):
        make_event(f"Event {n}", *[make_phone(each) for each in range(n * 20)])
    assert len(count_statements("/events")) <= 8
    few = len(count_statements("/events/2"))
    for n in range(60):
        make_event(f"More {n}", make_phone(n))
    assert len(count_statements("/events")) <= 8
    assert len(count_statements("/events?search=more&sort=people&dir=desc")) <= 8
    assert len(count_statements("/events/3")) == few
