"""What became of a text, settled by rank: evidence applies if and only if it says more than we know."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Executable, Row, and_, case, exists, func, literal, update

from app.delivery.actions import control
from app.delivery.carriers.base import Accepted, Ambiguous, Outcome, Refused, Unprocessed
from app.delivery.models import attempts, message_logs, messages
from app.domain import receipts, retries
from app.domain.blast_states import FROM_TWILIO, RANK, LogStatus, MessageStatus
from app.domain.permission import LeftOut
from app.domain.receipts import Blame, Receipt
from app.kit.db import db
from app.suppression import actions as suppression

KNOWN = case({status.value: rank for status, rank in RANK.items()}, value=messages.c.status)
STAMPS = {
    MessageStatus.SENT: "sent_at",
    MessageStatus.DELIVERED: "delivered_at",
    MessageStatus.FAILED: "failed_at",
    MessageStatus.UNDELIVERED: "failed_at",
    MessageStatus.OPTED_OUT: "failed_at",
}
TAKEN = (MessageStatus.ACCEPTED, MessageStatus.SENT, MessageStatus.DELIVERED)


@dataclass(frozen=True)
class Evidence:
    """One thing we learned about one text. `code` is the carrier's number for what went wrong, if anything."""

    message_id: int
    attempt_id: int | None
    status: MessageStatus
    sid: str | None
    code: int | None
    words: str | None
    phase: str
    http_status: int | None = None


def settle(evidence: Evidence, moment: datetime) -> bool:
    """Apply evidence by rank and draw its consequences. True when the text's state changed."""
    receipt = _receipt(evidence)
    if receipt and receipt.blame == Blame.CONSENT:
        evidence = replace(evidence, status=MessageStatus.OPTED_OUT)
    row = db.session.execute(_move_up(evidence, receipt, moment)).first()
    _remember_sid(evidence)
    if row is None:
        return False
    if evidence.status in TAKEN:
        _prove(row.message_log_id)
    if receipt:
        _draw_consequences(row, receipt)
    return True


def _receipt(evidence: Evidence) -> Receipt | None:
    if evidence.status not in (MessageStatus.FAILED, MessageStatus.UNDELIVERED):
        return None
    return receipts.receipt_for(evidence.code, evidence.phase, http_status=evidence.http_status)


def _move_up(evidence: Evidence, receipt: Receipt | None, moment: datetime) -> Executable:
    texts = messages.c
    values: dict[str, Any] = {"status": evidence.status.value}
    if evidence.status in STAMPS:
        column = texts[STAMPS[evidence.status]]
        values[column.name] = func.coalesce(column, literal(moment, column.type))
    if receipt:
        values |= {"error_code": receipt.code or None, "error_message": evidence.words or receipt.words}
    return (
        update(messages)
        .where(texts.id == evidence.message_id, RANK[evidence.status] > KNOWN)
        .values(**values)
        .returning(texts.phone, texts.message_log_id, texts.sender, texts.carrier)
    )


def _remember_sid(evidence: Evidence) -> None:
    """Keep the carrier's name for the text, with the text and its attempt. The first name stays.

    OR IGNORE: a carrier that gives one name to two texts must not keep us from storing what became of them.
    """
    if not evidence.sid:
        return
    for table, row_id in ((messages, evidence.message_id), (attempts, evidence.attempt_id)):
        if row_id is not None:
            db.session.execute(
                update(table)
                .prefix_with("OR IGNORE")
                .where(table.c.id == row_id, table.c.provider_sid.is_(None))
                .values(provider_sid=evidence.sid)
            )


def _prove(log_id: int | None) -> None:
    if log_id:
        logs = message_logs.c
        db.session.execute(update(message_logs).where(logs.id == log_id, logs.proven.is_(False)).values(proven=True))


def _draw_consequences(row: Row[Any], receipt: Receipt) -> None:
    """Only opt-outs and numbers that fail at once touch a person; faults of ours pause what would meet them too."""
    if receipt.blame == Blame.CONSENT:
        suppression.opt_out(row.phone, source="message_failure", reason=receipt.words)
        control.leave_out(row.phone, LeftOut.SAID_STOP)
    elif receipt.blame == Blame.NUMBER and receipt.strikes == 1:
        suppression.mark_dead(row.phone, reason=receipt.words, log_id=row.message_log_id)
        control.leave_out(row.phone, LeftOut.NUMBER_DEAD)
    if receipts.pauses(receipt):
        control.pause_for_fault(_who_meets_it(row, receipt), receipt.words, receipt.code)


def _who_meets_it(row: Row[Any], receipt: Receipt) -> ColumnElement[bool]:
    """A bad text concerns its own blast; a bad sender or account every blast of that sender."""
    if receipt.blame == Blame.WORDING:
        return and_(message_logs.c.id == row.message_log_id)
    return and_(message_logs.c.sender == row.sender, message_logs.c.carrier == row.carrier)


def settle_outcome(message_id: int, attempt_id: int, number: int, outcome: Outcome, moment: datetime) -> None:
    """Store what the carrier answered to one attempt (its `number` counts from 1), and settle the text."""
    _close_attempt(attempt_id, outcome, moment)
    match outcome:
        case Accepted(sid, status):
            state = FROM_TWILIO.get(status, MessageStatus.ACCEPTED)
            settle(
                Evidence(
                    message_id,
                    attempt_id,
                    max(state, MessageStatus.ACCEPTED, key=RANK.__getitem__),
                    sid,
                    None,
                    None,
                    "create",
                ),
                moment,
            )
        case Refused(code, http_status, words):
            settle(
                Evidence(
                    message_id, attempt_id, MessageStatus.FAILED, None, code, words or None, "create", http_status
                ),
                moment,
            )
        case Unprocessed(_, retry_after):
            _put_back(message_id, moment + timedelta(seconds=retries.delay(number, retry_after)))
        case Ambiguous(why):
            _unsure(message_id, why)


def _close_attempt(attempt_id: int, outcome: Outcome, moment: datetime) -> None:
    words = {Accepted: "accepted", Refused: "refused", Unprocessed: "unprocessed", Ambiguous: "ambiguous"}
    db.session.execute(
        update(attempts)
        .where(attempts.c.id == attempt_id)
        .values(
            ended_at=moment,
            outcome=words[type(outcome)],
            http_status=getattr(outcome, "http_status", None) or (201 if isinstance(outcome, Accepted) else None),
            code=getattr(outcome, "code", None),
            why=getattr(outcome, "why", None),
        )
    )


def _put_back(message_id: int, not_before: datetime) -> None:
    """Down, the one way a machine may: nothing left us, or the carrier refused it unread.

    When a person stopped the blast meanwhile, there is no queue to go back to: then it is cancelled like the rest.
    """
    stopped = exists().where(
        message_logs.c.id == messages.c.message_log_id, message_logs.c.status == LogStatus.CANCELLED
    )
    db.session.execute(
        update(messages)
        .where(messages.c.id == message_id, messages.c.status == MessageStatus.SUBMITTING)
        .values(
            status=case((stopped, MessageStatus.CANCELLED.value), else_=MessageStatus.QUEUED.value),
            reason=case((stopped, "stopped"), else_=messages.c.reason),
            not_before=not_before,
        )
    )


def _unsure(message_id: int, why: str) -> None:
    db.session.execute(
        update(messages)
        .where(messages.c.id == message_id, messages.c.status == MessageStatus.SUBMITTING)
        .values(status=MessageStatus.UNKNOWN, reason="no_answer", error_message=why)
    )
