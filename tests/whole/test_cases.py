"""docs/cases.md says where each case of the catalogue is shown; this reads whether that is so."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROW = re.compile(r"^\| ([A-Z]\d+) \| (.+?) \| (.+) \|$", re.M)
ROWS = ROW.findall((ROOT / "docs" / "cases.md").read_text())
# The catalogue's numbers; those that are missing in a row of numbers were never given.
NUMBERS = {
    "L": [*range(1, 15)],
    "F": [
        1,
        *range(3, 13),
        *range(14, 35),
        *range(36, 37),
        *range(38, 41),
        *range(42, 46),
    ],
    "S": [*range(1, 14)],
    "W": [
        *range(1, 7),
        8,
        9,
        *range(11, 14),
        *range(15, 19),
        *range(20, 24),
        *range(25, 29),
    ],
    "B": [*range(1, 5), 6, *range(8, 20), *range(21, 26), *range(27, 30)],
    "P": [1, 2, *range(6, 13)],
    "A": [*range(1, 7), *range(8, 13), *range(14, 18)],
    "Z": [1, 2, 3, 5, 6, 7, 8],
    "H": [*range(1, 6), *range(7, 14)],
    "K": [*range(1, 6), *range(7, 12)],
    "M": [*range(1, 9), 10, 11, *range(13, 18)],
}


def test_every_case_has_its_line():
    wanted = [f"{group}{number}" for group, numbers in NUMBERS.items() for number in numbers]
    assert [case for case, _, _ in ROWS] == wanted


@pytest.mark.parametrize(("case", "where"), [(case, where) for case, _, where in ROWS])
def test_the_case_is_where_the_page_says(case, where):
    """A file of tests names the case in a docstring; a case that is left out says why."""
    files = re.findall(r"`(tests/[\w/]+\.py)`", where)
    assert files or where.startswith("left out: "), f"{case} has neither a test nor a reason"
    silent = [
        name for name in files if not re.search(rf'"""[^"]*\b{case}\b', (ROOT / name).read_text())
    ]
    assert silent == []
