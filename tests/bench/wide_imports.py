"""How much longer an import takes with five fields and two groups a person than without.

The same file of 100,000 people into an empty database, its other columns imported and not; and
names and numbers alone: upload, columns, check, confirm, undo.
"""

import io
from typing import Any

from tests.bench.bench_app import app_with, finish_imports, folder, name, phone
from tests.bench.figures import Asked, Figure, processor_seconds
from tests.visit import Visitor

ROWS = 100_000
VOICES = ("Soprano", "Alto", "Tenor", "Bass")
TOWNS = tuple(f"Town {number}" for number in range(300))
FIELD_CHOICE = {
    "headings": "1",
    "column_2": "field:new",
    "field_type_2": "choice",
    "column_3": "field:new",
    "field_type_3": "text",
    "column_4": "field:new",
    "field_type_4": "date",
    "column_5": "field:new",
    "field_type_5": "number",
    "column_6": "field:new",
    "field_type_6": "yes_no",
}
NO_CHOICE = {"headings": "1", "column_7": "nothing"}
STEPS = ("upload, columns and check", "confirm", "undo")


def run() -> list[Figure]:
    """Both imports, step by step, and how they compare."""
    people = [(name(number), phone(number)[2:]) for number in range(ROWS)]
    plain = "name,phone\n" + "".join(f"{who},{number}\n" for who, number in people)
    rows = [
        f"{who},{number},{VOICES[n % 4]},{TOWNS[n % 300]},19{n % 90 + 10}-03-14,{n % 500}.50,"
        f"{'yes' if n % 3 else 'no'},Choir{n % 20}; Youth{n % 30}\n"
        for n, (who, number) in enumerate(people)
    ]
    wide = "name,phone,Voice,Town,Joined,Fee,Vegan,groups\n" + "".join(rows)
    short = _import(plain, {})
    before, after = _import(wide, NO_CHOICE), _import(wide, FIELD_CHOICE)
    figures = []
    for step, seconds_before, seconds_after in zip(STEPS, before, after, strict=True):
        figures.append(
            Figure(
                f"{step} of {ROWS:,} rows with five fields and two groups",
                seconds_after,
                "s",
                "the same file, names and numbers only",
                seconds_before,
            )
        )
    figures.append(
        Figure(
            "the whole import",
            sum(after[:2]),
            "s",
            "the same file, names and numbers only",
            sum(before[:2]),
            asked=Asked(most=1.5, of_ratio=True),
        )
    )
    title = "the whole import beside a file of two columns"
    against = "names and numbers alone"
    figures.append(Figure(title, sum(after[:2]), "s", against, sum(short[:2])))
    return figures


def _import(text: str, choice: dict[str, str]) -> list[float]:
    """Return the processor seconds of each of STEPS."""
    with folder() as place:
        app = app_with(place / "sms.db", 1)
        visit = Visitor(app)
        visit.token("ada")
        pages: list[Any] = []

        def check() -> None:
            files = {"file": (io.BytesIO(text.encode()), "people.csv")}
            pages.append(visit("/community/import", "ada", files=files))
            if choice:
                visit(pages[0].location, "ada", **choice)
            while visit(pages[0].location, "ada").headings == ["Checking the file"]:
                pass

        def confirm() -> None:
            data = {"create_groups": "1"}
            pages.append(visit(f"{pages[0].location}/confirm", "ada", **data))
            finish_imports(app)

        def undo() -> None:
            pages.append(visit.post(f"{pages[0].location}/undo", "ada"))
            finish_imports(app)

        durations = [processor_seconds(step) for step in (check, confirm, undo)]
        assert {page.status_code for page in pages} == {303}
        return durations
