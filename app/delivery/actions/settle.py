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
from app.delivery.actions import consequences, statements
from app.delivery.carriers.base import (
    Accepted,
    Ambiguous,
    Outcome,
    Refused,
    Unprocessed,
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

OUTCOMES = {
    Accepted: "accepted",
    Refused: "refused",
    Unprocessed: "unprocessed",
    Ambiguous: "ambiguous",
}
ANY_ATTEMPT = 1 << 40


class Tried(Protocol):
    """The attempt an answer belongs to: `number` counts from 1."""

    @property
    def message_id(self) -> int: ...
    @property
    def ref(self) -> str: ...
    @property
    def number(self) -> int: ...


@dataclass(frozen=True)
class Evidence:
    """One thing we learned about one text.

    `code` is the carrier's number for what went wrong, if anything.

    `attempt_n`: the number of the attempt it is about; None when the news is about the text as
    a whole.
    """

    message_id: int
    attempt_id: int | None
    status: MessageStatus
    phase: str
    sid: str | None = None
    code: int | None = None
    words: str | None = None
    http_status: int | None = None
    attempt_n: int | None = None


def settle(evidence: Evidence, moment: datetime) -> bool:
    """Apply evidence by rank and draw its consequences. True when the text's state changed."""
    receipt = _receipt(evidence)
    if receipt and receipt.blame == Blame.CONSENT:
        evidence = replace(evidence, status=MessageStatus.OPTED_OUT)
    row = db.session.execute(
        statements.move_up(evidence.status, receipt is not None),
        _news(evidence, receipt, moment),
    )
    moved = row.first()
    _remember_sid(evidence)
    if moved is None:
        return False
    if (
        evidence.status in ACCEPTED_STATUSES and evidence.sid
    ):  # a text that has its name already proved it when it was taken
        _prove([(moved.id, moved.message_log_id)])
    if receipt:
        consequences.draw(moved, receipt, evidence.phase)
    return True


def _news(
    evidence: Evidence, receipt: CarrierErrorCode | None, moment: datetime
) -> dict[str, Any]:
    status, newest = (
        evidence.status,
        ANY_ATTEMPT if evidence.attempt_n is None else evidence.attempt_n,
    )
    news: dict[str, Any] = {"b_id": evidence.message_id}
    if status not in ACCEPTED_STATUSES:
        news["b_n"] = newest
    if status in statements.STAMPS:
        news["b_moment"] = moment
    if status in statements.LOOKED_UP:
        news["b_look"] = compute_first_lookup(status, moment)
    if receipt:
        news |= {
            "b_code": receipt.code or None,
            "b_words": evidence.words or receipt.words,
        }
    return news


def _receipt(evidence: Evidence) -> CarrierErrorCode | None:
    if evidence.status not in (MessageStatus.FAILED, MessageStatus.UNDELIVERED):
        return None
    return carrier_error_codes.find_error_code(
        evidence.code, evidence.phase, http_status=evidence.http_status
    )


def _remember_sid(evidence: Evidence) -> None:
    """Keep the carrier's name for the text, with the text and its attempt. The first name stays."""
    if not evidence.sid:
        return
    db.session.execute(
        statements.NAME_TEXT, {"b_id": evidence.message_id, "b_sid": evidence.sid}
    )
    if evidence.attempt_id is not None:
        named = {"b_id": evidence.attempt_id, "b_sid": evidence.sid}
        if not db.session.execute(statements.NAME_ATTEMPT, named).rowcount:  # type: ignore[attr-defined]
            _tell_of_two_names(named)


def _tell_of_two_names(named: dict[str, Any]) -> None:
    """One request, two names: perhaps two texts.

    Both are kept, and the log says so; the same name again is no news.
    """
    if db.session.execute(statements.SECOND_NAME, named).rowcount:  # type: ignore[attr-defined]
        log.error("the carrier gave attempt %s a second name", named["b_id"])


def settle_outcomes(
    returned: Sequence[tuple[Tried, Outcome]], moment: datetime
) -> None:
    """Store what the carrier answered to these attempts, and settle their texts."""
    plain = {}
    for tried, outcome in returned:
        if (
            isinstance(outcome, Accepted)
            and _status_of(outcome) is MessageStatus.ACCEPTED
        ):
            plain[tried.ref] = (tried, outcome)
        else:
            _settle_one(tried, outcome, moment)
    if plain:
        _settle_accepted(plain, moment)
    for _ in returned:
        failpoint.crash_if_armed("T4")


def _settle_accepted(
    plain: dict[str, tuple[Tried, Accepted]], moment: datetime
) -> None:
    """All of them by two statements; those that were not as simple as they looked, one by one."""
    rows = json.dumps(
        [
            [tried.message_id, tried.ref, outcome.sid]
            for tried, outcome in plain.values()
        ]
    )
    look = compute_first_lookup(MessageStatus.ACCEPTED, moment)
    run = raw_connection().execute
    run(statements.CLOSE_ACCEPTED, {"b_rows": rows, "b_moment": datetime_to_db(moment)})
    run(statements.ACCEPT, {"b_rows": rows, "b_look": look and datetime_to_db(look)})
    simple = {
        ref: (message_id, log_id)
        for ref, message_id, log_id in fetch_as_json(statements.ACCEPTED, b_rows=rows)
    }
    _prove(simple.values())
    for ref in plain.keys() - simple.keys():
        _settle_one(*plain[ref], moment)


def _prove(taken: Collection[tuple[int, int | None]]) -> None:
    """The carrier takes texts of these blasts: no more one by one.

    Each with its blast's id, if it has one.
    """
    logs = sorted({log_id for _, log_id in taken if log_id})
    if logs:
        ids = json.dumps([message_id for message_id, _ in taken])
        raw_connection().execute(
            statements.PROVE, {"b_logs": json.dumps(logs), "b_texts": ids}
        )


def _settle_one(tried: Tried, outcome: Outcome, moment: datetime) -> None:
    attempt_id = _close_attempt(tried.ref, outcome, moment)
    about = Evidence(
        tried.message_id,
        attempt_id,
        MessageStatus.ACCEPTED,
        "create",
        attempt_n=tried.number,
    )
    match outcome:
        case Accepted(sid):
            settle(replace(about, status=_status_of(outcome), sid=sid), moment)
        case Refused(code, http_status, words):
            refused = replace(
                about, status=MessageStatus.FAILED, code=code, words=words or None
            )
            settle(replace(refused, http_status=http_status), moment)
        case Unprocessed(_, retry_after):
            later = moment + timedelta(
                seconds=retry_delays.compute_retry_delay(tried.number, retry_after)
            )
            db.session.execute(
                statements.PUT_BACK, {"b_id": tried.message_id, "b_not_before": later}
            )
        case Ambiguous(why, _, cause):
            look = compute_first_lookup(MessageStatus.UNKNOWN, moment)
            doubt = {
                "b_id": tried.message_id,
                "b_cause": cause.value,
                "b_why": why,
                "b_look": look,
            }
            db.session.execute(statements.UNSURE, doubt)


def _status_of(outcome: Accepted) -> MessageStatus:
    """What an answer to a request says.

    Twilio's word for it never says less than that it was taken.
    """
    return max(
        STATUS_BY_TWILIO_STATUS.get(outcome.status, MessageStatus.ACCEPTED),
        MessageStatus.ACCEPTED,
        key=STATUS_RANKS.__getitem__,
    )


def _close_attempt(ref: str, outcome: Outcome, moment: datetime) -> int | None:
    closing = {
        "b_ref": ref,
        "b_moment": moment,
        "b_outcome": OUTCOMES[type(outcome)],
        "b_status": getattr(outcome, "http_status", None)
        or (201 if isinstance(outcome, Accepted) else None),
        "b_code": getattr(outcome, "code", None),
        "b_why": getattr(outcome, "why", None),
    }
    return db.session.execute(statements.CLOSE_ATTEMPT, closing).scalar()
