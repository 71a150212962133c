"""Large imports are confirmed and undone slice by slice, so that others can write in between.

Any process may write the next slice: the requests of an import's pages do, and a job of the
scheduler, which goes on with it after a process has died.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence

from flask import Flask, current_app

from app.core import failpoint
from app.core.database_errors import is_storage_error
from app.core.db import db, write
from app.core.page_cache import enlarge_page_cache
from app.imports.actions import upload_storage
from app.imports.actions.import_completion import abandon_running_import
from app.imports.actions.import_lists import find_import_list
from app.imports.actions.import_progress import ImportStep, parse_progress
from app.imports.actions.sliced_imports import SLICE_STEPS, SliceContext, write_slice
from app.imports.models import Import
from app.imports.queries.import_records import list_running_import_ids
from app.imports.queries.import_slices import (
    ImportSlice,
    list_rows_by_phone,
    list_slice_phones,
)
from app.suppression.actions import erased_numbers

log = logging.getLogger(__name__)
# An import of no more rows is one transaction, and done when its request is answered.
MAX_SLICE_ROWS = 2_000
MIN_SLICE_ROWS = 500
FIRST_SLICE_ROWS = 1_000
# Processor time of a slice; the next one has as many rows as fit, as the last one took. By the
# clock a busy machine would get ever smaller slices, and with them more work in all.
SLICE_SECONDS = 0.1
# Long enough for another process, which asks for the lock each 25 ms after a tenth of a second.
MIN_PAUSE_SECONDS = 0.05
_EXTENSION_KEY = "imports_running"


def install_import_runner(app: Flask) -> None:
    """Let one thread of this process write slices at a time."""
    app.extensions[_EXTENSION_KEY] = threading.Lock()


def fits_one_slice(row: Import) -> bool:
    """Whether an import is confirmed, and undone, in one transaction."""
    return row.row_count <= MAX_SLICE_ROWS


def run_imports(should_stop: Callable[[], bool]) -> None:
    """Write the slices of the imports that are confirmed or undone, until all are or it stops.

    Does nothing while another thread of this process does it. Opens its own write() for each slice,
    and pauses as long as it took.
    """
    lock: threading.Lock = current_app.extensions[_EXTENSION_KEY]
    if not lock.acquire(blocking=False):
        return
    try:
        for import_id in list_running_import_ids():
            _try_import(import_id, should_stop)
    finally:
        lock.release()


def _try_import(import_id: int, should_stop: Callable[[], bool]) -> None:
    """Go on with one import; what stops it, such as a row that is damaged, stops no other."""
    try:
        _run_import(import_id, should_stop)
    except Exception as error:
        db.session.rollback()
        if is_storage_error(error):
            raise
        log.exception("import %s could not be continued; it is tried again", import_id)


def _run_import(import_id: int, should_stop: Callable[[], bool]) -> None:
    while not should_stop():
        row = db.session.get(Import, import_id, populate_existing=True)
        if row is None or not row.is_running:
            return
        import_list = find_import_list(row.pool)
        if import_list is None:
            _abandon(row)
            return
        on_confirmed = None
        if parse_progress(row.progress).step is ImportStep.PEOPLE:
            on_confirmed = import_list.prepare(row)
        _run_step(row, SliceContext(import_list, on_confirmed), should_stop)


def _abandon(row: Import) -> None:
    """End an import whose list does not exist any more."""
    stored_as = row.stored_as
    with write():
        abandon_running_import(row.id)
    upload_storage.delete_upload(stored_as)


def _run_step(row: Import, context: SliceContext, should_stop: Callable[[], bool]) -> None:
    """Write the slices of the present step to its end, or until another process has ended it."""
    step, stored_as = parse_progress(row.progress).step, row.stored_as
    row_ids = list_rows_by_phone(row.id, SLICE_STEPS[step].verdicts, SLICE_STEPS[step].number)
    start, size = 0, min(FIRST_SLICE_ROWS, MAX_SLICE_ROWS)
    while not should_stop():
        slice_ids = row_ids[start : start + size]
        start += len(slice_ids)
        is_last = start == len(row_ids)
        started, started_at = time.thread_time(), time.monotonic()
        if not _write_next_slice(row.id, step, slice_ids, context, is_last=is_last):
            return
        seconds = time.thread_time() - started
        failpoint.crash_if_armed("import_slice")
        if is_last:
            _delete_file_when_done(row.id, stored_as)
            return
        time.sleep(max(MIN_PAUSE_SECONDS, time.monotonic() - started_at))
        size = compute_slice_rows(size, seconds)


def compute_slice_rows(size: int, seconds: float) -> int:
    """Return how many rows to write next, when `size` rows took so many seconds."""
    fitting_rows = int(size * SLICE_SECONDS / max(seconds, SLICE_SECONDS / 2))
    return max(MIN_SLICE_ROWS, min(MAX_SLICE_ROWS, fitting_rows))


def _write_next_slice(
    import_id: int,
    step: ImportStep,
    row_ids: Sequence[int],
    context: SliceContext,
    *,
    is_last: bool,
) -> bool:
    """Write these rows, and end the step if `is_last`; returns False when it has ended already."""
    opted_out_phones: list[str] = []
    if step is ImportStep.PEOPLE:
        # Hashing every number takes time, so it is done before the transaction.
        phones = list_slice_phones(ImportSlice(import_id, row_ids))
        opted_out_phones = erased_numbers.filter_erased_opt_outs(phones)
    with write():
        row = db.session.get(Import, import_id, populate_existing=True)
        if row is None or not row.is_running or parse_progress(row.progress).step is not step:
            return False
        erased_numbers.restore_erased_opt_outs(opted_out_phones)
        with enlarge_page_cache():
            write_slice(row, row_ids, context, is_last=is_last)
    return True


def _delete_file_when_done(import_id: int, stored_as: str | None) -> None:
    row = db.session.get(Import, import_id, populate_existing=True)
    if row is not None and row.stored_as is None:
        upload_storage.delete_upload(stored_as)
