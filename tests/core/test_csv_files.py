"""Files become rows, told apart by what is in them; rows become files that are safe to open."""

import contextlib
import csv
import io
import zipfile

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.csv_files import (
    build_download_headers,
    escape_csv_cell,
    stream_csv,
    stream_csv_in_batches,
    unescape_csv_cell,
)
from app.core.delimited_text import MAX_SPREADSHEET_ROWS, SpreadsheetRow, UnreadableSpreadsheet
from app.core.spreadsheets import read_spreadsheet
from tests.speed_limits import limit_seconds

FAST = settings(max_examples=300)


def read_cells(data, encoding=""):
    return [row.cells for row in read_spreadsheet(data, encoding).rows]


def build_workbook(*rows, other_sheets=()):
    book = openpyxl.Workbook()
    sheet = book.active
    for name in other_sheets:
        sheet = book.create_sheet(name)
    for row in rows:
        sheet.append(row)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def read_error(data, encoding=""):
    with pytest.raises(UnreadableSpreadsheet) as error:
        read_spreadsheet(data, encoding)
    return error.value.sentence


# case B1
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_names_arrive_whole_in_each_encoding(encoding):
    data = "name,phone\nJosé Núñez,303 555 0142\n".encode(encoding)
    assert read_cells(data) == [["name", "phone"], ["José Núñez", "303 555 0142"]]


# case B1
def test_utf_16_with_the_large_end_first():
    assert read_cells(b"\xfe\xff" + "name,phone\nJosé,1\n".encode("utf-16-be"))[1] == [
        "José",
        "1",
    ]


# case B1
def test_a_line_in_no_known_encoding_is_named():
    assert read_error(b"name,phone\n" + b"Zoe,1\n" * 35 + b"Jos\x81,2\n").startswith(
        "Line 37 could not be read"
    )


def test_a_person_may_say_how_the_letters_are_written():
    data = "name,phone\nŁukasz,1\n".encode("cp1250")
    assert read_cells(data, "cp1250")[1] == ["Łukasz", "1"]
    assert "Choose a character set" in read_error(data, "idna")


# case B3
@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_what_stands_between_columns_is_found(sign):
    text = f"name{sign}phone{sign}note\n" + f'Zoë{sign}303 555 0142{sign}"a, b; c"\n' * 5
    sheet = read_spreadsheet(text.encode())
    assert sheet.delimiter == sign
    assert {len(row.cells) for row in sheet.rows} == {3}


# case B3
def test_a_single_column_works():
    assert read_cells(b"phone\n(303) 555-0142\n(303) 555-0143\n") == [
        ["phone"],
        ["(303) 555-0142"],
        ["(303) 555-0143"],
    ]


def test_a_line_that_says_the_delimiter_is_believed_and_lines_keep_their_numbers():
    assert read_spreadsheet(b"sep=;\r\nname;phone\r\n\r\nZoe, Ann;1\r\n").rows == [
        SpreadsheetRow(2, ["name", "phone"]),
        SpreadsheetRow(4, ["Zoe, Ann", "1"]),
    ]


def test_a_row_has_the_line_where_it_begins():
    assert [row.line for row in read_spreadsheet(b'name,phone\n"Zoe\nAnn",1\n\nLeo,2').rows] == [
        1,
        2,
        5,
    ]


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end(ends):
    assert len(read_cells(ends.join(["name,phone", "Zoe,1", "Leo,2"]).encode())) == 3


# case B8
@pytest.mark.parametrize(
    "data", [b"", b" \r\n \n", b"\xef\xbb\xbf", b",,,\n,,\n", build_workbook()]
)
def test_nothing_in_the_file(data):
    assert read_error(data) == "There are no rows in this file."


