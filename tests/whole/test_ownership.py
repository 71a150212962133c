"""A feature owns its tables: nobody else names them in SQL or queries their models.

Rows may be passed around, so another feature's row class may stand in annotations. Migrations and
the doctor look at the whole database on purpose.
"""

import ast
import re
from collections.abc import Iterator

from tests.whole.sources import Source, read_sources

WHOLE_DATABASE = {"migrations", "dbdoctor"}
TABLE_IN_SQL = re.compile(r"\b(?:FROM|JOIN|INTO|UPDATE|TABLE|ON)\s+(\w+)")


def find_owners(sources) -> dict[str, str]:
    """The feature that owns each table."""
    owners = {}
    for source in sources:
        for name in re.findall(r'__tablename__ = "(\w+)"', source.text):
            owners[name] = source.feature
    return owners


def find_row_names(sources) -> set[tuple[str, str]]:
    """(module, name) of every mapped class, and of every table that a models file names."""
    names = set()
    for source in sources:
        if "__tablename__" not in source.text:
            continue
        for node in source.tree.body:
            if isinstance(node, ast.ClassDef) and "__tablename__" in ast.unparse(node):
                names.add((source.module, node.name))
            if isinstance(node, ast.Assign) and "__table__" in ast.unparse(node.value):
                names |= {
                    (source.module, part.id)
                    for part in ast.walk(node)
                    if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
                }
    return names


def find_annotations(tree: ast.Module) -> set[int]:
    """The ids of all nodes that are part of an annotation or a docstring."""
    nodes: set[int] = set()
    for node in ast.walk(tree):
        for field in ("annotation", "returns"):
            annotation = getattr(node, field, None)
            if annotation is not None:
                nodes |= {id(part) for part in ast.walk(annotation)}
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            nodes.add(id(node.value))
    return nodes


def find_foreign_names(source: Source, row_names) -> set[str]:
    """The names under which `source` imports rows of other features."""
    foreign = set()
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            foreign |= {
                name.asname or name.name
                for name in node.names
                if (node.module, name.name) in row_names
                and node.module.split(".")[1] != source.feature
            }
    return foreign


def find_trespasses(source: Source, owners, row_names) -> Iterator[str]:
    """Each place where `source` names a table of another feature."""
    foreign = find_foreign_names(source, row_names)
    annotations = find_annotations(source.tree)
    nodes = [node for node in ast.walk(source.tree) if id(node) not in annotations]
    for node in nodes:
        if isinstance(node, ast.Name) and node.id in foreign:
            yield f"{source.name}:{node.lineno} queries {node.id}"
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if "CREATE TRIGGER" in node.value:
                continue  # a trigger has to name the table whose changes it follows
            for table in TABLE_IN_SQL.findall(node.value):
                if owners.get(table, source.feature) != source.feature:
                    yield f"{source.name}:{node.lineno} names {table}"


def list_trespasses(sources) -> list[str]:
    """Every place of the program where a feature names another's table."""
    owners, row_names = find_owners(sources), find_row_names(sources)
    return [
        place
        for source in sources
        if source.feature not in WHOLE_DATABASE
        for place in find_trespasses(source, owners, row_names)
    ]


def test_only_its_owner_names_a_table():
    assert list_trespasses(read_sources()) == []


def test_a_line_of_sql_in_the_wrong_package_is_found():
    """The test above fails when it should."""
    text = (
        'from app.delivery.models import Message\nSQL = "SELECT id FROM messages"\nx = Message.id\n'
    )
    wrong = Source("app/inbox/queries/wrong.py", text, ast.parse(text))
    assert list_trespasses((*read_sources(), wrong))[-2:] == [
        "app/inbox/queries/wrong.py:2 names messages",
        "app/inbox/queries/wrong.py:3 queries Message",
    ]
