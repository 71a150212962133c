"""What became of each text of one blast, to download: CSV for people, JSON for programs."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from flask import Response, abort, request, stream_with_context
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import Row

from app.audit.actions import audited_write
from app.blasts.queries.people_permission import may_see_people
from app.blasts.views.blueprint import bp
from app.core.access import current_username, permission_required
from app.core.csv_files import build_download_headers, stream_csv
from app.core.db import db
from app.core.recent_sign_in import guarded_download
from app.core.template_filters import format_iso_time
from app.delivery.queries.blast_recipients import iterate_message_batches
from app.delivery.queries.blast_records import find_blast_log
from app.domain.accounts.permissions import Permission
from app.domain.delivery.blast_labels import explain_message_status
from app.domain.delivery.message_statuses import (
    ACCEPTED_STATUSES,
    DELIVERY_STATUS_LABELS,
)

BLAST_EXPORT_HEADERS = (
    "name",
    "phone",
    "status",
    "reason",
    "code",
    "parts",
    "sent",
    "delivered",
    "failed",
    "text",
    "language",
)


@dataclass(frozen=True)
class RecipientResult:
    """One person's result, as the first design's `MessageLog.results` had it."""

    phone: str
    name: str | None
    success: bool
    error: str | None


@bp.get("/logs/<int:log_id>/export")
@permission_required(Permission.EXPORT)
@guarded_download
def export_blast(log_id: int) -> ResponseReturnValue:
    """Stream every row of one blast; ?format=json for programs."""
    log = find_blast_log(log_id) or abort(404)
    if not may_see_people(log, current_user.role):
        abort(403)
    file_format = "json" if request.args.get("format") == "json" else "csv"
    with audited_write("blast.exported", current_username()) as trace:
        trace.about = f"blast {log_id}"
        trace.details = {"format": file_format}
    # Asked for while the request has its session: the download is written when it is over.
    rows = _iterate_messages(iterate_message_batches(log))
    if file_format == "json":
        lines = _stream_json(rows)
        headers = build_download_headers(f"blast-{log_id}.json", "application/json")
    else:
        lines = stream_csv(BLAST_EXPORT_HEADERS, _build_csv_rows(rows))
        headers = build_download_headers(f"blast-{log_id}.csv")
    return Response(stream_with_context(lines), headers=headers)


def _iterate_messages(batches: Iterator[Sequence[Row[Any]]]) -> Iterator[Row[Any]]:
    """Yield row by row.

    The transaction ends after each batch: a slow reader must not keep a snapshot open, behind
    which the write-ahead log could not be emptied.
    """
    for batch in batches:
        db.session.rollback()
        yield from batch


def _build_csv_rows(rows: Iterator[Row[Any]]) -> Iterator[tuple[object, ...]]:
    for row in rows:
        reason = explain_message_status(row)
        yield (
            row.name,
            row.phone,
            DELIVERY_STATUS_LABELS[row.status],
            reason.sentence,
            reason.code,
            row.segments,
            format_iso_time(row.sent_at),
            format_iso_time(row.delivered_at),
            format_iso_time(row.failed_at),
            row.body,
            row.language or "",
        )


def _stream_json(rows: Iterator[Row[Any]]) -> Iterator[str]:
    separator = "["
    for row in rows:
        result = asdict(_build_recipient_result(row))
        yield separator + json.dumps(result | {"status": row.status.value}, ensure_ascii=False)
        separator = ",\n"
    is_empty = separator == "["
    yield "[]" if is_empty else "]"


def _build_recipient_result(row: Row[Any]) -> RecipientResult:
    is_success = row.status in ACCEPTED_STATUSES
    error = None
    if not is_success:
        error = explain_message_status(row).sentence or None
    return RecipientResult(row.phone, row.name, is_success, error)
