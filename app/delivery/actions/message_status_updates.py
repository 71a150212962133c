"""What became of a text, settled by rank: evidence applies if and only if it says more than we
know.
"""

import json
import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from app.core import failpoint
from app.core.column_types import datetime_to_db
from app.core.db import db, fetch_as_json, raw_connection
from app.delivery.actions import failure_reactions, sql
from app.delivery.carriers.carrier_interface import (
    SendAccepted,
    SendAmbiguous,
    SendNotProcessed,
    SendOutcome,
    SendRefused,
)
from app.domain.delivery import carrier_error_codes, retry_delays
from app.domain.delivery.carrier_error_codes import Blame, CarrierErrorCode
from app.domain.delivery.message_lookups import compute_first_lookup
from app.domain.delivery.message_statuses import (
    ACCEPTED_STATUSES,
    STATUS_BY_TWILIO_STATUS,
    STATUS_RANKS,
    MessageStatus,
)

log = logging.getLogger(__name__)

OUTCOME_NAMES = {
    SendAccepted: "accepted",
    SendRefused: "refused",
    SendNotProcessed: "unprocessed",
    SendAmbiguous: "ambiguous",
}
ANY_ATTEMPT_NUMBER = 1 << 40


class AttemptRef(Protocol):
    """The attempt an answer belongs to: `number` counts from 1."""

    @property
    def message_id(self) -> int: ...
    @property
    def ref(self) -> str: ...
    @property
    def attempt_number(self) -> int: ...


@dataclass(frozen=True)
class StatusUpdate:
    """One thing we learned about one text.

    `code` is the carrier's number for what went wrong, if anything.

    `attempt_number`: the number of the attempt it is about; None when the news is about the text as
    a whole.
    """

    message_id: int
    attempt_id: int | None
    status: MessageStatus
    phase: str
    sid: str | None = None
    code: int | None = None
    error_message: str | None = None
    http_status: int | None = None
    attempt_number: int | None = None


def apply_status_update(evidence: StatusUpdate, moment: datetime) -> bool:
    """Apply evidence by rank and draw its consequences. True when the text's state changed."""
    receipt = _find_failure_receipt(evidence)
    if receipt and receipt.blame == Blame.CONSENT:
        evidence = replace(evidence, status=MessageStatus.OPTED_OUT)
    row = db.session.execute(
        sql.build_status_upgrade(evidence.status, receipt is not None),
        _build_parameters(evidence, receipt, moment),
    )
    moved = row.first()
    _store_sid(evidence)
    if moved is None:
        return False
    if (
        evidence.status in ACCEPTED_STATUSES and evidence.sid
    ):  # a text that has its name already proved it when it was taken
        _mark_blasts_proven([(moved.id, moved.message_log_id)])
    if receipt:
        failure_reactions.react_to_failure(moved, receipt, evidence.phase)
    return True


def _build_parameters(
    evidence: StatusUpdate, receipt: CarrierErrorCode | None, moment: datetime
) -> dict[str, Any]:
    status, newest = (
        evidence.status,
        ANY_ATTEMPT_NUMBER if evidence.attempt_number is None else evidence.attempt_number,
    )
    news: dict[str, Any] = {"b_id": evidence.message_id}
    if status not in ACCEPTED_STATUSES:
        news["b_n"] = newest
    if status in sql.TIMESTAMP_COLUMNS:
        news["b_moment"] = moment
    if status in sql.LOOKED_UP_STATUSES:
        news["b_look"] = compute_first_lookup(status, moment)
    if receipt:
        news |= {
            "b_code": receipt.code or None,
            "b_words": evidence.error_message or receipt.description,
        }
    return news


def _find_failure_receipt(evidence: StatusUpdate) -> CarrierErrorCode | None:
    if evidence.status not in (MessageStatus.FAILED, MessageStatus.UNDELIVERED):
        return None
    return carrier_error_codes.find_error_code(
        evidence.code, evidence.phase, http_status=evidence.http_status
    )


def _store_sid(evidence: StatusUpdate) -> None:
    """Keep the carrier's name for the text, with the text and its attempt. The first name stays."""
    if not evidence.sid:
        return
    db.session.execute(sql.SET_MESSAGE_SID, {"b_id": evidence.message_id, "b_sid": evidence.sid})
    if evidence.attempt_id is not None:
        named = {"b_id": evidence.attempt_id, "b_sid": evidence.sid}
        if not db.session.execute(sql.SET_ATTEMPT_SID, named).rowcount:  # type: ignore[attr-defined]
            _report_second_sid(named)


