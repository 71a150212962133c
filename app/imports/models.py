"""Imports and the rows of their files, kept until somebody confirms them and 30 days longer."""

from datetime import date
from enum import StrEnum

from sqlalchemy import Date, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.column_classes import PERSONAL, ColumnClasses
from app.core.column_types import (
    bool_default_false,
    enum_column,
    int_default_zero,
    primary_key,
    timestamp,
    timestamp_default_now,
)
from app.core.db import Model
from app.core.held_data import HeldAs


class ImportState(StrEnum):
    """The states of an import: it is being checked, then it is done or abandoned.

    A large one is confirmed in slices, and undone in slices, which leaves it done.
    """

    CHECKED = "checked"
    DONE = "done"
    ABANDONED = "abandoned"
    CONFIRMING = "confirming"
    UNDOING = "undoing"


# Slices of it are still to be written.
RUNNING_STATES = (ImportState.CONFIRMING, ImportState.UNDOING)


class RowVerdict(StrEnum):
    """What an import would do with one row of the file."""

    NEW = "new"
    # on the list without a name, which the file has
    CHANGED = "changed"
    # on the list under another name, which stays unless the admin decides otherwise
    RENAMED = "renamed"
    SAME = "same"
    REPEATED = "repeated"
    BAD = "bad"
    # the file itself says that this person wants no texts
    OPTED_OUT = "opted_out"


READABLE_VERDICTS = (
    RowVerdict.NEW,
    RowVerdict.CHANGED,
    RowVerdict.RENAMED,
    RowVerdict.SAME,
)


class Import(Model):
    """One upload: which file, by whom, how its columns were read, and its outcome.

    `pool` is the list it is for ("community"). `columns` is JSON: headings, kinds and first rows.
    The counts are those of the check until it is confirmed, then what really happened.
    """

    __tablename__ = "imports"
    __column_classes__ = ColumnClasses(
        administrative="pool created_by file_name stored_as encoding consent value_counts progress",
        sensitive="columns",
    )
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
    # how many of the file's rows are checked by now
    checked_rows: Mapped[int_default_zero]
    # how these people agreed to texts, in the admin's words; null when nothing was written
    consent: Mapped[str | None] = mapped_column(String(300))
    undone_at: Mapped[timestamp | None]
    opted_out_count: Mapped[int_default_zero]
    # Rows with cells that cannot be read as what their column holds; the people are imported.
    bad_value_count: Mapped[int_default_zero]
    # JSON: what the check found in each column, by its index (see value_counts.py)
    value_counts: Mapped[str | None] = mapped_column(Text)
    # JSON: what was decided and how far it has come, while it is confirmed or undone in slices
    progress: Mapped[str | None] = mapped_column(Text)

    @property
    def is_running(self) -> bool:
        """Whether it is being confirmed or undone, and slices are still to be written."""
        return self.state in RUNNING_STATES

    @property
    def is_half_read(self) -> bool:
        """Whether an older release, which read large workbooks in slices, left its file unread."""
        return self.state is ImportState.CHECKED and self.columns is None

    @property
    def has_unchecked_rows(self) -> bool:
        """Whether the check of its rows has to go on."""
        return self.state is ImportState.CHECKED and self.checked_rows < self.row_count


class ImportRow(Model):
    """One row of the file and what would become of it.

    `left_out` is why this number gets no texts (it is imported all the same). `cells` is the
    row of the file as JSON, kept for bad rows only. `is_landline`: the number plan says so.
    """

    __tablename__ = "import_rows"
    __column_classes__ = ColumnClasses(
        others=PERSONAL,
        personal=(
            "name phone reason left_out name_before group_names language second_phone "
            "opted_in value_problems language_before"
        ),
        sensitive="cells birthday note field_values birthday_before",
    )
    __held_as__ = HeldAs("Rows of imports", "phone second_phone")
    __table_args__ = (
        Index("ix_import_rows_import_id_verdict", "import_id", "verdict", "line"),
        Index(
            "ix_import_rows_left_out",
            "import_id",
            "line",
            sqlite_where=text("left_out IS NOT NULL"),
        ),
        Index("ix_import_rows_is_landline", "import_id", sqlite_where=text("is_landline")),
        # Read once for each group that the file names.
        Index(
            "ix_import_rows_group_names",
            "import_id",
            "group_names",
            "verdict",
            "phone",
            sqlite_where=text("group_names IS NOT NULL"),
        ),
        Index(
            "ix_import_rows_value_problems",
            "import_id",
            "line",
            sqlite_where=text("value_problems IS NOT NULL"),
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
    # For undoing a confirmed import: the row of the list it added or named, and the name before.
    person_id: Mapped[int | None]
    name_before: Mapped[str | None] = mapped_column(String(100))
    is_landline: Mapped[bool_default_false]
    # What a column of the file says about groups, such as "Choir; Youth".
    group_names: Mapped[str | None] = mapped_column(String(300))
    # What other columns say about the person. Once the import is confirmed: what it wrote.
    language: Mapped[str | None] = mapped_column(String(8))
    birthday: Mapped[date | None] = mapped_column(Date)
    second_phone: Mapped[str | None] = mapped_column(String(20))
    note: Mapped[str | None] = mapped_column(Text)
    # What the file says for texts, such as "OK to text: yes".
    opted_in: Mapped[str | None] = mapped_column(String(300))
    # JSON: [cell, sort value] by the index of the column that goes into a field
    field_values: Mapped[str | None] = mapped_column(Text)
    # Sentences about cells that cannot be read, one a line.
    value_problems: Mapped[str | None] = mapped_column(Text)
    # For undoing: what stood in the place of what the import wrote.
    language_before: Mapped[str | None] = mapped_column(String(8))
    birthday_before: Mapped[date | None] = mapped_column(Date)
    # Of an import in slices: 1 once a slice has written it, 2 once a slice has undone it.
    slice_step: Mapped[int_default_zero]
