"""Telling an admin who is not at the screen that a fault paused a blast: what is to be told,
written with the pause.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, insert, or_, select, update

from app.audit import actions as audit
from app.core.clock import now
from app.core.db import db
from app.core.settings import Settings, current_settings
from app.delivery.models import Alert, Message, MessageLog, alerts, messages
from app.domain.delivery.alert_messages import (
    ALERT_RETRY_DELAYS,
    PausedBlastAlert,
    build_alert_text,
)
from app.domain.delivery.carrier_error_codes import (
    Blame,
    CarrierErrorCode,
    find_error_fix,
)
from app.domain.delivery.message_statuses import MessageKind, MessageStatus
from app.domain.texts.segments import measure_segments
from app.suppression.queries.sending_permission import find_suppression_reason

SYSTEM_ACTOR = "SMS Admin"
ALERT_TEXT_INTERVAL = timedelta(minutes=10)
ALERT_TEXT_LIFETIME = timedelta(hours=1)
ALERT_TEXT_PRIORITY = 10
# Refused before Twilio took anything: the same request with another text would be refused again.
CREATE_REFUSAL_BLAMES = frozenset({Blame.SENDER, Blame.WORDING, Blame.US, Blame.CALLBACK})


def create_pause_alerts(
    paused: Sequence[int],
    receipt: CarrierErrorCode,
    phase: str,
    moment: datetime | None = None,
) -> None:
    """Somebody is to be told that these blasts were paused: one alert each, one audit row each,
    one text for all.

    Call it inside the write() that paused them, with the ids it really paused: a thousand
    receipts after the pause pause nothing, so they tell nothing. `phase`: 'create' or
    'delivery', where the fault came to light.
    """
    if not paused:
        return
    moment = moment or now()
    settings = current_settings()
    first_try = moment if settings.alert_webhook_url else None
    told = {
        "created_at": moment,
        "code": receipt.code or None,
        "words": join_cause_and_fix(receipt),
        "next_try_at": first_try,
    }
    facts = {"cause": receipt.description, "fix": find_error_fix(receipt)} | (
        {"code": receipt.code} if receipt.code else {}
    )
    db.session.execute(insert(alerts), [told | {"message_log_id": log_id} for log_id in paused])
    for log_id in paused:
        audit.record_automatic_event("blast.paused", SYSTEM_ACTOR, f"blast {log_id}", facts)
    if _can_text_admin(receipt, phase):
        _queue_admin_text(settings, paused, receipt.description, moment)


def join_cause_and_fix(receipt: CarrierErrorCode) -> str:
    """The cause and the fix as an alert keeps them: a line each."""
    return f"{receipt.description}\n{find_error_fix(receipt)}"[:300]


def _can_text_admin(receipt: CarrierErrorCode, phase: str) -> bool:
    """Whether a text to the admin has a chance: the account works, and the fault is not one it
    would meet again.
    """
    if receipt.blame == Blame.ACCOUNT:
        return False
    return phase != "create" or receipt.blame not in CREATE_REFUSAL_BLAMES


def _queue_admin_text(
    settings: Settings, paused: Sequence[int], cause: str, moment: datetime
) -> None:
    phone = settings.test_phone
    if phone is None or find_suppression_reason(phone) or _has_recent_alert_text(phone, moment):
        return
    log = db.session.execute(
        select(MessageLog.message_body).where(MessageLog.id == paused[0])
    ).one()
    body = build_alert_text(log.message_body, paused, cause, settings.public_base_url)
    weight = measure_segments(body)
    text = {
        "kind": MessageKind.TEST,
        "phone": phone,
        "sender": settings.sender,
        "carrier": settings.carrier,
        "body": body,
        "segments": weight.segments,
        "encoding": weight.encoding,
        "status": MessageStatus.QUEUED,
        "priority": ALERT_TEXT_PRIORITY,
        "created_at": moment,
        "not_after": moment + ALERT_TEXT_LIFETIME,
    }
    db.session.execute(insert(messages).values(text))


def _has_recent_alert_text(phone: str, moment: datetime) -> bool:
    """Whether such a text was written within ten minutes: a storm is told once.

    (A blast's test belongs to a log.)
    """
    since, until = (
        moment - ALERT_TEXT_INTERVAL,
        moment + ALERT_TEXT_INTERVAL,
    )  # a clock that was set back silences nobody for long
    earlier = exists().where(
        Message.phone == phone,
        Message.kind == MessageKind.TEST,
        Message.message_log_id.is_(None),
        Message.created_at.between(since, until),
    )
    return bool(db.session.scalar(select(earlier)))


@dataclass(frozen=True)
class DueAlert:
    """An alert that is to be told now."""

    id: int
    notice: PausedBlastAlert


def list_due_alerts(moment: datetime, most: int) -> list[DueAlert]:
    """The oldest alerts whose next try has come. A read."""
    latest = (
        moment + ALERT_RETRY_DELAYS[-1]
    )  # nobody waits longer: further ahead is a clock that was set back
    come = or_(Alert.next_try_at <= moment, Alert.next_try_at > latest)
    rows = db.session.scalars(
        select(Alert).where(Alert.next_try_at.is_not(None), come).order_by(Alert.id).limit(most)
    )
    return [DueAlert(row.id, _build_alert_notice(row)) for row in rows]


def _build_alert_notice(row: Alert) -> PausedBlastAlert:
    cause, _, fix = row.words.partition("\n")
    return PausedBlastAlert(row.message_log_id, cause, fix, row.code, row.created_at)


def store_alert_attempt(alert_id: int, taken: bool, moment: datetime) -> None:
    """Whether the address took it.

    If not, it is tried again after a while, and after the last time given up.
    """
    tries = db.session.scalar(select(Alert.tries).where(Alert.id == alert_id)) or 0
    waits = [] if taken else ALERT_RETRY_DELAYS[tries : tries + 1]
    news = {
        "tries": tries + 1,
        "told_at": moment if taken else None,
        "next_try_at": moment + waits[0] if waits else None,
    }
    db.session.execute(update(Alert).where(Alert.id == alert_id).values(news))
