"""Checks of the schema: each difference from the models, by what it is about."""

import functools
import sqlite3
from collections.abc import Iterator

from app.dbdoctor.check import FIX_ADVICE, RESTORE_ADVICE, Check, Finding, Severity
from app.dbdoctor.schema_drift import describe_model_schema
from app.migrations.schema_comparison import SchemaDescription, compare_schemas, describe_schema

STRANGER_ADVICE = "SMS Admin did not create it and does not use it. Ask who added it."
OLD_CODE_ADVICE = (
    "It was changed by hand. Undo that change, or restore a backup: "
    "python -m app.dbdoctor --restore FILE."
)
# How the comparison begins its sentence about each kind of thing. The longest comes first.
KINDS = {
    "search table": "search",
    "unique rule of": "unique-rule",
    "check of": "rule",
    "check": "rule",
    "key of": "key",
    "table": "table",
    "column": "column",
    "index": "index",
    "trigger": "trigger",
    "view": "view",
}
RECREATED_KINDS = ("search", "index", "trigger")
# How the comparison calls what belongs to a table: said of the table alone when that is missing.
PARTS_OF_TABLE = (
    *("column {0}.", "check of {0}:", "check ck_{0}_", "key of {0}(", "unique rule of {0}("),
    *("index ix_{0}_", "index uq_{0}_", "trigger {0}_"),
)


def _build_checks() -> Iterator[Check]:
    """Yield a check for each kind of thing: missing, too much, and different."""
    for kind in dict.fromkeys(KINDS.values()):
        is_recreated = kind in RECREATED_KINDS
        missing_advice = FIX_ADVICE if is_recreated else RESTORE_ADVICE
        if kind != "view":
            yield Check(f"missing-{kind}", "{ids}", missing_advice)
            changed_advice = FIX_ADVICE if is_recreated else OLD_CODE_ADVICE
            if kind != "unique-rule":  # another rule is one too much and one missing
                yield Check(f"changed-{kind}", "{ids}", changed_advice)
        yield Check(f"extra-{kind}", "{ids}", STRANGER_ADVICE, severity=Severity.WARNING)


SCHEMA_CHECKS = tuple(_build_checks())
_CHECKS_BY_NAME = {check.name: check for check in SCHEMA_CHECKS}


def find_schema_differences(connection: sqlite3.Connection) -> Iterator[Finding]:
    """Yield a finding for each difference between this database and the models."""
    actual, expected = describe_schema(connection), _describe_expected_schema()
    differing = (thing.partition(" ") for thing in actual.keys() ^ expected.keys())
    tables = {name for kind, _, name in differing if kind == "table"}
    for sentence in compare_schemas(
        _leave_out_parts(actual, tables), _leave_out_parts(expected, tables)
    ):
        yield _CHECKS_BY_NAME[_name_check(sentence)].report(sentence)


def _leave_out_parts(schema: SchemaDescription, tables: set[str]) -> SchemaDescription:
    """Return the schema without what belongs to these tables."""
    beginnings = tuple(words.format(table) for table in tables for words in PARTS_OF_TABLE)
    return {thing: look for thing, look in schema.items() if not thing.startswith(beginnings)}


# Cached: creating every table takes 0.2 s, and the models of a process do not change.
@functools.cache
def _describe_expected_schema() -> SchemaDescription:
    return describe_model_schema()


def _name_check(sentence: str) -> str:
    kind = next(kind for words, kind in KINDS.items() if sentence.startswith(f"The {words} "))
    if sentence.endswith("is missing."):
        return f"missing-{kind}"
    if sentence.endswith("should not be there."):
        return f"extra-{kind}"
    return f"changed-{kind}"
