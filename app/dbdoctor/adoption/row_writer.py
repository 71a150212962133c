"""Writes rows into our tables and says which ones a rule of ours forbids."""

import sqlite3
from typing import Any

from app.dbdoctor.adoption.adoption_report import AdoptionReport
from app.dbdoctor.adoption.former_database import FormerDatabase, FormerRow, read_moment

BAD_NUMBER = "the number cannot be texted"
BROKEN_RULE = "it is there twice, or belongs to something that is not there"


class RowWriter:
    """Inserts rows of a former database through `connection`, and fills the report.

    `moment` (UTC) stands where the former database has no time.
    """

    def __init__(
        self,
        former: FormerDatabase,
        connection: sqlite3.Connection,
        moment: str,
        report: AdoptionReport,
    ) -> None:
        self.former = former
        self.connection = connection
        self.moment = moment
        self.report = report

    def insert_row(self, table: str, values: dict[str, Any], things: str, row_id: int) -> bool:
        """Insert one row; False, and noted, where a rule of ours forbids it."""
        columns = ", ".join(values)
        marks = ", ".join("?" * len(values))
        statement = f"INSERT INTO {table} ({columns}) VALUES ({marks})"
        try:
            self.connection.execute(statement, tuple(values.values()))
        except sqlite3.IntegrityError:
            self.report.record_left(things, BROKEN_RULE, row_id)
            return False
        self.report.count_taken(things)
        return True

    def read_created_at(self, row: FormerRow) -> str:
        """Return when the row was made, in our spelling (UTC)."""
        return read_moment(row.get("created_at"), self.moment)

    def find_id(self, table: str, row_id: Any) -> int | None:
        """Return the id if we took that row: the first design left ids of deleted rows behind."""
        if row_id is None:
            return None
        row = self.connection.execute(f"SELECT id FROM {table} WHERE id = ?", (row_id,)).fetchone()
        return row[0] if row else None
