"""Workbooks become the same rows whatever program wrote them, and no workbook hurts the server."""

import io
import re
import zipfile
from datetime import datetime, timedelta
from datetime import time as clock_time
from functools import partial
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core import delimited_text, workbooks
from app.core.db import db, write
from app.core.delimited_text import UnreadableSpreadsheet
from app.core.legacy_workbooks import find_hidden_rows_and_columns
from app.core.spreadsheets import read_spreadsheet
from app.imports.actions import upload_storage
from app.imports.models import Import
from tests.sample_people import LEO, MIA, ZOE
from tests.speed_limits import limit_seconds

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
ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
ODS_CONTENT = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content office:version="1.3"
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>
<table:table table:name="People">{rows}</table:table>
</office:spreadsheet></office:body></office:document-content>"""
BLANK_CELLS = '<table:table-cell table:number-columns-repeated="16384"/>'


def build_workbook(*sheets_of_rows):
    """The bytes of a workbook with these sheets."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for rows in sheets_of_rows:
        sheet = book.create_sheet()
        for row in rows:
            sheet.append(row)
    return save_book(book)


def save_book(book):
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def rewrite_members(data, change, members="xl/worksheets/sheet"):
    """The same workbook with the XML of some members changed."""
    fresh = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(fresh, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            content = old.read(name)
            if name.startswith(members):
                content = change(content)
            new.writestr(name, content)
    return fresh.getvalue()


def add_last_row(data, row):
    return rewrite_members(data, lambda xml: xml.replace(b"</sheetData>", row + b"</sheetData>"))


def build_ods_cell(kind, **attributes):
    text = attributes.pop("text", "")
    values = ""
    for name, value in attributes.items():
        values += f' office:{name.replace("_", "-")}="{value}"'
    cell = f'<table:table-cell office:value-type="{kind}"{values}>'
    return f"{cell}<text:p>{text}</text:p></table:table-cell>"


def build_ods(*rows):
    """The bytes of an OpenDocument table with these rows, which are lists of XML cells."""
    xml = []
    for cells in rows:
        xml.append(f"<table:table-row>{''.join(cells) or BLANK_CELLS}</table:table-row>")
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", ODS_TYPE, zipfile.ZIP_STORED)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr("content.xml", ODS_CONTENT.format(rows="".join(xml)))
    return data.getvalue()


def read_error(data):
    with pytest.raises(UnreadableSpreadsheet) as error:
        read_spreadsheet(data)
    return error.value.sentence


WITHOUT_NUMBERS = re.compile(rb'( r="[A-Z]*[0-9]+")')
WORKBOOKS = {
    "as openpyxl writes it": build_workbook(ROWS),
    "after an empty sheet": build_workbook([], ROWS),
    "without numbers of rows and cells": rewrite_members(
        build_workbook([row for row in ROWS if any(row)]),
        lambda xml: WITHOUT_NUMBERS.sub(b"", xml),
    ),
    "with empty rows as one tag": rewrite_members(
        build_workbook(ROWS), lambda xml: xml.replace(b"<row", b"<row/><row", 1)
    ),
}


@pytest.mark.parametrize("which", WORKBOOKS)
def test_the_same_rows_however_the_sheet_is_written(which):
    rows = read_spreadsheet(WORKBOOKS[which]).rows
    assert [row.cells[0] for row in rows] == [
        "name",
        "Zoë & <co>",
        "Leo",
        "Tom",
        "Mia",
        "Zoe",
    ]


def test_lines_and_cells_are_those_of_the_workbook():
    rows = read_spreadsheet(WORKBOOKS["as openpyxl writes it"]).rows
    assert [row.line for row in rows] == [1, 2, 4, 5, 7, 8]
    assert [row.cells[2:] for row in rows] == [
        ["since"],
        ["2026-05-01"],
        ["12"],
        ["TRUE"],
        ["2026-05-01 18:30:00"],
        [],
    ]


def test_an_old_excel_file_is_read():
    """people.xls was written with xlwt 1.3; its first sheet is empty."""
    data = Path(__file__).with_name("people.xls").read_bytes()
    assert read_spreadsheet(data).rows == [
        (1, ["name", "phone", "since"]),
        (2, ["Zoë & <co>", "(303) 555-0142", "2026-05-01"]),
        (4, ["Leo", "3035550143", "12"]),
        (5, ["Tom", "123", "TRUE"]),
        (7, ["Mia", "+1 303 555 0144", "2026-05-01 18:30:00"]),
    ]


def test_hidden_rows_and_columns_of_an_old_excel_file_are_known():
    """people_hidden.xls was written with xlwt 1.3: line 3 and the second column are hidden."""
    data = Path(__file__).with_name("people_hidden.xls").read_bytes()
    assert find_hidden_rows_and_columns(data, 1) == ({3}, {1})
    assert find_hidden_rows_and_columns(data, 0) == (set(), set())
    assert [row[0] for _, row in read_spreadsheet(data).rows] == ["name", "Zoë", "Leo"]


@given(st.lists(st.tuples(st.integers(0, 5631), st.binary(min_size=1, max_size=4)), max_size=20))
def test_a_damaged_old_excel_file_hides_nothing_or_something(damages):
    data = bytearray(Path(__file__).with_name("people_hidden.xls").read_bytes())
    for position, piece in damages:
        data[position : position + len(piece)] = piece
    rows, columns = find_hidden_rows_and_columns(bytes(data), 1)
    assert columns <= set(range(256))
    assert all(row > 0 for row in rows)


def test_an_open_document_table_is_read():
    data = build_ods(
        [build_ods_cell("string", text="name"), build_ods_cell("string", text="phone")],
        [],
        [
            build_ods_cell("string", text="Zoë"),
            build_ods_cell("float", value=3035550142),
            build_ods_cell("date", date_value="2026-05-01"),
            build_ods_cell("date", date_value="2026-05-01T18:30:00"),
            build_ods_cell("boolean", boolean_value="true"),
        ],
    )
    assert read_spreadsheet(data).rows == [
        (1, ["name", "phone"]),
        (3, ["Zoë", "3035550142", "2026-05-01", "2026-05-01 18:30:00", "TRUE"]),
    ]


def test_times_and_durations_are_read_as_excel_shows_them():
    rows = [["phone", "at", "for"], ["1", clock_time(18, 30), timedelta(hours=30)]]
    assert read_spreadsheet(build_workbook(rows)).rows[1].cells[1:] == [
        "18:30:00",
        "1 day, 6:00:00",
    ]


def test_columns_before_the_first_cell_are_empty():
    assert read_spreadsheet(build_workbook([[], [None, "phone"], [None, "1"]])).rows == [
        (2, ["", "phone"]),
        (3, ["", "1"]),
    ]


def test_a_hidden_sheet_is_never_read_by_itself():
    book = openpyxl.Workbook()
    book.active.append(["hidden"])
    book.active.sheet_state = "hidden"
    book.create_sheet("visible").append(["phone"])
    assert read_spreadsheet(save_book(book)).rows == [(1, ["phone"])]
    book.remove(book["visible"])
    book.create_sheet("empty")
    assert "Only hidden sheets of this workbook have rows." in read_error(save_book(book))


def build_shared_text_workbook(row_count, text):
    """A workbook of so many rows of one cell, which share a text (XML)."""
    rows = b""
    for number in range(1, row_count + 1):
        rows += b'<row r="%d"><c r="A%d" t="s"><v>0</v></c></row>' % (number, number)
    change = partial(re.sub, rb"<sheetData>.*</sheetData>", b"<sheetData>%s</sheetData>" % rows)
    data = io.BytesIO(rewrite_members(build_workbook([["?"]]), change))
    with zipfile.ZipFile(data, "a", zipfile.ZIP_DEFLATED) as archive:
        xmlns = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        archive.writestr("xl/sharedStrings.xml", f"<sst xmlns='{xmlns}'><si>{text}</si></sst>")
    return data.getvalue()


def test_formatted_texts_are_read_without_how_they_are_pronounced():
    """Texts that cells share may be in pieces, each with its own colours, and carry a reading
    for Japanese names.
    """
    text = "<r><rPr><b/></rPr><t>Zo</t></r><r><t>ë</t></r><rPh sb='0' eb='1'><t>zoe</t></rPh>"
    assert read_spreadsheet(build_shared_text_workbook(1, text)).rows == [(1, ["Zoë"])]


@pytest.mark.parametrize(
    "cell", [b'<c r="XFD1048576"><v>1</v></c>', b'<c r="A99999999"><v>1</v></c>']
)
def test_a_cell_far_away_ends_the_parser_and_not_the_server(cell):
    """The library would allocate every cell before it: 400 GB."""
    row = b'<row r="%s">%s</row>' % (re.search(rb"[0-9]+", cell)[0], cell)
    assert "too large when unpacked" in read_error(add_last_row(build_workbook(ROWS), row))


def test_a_parser_that_takes_too_long_is_ended(monkeypatch):
    monkeypatch.setattr(workbooks, "PARSER_TIMEOUT_SECONDS", 0.001)
    assert "too large when unpacked" in read_error(build_workbook(ROWS))


def test_a_text_in_every_cell_is_too_large():
    """30,000 characters that 10,000 cells share: 300 MB of text in a file of 50 kB."""
    with limit_seconds(10):
        text = f"<t>{'x' * 30_000}</t>"
        assert "too large when unpacked" in read_error(build_shared_text_workbook(10_000, text))


@pytest.mark.parametrize("doctype", [b"<!DOCTYPE", b"<!doctype"])
def test_a_workbook_with_entities_is_refused(doctype):
    declaration = b'<?xml version="1.0"?>%s a [<!ENTITY b "cccc">]>' % doctype
    data = rewrite_members(build_workbook(ROWS), lambda xml: declaration + xml)
    assert "damaged or has a password" in read_error(data)


def test_a_directory_that_lies_about_sizes_is_refused():
    """Its limits are checked by the sizes in the directory of the archive."""
    data = bytearray(build_workbook(ROWS))
    directory = data.index(b"PK\x01\x02")
    entry = data.rindex(b"PK\x01\x02", 0, data.index(b"xl/worksheets/sheet", directory))
    data[entry + 24 : entry + 28] = (10).to_bytes(4, "little")
    assert "damaged or has a password" in read_error(bytes(data))


def test_a_workbook_that_is_cut_short_is_damaged():
    data = rewrite_members(build_workbook(ROWS), lambda xml: xml[: len(xml) // 2])
    assert "damaged or has a password" in read_error(data)
    assert "old Excel file (.xls), or one with a password" in read_error(
        Path(__file__).with_name("people.xls").read_bytes()[:2000]
    )


def test_the_parser_gets_no_environment(monkeypatch):
    """It reads files of strangers, and needs none of our secrets."""
    run = workbooks.subprocess.run
    environments = []

    def record(*args, **options):
        environments.append(options["env"])
        return run(*args, **options)

    monkeypatch.setattr(workbooks.subprocess, "run", record)
    read_spreadsheet(build_workbook(ROWS))
    assert environments == [{}]


def list_uploads(app):
    folder = app.extensions["settings"].database_path.parent / "uploads"
    return sorted(path.name for path in folder.iterdir())


def read_import(app):
    with app.app_context():
        numbers = set(db.session.scalars(db.text("SELECT phone FROM community_members")))
        return numbers, db.session.scalar(db.select(Import))


def test_a_workbook_is_imported_and_nothing_is_left_of_it(app, visit, send):
    address = send(build_workbook(ROWS), name="people.xlsx").location
    assert "Import 3 people" in visit(address, "ada").words
    assert len(list_uploads(app)) == 2
    visit.post(f"{address}/confirm", "ada")
    numbers, row = read_import(app)
    assert numbers == {ZOE, LEO, MIA}
    assert (row.row_count, row.bad_count, row.repeated_count) == (5, 1, 1)
    assert list_uploads(app) == []


def test_what_turns_out_to_be_no_list_is_said_and_thrown_away(app, visit, send):
    rows = [["name", "town"], *(["Zoë", "Denver"],) * 5]
    page = send(build_workbook(rows), name="towns.xlsx")
    assert page.status_code == 422
    assert "There is no column with phone numbers." in page.words
    assert read_import(app)[1] is None


def test_more_rows_than_allowed_are_refused(visit, send, monkeypatch):
    monkeypatch.setattr("app.core.spreadsheets.MAX_SPREADSHEET_ROWS", 2)
    rows = [["phone"], *([f"303555{n:04}"] for n in range(100, 140))]
    assert "Split it into smaller ones" in send(build_workbook(rows), name="people.xlsx").words


@pytest.fixture
def leave_half_read(app, visit, send):
    """An import that an older release left half read; gives its address."""

    def leave(data):
        address = send(build_workbook(ROWS), name="people.xlsx").location
        with app.app_context(), write() as session:
            row = session.scalar(db.select(Import))
            upload_storage.delete_upload(row.stored_as)
            row.stored_as = upload_storage.store_upload(data)
            row.columns = None
            row.row_count = row.checked_rows = 0
            folder = app.extensions["settings"].database_path.parent / "uploads"
            for suffix in ("sheet", "book", "part0", "part1"):
                (folder / f"{row.stored_as}{suffix}").write_bytes(b"[]")
            session.execute(db.text("DELETE FROM import_rows"))
        return address

    return leave


def test_an_import_of_an_older_release_is_read_from_its_beginning(app, visit, leave_half_read):
    address = leave_half_read(build_workbook(ROWS))
    assert visit.post(f"{address}/confirm", "ada").location == address
    assert visit(f"{address}/bad-rows", "ada").status_code == 404
    assert visit.post(address, "ada").location == address
    page = visit(address, "ada")
    while "Checking the file" in page.headings:
        page = visit(address, "ada")
    assert "Import 3 people" in page.words
    visit.post(f"{address}/confirm", "ada")
    assert read_import(app)[0] == {ZOE, LEO, MIA}
    assert list_uploads(app) == []


def test_an_import_of_an_older_release_that_is_no_list_is_abandoned(app, visit, leave_half_read):
    address = leave_half_read(build_workbook([["name", "town"], *(["Zoë", "Denver"],) * 5]))
    page = visit(address, "ada")
    assert "people.xlsx: There is no column with phone numbers." in (
        visit(page.location, "ada").words
    )
    assert read_import(app)[1].state == "abandoned"
    assert list_uploads(app) == []


def test_an_import_of_an_older_release_can_be_thrown_away(app, visit, leave_half_read):
    address = leave_half_read(build_workbook(ROWS))
    assert visit.post(f"{address}/abandon", "ada").status_code == 303
    assert list_uploads(app) == []
    assert "no longer stored" in visit(address, "ada", follow=True).words


@pytest.mark.torture
def test_a_hundred_thousand_rows_are_read_at_once():
    rows = [["name", "phone"]]
    for number in range(delimited_text.MAX_SPREADSHEET_ROWS):
        rows.append([f"Person {number}", 3032000000 + number])
    data = build_workbook(rows)
    with limit_seconds(10):
        assert len(read_spreadsheet(data).rows) == len(rows)
