"""Watches over the chain while the program runs: its last row, and all of it once a week."""

import json
import logging
from time import monotonic

from app.audit.actions import record_automatic_event
from app.audit.audit_archive_file import list_audit_archives
from app.audit.audit_chain import PROGRAM_NAME
from app.audit.chain_files import read_audit_keys, read_chain_head, write_chain_head
from app.audit.chain_queries import find_chain_head, find_last_detail, is_row_in_place
from app.audit.chain_verification import verify_audit_archives, verify_audit_chain
from app.core.db import db, write
from app.core.settings import current_settings
from app.migrations.database_file import open_read_only

log = logging.getLogger(__name__)
TAIL_VERB = "audit.tail_missing"
BROKEN_VERB = "audit.broken"
# The log may be on another disk, and belong to somebody else than whoever can write our files.
LOG_SECONDS = 3600.0
_next_log_at = 0.0


def note_chain_head() -> None:
    """Write to the file beside the database which row is the last, and once an hour to the log.

    When the row of before is gone, rows were cut off or an older copy was put in place: the
    audit says so for good. Reads one row when nothing has changed. Opens its own write().
    """
    database = current_settings().database_path
    # Ends the read snapshot of before.
    db.session.rollback()
    head = find_chain_head()
    noted = read_chain_head(database)
    if head is None or head == noted:
        return
    if noted is not None and not is_row_in_place(noted):
        log.error("the audit ended with row %s before, which is gone or another", noted.last_id)
        db.session.rollback()
        with write():
            record_automatic_event(TAIL_VERB, PROGRAM_NAME, "", {"last_row": noted.last_id})
        head = find_chain_head() or head
    write_chain_head(database, head)
    _log_head(head.last_id, head.mac)


def _log_head(last_id: int, mac: str) -> None:
    global _next_log_at
    if monotonic() >= _next_log_at:
        _next_log_at = monotonic() + LOG_SECONDS
        log.info("the audit ends with row %s, mac %s", last_id, mac)


def verify_chain_of_program() -> list[str]:
    """Verify the whole chain; what is wrong is in the log and, once, in the audit.

    A million rows take 5 s of one core. Opens its own write().
    """
    database = current_settings().database_path
    with open_read_only(database) as connection:
        keys = read_audit_keys(database)
        lines = verify_audit_chain(connection, keys)
        lines += verify_audit_archives(connection, keys, list_audit_archives(database))
    for line in lines:
        log.error("audit: %s", line)
    if lines and find_last_detail(BROKEN_VERB) != json.dumps({"found": lines}, ensure_ascii=False):
        db.session.rollback()
        with write():
            record_automatic_event(BROKEN_VERB, PROGRAM_NAME, "", {"found": lines})
    return lines
