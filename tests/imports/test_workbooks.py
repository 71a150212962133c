"""A large workbook is read a slice in each request, and comes out as if it had been read at
once.
"""

import io
import json
import re
import zipfile
from datetime import datetime

import openpyxl
import pytest

from app.core import csv_files, workbooks
from app.core.db import db
from app.core.workbooks import SheetPosition
from app.imports.actions import upload_storage, workbook_slices
from app.imports.models import Import
from tests.cast import LEO, MIA, ZOE

ROWS = [
    ["name", "phone", "since"],
    ["Zoë & <co>", "(303) 555-0142", datetime.fromisoformat("2026-05-01")],
    [],
    ["Leo", 3035550143, 12.0],
    ["Tom", "123", True],
    [None, None, None],
    ["Mia", "+1 303 555 0144", datetime.fromisoformat("2026-05-01 18:30")],
    ["Zoe", "303-555-0142", None],
]


def workbook(*sheets_of_rows):
    """The bytes of a workbook with these sheets."""
    book, data = openpyxl.Workbook(), io.BytesIO()
    book.remove(book.active)
    for rows in sheets_of_rows:
        sheet = book.create_sheet()
        for row in rows:
            sheet.append(row)
    book.save(data)
    return data.getvalue()


def rewritten(data, change):
    """The same workbook with the XML of its sheets changed."""
    fresh = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(fresh, "w") as new:
        for name in old.namelist():
            new.writestr(
                name,
                change(old.read(name))
                if name.startswith("xl/worksheets/sheet")
                else old.read(name),
            )
    return fresh.getvalue()


def in_slices(data):
    """Its rows, read two by two, each time from the mark that the slice before gave."""
    sheet = io.BytesIO()
    book, rows, mark, slices = (
        csv_files.unpack_workbook(data, sheet),
        [],
        SheetPosition(),
        0,
    )
    while mark:
        more, mark = csv_files.read_workbook_rows(book, sheet.getvalue(), mark, lambda: True)
        rows += more
        slices += 1
    return rows, slices


@pytest.fixture
def two_at_once(monkeypatch):
    monkeypatch.setattr(workbooks, "ROWS_PER_CHECK", 2)
    monkeypatch.setattr(workbook_slices, "READ_SECONDS", -1)


WITHOUT_NUMBERS = re.compile(rb'( r="[A-Z]*[0-9]+")')
OTHERS = {
    "as openpyxl writes it": workbook(ROWS),
    "after an empty sheet": workbook([], ROWS),
    "without numbers of rows and cells": rewritten(
        workbook([row for row in ROWS if any(row)]),
        lambda xml: WITHOUT_NUMBERS.sub(b"", xml),
    ),
    "with empty rows as one tag": rewritten(
        workbook(ROWS), lambda xml: xml.replace(b"<row", b"<row/><row", 1)
    ),
}


@pytest.mark.parametrize("which", OTHERS)
def test_slices_are_the_whole(which, monkeypatch):
    data = OTHERS[which]
    whole = csv_files.read_spreadsheet(data).rows
    monkeypatch.setattr(workbooks, "ROWS_PER_CHECK", 2)
    rows, slices = in_slices(data)
    assert slices > 2
    assert rows == whole
    assert [row.cells[0] for row in rows] == [
        "name",
        "Zoë & <co>",
        "Leo",
        "Tom",
        "Mia",
        "Zoe",
    ]


def test_lines_and_cells_are_those_of_the_workbook():
    rows = csv_files.read_spreadsheet(OTHERS["as openpyxl writes it"]).rows
    assert [row.line for row in rows] == [1, 2, 4, 5, 7, 8]
    assert [row.cells[2:] for row in rows] == [
        ["since"],
        ["2026-05-01"],
        ["12"],
        ["TRUE"],
        ["2026-05-01 18:30:00"],
        [],
    ]


def test_formatted_texts_are_read_without_how_they_are_pronounced():
    """Texts that cells share may be in pieces, each with its own colours, and carry a reading
    for Japanese names.
    """
    si = b"<si><r><rPr><b/></rPr><t>Zo</t></r><r><t>\xc3\xab</t></r><rPh sb='0' eb='1'><t>zoe</t></rPh></si>"
    source = (
        b"<sst xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'>"
        + si
        + b"<si><t/></si></sst>"
    )
    assert workbooks.read_shared_strings(io.BytesIO(source)) == ["Zoë", ""]


