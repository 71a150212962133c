"""No part of a workbook takes more than its bound: small files that became gigabytes (F6, F26)."""

import io
import subprocess
import sys
import zipfile

from app.core.settings import PROJECT_ROOT
from app.core.spreadsheets import read_spreadsheet
from tests.imports.test_workbooks import build_ods, build_workbook, rewrite_members
from tests.speed_limits import measure_slowness

MAX_CPU_SECONDS = 3
SPREADSHEETML = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
BOOK = build_workbook([["name", "phone"], ["Zoë", "3035550142"]])


def add_members(data, **members):
    fresh = io.BytesIO(data)
    with zipfile.ZipFile(fresh, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return fresh.getvalue()


def insert(data, member, before, content):
    return rewrite_members(data, lambda xml: xml.replace(before, content + before), member)


def build_entity_bomb():
    """One entity of 100 kB that stands 20,000 times behind 30 MB of blanks: it was 5.4 GB."""
    start = f'<?xml version="1.0"?><!DOCTYPE s [<!ENTITY a "{"x" * 100_000}">]>'
    sheet = f'{start}<sst xmlns="{SPREADSHEETML}">{" " * 30_000_000}<si><t>{"&a;" * 20_000}'
    return add_members(BOOK, xl__sharedStrings_xml=f"{sheet}</t></si></sst>")


def build_content_types():
    overrides = b"".join(b'<Override PartName="/x%d" ContentType="a"/>' % n for n in range(200_000))
    return insert(BOOK, "[Content_Types]", b"</Types>", overrides)


def build_ods_bomb():
    data = build_ods([])
    return add_members(data, styles_xml=b"<a>" * 4_000_000)


BOMBS = {
    "an entity": build_entity_bomb,
    "two million styles": lambda: insert(BOOK, "xl/styles", b"</cellXfs>", b"<xf/>" * 2_000_000),
    "content types": build_content_types,
    "two million empty cells in a row": lambda: insert(
        BOOK, "xl/worksheets", b"</sheetData>", b'<row r="9">' + b"<c/>" * 2_000_000 + b"</row>"
    ),
    "a deep list of sheets": lambda: insert(
        BOOK, "xl/workbook", b"<sheets>", b"<a>" * 2_000_000 + b"</a>" * 2_000_000
    ),
    "styles of an OpenDocument table": build_ods_bomb,
}


# Reads the files and prints for each what the child that parsed it took: CPU seconds, and kB at the
# largest so far.
READER = """
import resource, sys
from app.core.delimited_text import UnreadableSpreadsheet
from app.core.spreadsheets import read_spreadsheet
before = 0
for name in sys.argv[1:]:
    try:
        read_spreadsheet(open(name, "rb").read())
    except UnreadableSpreadsheet:
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds = usage.ru_utime + usage.ru_stime
        print(seconds - before, usage.ru_maxrss)
        before = seconds
"""


def test_a_small_file_that_grows_is_refused_at_once(tmp_path):
    """In a process of its own: a child's figures begin with the size of the process it came from,
    and that of the tests has some 600 MB.
    """
    files = [tmp_path / bomb for bomb in BOMBS]
    for file in files:
        file.write_bytes(BOMBS[file.name]())
    command = [sys.executable, "-c", READER, *map(str, files)]
    printed = subprocess.run(command, capture_output=True, text=True, check=True, cwd=PROJECT_ROOT)
    most_seconds = MAX_CPU_SECONDS * measure_slowness()
    for bomb, line in zip(BOMBS, printed.stdout.splitlines(), strict=True):
        seconds, kilobytes = map(float, line.split())
        assert seconds < most_seconds, bomb
        assert kilobytes < 400_000, bomb


def test_a_cell_of_ten_million_letters_is_cut_before_anything_looks_at_it():
    cell = (
        b'<row r="9"><c r="A9" t="inlineStr"><is><t>' + b"x" * 10_000_000 + b"</t></is></c></row>"
    )
    rows = read_spreadsheet(insert(BOOK, "xl/worksheets", b"</sheetData>", cell)).rows
    assert len(rows[-1].cells[0]) == 10_001


def test_a_heading_of_ten_million_letters_is_cut_as_well():
    rows = read_spreadsheet(b"x" * 10_000_000 + b",phone\nZoe,3035550142\n").rows
    assert len(rows[0].cells[0]) == 10_001
