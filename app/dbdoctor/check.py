"""What a check of the doctor is, and what it says when it finds something."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

RESTORE_ADVICE = "Restore a backup: python -m app.dbdoctor --restore FILE."
FIX_ADVICE = "To fix it, run: python -m app.dbdoctor --fix."
MAX_SHOWN_IDS = 5


class Severity(StrEnum):
    """How bad a finding is: with an error or a warning, not a note, the database is not healthy."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True)
class Finding:
    """What a check found: a sentence about it, and one about what to do."""

    check: str
    severity: Severity
    problem: str
    advice: str

    @property
    def is_fixable(self) -> bool:
        """Whether --fix puts it right."""
        return "--fix" in self.advice

    def __str__(self) -> str:
        return f"{self.problem} {self.advice}"


@dataclass(frozen=True)
class Check:
    """One thing that can be wrong. `problem` may have {ids}, which names what it found."""

    name: str
    problem: str
    advice: str
    severity: Severity = field(default=Severity.ERROR, kw_only=True)

    @property
    def is_fixable(self) -> bool:
        """Whether --fix puts right what this check finds."""
        return "--fix" in self.advice

    def report(self, ids: str = "") -> Finding:
        """Return the finding that names these ids."""
        return Finding(self.name, self.severity, self.problem.format(ids=ids), self.advice)


@dataclass(frozen=True)
class RowCheck(Check):
    """A query for the ids of rows that contradict each other."""

    sql: str

    def find_violations(self, connection: sqlite3.Connection) -> Finding | None:
        """Return the finding with up to MAX_SHOWN_IDS ids, or None without violations.

        None too where a table or column is missing: the schema comparison reports that.
        """
        try:
            # One more than is shown tells whether there are more.
            rows = connection.execute(f"SELECT * FROM ({self.sql}) LIMIT {MAX_SHOWN_IDS + 1}")
            ids = [str(row[0]) for row in rows]
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname != "SQLITE_ERROR":
                raise
            return None
        return self.report(join_ids(ids)) if ids else None


def join_ids(ids: Iterable[str]) -> str:
    """Return the first MAX_SHOWN_IDS ids, and whether there are more."""
    all_ids = list(ids)
    shown_ids = ", ".join(all_ids[:MAX_SHOWN_IDS])
    if len(all_ids) > MAX_SHOWN_IDS:
        shown_ids += " and more"
    return shown_ids