def _report_second_sid(named: dict[str, Any]) -> None:
    """One request, two names: perhaps two texts.

    Both are kept, and the log says so; the same name again is no news.
    """
    if db.session.execute(sql.STORE_SECOND_SID, named).rowcount:  # type: ignore[attr-defined]
        log.error("the carrier gave attempt %s a second name", named["b_id"])


def store_send_results(
    returned: Sequence[tuple[AttemptRef, SendOutcome]], moment: datetime
) -> None:
    """Store what the carrier answered to these attempts, and settle their texts."""
    plain = {}
    for tried, outcome in returned:
        if (
            isinstance(outcome, SendAccepted)
            and _get_accepted_status(outcome) is MessageStatus.ACCEPTED
        ):
            plain[tried.ref] = (tried, outcome)
        else:
            _store_single_result(tried, outcome, moment)
    if plain:
        _store_accepted_results(plain, moment)
    for _ in returned:
        failpoint.crash_if_armed("T4")


def _store_accepted_results(
    plain: dict[str, tuple[AttemptRef, SendAccepted]], moment: datetime
) -> None:
    """All of them by two statements; those that were not as simple as they looked, one by one."""
    rows = json.dumps(
        [[tried.message_id, tried.ref, outcome.sid] for tried, outcome in plain.values()]
    )
    look = compute_first_lookup(MessageStatus.ACCEPTED, moment)
    run = raw_connection().execute
    run(
        sql.CLOSE_ACCEPTED_ATTEMPTS,
        {"b_rows": rows, "b_moment": datetime_to_db(moment)},
    )
    run(sql.ACCEPT_MESSAGES, {"b_rows": rows, "b_look": look and datetime_to_db(look)})
    simple = {
        ref: (message_id, log_id)
        for ref, message_id, log_id in fetch_as_json(sql.SELECT_ACCEPTED, b_rows=rows)
    }
    _mark_blasts_proven(simple.values())
    for ref in plain.keys() - simple.keys():
        _store_single_result(*plain[ref], moment)


def _mark_blasts_proven(taken: Collection[tuple[int, int | None]]) -> None:
    """The carrier takes texts of these blasts: no more one by one.

    Each with its blast's id, if it has one.
    """
    logs = sorted({log_id for _, log_id in taken if log_id})
    if logs:
        ids = json.dumps([message_id for message_id, _ in taken])
        raw_connection().execute(
            sql.MARK_BLASTS_PROVEN, {"b_logs": json.dumps(logs), "b_texts": ids}
        )


def _store_single_result(tried: AttemptRef, outcome: SendOutcome, moment: datetime) -> None:
    attempt_id = _close_attempt(tried.ref, outcome, moment)
    about = StatusUpdate(
        tried.message_id,
        attempt_id,
        MessageStatus.ACCEPTED,
        "create",
        attempt_number=tried.attempt_number,
    )
    match outcome:
        case SendAccepted(sid):
            apply_status_update(
                replace(about, status=_get_accepted_status(outcome), sid=sid), moment
            )
        case SendRefused(code, http_status, words):
            refused = replace(
                about,
                status=MessageStatus.FAILED,
                code=code,
                error_message=words or None,
            )
            apply_status_update(replace(refused, http_status=http_status), moment)
        case SendNotProcessed(_, retry_after):
            later = moment + timedelta(
                seconds=retry_delays.compute_retry_delay(tried.attempt_number, retry_after)
            )
            db.session.execute(
                sql.REQUEUE_MESSAGE, {"b_id": tried.message_id, "b_not_before": later}
            )
        case SendAmbiguous(why, _, cause):
            look = compute_first_lookup(MessageStatus.UNKNOWN, moment)
            doubt = {
                "b_id": tried.message_id,
                "b_cause": cause.value,
                "b_why": why,
                "b_look": look,
            }
            db.session.execute(sql.MARK_MESSAGE_UNKNOWN, doubt)


def _get_accepted_status(outcome: SendAccepted) -> MessageStatus:
    """What an answer to a request says.

    Twilio's word for it never says less than that it was taken.
    """
    return max(
        STATUS_BY_TWILIO_STATUS.get(outcome.status, MessageStatus.ACCEPTED),
        MessageStatus.ACCEPTED,
        key=STATUS_RANKS.__getitem__,
    )


def _close_attempt(ref: str, outcome: SendOutcome, moment: datetime) -> int | None:
    closing = {
        "b_ref": ref,
        "b_moment": moment,
        "b_outcome": OUTCOME_NAMES[type(outcome)],
        "b_status": getattr(outcome, "http_status", None)
        or (201 if isinstance(outcome, SendAccepted) else None),
        "b_code": getattr(outcome, "code", None),
        "b_why": getattr(outcome, "reason", None),
    }
    return db.session.execute(sql.CLOSE_ATTEMPT, closing).scalar()
