"""Lists and one person at 100,000 people, 50 groups, 10 fields, 200 events and a million texts:
the server's processor time, and its statements.

Each page is asked in a database of that size and in one of 1,000 people and 10,000 texts, by
turns. Asked of each: under 50 ms, at most 8 statements, and less than twice the time of the
small one.
"""

import time

from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from tests.bench.bench_app import folder, quiet, settings
from tests.bench.figures import Asked, Figure
from tests.bench.large_database import SOMEBODY_ID, Size
from tests.bench.large_groups import find_large
from tests.bench.lists import export
from tests.select_recorder import record_selects
from tests.visit import Visitor

MANY, FEW = Size(100_000), Size(1_000)
TIMES = 9
MOST_MS, MOST_STATEMENTS, MOST_GROWTH = 50, 8, 2
COMPOSE, BUILDER, SOMEBODY = "/blasts/new", "/segments/1/edit", f"/people/{SOMEBODY_ID}"
# Every feature is asked about a person, and for what compose and rules can choose from.
MOST_STATEMENTS_OF = {SOMEBODY: 14, COMPOSE: 14, BUILDER: 11}
# It counts what is typed, and how many of them get texts.
MOST_BUILDER_MS = 100
GROUP_AND_FIELD = "filter=in_group.1&filter=field_is.1:word+3"
COLUMNS = "&".join(
    f"column={key}"
    for key in ("status", "groups", "language", "birthday", "texted", "field.1", "field.2", "added")
)
PAGES = (
    ("the community", "/community"),
    ("… its last page", "/community?page=2000"),
    ("… by number, last first", "/community?sort=phone&dir=desc"),
    ("… newest first", "/community?sort=created_at&dir=desc"),
    ("… search for a common name", "/community?search=smith"),
    ("… search for digits", "/community?search=(303)+200"),
    ("… search that finds nobody", "/community?search=qqqqq"),
    ("… who is in a group", "/community?filter=in_group.1"),
    ("… by language, not texted lately", "/community?filter=language_is:es&filter=!texted_today"),
    ("… a group and a field, all columns", f"/community?{GROUP_AND_FIELD}&{COLUMNS}"),
    ("… the same, newest first", f"/community?{GROUP_AND_FIELD}&sort=created_at&dir=desc"),
    ("… narrowed to a group of 20,000", "/community?group=1"),
    ("groups", "/groups"),
    ("… by people", "/groups?sort=people&dir=desc"),
    ("a group of 20,000", "/groups/1"),
    ("… a page in the middle", "/groups/1?page=200"),
    ("… by number", "/groups/1?sort=phone"),
    ("… newest first", "/groups/1?sort=added&dir=desc"),
    ("… search", "/groups/1?search=smith"),
    ("segments", "/segments"),
    ("a segment of three groups, two fields", "/segments/1"),
    ("… search", "/segments/1?search=smith"),
    ("… its builder", BUILDER),
    ("a segment of two fields", "/segments/4"),
    ("a segment of people not texted in 7 days", "/segments/6"),
    ("compose with the choice of lists", COMPOSE),
    ("Ctrl-K: a common name", "/search/results?q=smith"),
    ("… a group", "/search/results?q=group"),
    ("… nothing", "/search/results?q=qqqqq"),
    ("fields", "/settings/fields"),
    ("the events", "/events"),
    ("… by people", "/events?sort=people&dir=desc"),
    ("… search", "/events?search=event+1"),
    ("an event with a tenth of all people", "/events/1"),
    ("… its last page", "/events/1?page=200"),
    ("… newest first", "/events/1?sort=created_at&dir=desc"),
    ("… search", "/events/1?search=smith"),
    ("do not text", "/suppression"),
    ("… its last page", "/suppression?page=2000"),
    ("… in the middle", "/suppression?page=1000"),
    ("… by name", "/suppression?sort=name&dir=asc"),
    ("… by number", "/suppression?sort=phone&dir=asc"),
    ("… numbers that do not work", "/suppression?why=number_dead"),
    ("… put there by hand", "/suppression?source=manual"),
    ("… search for a name", "/suppression?search=smith"),
    ("… search for digits", "/suppression?search=2000"),
    ("blasts", "/blasts/logs"),
    ("… search", "/blasts/logs?search=number+17"),
    ("one blast to everybody", "/blasts/logs/1"),
    ("… its last page", "/blasts/logs/1?page=2000"),
    ("… those that failed", "/blasts/logs/1?show=failed"),
    ("… search", "/blasts/logs/1?search=smith"),
    ("scheduled", "/blasts/scheduled"),
    ("audit", "/audit"),
    ("… its last page", "/audit?page=2000"),
    ("… of one person", "/audit?who=ada"),
    ("one person", SOMEBODY),
)


def run() -> list[Figure]:
    """Three figures a page: its time, how much that is of the small database's, and how many
    statements it takes; then what an export of everybody takes.
    """
    with folder() as place:
        small, large = (create_app(settings(find_large(size, place))) for size in (FEW, MANY))
        quiet()
        browsers = [Visitor(app).browser("ada") for app in (small, large)]
        figures = [
            each for what, address in PAGES for each in _page(large, browsers, what, address)
        ]
        return figures + export(browsers[1], MANY.people)


def _page(app: Flask, browsers: list[FlaskClient], what: str, address: str) -> list[Figure]:
    few, many = _by_turns(browsers, address)
    with record_selects(app) as statements:
        browsers[1].get(address)
    against = f"{FEW.people:,} people"
    most = MOST_BUILDER_MS if address == BUILDER else MOST_MS
    return [
        Figure(what, many, "ms", against, few, address, Asked(most=most)),
        Figure("", many, "ms", "the same", few, "", Asked(most=MOST_GROWTH, of_ratio=True)),
        Figure("", len(statements), "statements", asked=Asked(most=most_statements(address))),
    ]


def most_statements(address: str) -> int:
    """How many statements a page may take."""
    return MOST_STATEMENTS_OF.get(address, MOST_STATEMENTS)


def _by_turns(browsers: list[FlaskClient], address: str) -> list[float]:
    """The least processor time in ms of an address in each browser, after a look that warms up."""
    taken: list[list[float]] = [[] for _ in browsers]
    for turn in range(TIMES + 1):
        for browser, times in zip(browsers, taken, strict=True):
            start = time.thread_time()
            answer = browser.get(address)
            seconds = time.thread_time() - start
            assert answer.status_code == 200, (address, answer.status_code)
            if turn:
                times.append(seconds)
    return [min(times) * 1000 for times in taken]
