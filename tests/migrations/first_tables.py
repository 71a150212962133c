"""Writes app/migrations/m0001_first_tables.py from the models: `python -m tests.migrations.first_tables`.

Only until the first release. Afterwards m0001 is history: a change of the models gets a migration of its own, and this
file is deleted.
"""

import re
import sys
from pathlib import Path

from sqlalchemy import create_engine, event

from app.dbdoctor.drift import all_tables

TARGET = Path(__file__).resolve().parents[2] / "app" / "migrations" / "m0001_first_tables.py"
WIDTH = 111
SHORT = 28
CLOSE = re.compile(r"\n\)$")
CONSTRAINT = "    CONSTRAINT"
INDEX = re.compile(r"CREATE (UNIQUE )?INDEX")
HEAD = '''"""The first tables, as literal statements: later changes of the models never change what was applied here."""

import logging
import re
import sqlite3

STATEMENTS = (
'''
TAIL = ''')
TABLES = [match[1] for each in STATEMENTS if (match := re.match(r"CREATE (?:VIRTUAL )?TABLE (\w+)", each))]


def apply(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Make every table, index and trigger."""
    for statement in STATEMENTS:
        connection.execute(statement)
    logger.info("%s statements run", len(STATEMENTS))


def revert(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Drop every table, children before parents; indexes and triggers go with them."""
    for table in reversed(TABLES):
        connection.execute(f"DROP TABLE {table}")
    logger.info("%s tables dropped", len(TABLES))
'''


def statements() -> list[str]:
    """What making the models' tables takes, in order."""
    engine = create_engine("sqlite://")
    found: list[str] = []

    @event.listens_for(engine, "before_cursor_execute")
    def note(_connection, _cursor, statement, *_more):
        if statement.lstrip().startswith("CREATE"):
            found.append(statement)

    all_tables().create_all(engine)
    return _in_lasting_order(found)


def _in_lasting_order(made: list[str]) -> list[str]:
    """Indexes by name after their table: SQLAlchemy keeps them in a set, and the checksum must not change by chance."""
    ordered: list[str] = []
    indexes: list[str] = []
    for each in [*made, ""]:
        if INDEX.match(each):
            indexes.append(each)
            continue
        ordered += [*sorted(indexes), each]
        indexes = []
    return ordered[:-1]


def _literal(statement: str) -> str:
    """The statement as lines no wider than WIDTH, in a quoted text."""
    text = CLOSE.sub(")", statement.strip().expandtabs(4))
    lines = [line for raw in _packed(text.splitlines()) for line in _broken(raw.rstrip()) if line]
    if len(lines) == 1 and '"' not in lines[0]:
        return f'    "{lines[0]}",\n'
    return '    """' + "\n".join(f"    {line}".rstrip() for line in lines).lstrip() + '""",\n'


def _packed(lines: list[str]) -> list[str]:
    """Short columns share a line, and so do short constraints."""
    packed: list[str] = []
    for line in map(str.rstrip, lines):
        both = f"{packed[-1]} {line.strip()}" if packed else ""
        if packed and len(both) <= WIDTH and _may_share(packed[-1], line):
            packed[-1] = both
        else:
            packed.append(line)
    return packed


def _may_share(line: str, following: str) -> bool:
    if following.startswith(CONSTRAINT):
        return line.startswith(CONSTRAINT)
    return line.startswith("    ") and len(following) <= SHORT and len(line.rsplit(", ", 1)[-1]) <= SHORT


def _broken(line: str) -> list[str]:
    """Break a long line at blanks that are not inside quotes."""
    lines = [""]
    for word in re.findall(r"\s*(?:'[^']*'|[^\s'])+", line):
        if len(lines[-1]) + len(word) > WIDTH:
            lines.append("       ")
        lines[-1] += word
    return lines


def source() -> str:
    """The whole module."""
    return HEAD + "".join(map(_literal, statements())) + TAIL


if __name__ == "__main__":
    TARGET.write_text(source())
    sys.stdout.write(f"{TARGET.name} written\n")
