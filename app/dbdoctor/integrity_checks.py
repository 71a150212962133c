"""Checks of the file's pages and indexes, of rows that break a rule, and of the search."""

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from app.core.database_errors import is_damage
from app.dbdoctor.check import FIX_ADVICE, MAX_SHOWN_IDS, RESTORE_ADVICE, Check, Finding, join_ids
from app.migrations import database_file
from app.migrations.database_integrity import ROW_LINES, SEARCH_WORDS
from app.migrations.migration_errors import INDEX_DAMAGE_WORDS

SEARCH_TABLES = {"community_search": "members", "inbox_search": "texts"}
MAX_LINES = 200
TABLE_PATTERN = re.compile(r"(?:failed in |value in )(\w+)")

DAMAGED = Check("damaged-file", "{ids}.", RESTORE_ADVICE)
LYING_INDEX = Check("lying-index", "{ids}.", FIX_ADVICE)
BROKEN_RULE = Check(
    "broken-rule",
    "Rows of {ids} break a rule of their table: a word, number or phone that cannot be.",
    "SMS Admin sets such texts aside. " + RESTORE_ADVICE,
)
ORPHANS = Check("orphan-rows", "{ids}.", RESTORE_ADVICE)
MEMBER_SEARCH = Check("member-search", "The search index does not match the {ids}.", FIX_ADVICE)
TEXT_SEARCH = Check("text-search", "The search index does not match the {ids}.", FIX_ADVICE)
INTEGRITY_CHECKS = (DAMAGED, LYING_INDEX, BROKEN_RULE, ORPHANS, MEMBER_SEARCH, TEXT_SEARCH)
_SEARCH_CHECKS = {"community_search": MEMBER_SEARCH, "inbox_search": TEXT_SEARCH}


def check_integrity(connection: sqlite3.Connection, path: Path) -> Iterator[Finding]:
    """Yield damage of the file, indexes that lie, and tables with rows that break a rule."""
    tables, damages = set(), []
    for words in _read_integrity_lines(connection):
        table = TABLE_PATTERN.search(words)
        if words.startswith(ROW_LINES) and table:
            tables.add(table[1])
        else:
            damages.append(words)
    for words in damages[:MAX_SHOWN_IDS]:
        is_index = any(sign in words for sign in INDEX_DAMAGE_WORDS)
        check = LYING_INDEX if is_index else DAMAGED
        yield check.report(f"{path} is damaged ({words})")
    if tables:
        yield BROKEN_RULE.report(join_ids(sorted(tables)))


def _read_integrity_lines(connection: sqlite3.Connection) -> Iterator[str]:
    try:
        for (line,) in connection.execute(f"PRAGMA integrity_check({MAX_LINES})"):
            words = " ".join(str(line).split())
            # The search has a check of its own.
            if words != "ok" and SEARCH_WORDS not in words:
                yield words
    except sqlite3.DatabaseError as error:
        # Some damage ends the check itself.
        if not is_damage(error):
            raise
        yield str(error)


def find_orphan_rows(connection: sqlite3.Connection) -> Iterator[Finding]:
    """Yield a finding for each pair of tables of which one refers to missing rows."""
    pairs = {(row[0], row[2]) for row in connection.execute("PRAGMA foreign_key_check")}
    for table, parent in sorted(pairs):
        yield ORPHANS.report(f"Rows of {table} refer to missing rows of {parent}")


def check_search_tables(path: Path) -> Iterator[Finding]:
    """Yield a finding for each search table that disagrees with what it indexes."""
    for table, content in SEARCH_TABLES.items():
        with database_file.open_for_writing(path) as connection:
            # FTS5's check is an INSERT, and so needs a write transaction; it is rolled back
            # (https://www.sqlite.org/fts5.html, "The 'integrity-check' Command").
            connection.execute("BEGIN IMMEDIATE")
            try:
                connection.execute(
                    f"INSERT INTO {table}({table}, rank) VALUES ('integrity-check', 1)"
                )
            except sqlite3.DatabaseError as error:
                if not error.sqlite_errorname.startswith("SQLITE_CORRUPT"):
                    raise
                yield _SEARCH_CHECKS[table].report(content)
            finally:
                connection.execute("ROLLBACK")
