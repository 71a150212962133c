"""What a reader meets inside a line (shared/STYLE.md, table "to reach")."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.whole.sources import APP, read_sources

COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
TEMPLATES = sorted((APP / "templates").rglob("*.html"))
# First words of a docstring that are no imperative verb.
NOT_IMPERATIVE_TEXT = """
the a an what how who whom whose which when where one those these this that it its by for of from
in at only all every each same some any more another no not
"""
NOT_IMPERATIVE = set(NOT_IMPERATIVE_TEXT.split())


def count_lines() -> int:
    return sum(1 for source in read_sources() for line in source.text.splitlines() if line.strip())


def walk() -> Iterator[tuple[str, ast.AST]]:
    for source in read_sources():
        for node in ast.walk(source.tree):
            yield f"{source.name}:{getattr(node, 'lineno', 0)}", node


def test_lines_hold_one_thought():
    nodes = sum(1 for _ in walk())
    assert nodes / count_lines() <= 6.5


@pytest.mark.parametrize(("kind", "most"), [((ast.IfExp,), 12), (COMPREHENSIONS, 14)])
def test_conditions_and_loops_are_statements(kind, most):
    """At most so many ternaries, and comprehensions, per 1,000 lines."""
    found = sum(isinstance(node, kind) for _, node in walk())
    assert 1000 * found / count_lines() <= most


def test_no_ternary_stands_inside_another_or_inside_a_comprehension():
    nested = [
        place
        for place, node in walk()
        if isinstance(node, (ast.IfExp, *COMPREHENSIONS))
        for part in ast.walk(node)
        if part is not node and isinstance(part, ast.IfExp)
    ]
    assert nested == []


def test_no_line_assigns_more_than_two_things():
    packed = [
        place
        for place, node in walk()
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Tuple)
        and isinstance(node.targets[0], ast.Tuple)
        and len(node.value.elts) > 2
    ]
    assert packed == []


def test_docstrings_are_imperative_and_say_more_than_the_name():
    odd = []
    for place, node in walk():
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        words = (ast.get_docstring(node) or "").split()
        is_property = any("property" in ast.unparse(each) for each in node.decorator_list)
        if not words or is_property:
            continue
        first = words[0].lower().strip("\"“(`'")
        if len(words) <= 4 or first in NOT_IMPERATIVE:
            odd.append(f"{place} {node.name}: {' '.join(words[:8])}")
    assert odd == []


def test_comments_say_why_where_it_is_hard():
    comments = sum(
        line.strip().startswith("#")
        for source in read_sources()
        for line in source.text.splitlines()
    )
    assert 100 * comments / count_lines() >= 2.5


def test_templates_are_indented_and_narrow():
    lines = [line for path in TEMPLATES for line in path.read_text().splitlines() if line.strip()]
    indented = sum(line.startswith((" ", "\t")) for line in lines)
    assert 100 * indented / len(lines) >= 70
    wide = [
        f"{path.relative_to(APP)}:{number}"
        for path in TEMPLATES
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if len(line) > 120
    ]
    assert wide == []


def test_raw_sql_has_one_way_and_one_place():
    """PreparedStatement, in the sql.py of the owner; the driver itself is core's and the tools'."""
    strays = []
    for source in read_sources():
        if source.feature in {"core", "migrations", "dbdoctor"}:
            continue
        in_sql_file = Path(source.name).name == "sql.py" or "/sql/" in source.name
        for number, line in enumerate(source.text.splitlines(), 1):
            if re.search(r"raw_connection\(|exec_driver_sql\(|compile_as_json\(", line):
                strays.append(f"{source.name}:{number} {line.strip()}")
            if re.search(r'PreparedStatement\(\s*f?"', line) and not in_sql_file:
                strays.append(f"{source.name}:{number} {line.strip()}")
    assert strays == []
