"""Files that users of similar programs stumbled over, each with the rows that are right."""

import json
from pathlib import Path

import pytest

from tests.imports.check_file import check_file

FOLDER = Path(__file__).resolve().parents[1] / "data" / "people_cases"
EXPECTED = json.loads((FOLDER / "expected.json").read_text())


def describe_row(row):
    """A row as the table writes it: bad ones without their reason, which is the numbers' part."""
    values = [row.line, row.name, row.phone, row.verdict]
    return [*values, row.reason] if row.reason and row.verdict != "bad" else values


@pytest.mark.parametrize("name", EXPECTED)
def test_every_file_gives_the_right_people(name):
    case = EXPECTED[name]
    _, rows = check_file((FOLDER / name).read_bytes(), case["region"])
    assert [describe_row(row) for row in rows] == case["rows"]


def test_every_file_of_the_folder_is_in_the_table():
    assert {path.name for path in FOLDER.iterdir()} == {*EXPECTED, "expected.json"}


def test_landlines_are_marked_where_the_plan_tells():
    _, rows = check_file((FOLDER / "uk_landlines.csv").read_bytes(), "GB")
    assert [row.is_landline for row in rows] == [True, True, False]


def test_both_numbers_of_a_cell_are_named():
    _, rows = check_file((FOLDER / "two_in_a_cell.csv").read_bytes())
    assert "two numbers in one field" in (rows[0].reason or "")
