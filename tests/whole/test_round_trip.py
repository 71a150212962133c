"""What is exported comes back as it was, byte for byte: a thousand nasty names on every list.

Cases B15, B16, B17.

The community's own is in tests/community/test_export.py.
"""

import csv
import io
import random

import pytest

from app.core.db import db, write
from app.domain.texts.text_cleaning import clean_name

PIECES = [
    "=1+1",
    "+1",
    "-2",
    "@SUM(A1)",
    "'",
    "''=1",
    '"',
    '""',
    ",",
    ";",
    "\t",
    "|",
    "\\",
    "%s",
    "{{7*7}}",
    "<script>",
    "NULL",
    "O'Brien",
    "Zoë",
    "👨‍👩‍👧‍👦",
    "🏳️‍🌈",
    "🇺🇦",
    "שלום",
    "مرحبا",
    "日本",
    "a" + "\u0301" * 20,
    "\u00a0",
    "\u3000",
    "  ",
    "＝1",
    "＋1",
    '=HYPERLINK("http://x")',
    "Ж",
    "ß",
    "Ǆ",
    "-",
    "1e5",
    "007",
    "TRUE",
    "name",
    "phone",
    "sep=;",
    "\u202e",
    "\u200b",
    "\r\n=1",
]
LISTS = {
    "an event": (
        "/events/1/import",
        "/events/1/export",
        "event_registrations",
        {"event_id": 1},
    ),
    "do not text": (
        "/suppression/import",
        "/suppression/export",
        "unsubscribed_contacts",
        {"source": "import"},
    ),
}


def names(many=1000):
    """Names of up to four pieces, as a form would keep them; the same ones in every run."""
    chance = random.Random(16)
    found = []
    while len(found) < many:
        name = clean_name("".join(chance.choice(PIECES) for _ in range(chance.randint(1, 4))))
        found.append(name if name and len(name) <= 100 else None)
    return found


@pytest.fixture
def fill(app):
    """Put these names on a list, in place of whoever was there."""

    def put(table, fixed, people):
        columns = ["name", "phone", *fixed]
        values = ", ".join(f":{column}" for column in columns)
        into = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({values})"
        with app.app_context(), write() as session:
            session.execute(
                db.text("INSERT OR IGNORE INTO events (id, title) VALUES (1, 'Picnic')")
            )
            session.execute(db.text(f"DELETE FROM {table}"))
            rows = [
                {"name": name, "phone": f"+1303{4000000 + n}", **fixed}
                for n, name in enumerate(people)
            ]
            if rows:
                session.execute(db.text(into), rows)

    return put


def exported(visit, address):
    """The bytes of an export.

    Of the do-not-text list its names, numbers, reason and source: docs/cases.md says why no
    more of it comes back.
    """
    data = visit(address, "ada").response.get_data()
    if "suppression" not in address:
        return data
    return [row[:4] for row in csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))]


@pytest.mark.parametrize("which", LISTS)
def test_an_export_comes_back_as_it_was(visit, fill, which):
    """B16: export, import onto an empty list, export."""
    bring, take, table, fixed = LISTS[which]
    fill(table, fixed, names())
    file = visit(take, "ada").response.get_data()
    first = exported(visit, take)
    fill(table, fixed, [])
    address = visit(bring, "ada", files={"file": (io.BytesIO(file), "people.csv")}).location
    assert "Import 1,000 people" in visit(address, "ada").words
    visit.post(f"{address}/confirm", "ada")
    assert exported(visit, take) == first
