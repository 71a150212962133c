"""Alert an admin who is not at the screen that a fault paused a blast."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, insert, or_, select, update

from app.audit import actions as audit
from app.core.clock import now
from app.core.db import db
from app.core.settings import current_settings
from app.delivery.alert_models import Alert, alerts
from app.delivery.models import Message, MessageLog, messages
from app.domain.delivery.alert_messages import (
    ALERT_RETRY_DELAYS,
    AlertEvent,
    PausedBlastAlert,
    build_alert_text,
)
from app.domain.delivery.carrier_error_codes import Blame, CarrierErrorCode
from app.domain.delivery.carrier_error_fixes import find_error_fix
from app.domain.delivery.message_statuses import MessageKind, MessageStatus
from app.domain.texts.segments import measure_segments
from app.suppression.queries.sending_permission import (
    PermissionPurpose,
    find_suppression_reason,
)

SYSTEM_ACTOR = "SMS Admin"
# A storm of faults is told by one text.
ALERT_TEXT_INTERVAL = timedelta(minutes=10)
ALERT_TEXT_LIFETIME = timedelta(hours=1)
ALERT_TEXT_PRIORITY = 10
# Refused before Twilio took anything: the same request with another text would be refused again.
CREATE_REFUSAL_BLAMES = frozenset({Blame.SENDER, Blame.WORDING, Blame.US, Blame.CALLBACK})


def create_pause_alerts(
    log_ids: Sequence[int],
    error_code: CarrierErrorCode,
    phase: str,
    moment: datetime | None = None,
) -> None:
    """Store one alert and one audit row for each paused blast, and queue one text for all.

    Call it inside the write() that paused them, with the ids that it really paused: a thousand
    receipts after the pause pause nothing, so they alert nobody. `phase`: "create" or "delivery",
    where the fault came to light.
    """
    if not log_ids:
        return
    moment = moment or now()
    settings = current_settings()
    shared_values = {
        "created_at": moment,
        "code": error_code.code or None,
        "words": join_cause_and_fix(error_code),
        "next_try_at": moment if settings.alert_webhook_url else None,
    }
    rows = [shared_values | {"message_log_id": log_id} for log_id in log_ids]
    db.session.execute(insert(alerts), rows)
    details: dict[str, Any] = {
        "cause": error_code.description,
        "fix": find_error_fix(error_code),
    }
    if error_code.code:
        details["code"] = error_code.code
    for log_id in log_ids:
        audit.record_automatic_event("blast.paused", SYSTEM_ACTOR, f"blast {log_id}", details)
    if _can_text_admin(error_code, phase):
        body, event_title = db.session.execute(
            select(MessageLog.message_body, MessageLog.event_title).where(
                MessageLog.id == log_ids[0]
            )
        ).one()
        cause, base_url = error_code.description, settings.public_base_url
        text = build_alert_text(body, log_ids, cause, base_url, event_title)
        queue_admin_text(text, moment)


def join_cause_and_fix(error_code: CarrierErrorCode) -> str:
    """Return the cause and the fix as an alert stores them: a line each, 300 characters at most."""
    return f"{error_code.description}\n{find_error_fix(error_code)}"[:300]


def _can_text_admin(error_code: CarrierErrorCode, phase: str) -> bool:
    """Whether a text to the admin has a chance.

    The account works, and the fault is not one that the text would meet again.
    """
    if error_code.blame == Blame.ACCOUNT:
        return False
    return phase != "create" or error_code.blame not in CREATE_REFUSAL_BLAMES


def queue_admin_text(body: str, moment: datetime) -> None:
    """Queue a text to ADMIN_TEST_PHONE unless one left within ten minutes. Inside write()."""
    settings = current_settings()
    phone = settings.test_phone
    if phone is None or _has_recent_alert_text(phone, moment):
        return
    if find_suppression_reason(phone, PermissionPurpose.ANSWERING):
        return
    size = measure_segments(body)
    db.session.execute(
        insert(messages).values(
            kind=MessageKind.TEST,
            phone=phone,
            sender=settings.sender,
            carrier=settings.carrier,
            body=body,
            segments=size.segments,
            encoding=size.encoding,
            status=MessageStatus.QUEUED,
            priority=ALERT_TEXT_PRIORITY,
            created_at=moment,
            not_after=moment + ALERT_TEXT_LIFETIME,
        )
    )


def _has_recent_alert_text(phone: str, moment: datetime) -> bool:
    """Whether such a text was queued within ten minutes.

    A test of a blast has the same kind but belongs to a log; a verification code, which any user
    can have sent to this phone, has another priority.
    """
    # Ten minutes ahead as well: those were queued before the clock was set back, and nothing
    # further ahead may silence alerts for long.
    since = moment - ALERT_TEXT_INTERVAL
    until = moment + ALERT_TEXT_INTERVAL
    recent_text = exists().where(
        Message.phone == phone,
        Message.kind == MessageKind.TEST,
        Message.message_log_id.is_(None),
        Message.priority == ALERT_TEXT_PRIORITY,
        Message.created_at.between(since, until),
    )
    return bool(db.session.scalar(select(recent_text)))


@dataclass(frozen=True)
class DueAlert:
    """An alert that is to be posted now."""

    id: int
    notice: PausedBlastAlert


def list_due_alerts(moment: datetime, max_rows: int) -> list[DueAlert]:
    """Return the oldest alerts whose next try has come. A read."""
    # No alert waits longer than the longest delay: one that lies further ahead was stored before
    # the clock was set back.
    latest = moment + ALERT_RETRY_DELAYS[-1]
    is_due = or_(Alert.next_try_at <= moment, Alert.next_try_at > latest)
    rows = db.session.scalars(
        select(Alert)
        .where(Alert.next_try_at.is_not(None), is_due)
        .order_by(Alert.id)
        .limit(max_rows)
    )
    return [DueAlert(row.id, _build_alert_notice(row)) for row in rows]


def _build_alert_notice(row: Alert) -> PausedBlastAlert:
    cause, _, fix = row.words.partition("\n")
    event = AlertEvent(row.event)
    return PausedBlastAlert(row.message_log_id, cause, fix, row.code, row.created_at, event)


def store_alert_attempt(alert_id: int, is_accepted: bool, moment: datetime) -> None:
    """Store whether the address accepted an alert. Inside write().

    If not, it is tried again after a while, and given up after the last try.
    """
    tries = db.session.scalar(select(Alert.tries).where(Alert.id == alert_id)) or 0
    next_try_at = None
    if not is_accepted and tries < len(ALERT_RETRY_DELAYS):
        next_try_at = moment + ALERT_RETRY_DELAYS[tries]
    db.session.execute(
        update(Alert)
        .where(Alert.id == alert_id)
        .values(
            tries=tries + 1,
            told_at=moment if is_accepted else None,
            next_try_at=next_try_at,
        )
    )
