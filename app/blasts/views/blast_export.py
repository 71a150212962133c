"""What became of each text of one blast, to take away: as CSV for people, as JSON for programs."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from flask import Response, abort, request, stream_with_context
from flask.typing import ResponseReturnValue
from sqlalchemy import Row

from app.audit.actions import audited_write
from app.blasts import queries
from app.blasts.queries import RecipientResult
from app.blasts.views.blast_labels import explain_message_status
from app.blasts.views.blueprint import bp
from app.core.access import current_username, roles_required
from app.core.csv_files import build_download_headers, stream_csv
from app.core.db import db
from app.core.template_filters import format_iso_time
from app.domain.accounts.roles import Role
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
)


@bp.get("/logs/<int:log_id>/export")
@roles_required(Role.ADMIN)
def export_blast(log_id: int) -> ResponseReturnValue:
    """Every row of one blast; ?format=json for programs."""
    if queries.find_blast_log(log_id) is None:
        abort(404)
    as_json = request.args.get("format") == "json"
    with audited_write("blast.exported", current_username()) as trace:
        trace.about = f"blast {log_id}"
        trace.details = {"format": "json" if as_json else "csv"}
    if as_json:
        stream, headers = (
            _stream_json(log_id),
            build_download_headers(f"blast-{log_id}.json", "application/json"),
        )
    else:
        stream, headers = (
            stream_csv(BLAST_EXPORT_HEADERS, _build_csv_rows(log_id)),
            build_download_headers(f"blast-{log_id}.csv"),
        )
    return Response(stream_with_context(stream), headers=headers)


def _iterate_messages(log_id: int) -> Iterator[Row[Any]]:
    """Row by row. Between two slices the database is let go: a slow reader must not hold it."""
    for some in queries.iterate_message_batches(log_id):
        db.session.rollback()
        yield from some


def _build_csv_rows(log_id: int) -> Iterator[tuple[object, ...]]:
    for row in _iterate_messages(log_id):
        reason = explain_message_status(row)
        times = (
            format_iso_time(row.sent_at),
            format_iso_time(row.delivered_at),
            format_iso_time(row.failed_at),
        )
        yield (
            row.name,
            row.phone,
            DELIVERY_STATUS_LABELS[row.status],
            reason.sentence,
            reason.code,
            row.segments,
            *times,
            row.body,
        )


def _stream_json(log_id: int) -> Iterator[str]:
    before = "["
    for row in _iterate_messages(log_id):
        success = row.status in ACCEPTED_STATUSES
        result = RecipientResult(
            row.phone,
            row.name,
            success,
            None if success else (explain_message_status(row).sentence or None),
        )
        yield before + json.dumps(asdict(result) | {"status": row.status.value}, ensure_ascii=False)
        before = ",\n"
    yield "]" if before != "[" else "[]"
