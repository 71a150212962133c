"""What the views of an import share: finding it, the page of its check, and reading its form."""

from datetime import timedelta

from flask import abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from app.core.clock import now
from app.core.delimited_text import DELIMITERS, ENCODINGS
from app.core.pagination import list_params
from app.core.spreadsheets import SpreadsheetData, read_spreadsheet
from app.domain.spreadsheets.column_headings import ColumnKind
from app.imports.actions import upload_storage
from app.imports.actions.spreadsheet_parsing import ColumnChoice
from app.imports.models import Import, ImportState
from app.imports.queries import import_records, import_rows
from app.imports.views.importer_config import (
    ImporterConfig,
    ImportUrls,
    build_import_urls,
)
from app.organisation import queries as organisation

UNDO_PERIOD = timedelta(days=30)
FILE_DELETED_MESSAGE = "The file is not kept any longer. Upload it again."


def get_import_or_404(importer: ImporterConfig, import_id: int) -> Import:
    """Return one import of this list, or abort with 404."""
    return import_records.find_import(import_id, importer.target.pool) or abort(404)


def can_undo_import(row: Import) -> bool:
    """Whether it was confirmed within UNDO_PERIOD and is not undone."""
    if row.state is not ImportState.DONE or row.undone_at or row.finished_at is None:
        return False
    return row.finished_at > now() - UNDO_PERIOD


def redirect_to_upload(importer: ImporterConfig) -> ResponseReturnValue:
    """Redirect to the first page, because the file is deleted."""
    flash(FILE_DELETED_MESSAGE, "warning")
    return redirect(build_import_urls(importer).upload, 303)


def render_check_page(
    row: Import,
    urls: ImportUrls,
    choice: ColumnChoice | None = None,
    problem: str = "",
    rejected: import_rows.RejectedRowCorrection | None = None,
) -> str:
    """Render what the file holds.

    `choice` is a choice of columns that could not be used, and `problem` why. `rejected` is a
    correction of a row that is still bad.
    """
    row_counts = import_rows.count_rows_by_filter(row)
    row_filter = request.args.get("show", "bad" if rejected else "")
    if row_filter not in row_counts:
        # There is no import without rows.
        row_filter = next(iter(row_counts))
    return render_template(
        "imports/checked.html",
        row=row,
        urls=urls,
        choice=choice,
        problem=problem,
        rejected=rejected,
        sheet_layout=import_records.parse_import_layout(row),
        kinds=list(ColumnKind),
        encodings=ENCODINGS,
        delimiters=DELIMITERS,
        row_counts=row_counts,
        row_filter=row_filter,
        row_filters=import_rows.ROW_FILTERS,
        page=import_rows.paginate_import_rows(row, row_filter, list_params(("line",), "line")),
        abroad=_describe_foreign_numbers(row, urls),
    )


def _describe_foreign_numbers(row: Import, urls: ImportUrls) -> str:
    if not urls.gets_texts:
        return ""
    return organisation.describe_foreign_numbers(import_rows.count_phone_prefixes(row))


def read_column_choice(row: Import) -> ColumnChoice:
    """Return the choice that was submitted; a column that is not in the form stays as it was."""
    kinds = []
    for index, kind in enumerate(import_records.parse_import_layout(row).columns.kinds):
        kinds.append(request.form.get(f"column_{index}", kind.value))
    return ColumnChoice(
        kinds,
        request.form.get("headings") == "1",
        request.form.get("encoding", row.encoding or ""),
    )


def load_sheet(row: Import, choice: ColumnChoice) -> SpreadsheetData:
    """Return the stored rows, or read the file again when another encoding was chosen.

    A workbook has no encoding. Raises UnreadableSpreadsheet, NotFound.
    """
    if row.encoding and choice.encoding != row.encoding:
        return read_spreadsheet(upload_storage.read_upload(row.stored_as), choice.encoding)
    return SpreadsheetData(
        list(upload_storage.iterate_upload_rows(row.stored_as, 0)),
        row.encoding or "",
        import_records.parse_import_layout(row).delimiter,
    )
