"""Reading an upload that waits for a yes, or what became of one."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from app.core.db import db
from app.core.pagination import ListPage, ListParams, clamp_to_last_page
from app.domain.phones.phone_number_info import COUNTRY_PREFIX_LENGTH
from app.domain.spreadsheets.column_headings import ColumnKind
from app.domain.spreadsheets.column_mapping import ColumnMapping
from app.imports.models import (
    READABLE_VERDICTS,
    Import,
    ImportRow,
    ImportState,
    RowVerdict,
)
from app.suppression.models import UnsubscribedContact

SUPPRESSED_FILTER = "left_out"
# What a page of rows can show, what it is called there, and the count of it in the import's row.
ROW_FILTERS: dict[str, tuple[str, str]] = {
    RowVerdict.BAD.value: ("Cannot be read", "bad_count"),
    RowVerdict.NEW.value: ("New", "added_count"),
    RowVerdict.CHANGED.value: ("Name filled in", "changed_count"),
    RowVerdict.RENAMED.value: ("Other name", "renamed_count"),
    RowVerdict.SAME.value: ("On the list already", "same_count"),
    RowVerdict.REPEATED.value: ("Twice in the file", "repeated_count"),
    SUPPRESSED_FILTER: ("Gets no texts", "left_out_count"),
}
BAD_ROWS_PER_SLICE, MAX_PAST_IMPORTS = 500, 20


@dataclass(frozen=True)
class SpreadsheetLayout:
    """How a file was read: its columns, its first rows (with the headings) and what stands
    between the columns.
    """

    columns: ColumnMapping
    first_rows: list[list[str]]
    delimiter: str
    evidence: list[str]

    @property
    def has_headings(self) -> bool:
        """Whether the first row is headings."""
        return bool(self.columns.headings)

    def get_sample_cells(self, index: int) -> list[str]:
        """The first cells of a column, without its heading."""
        rows = self.first_rows[1:] if self.has_headings else self.first_rows[:-1] or self.first_rows
        return [cells[index] if index < len(cells) else "" for cells in rows]


@dataclass(frozen=True)
class DisplayedImportRow:
    """One row of the file as a page shows it.

    `name` and `phone` of a bad row are what the file says.
    """

    line: int
    name: str
    phone: str
    reason: str | None
    left_out: str | None
    is_bad: bool
    since: datetime | None = None


@dataclass(frozen=True)
class RejectedRowCorrection:
    """A row that somebody tried to put right: what they typed, and why it still cannot be read."""

    line: int
    name: str
    phone: str
    sentence: str


def find_import(import_id: int, pool: str) -> Import | None:
    """One import of this pool."""
    return db.session.scalar(select(Import).where(Import.id == import_id, Import.pool == pool))


def parse_import_layout(row: Import) -> SpreadsheetLayout:
    """How its file was read."""
    kept = json.loads(row.columns or "{}")
    columns = ColumnMapping(tuple(map(ColumnKind, kept["kinds"])), tuple(kept["headings"]))
    return SpreadsheetLayout(
        columns, kept["first_rows"], kept["delimiter"], kept.get("evidence", [])
    )


def count_rows_by_filter(row: Import) -> dict[str, int]:
    """What there is to show of the rows, each with how many; only what there is."""
    counts = {show: getattr(row, column) for show, (_, column) in ROW_FILTERS.items()}
    return {show: count for show, count in counts.items() if count}


def paginate_import_rows(row: Import, show: str, asked: ListParams) -> ListPage:
    """A page of the rows of one kind (a key of SHOWS), in the order of the file."""
    total = getattr(row, ROW_FILTERS[show][1])
    asked = clamp_to_last_page(total, asked)
    rows = (
        select(ImportRow)
        .where(ImportRow.import_id == row.id, *_build_filter_conditions(show))
        .order_by(ImportRow.line)
    )
    found_rows = db.session.scalars(rows.offset(asked.offset).limit(asked.per_page)).all()
    columns, stops = (
        parse_import_layout(row).columns,
        _load_opt_out_times([each.phone for each in found_rows if each.left_out and each.phone]),
    )
    return ListPage(
        [_build_displayed_row(each, columns, stops.get(each.phone or "")) for each in found_rows],
        total,
        asked,
    )


def list_readable_phones(row: Import) -> list[str]:
    """The numbers of the rows that can be read."""
    mine = (
        ImportRow.import_id == row.id,
        ImportRow.verdict != RowVerdict.BAD,
        ImportRow.phone.is_not(None),
    )
    return [phone for phone in db.session.scalars(select(ImportRow.phone).where(*mine)) if phone]


def count_phone_prefixes(row: Import) -> dict[str, int]:
    """How the numbers that can be read begin, each beginning with how many there are."""
    start = func.substr(ImportRow.phone, 1, COUNTRY_PREFIX_LENGTH)
    mine = (ImportRow.import_id == row.id, ImportRow.verdict.in_(READABLE_VERDICTS))
    return {
        begin: many
        for begin, many in db.session.execute(
            select(start, func.count()).where(*mine).group_by(start)
        )
    }


def list_past_imports(pool: str) -> list[Import]:
    """The last imports of this list, the newest first, without those that were thrown away."""
    mine = (Import.pool == pool, Import.state != ImportState.ABANDONED)
    return list(
        db.session.scalars(
            select(Import).where(*mine).order_by(Import.id.desc()).limit(MAX_PAST_IMPORTS)
        )
    )


def _load_opt_out_times(phones: Sequence[str]) -> dict[str, datetime]:
    """Since when these numbers have been on the list of those who said STOP."""
    if not phones:
        return {}
    said = select(UnsubscribedContact.phone, UnsubscribedContact.created_at)
    return {
        phone: at
        for phone, at in db.session.execute(said.where(UnsubscribedContact.phone.in_(phones)))
    }


def _build_filter_conditions(show: str) -> list[Any]:
    return (
        [ImportRow.left_out.is_not(None)]
        if show == SUPPRESSED_FILTER
        else [ImportRow.verdict == RowVerdict(show)]
    )


def _build_displayed_row(
    row: ImportRow, columns: ColumnMapping, since: datetime | None
) -> DisplayedImportRow:
    cells: list[str] = json.loads(row.cells) if row.cells else []
    name = row.name or " ".join(
        filter(None, (_get_cell(cells, columns.find_index(kind)) for kind in NAME_KINDS))
    )
    phone = row.phone or _get_cell(cells, columns.find_index(ColumnKind.PHONE))
    is_bad = row.verdict is RowVerdict.BAD
    return DisplayedImportRow(
        row.line,
        _truncate_text(name, 100),
        _truncate_text(phone, 40),
        row.reason,
        row.left_out,
        is_bad,
        since,
    )


def _truncate_text(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


NAME_KINDS = (ColumnKind.NAME, ColumnKind.FIRST_NAME, ColumnKind.LAST_NAME)


def _get_cell(cells: Sequence[str], index: int | None) -> str:
    return cells[index].strip() if index is not None and index < len(cells) else ""


def build_bad_row_headings(row: Import) -> list[str]:
    """The columns of the file, and one for what is wrong."""
    columns = parse_import_layout(row).columns
    return [
        *(columns.column_title(index) for index in range(len(columns.kinds))),
        "problem",
    ]


def iterate_bad_rows(row: Import) -> Iterator[list[str]]:
    """The rows that cannot be read as they were in the file, each with its problem; read in
    slices.
    """
    width, line = len(parse_import_layout(row).columns.kinds), 0
    rows = select(ImportRow.line, ImportRow.cells, ImportRow.reason).order_by(ImportRow.line)
    rows = rows.where(ImportRow.import_id == row.id, ImportRow.verdict == RowVerdict.BAD)
    while some := db.session.execute(
        rows.where(ImportRow.line > line).limit(BAD_ROWS_PER_SLICE)
    ).all():
        db.session.rollback()
        line = some[-1].line
        for _, cells, reason in some:
            kept = json.loads(cells or "[]")
            yield [*kept, *[""] * (width - len(kept)), reason or ""]