# case B9
@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"%PDF-1.7 ...", "PDF"),
        (b"\x89PNG\r\n\x1a\n....", "picture"),
        (b"MZ\x90\0\x03\0\0\0", "program"),
        (b"\x7fELF\x02\x01\x01\0", "program"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Excel"),
        (b"BEGIN:VCARD\nVERSION:3.0", "address cards"),
        (b"\n <!DOCTYPE html><table>", "web page"),
        (bytes(range(1, 32)) * 9, "not a spreadsheet"),
        ("name,phone\nZoe,1\n".encode("utf-16-le"), "UTF-16"),
        (b"PK\x03\x04 and then nothing", "damaged"),
    ],
)
def test_other_files_are_named(data, words):
    sentence = read_error(data)
    assert words in sentence
    assert "CSV" in sentence


def test_a_list_may_begin_like_a_program():
    assert read_cells(b"Mzia,1\nMZ,2\n")[0] == ["Mzia", "1"]


def build_archive(**members):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name.replace("__", "/"), content)
    return data.getvalue()


# case B9
def test_an_open_document_table_is_named():
    assert ".ods" in read_error(
        build_archive(mimetype="application/vnd.oasis.opendocument.spreadsheet")
    )
    assert "packed file" in read_error(build_archive(readme="x"))


# case B9
def test_a_zip_bomb_is_not_opened():
    data = io.BytesIO(build_workbook(["name"]))
    with zipfile.ZipFile(data, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/bomb.xml", b"\0" * (101 * 1024 * 1024))
    with limit_seconds(1):
        assert "too large when unpacked" in read_error(data.getvalue())


def test_a_workbook_that_lies_about_its_size_is_read_as_it_is():
    data, lying = build_workbook(["name", "phone"], ["Zoe", 1]), io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as packed,
        zipfile.ZipFile(lying, "w") as copy,
    ):
        for name in packed.namelist():
            copy.writestr(name, packed.read(name).replace(b'ref="A1:B2"', b'ref="A1:XFD1048576"'))
    assert read_cells(lying.getvalue()) == [["name", "phone"], ["Zoe", "1"]]


def test_numbers_in_a_workbook_are_whole_and_empty_sheets_are_passed_over():
    data = build_workbook(
        ["name", "phone", "paid"],
        ["Zoë", 3035550142, True],
        [None, 3035550143.0, 1.5],
        other_sheets="B",
    )
    assert read_cells(data) == [
        ["name", "phone", "paid"],
        ["Zoë", "3035550142", "TRUE"],
        ["", "3035550143", "1.5"],
    ]
    assert read_spreadsheet(data).delimiter == ""


# case B6
def test_a_huge_cell_is_no_accident():
    with limit_seconds(1):
        # It is cut behind the longest cell that a row may have, and refused with its row.
        assert len(read_cells(b'name,phone\n"' + b"x" * 1_000_000 + b'",1\n')[1][0]) == 10_001


# case B12
def test_the_limit_of_rows():
    text = b"phone\n" + b"1\n" * MAX_SPREADSHEET_ROWS
    assert len(read_spreadsheet(text).rows) == MAX_SPREADSHEET_ROWS + 1
    assert "100,000 rows" in read_error(text + b"1\n")


def test_a_row_with_too_many_columns():
    assert "200 columns" in read_error(b"a," * 200 + b"b\n")


@FAST
@given(st.binary(max_size=400) | st.binary(max_size=200).map(lambda tail: b"PK\x03\x04" + tail))
def test_no_bytes_at_all_break_the_reader(data):
    with contextlib.suppress(UnreadableSpreadsheet):
        assert read_spreadsheet(data).rows


# case B15
@pytest.mark.parametrize(
    "value",
    [
        "=1+1",
        "+1",
        "-2",
        "@SUM(A1)",
        "  =1",
        "\0=1",
        '=HYPERLINK("x")',
        "'=1",
    ],
)
def test_no_cell_of_an_export_is_a_formula(value):
    assert escape_csv_cell(value) == "'" + value


DANGEROUS_INSIDE = (
    "a;=1+1",
    "a\t=1",
    "a|=1",
    "a\n=1",
    "\t=1",
    "\r=1",
    'x; "=1',
    ';\t"=1|+2',
    "a;'=1",
)


