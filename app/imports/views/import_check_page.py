"""What the steps have in common: finding an import, the page of its check, and what the forms
of that page ask for.
"""

from datetime import timedelta

from flask import abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from app.core import csv_files
from app.core.clock import now
from app.core.csv_files import DELIMITERS, ENCODINGS, SpreadsheetData
from app.core.pagination import list_params
from app.domain.spreadsheets.column_headings import ColumnKind
from app.imports import actions, queries
from app.imports.actions import upload_storage
from app.imports.models import Import, ImportState
from app.imports.views.importer_config import (
    ImporterConfig,
    ImportUrls,
    build_import_urls,
)
from app.organisation import queries as organisation

UNDO_PERIOD = timedelta(days=30)
FILE_DELETED_MESSAGE = "The file is not kept any longer. Upload it again."


def get_import_or_404(place: ImporterConfig, import_id: int) -> Import:
    """One import of this list, or 404."""
    return queries.find_import(import_id, place.target.pool) or abort(404)


def can_undo_import(row: Import) -> bool:
    """Whether it was confirmed within UNDO_FOR and is not undone."""
    if row.state is not ImportState.DONE or row.undone_at or row.finished_at is None:
        return False
    return row.finished_at > now() - UNDO_PERIOD


def redirect_to_upload(place: ImporterConfig) -> ResponseReturnValue:
    """Back to the first step: the file is gone."""
    flash(FILE_DELETED_MESSAGE, "warning")
    return redirect(build_import_urls(place).upload, 303)


def render_check_page(
    row: Import,
    here: ImportUrls,
    choice: actions.ColumnChoice | None = None,
    problem: str = "",
    wrong: queries.RejectedRowCorrection | None = None,
) -> str:
    """What the file holds.

    `choice` is what could not be done, `problem` why; `wrong` is a row that stayed bad.
    """
    shows = queries.count_rows_by_filter(row)
    show = request.args.get("show", "bad" if wrong else "")
    show = show if show in shows else next(iter(shows))  # there is no import without rows
    lines = list_params(("line",), "line")
    return render_template(
        "imports/checked.html",
        row=row, way=here, choice=choice, problem=problem, wrong=wrong, sheet_layout=queries.parse_import_layout(row),
        kinds=list(ColumnKind), encodings=ENCODINGS, delimiters=DELIMITERS,
        shows=shows, show=show, words=queries.ROW_FILTERS, page=queries.paginate_import_rows(row, show, lines),
        abroad=organisation.describe_foreign_numbers(queries.count_phone_prefixes(row)) if here.gets_texts else "",
    )  # fmt: skip


def read_column_choice(row: Import) -> actions.ColumnChoice:
    """A column that the form does not speak of stays as it was."""
    before = queries.parse_import_layout(row).columns.kinds
    kinds = [request.form.get(f"column_{index}", kind.value) for index, kind in enumerate(before)]
    return actions.ColumnChoice(
        kinds,
        request.form.get("headings") == "1",
        request.form.get("encoding", row.encoding or ""),
    )


def load_sheet(row: Import, choice: actions.ColumnChoice) -> SpreadsheetData:
    """The table as it was read before, or read again when its letters are to be others.

    Raises BadSheet, uploads.Gone.

    A workbook has no letters to be read in another way.
    """
    if row.encoding and choice.encoding != row.encoding:
        return csv_files.read_spreadsheet(
            upload_storage.read_upload(row.stored_as), choice.encoding
        )
    return SpreadsheetData(
        list(upload_storage.iterate_upload_rows(row.stored_as, 0)),
        row.encoding or "",
        queries.parse_import_layout(row).delimiter,
    )
