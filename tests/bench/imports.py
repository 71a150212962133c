"""How long the check of a spreadsheet takes: upload, reading, every number judged, every row
compared with the list.

L8: 50,000 rows, with the two limits. (That a killed import leaves nobody behind is a test of
its own.)
"""

import io
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import openpyxl
import phonenumbers
from flask.testing import FlaskClient

from tests.bench.bench_app import app_with, bystander, finish_imports, folder, name, phone
from tests.bench.figures import Asked, Figure, seconds
from tests.visit import Visitor

ROWS, RUNS = 100_000, 3


def run() -> list[Figure]:
    """A file of 100,000 rows, every twentieth faulty; half of the others are on the list
    already.
    """
    numbers = [phone(n)[2:] if n % 20 else "12345" for n in range(ROWS)]
    sheet = "name,phone\n" + "".join(f"{name(n)},{number}\n" for n, number in enumerate(numbers))
    with folder() as place:
        app = app_with(place / "sms.db", ROWS // 2)
        visit = Visitor(app)
        visit.token("ada")
        _checked(
            visit, b"name,phone\nZoe,3035550142\n", "one.csv"
        )  # the first page of each kind reads its template
        pages: list[Any] = []
        bare, check = _beside(
            lambda: [_judge(number) for number in numbers],
            lambda: pages.append(_checked(visit, sheet.encode(), "people.csv")),
        )
        alone = Visitor(app).browser("sol")
        address = pages[-1].location

        def end(act: str) -> None:
            pages.append(visit.post(f"{address}/{act}", "ada"))
            finish_imports(app)

        with looking(alone) as looks, bystander(app) as waits:
            confirm = seconds(lambda: end("confirm"))
        with bystander(app) as undo_waits:
            undo = seconds(lambda: end("undo"))
        assert {page.status_code for page in pages} == {303}
        data, slices = workbook(numbers), list[float]()
        book = seconds(lambda: _checked(visit, data, "people.xlsx", slices))
    loop = "a bare loop: phonenumbers parse, validate, format"
    faulty = len(range(0, ROWS, 20))
    known = f"{faulty:,} of them faulty, about half of the others already listed"
    return [
        Figure(
            f"check of {ROWS:,} rows",
            check,
            "s",
            loop,
            bare,
            f"L8; {known}",
            Asked(most=30),
        ),
        Figure(
            "the same beside the loop",
            check,
            "s",
            loop,
            bare,
            "L8",
            Asked(most=1.5, of_ratio=True),
        ),
        Figure("confirm", confirm, "s", loop, bare, "L8", Asked(most=20)),
        Figure(
            "the slowest page meanwhile",
            max(looks) * 1000,
            "ms",
            note=f"of {len(looks)}",
            asked=Asked(most=500),
        ),
        Figure(
            "the longest that a writer waits for a slice of the confirm",
            max(waits),
            "ms",
            note=f"of {len(waits):,}",
            asked=Asked(most=300),
        ),
        Figure(
            "the longest that a writer waits for a slice of the undo",
            max(undo_waits),
            "ms",
            note=f"of {len(undo_waits):,}",
            asked=Asked(most=300),
        ),
        Figure("undo", undo, "s", loop, bare, "", Asked(most=20)),
        Figure(
            "the same rows as a workbook, checked",
            book,
            "s",
            loop,
            bare,
            f"{len(slices)} requests",
            Asked(most=30),
        ),
        Figure("the longest of its requests", max(slices), "s", asked=Asked(most=2)),
    ]


def _beside(loop: Callable[[], object], ours: Callable[[], object]) -> tuple[float, float]:
    """The seconds of both, of the run whose ratio is the median: they take turns, for a machine
    has faster minutes.
    """
    runs = [(seconds(loop), seconds(ours)) for _ in range(RUNS)]
    return sorted(runs, key=lambda run: run[1] / run[0])[RUNS // 2]


@contextmanager
def looking(browser: FlaskClient) -> Iterator[list[float]]:
    """Somebody else looks at the list again and again meanwhile; the seconds of each look."""
    ended, looks = threading.Event(), list[float]()

    def look() -> None:
        while not ended.is_set() or not looks:
            looks.append(seconds(lambda: browser.get("/community")))

    browser.get("/community")
    thread = threading.Thread(target=look)
    thread.start()
    yield looks
    ended.set()
    thread.join()


def workbook(numbers: list[str]) -> bytes:
    """The same people as Excel keeps them: each text once, in a part of its own, and some
    columns that nobody needs.
    """
    book, data = openpyxl.Workbook(), io.BytesIO()
    page = book.worksheets[0]
    page.append(["name", "phone", "no.", "town"])
    for n, number in enumerate(numbers):
        page.append([name(n), number, n, "Denver"])
    book.save(data)
    return data.getvalue()


def _judge(number: str) -> str | None:
    try:
        parsed = phonenumbers.parse(number, "US")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _checked(visit: Visitor, data: bytes, file: str, slices: list[float] | None = None) -> Any:
    """Uploaded, and its page looked at until the check is at its end; `slices` gets the seconds
    of each request.
    """
    slices = [] if slices is None else slices
    pages: list[Any] = []
    slices.append(seconds(lambda: pages.append(_upload(visit, data, file))))
    headings = ["Checking the file"]
    while headings == ["Checking the file"]:
        slices.append(seconds(lambda: pages.append(visit(pages[0].location, "ada"))))
        headings = pages[-1].headings
    return pages[0]


def _upload(visit: Visitor, data: bytes, file: str) -> Any:
    return visit("/community/import", "ada", files={"file": (io.BytesIO(data), file)})
