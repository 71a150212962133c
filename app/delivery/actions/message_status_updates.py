"""Apply news about messages by rank: it counts only if it says more than what is stored."""

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import starmap
from typing import Any, NamedTuple, Protocol

from app.core import failpoint
from app.delivery.actions import failure_reactions
from app.delivery.actions.late_error_codes import fill_error_code
from app.delivery.carriers.carrier_interface import (
    SendAccepted,
    SendAmbiguous,
    SendNotProcessed,
    SendOutcome,
    SendRefused,
)
from app.delivery.sql import send_results, status_updates
from app.domain.delivery import carrier_error_codes, retry_delays
from app.domain.delivery.carrier_error_codes import Blame, CarrierErrorCode
from app.domain.delivery.message_lookups import compute_first_lookup
from app.domain.delivery.message_statuses import (
    ACCEPTED_STATUSES,
    STATUS_BY_TWILIO_STATUS,
    STATUS_RANKS,
    MessageStatus,
    UnknownReason,
)

log = logging.getLogger(__name__)

OUTCOME_NAMES = {
    SendAccepted: "accepted",
    SendRefused: "refused",
    SendNotProcessed: "unprocessed",
    SendAmbiguous: "ambiguous",
}
REPEATED_SID_TEXT = "an answer with the SID of another text"
# Larger than the number of any attempt: news about the message as a whole is never too old.
ANY_ATTEMPT_NUMBER = 1 << 40


class AttemptRef(Protocol):
    """The attempt that an answer belongs to; `attempt_number` counts from 1."""

    @property
    def message_id(self) -> int: ...
    @property
    def ref(self) -> str: ...
    @property
    def attempt_number(self) -> int: ...


class AcceptedRow(NamedTuple):
    """An attempt that is stored as accepted, with its message and that one's blast."""

    ref: str
    message_id: int
    log_id: int | None


