"""Erasing a phone number from texts, their attempts, old results and the sandbox."""

import json
from typing import Any

from sqlalchemy import bindparam, delete, func, select, update

from app.core.db import db, execute_and_count_rows
from app.delivery.actions.audience_storage import erase_audience_person
from app.delivery.carriers import sandbox_phone_storage
from app.delivery.engine_models import attempts
from app.delivery.last_text_models import LastText
from app.delivery.models import message_logs, messages
from app.delivery.queries.phone_texts import select_message_ids
from app.delivery.unkept_text_models import UnkeptTexts
from app.domain.delivery.message_statuses import MessageStatus
from app.domain.phones.phone_erasure import ERASED_BODY, ERASED_REASON, PhoneErasure

messages_c = messages.c
attempts_c = attempts.c
logs_c = message_logs.c
UNRESOLVED_STATUSES = (MessageStatus.UNKNOWN, MessageStatus.NOT_SENT)
# What stands in the JSON results of the first design instead of a number.
ERASED_RESULT_PHONE = "#erased"


def erase_phone(erasure: PhoneErasure) -> dict[str, int]:
    """Take number, name and words out of this number's texts and return how many, by table.

    Texts that wait are cancelled. Unresolved ones count as decided, so that nobody looks them up
    or sends them again. Rows, counts and the other states stay. Inside write().
    """
    # Attempts are found by their text's number: before it is replaced.
    attempt_count = _clear_attempt_reasons(erasure.phone)
    _end_open_messages(erasure)
    values = {"phone": erasure.mark, "name": None, "body": ERASED_BODY, "media": None}
    statement = update(messages).where(messages_c.phone == erasure.phone)
    message_count = execute_and_count_rows(
        statement.values(**values, error_message=None, look_up_at=None)
    )
    # Triggers forget when a number was texted last with its texts, unless these are in an archive.
    db.session.execute(delete(LastText).where(LastText.phone == erasure.phone))
    db.session.execute(delete(UnkeptTexts).where(UnkeptTexts.phone == erasure.phone))
    return {
        "attempts": attempt_count,
        "messages": message_count,
        "audience_people": erase_audience_person(erasure.phone),
        **sandbox_phone_storage.erase_phone(erasure),
    }


def _clear_attempt_reasons(phone: str) -> int:
    statement = update(attempts).where(
        attempts_c.why.is_not(None), attempts_c.message_id.in_(select_message_ids(phone))
    )
    return execute_and_count_rows(statement.values(why=None))


def _end_open_messages(erasure: PhoneErasure) -> None:
    texts = update(messages).where(messages_c.phone == erasure.phone)
    queued = texts.where(messages_c.status == MessageStatus.QUEUED)
    db.session.execute(queued.values(status=MessageStatus.CANCELLED, reason=ERASED_REASON))
    unresolved = texts.where(
        messages_c.status.in_(UNRESOLVED_STATUSES), messages_c.left_at.is_(None)
    )
    db.session.execute(unresolved.values(left_at=erasure.moment))


def find_phone_mentions(phone: str) -> dict[int, str]:
    """Return the details without this person, by the id of the log, where a log names them.

    The first design kept the results of a blast as JSON inside its log. Before write().
    """
    statement = select(logs_c.id, logs_c.details).where(
        logs_c.details.is_not(None), func.instr(logs_c.details, phone) > 0
    )
    details_by_log_id = {}
    for row in db.session.execute(statement):
        results = [_anonymise_result(result, phone) for result in json.loads(row.details)]
        details_by_log_id[row.id] = json.dumps(results, ensure_ascii=False)
    return details_by_log_id


def _anonymise_result(result: dict[str, Any], phone: str) -> dict[str, Any]:
    if result.get("phone") != phone:
        return result
    return {
        "phone": ERASED_RESULT_PHONE,
        "name": None,
        "success": bool(result.get("success")),
        "error": None,
    }


def erase_phone_mentions(details_by_log_id: dict[int, str]) -> None:
    """Store the details that find_phone_mentions() made. Inside write()."""
    if not details_by_log_id:
        return
    statement = update(message_logs).where(logs_c.id == bindparam("b_id"))
    values = [
        {"b_id": log_id, "b_details": details} for log_id, details in details_by_log_id.items()
    ]
    db.session.connection().execute(statement.values(details=bindparam("b_details")), values)