def test_the_page_goes_on_by_itself_and_a_restart_loses_nothing(app, visit, send, two_at_once):
    address = send(workbook(ROWS), name="people.xlsx").location
    page = visit(address, "ada")
    assert "rows are read so far" in page.words
    assert '<meta http-equiv="refresh"' in page.text
    assert f'hx-get="{address}"' in page.text
    assert visit.post(f"{address}/confirm", "ada").location == address
    assert visit.post(f"{address}/bad-rows", "ada").status_code == 405
    assert visit(f"{address}/bad-rows", "ada").status_code == 404
    assert visit.post(address, "ada").location == address
    while "Checking the file" in page.headings:
        page = visit(address, "ada")
    assert "Import 3 people" in page.words
    visit.post(f"{address}/confirm", "ada")
    with app.app_context():
        numbers = set(db.session.scalars(db.text("SELECT phone FROM community_members")))
        row = db.session.scalar(db.select(Import))
    assert numbers == {ZOE, LEO, MIA}
    assert (row.row_count, row.bad_count, row.repeated_count) == (5, 1, 1)


def test_what_turns_out_to_be_no_list_is_said_and_thrown_away(app, visit, send, two_at_once):
    address = send(
        workbook([["name", "town"], *(["Zoë", "Denver"],) * 5]), name="towns.xlsx"
    ).location
    page = visit(address, "ada")
    while page.status_code == 200:
        page = visit(address, "ada")
    assert "towns.xlsx: There is no column with phone numbers." in visit(page.location, "ada").words
    with app.app_context():
        assert db.session.scalar(db.select(Import.state)) == "abandoned"
    assert list((app.extensions["settings"].database_path.parent / "uploads").iterdir()) == []


def test_a_workbook_can_be_thrown_away_while_it_is_read(app, visit, send, two_at_once):
    address = send(workbook(ROWS), name="people.xlsx").location
    assert visit.post(f"{address}/abandon", "ada").status_code == 303
    assert list((app.extensions["settings"].database_path.parent / "uploads").iterdir()) == []
    assert "not kept any longer" in visit(address, "ada", follow=True).words


def test_more_rows_than_allowed_are_refused_before_all_are_read(
    visit, send, two_at_once, monkeypatch
):
    monkeypatch.setattr(csv_files, "MAX_SPREADSHEET_ROWS", 2)
    address = send(
        workbook([["phone"], *([f"303555{n:04}"] for n in range(100, 140))]),
        name="people.xlsx",
    ).location
    page = visit(address, "ada")
    assert "Split it into smaller ones" in visit(page.location, "ada").words


@pytest.fixture
def kept(app):
    """The files that are kept beside the database, by what they are."""

    def look(what):
        return sorted(
            (app.extensions["settings"].database_path.parent / "uploads").glob(f"*{what}")
        )

    return look


def test_a_slice_costs_its_own_rows_and_none_of_those_before(visit, send, kept, two_at_once):
    """What was read is not looked at again: it could as well be gone, in the sheet as in the
    parts but the last.
    """
    rows = [["name", "phone"], *(["Zoë", f"303 555 {n:04}"] for n in range(100, 130))]
    address = send(workbook(rows), name="people.xlsx").location
    visit(address, "ada")
    sheet, before, last = *kept("sheet"), *kept("part?")
    xml, (_, mark, so_far, _) = sheet.read_bytes(), json.loads(last.read_text())
    head = xml.index(b"<row ")
    sheet.write_bytes(xml[:head] + b"<row>" + b"?" * (mark[0] - head - 5) + xml[mark[0] :])
    before.write_text("")
    words = visit(address, "ada").words
    assert f"{so_far + 2} rows are read so far" in words


def test_of_two_requests_that_read_the_same_slice_the_first_counts(
    app, visit, send, kept, two_at_once
):
    address = send(workbook(ROWS), name="people.xlsx").location
    visit(address, "ada")
    first, second = kept("part?")
    name, written = first.name.removesuffix("part0"), second.read_bytes()
    with app.app_context():
        upload_storage.store_sidecar_file_once(name, "part1", b"[]")
    assert second.read_bytes() == written
    assert len(kept("")) == 1 + len(("sheet", "book", "part0", "part1"))


def test_nothing_is_left_of_a_workbook_that_was_imported(visit, send, kept, two_at_once):
    address = send(workbook(ROWS), name="people.xlsx").location
    while "Checking the file" in visit(address, "ada").headings:
        continue
    assert kept("part?")
    visit.post(f"{address}/confirm", "ada")
    assert kept("") == []
