"""What the views of an import share: finding it, the page of its check, and reading its form."""

from typing import Any, NamedTuple

from flask import abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.audit.actions import AuditEntry
from app.core.clock import now
from app.core.delimited_text import DELIMITERS, UnreadableSpreadsheet
from app.core.encoding_tables import ENCODINGS
from app.core.pagination import list_params
from app.core.spreadsheets import SheetSelection, SpreadsheetData, read_spreadsheet
from app.domain.spreadsheets.phone_columns import ColumnMappingError
from app.groups.queries.group_records import list_fillable_groups
from app.imports.actions import upload_storage
from app.imports.actions.spreadsheet_parsing import ColumnChoice
from app.imports.actions.upload_expiry import UNDO_PERIOD
from app.imports.models import Import, ImportState
from app.imports.queries import import_records, import_rows, shared_numbers
from app.imports.queries.import_permission import may_see_import
from app.imports.queries.named_groups import find_named_groups
from app.imports.queries.value_counts import list_column_counts, parse_value_counts
from app.imports.views.column_form import (
    build_column_form,
    has_same_columns,
    read_column_choice,
)
from app.imports.views.file_notes import describe_file
from app.imports.views.importer_config import (
    ImporterConfig,
    ImportUrls,
    build_import_urls,
    build_profile_context,
)
from app.imports.views.kept_choices import KEPT_NAMES, list_kept_fields, read_kept_choices
from app.organisation import queries as organisation
from app.sequences.queries.group_sequences import find_started_sequences
from app.suppression.forms import CONSENT_METHOD_CHOICES, NO_CONSENT_CHOICE

OLDER_RELEASE_MESSAGE = (
    "This import was started in an older version of SMS Admin. Upload the file again."
)
FILE_DELETED_MESSAGE = "This file is no longer stored. Upload it again."


class ConsentMissing(Exception):
    """Whoever imports is asked how the people agreed, and did not say it."""

    sentence = "Choose how these people agreed to texts, then import."


class LoadedSheet(NamedTuple):
    """The rows of a file, and whether they are another table than the one that was read first.

    `is_stored`: they lie beside the file as they are.
    """

    sheet: SpreadsheetData
    is_other_table: bool
    is_stored: bool = False


def get_import_or_404(importer: ImporterConfig, import_id: int) -> Import:
    """Return one import of this list, or abort with 404; with 403 where only admins see it."""
    row = import_records.find_import(import_id, importer.target.pool) or abort(404)
    if not may_see_import(row, current_user.role):
        abort(403)
    return row


def name_import(entry: AuditEntry, importer: ImporterConfig, row: Import) -> None:
    """Say in the audit which file of which list it is about."""
    entry.about = f"import {row.id}"
    entry.set_thing("import", row.id, row.file_name)
    entry.details["list"] = importer.import_list.audit_prefix


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
    importer: ImporterConfig,
    row: Import,
    urls: ImportUrls,
    choice: ColumnChoice | None = None,
    problem: UnreadableSpreadsheet | ColumnMappingError | ConsentMissing | None = None,
    rejected: import_rows.RejectedRowCorrection | None = None,
) -> str:
    """Render what the file holds.

    `choice` is a choice of columns that could not be used, and `problem` why, or why nobody was
    imported. `rejected` is a correction of a row that is still bad.
    """
    layout = import_records.parse_import_layout(row)
    counts = parse_value_counts(row.value_counts)
    return render_template(
        "imports/checked.html",
        row=row,
        urls=urls,
        choice=choice,
        problem=problem.sentence if problem else layout.columns.problem,
        bad_column=getattr(problem, "column", None),
        consent_problem=problem.sentence if isinstance(problem, ConsentMissing) else "",
        kept=read_kept_choices(),
        kept_fields=list_kept_fields(),
        kept_names=KEPT_NAMES,
        **_load_groups(row, urls),
        rejected=rejected,
        sheet_layout=layout,
        mapping=build_column_form(layout, choice, build_profile_context(importer)),
        column_counts=list_column_counts(layout, counts),
        counts=counts,
        encodings=ENCODINGS,
        delimiters=DELIMITERS,
        notes=describe_file(row, layout),
        abroad=_describe_foreign_numbers(row, urls),
        fixed_line=request.args.get("fixed", type=int),
        shared_count=shared_numbers.count_shared_numbers(row),
        consent_required=organisation.get_organisation().consent_required,
        consent_choices=CONSENT_METHOD_CHOICES | NO_CONSENT_CHOICE,
        **_load_rows(row, bool(rejected)),
    )