@dataclass(frozen=True)
class StatusUpdate:
    """One piece of news about one message.

    `phase`: "create" when the carrier answered our request, "delivery" when a receipt or a look-up
    told. `code`: the carrier's number for what went wrong, if anything. `attempt_number`: None when
    the news is about the message as a whole.
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


def apply_status_update(news: StatusUpdate, moment: datetime) -> bool:
    """Apply news by rank and react to a failure. Returns whether it said anything new.

    Idempotent: the same news again changes nothing. Inside write().
    """
    error_code = _find_error_code(news)
    if error_code and error_code.blame == Blame.CONSENT:
        news = replace(news, status=MessageStatus.OPTED_OUT)
    statement = status_updates.prepare_status_upgrade(news.status, error_code is not None)
    row = statement.fetch_first_row(**_build_parameters(news, error_code, moment))
    _store_sid(news)
    if row is None and error_code:
        row = fill_error_code(news, error_code)
    if row is None:
        return False
    message = status_updates.UpdatedMessage(*row)
    # Without a sid in the news the carrier had accepted the message before, and that proved its
    # blast already.
    if news.status in ACCEPTED_STATUSES and news.sid:
        _mark_blasts_proven({message.id: message.message_log_id})
    if error_code:
        failure_reactions.react_to_failure(message, error_code, news.phase)
    return True


def _build_parameters(
    news: StatusUpdate, error_code: CarrierErrorCode | None, moment: datetime
) -> dict[str, Any]:
    """Return the values for prepare_status_upgrade(): those that its statement has."""
    values: dict[str, Any] = {"message_id": news.message_id}
    if news.status not in ACCEPTED_STATUSES:
        values["attempt_number"] = news.attempt_number
        if news.attempt_number is None:
            values["attempt_number"] = ANY_ATTEMPT_NUMBER
    if news.status in status_updates.TIMESTAMP_COLUMNS:
        values["moment"] = moment
    if news.status in status_updates.LOOKED_UP_STATUSES:
        values["look_up_at_moment"] = compute_first_lookup(news.status, moment)
    if error_code:
        values["error_number"] = error_code.code or None
        values["error_text"] = news.error_message or error_code.description
    return values


def _find_error_code(news: StatusUpdate) -> CarrierErrorCode | None:
    if news.status not in (MessageStatus.FAILED, MessageStatus.UNDELIVERED):
        return None
    return carrier_error_codes.find_error_code(news.code, news.phase, http_status=news.http_status)


def _store_sid(news: StatusUpdate) -> None:
    """Store the carrier's id with the message and its attempt. The first one stays.

    One request with two ids may be two texts: both ids are stored, and the log says so once.
    """
    if not news.sid:
        return
    status_updates.SET_MESSAGE_SID.execute(message_id=news.message_id, sid=news.sid)
    if news.attempt_id is None:
        return
    attempt = {"attempt_id": news.attempt_id, "sid": news.sid}
    is_set = status_updates.SET_ATTEMPT_SID.execute(**attempt)
    if not is_set and status_updates.STORE_SECOND_SID.execute(**attempt):
        log.error("the carrier gave attempt %s a second name", news.attempt_id)


def store_send_results(results: Sequence[tuple[AttemptRef, SendOutcome]], moment: datetime) -> None:
    """Store what the carrier answered to these attempts, and settle their messages.

    Idempotent, so that it may be repeated after a failed commit. Inside write().
    """
    # Plain acceptances are collected and stored by three statements, whatever their number.
    accepted = {}
    for attempt, outcome in results:
        if isinstance(outcome, SendAccepted) and _is_plain_acceptance(outcome):
            accepted[attempt.ref] = (attempt, outcome)
        else:
            _store_single_result(attempt, outcome, moment)
    if accepted:
        _store_accepted_results(accepted, moment)
    for _ in results:
        failpoint.crash_if_armed("T4")


def _is_plain_acceptance(outcome: SendAccepted) -> bool:
    return _get_accepted_status(outcome) is MessageStatus.ACCEPTED


def _store_accepted_results(
    results: dict[str, tuple[AttemptRef, SendAccepted]], moment: datetime
) -> None:
    """Store all plain acceptances by two statements; those that they leave out, one by one.

    Left out are a sid that another message has, and a message whose receipt came before the answer.
    """
    rows = json.dumps(
        [(attempt.message_id, attempt.ref, outcome.sid) for attempt, outcome in results.values()]
    )
    send_results.CLOSE_ACCEPTED_ATTEMPTS.execute(rows=rows, moment=moment)
    send_results.ACCEPT_MESSAGES.execute(
        rows=rows, look_up_at_moment=compute_first_lookup(MessageStatus.ACCEPTED, moment)
    )
    stored = list(starmap(AcceptedRow, send_results.SELECT_ACCEPTED.fetch_json(rows=rows)))
    _mark_blasts_proven({row.message_id: row.log_id for row in stored})
    for ref in results.keys() - {row.ref for row in stored}:
        _store_single_result(*results[ref], moment)


def _mark_blasts_proven(log_ids_by_message: dict[int, int | None]) -> None:
    """Let the blasts of these accepted messages send more than one message at a time."""
    blast_ids = sorted(filter(None, set(log_ids_by_message.values())))
    if blast_ids:
        send_results.MARK_BLASTS_PROVEN.execute(
            blast_ids=json.dumps(blast_ids), message_ids=json.dumps(list(log_ids_by_message))
        )


def _store_single_result(attempt: AttemptRef, outcome: SendOutcome, moment: datetime) -> None:
    outcome = _doubt_repeated_sid(attempt, outcome)
    attempt_id = _close_attempt(attempt.ref, outcome, moment)
    news = StatusUpdate(
        attempt.message_id,
        attempt_id,
        MessageStatus.ACCEPTED,
        "create",
        attempt_number=attempt.attempt_number,
    )
    match outcome:
        case SendAccepted(sid):
            news = replace(news, status=_get_accepted_status(outcome), sid=sid)
            apply_status_update(news, moment)
        case SendRefused(code, http_status, words):
            news = replace(news, status=MessageStatus.FAILED, code=code, http_status=http_status)
            apply_status_update(replace(news, error_message=words or None), moment)
        case SendNotProcessed(_, retry_after):
            delay = retry_delays.compute_retry_delay(attempt.attempt_number, retry_after)
            send_results.REQUEUE_MESSAGE.execute(
                message_id=attempt.message_id, retry_at=moment + timedelta(seconds=delay)
            )
        case SendAmbiguous(explanation, _, cause):
            send_results.MARK_MESSAGE_UNKNOWN.execute(
                message_id=attempt.message_id,
                cause=cause.value,
                explanation=explanation,
                look_up_at_moment=compute_first_lookup(MessageStatus.UNKNOWN, moment),
            )


def _doubt_repeated_sid(attempt: AttemptRef, outcome: SendOutcome) -> SendOutcome:
    """Return doubt for an answer with the SID of another text: nobody can ask what became of it."""
    if not isinstance(outcome, SendAccepted):
        return outcome
    owner_id = status_updates.SELECT_SID_OWNER.fetch_value(sid=outcome.sid)
    if owner_id is None or owner_id == attempt.message_id:
        return outcome
    return SendAmbiguous(REPEATED_SID_TEXT, cause=UnknownReason.REPEATED_NAME)


def mark_result_unknown(message_id: int, ref: str, moment: datetime) -> None:
    """Put a message in doubt whose answer could not be stored. Inside write()."""
    send_results.MARK_MESSAGE_UNKNOWN.execute(
        message_id=message_id,
        cause=UnknownReason.CARRIER_FAULT.value,
        explanation="a fault of SMS Admin while its answer was stored",
        look_up_at_moment=compute_first_lookup(MessageStatus.UNKNOWN, moment),
    )
    outcome = SendAmbiguous("its answer could not be stored")
    _close_attempt(ref, outcome, moment)


def _get_accepted_status(outcome: SendAccepted) -> MessageStatus:
    """Return what the status in an answer to our request means, at least accepted.

    Whatever word Twilio has for it, an answer with a sid says that it took the text.
    """
    return max(
        STATUS_BY_TWILIO_STATUS.get(outcome.status, MessageStatus.ACCEPTED),
        MessageStatus.ACCEPTED,
        key=STATUS_RANKS.__getitem__,
    )


def _close_attempt(ref: str, outcome: SendOutcome, moment: datetime) -> int | None:
    """Store how the attempt ended and return its id; None when nobody knows the ref."""
    http_status = getattr(outcome, "http_status", None)
    if http_status is None and isinstance(outcome, SendAccepted):
        http_status = 201  # Created: what an acceptance comes with
    attempt_id: int | None = send_results.CLOSE_ATTEMPT.fetch_value(
        attempt_ref=ref,
        moment=moment,
        outcome_name=OUTCOME_NAMES[type(outcome)],
        response_status=http_status,
        error_number=getattr(outcome, "code", None),
        explanation=getattr(outcome, "reason", None),
    )
    return attempt_id
