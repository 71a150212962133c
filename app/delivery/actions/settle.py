"""What became of a text, settled by rank: evidence applies if and only if it says more than we know."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from app.delivery.actions import consequences, statements
from app.delivery.carriers.base import Accepted, Ambiguous, Outcome, Refused, Unprocessed
from app.domain import receipts, retries
from app.domain.blast_states import FROM_TWILIO, RANK, TAKEN, MessageStatus
from app.domain.receipts import Blame, Receipt
from app.kit.db import db

OUTCOMES = {Accepted: "accepted", Refused: "refused", Unprocessed: "unprocessed", Ambiguous: "ambiguous"}


@dataclass(frozen=True)
class Evidence:
    """One thing we learned about one text. `code` is the carrier's number for what went wrong, if anything."""

    message_id: int
    attempt_id: int | None
    status: MessageStatus
    phase: str
    sid: str | None = None
    code: int | None = None
    words: str | None = None
    http_status: int | None = None


def settle(evidence: Evidence, moment: datetime) -> bool:
    """Apply evidence by rank and draw its consequences. True when the text's state changed."""
    receipt = _receipt(evidence)
    if receipt and receipt.blame == Blame.CONSENT:
        evidence = replace(evidence, status=MessageStatus.OPTED_OUT)
    row = db.session.execute(statements.move_up(evidence.status, receipt is not None), _news(evidence, receipt, moment))
    moved = row.first()
    _remember_sid(evidence)
    if moved is None:
        return False
    if evidence.status in TAKEN and moved.message_log_id:
        db.session.execute(statements.PROVE, {"b_log": moved.message_log_id})
    if receipt:
        consequences.draw(moved, receipt)
    return True


def _news(evidence: Evidence, receipt: Receipt | None, moment: datetime) -> dict[str, Any]:
    news: dict[str, Any] = {"b_id": evidence.message_id}
    if evidence.status in statements.STAMPS:
        news["b_moment"] = moment
    if receipt:
        news |= {"b_code": receipt.code or None, "b_words": evidence.words or receipt.words}
    return news


def _receipt(evidence: Evidence) -> Receipt | None:
    if evidence.status not in (MessageStatus.FAILED, MessageStatus.UNDELIVERED):
        return None
    return receipts.receipt_for(evidence.code, evidence.phase, http_status=evidence.http_status)


def _remember_sid(evidence: Evidence) -> None:
    """Keep the carrier's name for the text, with the text and its attempt. The first name stays."""
    if not evidence.sid:
        return
    db.session.execute(statements.NAME_TEXT, {"b_id": evidence.message_id, "b_sid": evidence.sid})
    if evidence.attempt_id is not None:
        db.session.execute(statements.NAME_ATTEMPT, {"b_id": evidence.attempt_id, "b_sid": evidence.sid})


def settle_outcome(message_id: int, attempt_id: int, number: int, outcome: Outcome, moment: datetime) -> None:
    """Store what the carrier answered to one attempt (its `number` counts from 1), and settle the text."""
    _close_attempt(attempt_id, outcome, moment)
    match outcome:
        case Accepted(sid, word):
            status = max(FROM_TWILIO.get(word, MessageStatus.ACCEPTED), MessageStatus.ACCEPTED, key=RANK.__getitem__)
            settle(Evidence(message_id, attempt_id, status, "create", sid=sid), moment)
        case Refused(code, http_status, words):
            refused = Evidence(message_id, attempt_id, MessageStatus.FAILED, "create", code=code, words=words or None)
            settle(replace(refused, http_status=http_status), moment)
        case Unprocessed(_, retry_after):
            later = moment + timedelta(seconds=retries.delay(number, retry_after))
            db.session.execute(statements.PUT_BACK, {"b_id": message_id, "b_not_before": later})
        case Ambiguous(why):
            db.session.execute(statements.UNSURE, {"b_id": message_id, "b_why": why})


def _close_attempt(attempt_id: int, outcome: Outcome, moment: datetime) -> None:
    closing = {
        "b_id": attempt_id,
        "b_moment": moment,
        "b_outcome": OUTCOMES[type(outcome)],
        "b_status": getattr(outcome, "http_status", None) or (201 if isinstance(outcome, Accepted) else None),
        "b_code": getattr(outcome, "code", None),
        "b_why": getattr(outcome, "why", None),
    }
    db.session.execute(statements.CLOSE_ATTEMPT, closing)
