"""Texts that the database could not take: kept in a journal beside it, and stored once it can.

Twilio tries a call again for seconds, a full disk lasts for hours, and a STOP must not be lost.
"""

import json
import logging
from datetime import datetime

from flask import current_app

from app.core.clock import now
from app.core.database_errors import DATABASE_ERRORS, is_storage_error
from app.core.journal_file import JournalFile
from app.core.settings import Settings
from app.webhooks.actions.webhook_events import WebhookCall
from app.webhooks.pipeline.inbound_parsing import ParsedInboundText, parse_inbound_text
from app.webhooks.pipeline.inbound_pipeline import process_inbound_text
from app.webhooks.pipeline.listed_texts import store_texts

log = logging.getLogger(__name__)

JOURNAL_KEY = "kept_texts"
JOURNAL_SUFFIX = ".inbound"
KEPT_VERDICT = "kept"
STORE_BATCH_TEXTS = 50


def get_journal() -> JournalFile:
    """Return the journal of the current app's database."""
    settings: Settings = current_app.extensions["settings"]
    journal: JournalFile | None = current_app.extensions.get(JOURNAL_KEY)
    if journal is None:
        path = settings.database_path.with_name(settings.database_path.name + JOURNAL_SUFFIX)
        # setdefault() is atomic: two threads that come first get the same journal.
        journal = current_app.extensions.setdefault(JOURNAL_KEY, JournalFile(path))
    return journal


def receive_text(call: WebhookCall) -> str:
    """Take in a text once and return its verdict; "kept" when only the journal could take it.

    Raises the database's error when not even the journal could: then nothing is kept.
    """
    try:
        # In the order written: what waits in the journal came before this one.
        if not get_journal().is_empty:
            store_kept_texts()
        return process_inbound_text(call)
    except DATABASE_ERRORS as error:
        # Without a SID nobody could tell a second copy of the text from a second text.
        if not is_storage_error(error) or not _get_sid(call):
            raise
        _keep_text(call, error)
        return KEPT_VERDICT


def _get_sid(call: WebhookCall) -> str:
    return call.get_first_field("MessageSid", "SmsSid")


def _keep_text(call: WebhookCall, database_error: BaseException) -> None:
    record = {"at": now().isoformat(), "carrier": call.carrier, "params": dict(call.params)}
    sid = _get_sid(call)
    try:
        get_journal().append(json.dumps(record).encode())
    except OSError as error:
        log.error("text %s could be stored neither in the database nor beside it: %s", sid, error)
        raise database_error from error
    log.warning("text %s is kept beside the database, which cannot be written", sid)


def store_kept_texts() -> int:
    """Store and route what the journal holds, in the order it came; return how many were new.

    Raises the database's error while nothing can be stored; then all stays in the journal. Two
    processes may do it at once: each text is stored once, by its SID. Opens its own write().
    """
    journal = get_journal()
    lines, read_bytes = journal.read_lines()
    texts = [text for line in lines if (text := _parse_line(line))]
    new_count = 0
    for start in range(0, len(texts), STORE_BATCH_TEXTS):
        new_count += store_texts(texts[start : start + STORE_BATCH_TEXTS])
    journal.clear(read_bytes)
    return new_count


def _parse_line(line: bytes) -> ParsedInboundText | None:
    """Return the text of a line, None when it makes no sense: half of one after a crash."""
    try:
        record = json.loads(line)
        written_at = datetime.fromisoformat(record["at"])
        call = WebhookCall(record["params"], record["carrier"], written_at=written_at)
        return parse_inbound_text(call)
    except (ValueError, KeyError, TypeError, AttributeError):
        log.error("a line of the journal of texts makes no sense and is left out")
        return None
