"""Blasts of the first design, those that waited, and all texts."""

import json
from collections.abc import Iterable
from typing import Any

from app.dbdoctor.adoption.former_database import read_count, read_moment
from app.dbdoctor.adoption.former_texts import (
    ACCEPTED_STATUS,
    build_blast_texts,
    build_inbox_texts,
    list_results,
)
from app.dbdoctor.adoption.row_writer import RowWriter

UNREADABLE_RESULTS = "the blast does not say who they were"
NOT_SENT = "Not sent: it waited when the former program was replaced. Schedule it again."
LOG_STATUSES = {"sent", "failed"}
ENDED_SCHEDULES = {"sent", "failed", "expired", "cancelled"}


def write_logs(writer: RowWriter) -> None:
    """Write the blasts that were sent, counted by their results, and the JSON of these."""
    for row in writer.former.list_rows("message_logs"):
        created_at = writer.read_created_at(row)
        status = row.get("status") or "sent"
        results = list_results(row)
        statuses = [text["status"] for text in build_blast_texts(row, created_at)]
        if not statuses and read_count(row.get("total_recipients")):
            writer.report.record_left("people of blasts", UNREADABLE_RESULTS, row["id"])
        values = {
            "id": row["id"],
            "created_at": created_at,
            "finished_at": created_at,
            "message_body": row["message_body"],
            "target": row["target"],
            "event_id": writer.find_id("events", row.get("event_id")),
            # What was being sent then is not sent on from here.
            "status": status if status in LOG_STATUSES else "cancelled",
            # The first design counted a person again who was tried again.
            "total_recipients": len(statuses),
            "success_count": statuses.count(ACCEPTED_STATUS),
            "failure_count": len(statuses) - statuses.count(ACCEPTED_STATUS),
            "details": json.dumps(results) if results else None,
            "carrier": "twilio",
        }
        writer.insert_row("message_logs", values, "blasts", row["id"])


def write_scheduled(writer: RowWriter) -> None:
    """Write the scheduled blasts; what still waited is canceled, and says why."""
    for row in writer.former.list_rows("scheduled_messages"):
        created_at = writer.read_created_at(row)
        status = row.get("status")
        is_ended = status in ENDED_SCHEDULES
        if not is_ended:
            writer.report.count_taken("scheduled blasts that waited, as canceled")
        sent_at = row.get("sent_at")
        values = {
            "id": row["id"],
            "created_at": created_at,
            "scheduled_at": read_moment(row.get("scheduled_at"), created_at),
            "message_body": row["message_body"],
            "target": row["target"],
            "event_id": writer.find_id("events", row.get("event_id")),
            "status": status if is_ended else "cancelled",
            "test_mode": bool(row.get("test_mode")),
            "sent_at": read_moment(sent_at, created_at) if sent_at else None,
            "error_message": row.get("error_message") if is_ended else NOT_SENT,
            "message_log_id": writer.find_id("message_logs", row.get("message_log_id")),
            "carrier": "twilio",
        }
        writer.insert_row("scheduled_messages", values, "scheduled blasts", row["id"])


def write_texts(writer: RowWriter) -> None:
    """Write the texts of blasts and of the inbox in the order of their times."""
    for text in sorted(_list_texts(writer), key=lambda text: str(text["created_at"])):
        former_id = text.pop("former_id", text["message_log_id"])
        is_of_blast = text["message_log_id"] is not None
        things = "texts of blasts" if is_of_blast else "texts of the inbox"
        writer.insert_row("messages", text | {"carrier": "twilio"}, things, former_id)


def _list_texts(writer: RowWriter) -> Iterable[dict[str, Any]]:
    for log in writer.former.list_rows("message_logs"):
        yield from build_blast_texts(log, writer.read_created_at(log))
    yield from build_inbox_texts(writer.former, writer.moment)
