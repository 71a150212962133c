"""Texts of the first design as rows of `messages`: results of blasts, and the inbox."""

import json
import re
from collections.abc import Iterator
from typing import Any

from app.dbdoctor.adoption.former_database import (
    FormerDatabase,
    FormerRow,
    read_moment,
    read_phone,
    read_text,
)
from app.domain.texts.segments import measure_segments

# The first design knew only whether Twilio had accepted a text: it had no receipts.
ACCEPTED_STATUS = "no_receipt"
PLACEHOLDER = re.compile(r"\{(name|first_name|full_name)\}", re.IGNORECASE)
NAMELESS = "there"
TWILIO_CODE = re.compile(r"\b([23]\d{4})\b")
AUTOMATIC_KINDS = {"keyword": "keyword", "survey": "survey"}
MAX_NAME_LENGTH = 100
MAX_ERROR_LENGTH = 500
FAILED_WORDS = {"failed", "undelivered", "error"}


def list_results(log: FormerRow) -> list[dict[str, Any]]:
    """Return the results of a blast, one for each person, from the JSON of its details."""
    try:
        results = json.loads(log.get("details") or "[]")
    except (TypeError, ValueError):
        return []
    if isinstance(results, dict):
        results = results.get("details") or results.get("results")
    if not isinstance(results, list):
        return []
    return [result for result in results if isinstance(result, dict)]


def build_blast_texts(log: FormerRow, moment: str) -> Iterator[dict[str, Any]]:
    """Yield a row of `messages` for each number in the results of a blast, each number once.

    A retried person is listed twice: a success counts, whichever came first.
    """
    by_phone: dict[str, dict[str, Any]] = {}
    for result in list_results(log):
        phone = read_phone({"phone": result.get("phone") or result.get("to")})
        if phone is not None and not by_phone.get(phone, {}).get("success"):
            by_phone[phone] = result
    for phone, result in by_phone.items():
        name = read_text(result.get("name"), MAX_NAME_LENGTH)
        body = fill_in_name(str(log["message_body"]), name)
        yield _build_text(phone, body, moment) | {
            "kind": "blast",
            "name": name,
            "message_log_id": log["id"],
            **_describe_outcome(bool(result.get("success")), result.get("error"), moment),
        }


def fill_in_name(template: str, name: str | None) -> str:
    """Return the text as the first design filled it in: its three placeholders, else "there"."""
    first_name = (name or "").split(" ")[0]

    def replace(match: re.Match[str]) -> str:
        is_first = match[1].lower() == "first_name"
        return (first_name if is_first else name) or NAMELESS

    return PLACEHOLDER.sub(replace, template)


def build_inbox_texts(former: FormerDatabase, default: str) -> Iterator[dict[str, Any]]:
    """Yield a row of `messages` for each text of the inbox, with its former id as `former_id`."""
    for row in former.list_rows("inbox_messages"):
        phone = read_phone(row)
        if phone is None:
            continue
        moment = read_moment(row.get("created_at"), default)
        text = _build_text(phone, str(row.get("body") or ""), moment)
        text["former_id"] = row["id"]
        text["provider_sid"] = read_text(row.get("message_sid"), 64)
        if row.get("direction") == "inbound":
            yield text | {"direction": "inbound", "kind": "inbound", "status": "received"}
            continue
        is_failed = str(row.get("delivery_status") or "").lower() in FAILED_WORDS
        kind = AUTOMATIC_KINDS.get(str(row.get("automation_source")), "reply")
        outcome = _describe_outcome(not is_failed, row.get("delivery_error"), moment)
        yield text | {"kind": kind, **outcome}


def _build_text(phone: str, body: str, moment: str) -> dict[str, Any]:
    measured = measure_segments(body)
    return {
        "direction": "outbound",
        "phone": phone,
        "name": None,
        "body": body,
        "segments": max(1, measured.segments),
        "encoding": measured.encoding,
        "message_log_id": None,
        "provider_sid": None,
        "error_code": None,
        "error_message": None,
        "submitted_at": None,
        "failed_at": None,
        "created_at": moment,
    }


def _describe_outcome(is_accepted: bool, error: Any, moment: str) -> dict[str, Any]:
    if is_accepted:
        return {"status": ACCEPTED_STATUS, "submitted_at": moment}
    message = read_text(error, MAX_ERROR_LENGTH)
    code = TWILIO_CODE.search(message or "")
    return {
        "status": "failed",
        "error_message": message,
        "error_code": int(code[1]) if code else None,
        "failed_at": moment,
    }
