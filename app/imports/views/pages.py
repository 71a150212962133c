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
from app.imports.actions import uploads
from app.imports.models import Import, ImportState
from app.imports.views.places import Place, Way, way
from app.organisation import queries as organisation

UNDO_FOR = timedelta(days=30)
NOT_KEPT = "The file is not kept any longer. Upload it again."


def found(place: Place, import_id: int) -> Import:
    """One import of this list, or 404."""
    return queries.found(import_id, place.target.pool) or abort(404)


def can_undo(row: Import) -> bool:
    """Whether it was confirmed within UNDO_FOR and is not undone."""
    if row.state is not ImportState.DONE or row.undone_at or row.finished_at is None:
        return False
    return row.finished_at > now() - UNDO_FOR


def not_kept(place: Place) -> ResponseReturnValue:
    """Back to the first step: the file is gone."""
    flash(NOT_KEPT, "warning")
    return redirect(way(place).upload, 303)


def check_page(
    row: Import,
    here: Way,
    choice: actions.Choice | None = None,
    problem: str = "",
    wrong: queries.Wrong | None = None,
) -> str:
    """What the file holds.

    `choice` is what could not be done, `problem` why; `wrong` is a row that stayed bad.
    """
    shows = queries.shows(row)
    show = request.args.get("show", "bad" if wrong else "")
    show = (
        show if show in shows else next(iter(shows))
    )  # there is no import without rows
    lines = list_params(("line",), "line")
    return render_template(
        "imports/checked.html",
        row=row, way=here, choice=choice, problem=problem, wrong=wrong, layout=queries.layout(row),
        kinds=list(ColumnKind), encodings=ENCODINGS, delimiters=DELIMITERS,
        shows=shows, show=show, words=queries.SHOWS, page=queries.page(row, show, lines),
        abroad=organisation.describe_foreign_numbers(queries.starts(row)) if here.gets_texts else "",
    )  # fmt: skip


def choice_of(row: Import) -> actions.Choice:
    """A column that the form does not speak of stays as it was."""
    before = queries.layout(row).columns.kinds
    kinds = [
        request.form.get(f"column_{index}", kind.value)
        for index, kind in enumerate(before)
    ]
    return actions.Choice(
        kinds,
        request.form.get("headings") == "1",
        request.form.get("encoding", row.encoding or ""),
    )


def sheet_of(row: Import, choice: actions.Choice) -> SpreadsheetData:
    """The table as it was read before, or read again when its letters are to be others.

    Raises BadSheet, uploads.Gone.

    A workbook has no letters to be read in another way.
    """
    if row.encoding and choice.encoding != row.encoding:
        return csv_files.read_spreadsheet(uploads.fetch(row.stored_as), choice.encoding)
    return SpreadsheetData(
        list(uploads.rows(row.stored_as, 0)),
        row.encoding or "",
        queries.layout(row).delimiter,
    )