def _load_groups(row: Import, urls: ImportUrls) -> dict[str, Any]:
    """Return the groups that the file names, and those that can be chosen for everyone in it."""
    if not urls.gets_texts:
        return {}
    groups = list_fillable_groups(current_user.role)
    sequences = find_started_sequences()
    return {
        "named_groups": find_named_groups(row.id, current_user.role),
        "group_choices": {
            str(group.id): _label_group(group.name, sequences.get(group.id)) for group in groups
        },
        "group_sequences": sequences,
    }


def _label_group(name: str, sequences: str | None) -> str:
    return f"{name} (starts {sequences})" if sequences else name


def _load_rows(row: Import, shows_bad_rows: bool) -> dict[str, Any]:
    """Return the rows of the chosen filter, and how many rows each filter has.

    Before the columns are chosen there are none: `page` is None.
    """
    row_counts = import_rows.count_rows_by_filter(row)
    row_filter = request.args.get("show", "bad" if shows_bad_rows else "")
    if row_filter not in row_counts:
        row_filter = next(iter(row_counts), "")
    page = None
    if row_filter:
        page = import_rows.paginate_import_rows(row, row_filter, list_params(("line",), "line"))
    return {
        "row_counts": row_counts,
        "row_filter": row_filter,
        "row_filters": import_rows.ROW_FILTERS,
        "page": page,
    }


def _describe_foreign_numbers(row: Import, urls: ImportUrls) -> str:
    if not urls.gets_texts:
        return ""
    return organisation.describe_foreign_numbers(import_rows.count_phone_prefixes(row))


def are_columns_changed(row: Import) -> bool:
    """Whether the submitted form reads the columns in another way than the check did."""
    if request.form.get("columns_shown") != "1":
        return False
    try:
        layout = import_records.parse_import_layout(row)
    except import_records.UnknownLayout:
        return False
    choice = read_column_choice(row)
    sheet = layout.sheet
    is_same_sheet = sheet is None or (
        choice.sheet_index in (None, sheet.index)
        and choice.include_hidden_rows == sheet.includes_hidden_rows
    )
    is_same_text = (choice.encoding, choice.has_headings) == (
        row.encoding or "",
        layout.has_headings,
    )
    return not (is_same_sheet and is_same_text and has_same_columns(layout, choice))


def load_sheet(row: Import, choice: ColumnChoice) -> LoadedSheet:
    """Return the stored rows, or those of the file read anew in another way.

    Raises UnreadableSpreadsheet, NotFound.
    """
    layout = import_records.parse_import_layout(row)
    sheet_index = layout.sheet.index if layout.sheet else None
    if choice.sheet_index is not None:
        sheet_index = choice.sheet_index
    is_other_text = bool(row.encoding) and choice.encoding != row.encoding
    is_other_table = is_other_text or bool(layout.sheet and sheet_index != layout.sheet.index)
    if is_other_table or _has_other_rows(layout, choice):
        selection = SheetSelection(sheet_index, choice.include_hidden_rows)
        data = upload_storage.read_upload(row.stored_as)
        sheet = read_spreadsheet(data, choice.encoding, selection)
        return LoadedSheet(sheet, is_other_table)
    stored_rows = list(upload_storage.iterate_upload_rows(row.stored_as, 0))
    sheet = SpreadsheetData(
        stored_rows,
        row.encoding or "",
        layout.delimiter,
        layout.sheet,
        is_number_list=layout.is_number_list,
    )
    return LoadedSheet(sheet, is_other_table=False, is_stored=True)


def _has_other_rows(layout: import_records.SpreadsheetLayout, choice: ColumnChoice) -> bool:
    """Whether the hidden rows are to be read now, or no longer."""
    if layout.sheet is None or not layout.sheet.hidden_row_count:
        return False
    return choice.include_hidden_rows != layout.sheet.includes_hidden_rows