@pytest.mark.parametrize("value", DANGEROUS_INSIDE)
@pytest.mark.parametrize("delimiter", ",;\t|")
def test_no_cell_is_a_formula_whatever_stands_between_the_columns(value, delimiter):
    """F13: where the list separator is ";", as in Excel in German, other cells begin."""
    text = "".join(stream_csv(["name", "phone"], [(value, "+13035550142")] * 2))
    rows = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=delimiter)
    cells = [cell for row in rows for cell in row]
    for cell in [*cells, *(cell.strip(' "') for cell in cells)]:
        assert cell == "+13035550142" or cell.lstrip()[:1] not in ("=", "+", "-", "@")
    assert unescape_csv_cell(escape_csv_cell(value)) == value


def test_a_number_has_no_apostrophe_and_an_older_one_is_taken_off():
    assert escape_csv_cell("+13035550142") == "+13035550142"
    assert unescape_csv_cell("'+13035550142") == "+13035550142"
    assert escape_csv_cell("+1") == "'+1"


def test_numbers_and_nothing_are_written_plainly():
    assert [escape_csv_cell(value) for value in (-2, 1.5, None, True, "O'Brien", "'quoted'")] == [
        "-2",
        "1.5",
        "",
        "True",
        "O'Brien",
        "'quoted'",
    ]


@FAST
@given(st.text())
def test_what_safe_cell_puts_on_plain_cell_takes_off(text):
    assert unescape_csv_cell(escape_csv_cell(text)) == text


WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)


# case B16
@FAST
@given(st.lists(st.tuples(WORDS, WORDS), max_size=20))
def test_an_export_comes_back_as_it_was(rows):
    written = "".join(stream_csv(["name", "phone"], [*rows, ("Zoë", "+13035550142")]))
    assert written.startswith("\ufeff")
    back = read_spreadsheet(written.encode()).rows
    kept = [
        list(row) if row[1].strip() else [row[0]]
        for row in rows
        if row[0].strip() or row[1].strip()
    ]
    assert [row.cells for row in back] == [
        ["name", "phone"],
        *kept,
        ["Zoë", "+13035550142"],
    ]


def test_an_export_is_a_csv_by_the_book():
    written = "".join(stream_csv(["name"], [['a "b", c'], ["d\ne"]]))
    assert written == '\ufeffname\r\n"a ""b"", c"\r\n"d\ne"\r\n'


def test_an_export_comes_in_pieces():
    assert len(list(stream_csv(["n"], ([n] for n in range(1000))))) == 6


@pytest.mark.parametrize(
    "name",
    [
        'a"b.csv',
        "../../etc/passwd",
        "x\r\nSet-Cookie: a=b",
        "“Picnic” 5;6.csv",
        "",
        "..",
        "x" * 999,
    ],
)
def test_the_name_of_a_download_stays_one_name(name):
    headers = build_download_headers(name)
    said = headers["Content-Disposition"]
    assert said.isascii()
    assert len(said) < 700
    assert not set("\r\n\\/") & set(said)
    assert said.count('"') == 2
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Type"] == "text/csv; charset=utf-8"


def test_the_whole_export_is_read_by_the_standard_library():
    rows = list(
        csv.reader(io.StringIO("".join(stream_csv(["a", "b"], [("=1", None)])).lstrip("\ufeff")))
    )
    assert rows == [["a", "b"], ["'=1", ""]]


def test_rows_are_read_in_batches_until_there_are_none(shop):
    keys = []

    def fetch_batch(key):
        keys.append(key)
        numbers = [number for number in (3, 4, 7, 8, 9) if number > key]
        return [(number, [number]) for number in numbers[:2]]

    pieces = stream_csv_in_batches(["n"], fetch_batch)
    assert "".join(pieces) == '\ufeffn\r\n"3"\r\n"4"\r\n"7"\r\n"8"\r\n"9"\r\n'
    assert keys == [0, 4, 8, 9]
