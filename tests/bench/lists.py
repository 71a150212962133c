"""How long a page of the list of members takes, with 100,000 of them: the server's time,
without the network.

L7: each of these pages and searches, with its limit. L9: the export of the whole list (not its
memory).
"""

import time

from flask.testing import FlaskClient

from tests.bench.bench_app import app_with, folder, name
from tests.bench.figures import Asked, Figure, milliseconds
from tests.visit import Visitor

MANY, FEW = 100_000, 100
LAST_PAGE = MANY // 50
PAGES = {
    "first page": "",
    "last page": f"?page={LAST_PAGE}",
    "a page in the middle": f"?page={LAST_PAGE // 2}",
    "by number, last first": "?sort=phone&dir=desc",
    "newest first": "?sort=created_at&dir=desc",
    "search for one name": f"?search={name(77_777).replace(' ', '+')}",
    "search for a common name": "?search=smith",
    "search for two letters": "?search=an",
    "search for digits as written": "?search=(303)+207",
    "search that finds nobody": "?search=qqqqq",
}


def run() -> list[Figure]:
    """Each page of a list of 100,000 against the first page of a list of 100."""
    with folder() as place:
        few = _list(_browser(app_with(place / "few.db", FEW)), "")
        browser = _browser(app_with(place / "many.db", MANY))
        against = f"the first page of {FEW} members"
        return [
            Figure(what, _list(browser, query), "ms", against, few, "L7", Asked(most=300))
            for what, query in PAGES.items()
        ] + export(browser, MANY)


def export(browser: FlaskClient, many: int) -> list[Figure]:
    """The whole list of so many members as a file: when it begins, and how long it takes."""
    start = time.perf_counter()
    answer = browser.get("/community/export", buffered=False)
    pieces = iter(answer.response)
    lines = next(pieces).count(b"\n")
    first = time.perf_counter() - start
    lines += sum(piece.count(b"\n") for piece in pieces)
    took = time.perf_counter() - start
    assert lines >= many - 1, lines
    return [
        Figure(
            "export: the first of it",
            first * 1000,
            "ms",
            note="L9",
            asked=Asked(most=1000),
        ),
        Figure("export: all of it", took * 1000, "ms", note="L9"),
    ]


def _browser(app: object) -> FlaskClient:
    browser: FlaskClient = Visitor(app).browser("ada")
    return browser


def _list(browser: FlaskClient, query: str) -> float:
    def ask() -> None:
        assert browser.get(f"/community{query}").status_code == 200

    return milliseconds(ask)
