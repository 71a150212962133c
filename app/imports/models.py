"""Uploads that are checked and wait for a person's yes."""

from enum import StrEnum
from typing import cast

from sqlalchemy import ForeignKey, Index, String, Table, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.column_types import (
    enum_column,
    int_default_zero,
    primary_key,
    timestamp,
    timestamp_default_now,
)
from app.core.db import Model


class ImportState(StrEnum):
    """A life: checked, then done or abandoned."""

    CHECKED = "checked"
    DONE = "done"
    ABANDONED = "abandoned"


class RowVerdict(StrEnum):
    """What an import would do with one row of the file."""

    NEW = "new"
    CHANGED = "changed"  # on the list without a name: the name of the file fills the gap
    RENAMED = "renamed"  # on the list under another name: kept, unless the admin says otherwise
    SAME = "same"
    REPEATED = "repeated"
    BAD = "bad"


READABLE_VERDICTS = (
    RowVerdict.NEW,
    RowVerdict.CHANGED,
    RowVerdict.RENAMED,
    RowVerdict.SAME,
)


class Import(Model):
    """One upload: which file, by whom, how its columns were read, and what became of it.

    `pool` is the list it is for ("community"). `columns` is JSON: titles, kinds, whether the
    first row is headings, and the first rows. The counts are those of the check until it is
    confirmed, then what really happened.
    """

    __tablename__ = "imports"
    __table_args__ = (Index("ix_imports_state_created_at", "state", "created_at"),)

    id: Mapped[primary_key]
    pool: Mapped[str] = mapped_column(String(20), default="community", server_default="community")
    created_by: Mapped[str] = mapped_column(String(80))
    file_name: Mapped[str] = mapped_column(String(255))
    stored_as: Mapped[str | None] = mapped_column(String(64))
    encoding: Mapped[str | None] = mapped_column(String(20))
    columns: Mapped[str | None] = mapped_column(Text)
    state: Mapped[ImportState] = mapped_column(
        enum_column(ImportState), default=ImportState.CHECKED
    )
    row_count: Mapped[int_default_zero]
    added_count: Mapped[int_default_zero]
    changed_count: Mapped[int_default_zero]
    renamed_count: Mapped[int_default_zero]
    same_count: Mapped[int_default_zero]
    repeated_count: Mapped[int_default_zero]
    bad_count: Mapped[int_default_zero]
    left_out_count: Mapped[int_default_zero]
    created_at: Mapped[timestamp_default_now]
    finished_at: Mapped[timestamp | None]
    # how many of the file's rows are checked by now; all of them when nothing is left to read
    checked_rows: Mapped[int_default_zero]
    # how these people said yes, in the admin's words; null: nobody said
    consent: Mapped[str | None] = mapped_column(String(300))
    undone_at: Mapped[timestamp | None]

    @property
    def is_being_read(self) -> bool:
        """Whether its file is still being read: a large workbook, of which each request reads a
        part.
        """
        return self.state is ImportState.CHECKED and self.columns is None


class ImportRow(Model):
    """One row of the file and what would become of it.

    `left_out` is why this number gets no texts (imported all the same); `cells` is the row of a
    bad one, as JSON.
    """

    __tablename__ = "import_rows"
    __table_args__ = (
        Index("ix_import_rows_import_id_verdict", "import_id", "verdict", "line"),
        Index(
            "ix_import_rows_left_out",
            "import_id",
            "line",
            sqlite_where=text("left_out IS NOT NULL"),
        ),
    )

    id: Mapped[primary_key]
    import_id: Mapped[int] = mapped_column(ForeignKey("imports.id", ondelete="CASCADE"))
    line: Mapped[int]
    name: Mapped[str | None] = mapped_column(String(100))
    phone: Mapped[str | None] = mapped_column(String(20))
    verdict: Mapped[RowVerdict] = mapped_column(enum_column(RowVerdict))
    reason: Mapped[str | None] = mapped_column(String(300))
    left_out: Mapped[str | None] = mapped_column(String(20))
    cells: Mapped[str | None] = mapped_column(Text)
    # what the confirmed import did, so that it can be undone: the row of the list it made or
    # named, and the name before
    person_id: Mapped[int | None]
    name_before: Mapped[str | None] = mapped_column(String(100))


IMPORT_ROWS_TABLE = cast("Table", ImportRow.__table__)
