"""The budgets of a pleasant codebase that ruff cannot see: lines a file, a function, a
template, a sheet, a script.
"""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "app"
HARD_FILE, HARD_FUNCTION, FUNCTION, SHARE = 400, 50, 25, 0.9
# Data as code: literal statements, tables of words.
DATA = {"m0001_first_tables.py"}


def python_files():
    return [path for path in APP.rglob("*.py") if path.name not in DATA]


def lengths():
    for path in python_files():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield (
                    f"{path.relative_to(ROOT)}: {node.name}",
                    node.end_lineno - node.lineno + 1,
                )


def test_no_file_is_longer_than_anybody_reads():
    assert {
        str(p): n for p in python_files() if (n := len(p.read_text().splitlines())) > HARD_FILE
    } == {}


def test_functions_are_short():
    found = dict(lengths())
    assert {name: lines for name, lines in found.items() if lines > HARD_FUNCTION} == {}
    assert sum(lines <= FUNCTION for lines in found.values()) / len(found) > SHARE


@pytest.mark.parametrize(
    ("folder", "pattern", "most"),
    [
        ("templates", "*.html", 200),
        ("static/css", "*.css", 300),
        ("static/js", "*.js", 150),
    ],
)
def test_templates_sheets_and_scripts_are_short(folder, pattern, most):
    files = list((APP / folder).rglob(pattern))
    assert files
    assert {p.name: n for p in files if (n := len(p.read_text().splitlines())) > most} == {}


def test_every_noqa_says_why():
    bare = [
        f"{path.relative_to(ROOT)}:{number}"
        for folder in (APP, ROOT / "tests")
        for path in folder.rglob("*.py")
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if re.search(r"# " + r"noqa(?!: [\w, ]+ -+ \w)", line)
    ]
    assert bare == []
