"""The pages of a confirmed import: how far it has come while it is written in slices, and its end.

Requests of these pages go on with the slices. So does the scheduler, when no page is open.
"""

import logging
import time

from flask import render_template

from app.core.database_errors import DATABASE_ERRORS
from app.groups.queries.group_records import list_groups_of_import
from app.imports.actions.import_progress import parse_progress
from app.imports.actions.import_running import run_imports
from app.imports.models import Import, ImportState
from app.imports.queries.missing_consent import count_people_without_consent
from app.imports.queries.value_counts import parse_value_counts
from app.imports.views.import_check_page import can_undo_import
from app.imports.views.importer_config import ImportUrls

log = logging.getLogger(__name__)
# How long a request goes on with slices: an import of 10,000 rows ends with its confirmation.
CONFIRM_SECONDS = 2.0
PAGE_SECONDS = 0.5


def run_imports_in_request(seconds: float) -> None:
    """Write slices for so many seconds. What fails is tried again by the next request or job."""
    deadline = time.monotonic() + seconds
    try:
        run_imports(lambda: time.monotonic() >= deadline)
    except DATABASE_ERRORS:
        log.warning("the import goes on later: the database could not be written")


def render_running_page(row: Import, urls: ImportUrls) -> str:
    """Render how far an import has come."""
    return render_template(
        "imports/running.html",
        row=row,
        urls=urls,
        is_undo=row.state is ImportState.UNDOING,
        done_count=min(parse_progress(row.progress).row_count, row.row_count),
    )


def render_done_page(row: Import, urls: ImportUrls) -> str:
    """Render what became of an import."""
    has_texts = urls.gets_texts and not row.undone_at
    return render_template(
        "imports/done.html",
        row=row,
        urls=urls,
        can_undo=can_undo_import(row),
        counts=parse_value_counts(row.value_counts),
        without_consent_count=count_people_without_consent(row) if has_texts else 0,
        groups=list_groups_of_import(row.id) if has_texts else (),
    )
