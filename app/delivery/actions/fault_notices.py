"""Tell an admin who is not at the screen about anything but a pause, once an hour a cause."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, insert, select

from app.audit import actions as audit
from app.core.db import db
from app.core.settings import current_settings
from app.delivery.actions import pause_alerts
from app.delivery.alert_models import Alert, alerts
from app.domain.delivery.alert_messages import (
    AlertEvent,
    PausedBlastAlert,
    build_blast_url,
    build_notice_text,
)

NOTICE_INTERVAL = timedelta(hours=1)
MAX_NOTICE_LENGTH = 300


def tell_admins(notice: PausedBlastAlert, address: str = "") -> bool:
    """Store an alert and an audit row, and queue a text to the admin; False when told recently.

    `address`: the page that says more, by default that of the notice's blast. Inside write().
    """
    if _was_told(notice):
        return False
    settings = current_settings()
    store_alert(notice)
    details: dict[str, Any] = {"cause": notice.cause, "fix": notice.fix}
    subject = f"blast {notice.blast}" if notice.blast else ""
    audit.record_automatic_event(notice.event.value, pause_alerts.SYSTEM_ACTOR, subject, details)
    link = build_blast_url(settings.public_base_url, notice.blast)
    if address:
        link = settings.public_base_url.rstrip("/") + address
    pause_alerts.queue_admin_text(build_notice_text(notice, link), notice.at)
    return True


def store_alert(notice: PausedBlastAlert) -> None:
    """Store an alert for ALERT_WEBHOOK_URL, without a text or an audit row. Inside write()."""
    is_posted = bool(current_settings().alert_webhook_url)
    db.session.execute(
        insert(alerts).values(
            created_at=notice.at,
            message_log_id=notice.blast,
            code=notice.code,
            words=f"{notice.cause}\n{notice.fix}"[:MAX_NOTICE_LENGTH],
            next_try_at=notice.at if is_posted else None,
            event=notice.event,
        )
    )


def _was_told(notice: PausedBlastAlert) -> bool:
    """Whether the same was told within the hour, also one ahead: the clock may have been set."""
    same = exists().where(
        Alert.event == notice.event,
        Alert.words.startswith(notice.cause[:100], autoescape=True),
        Alert.message_log_id.is_not_distinct_from(notice.blast),
        Alert.created_at.between(notice.at - NOTICE_INTERVAL, notice.at + NOTICE_INTERVAL),
    )
    return bool(db.session.scalar(select(same)))


def build_notice(
    event: AlertEvent, cause: str, fix: str, moment: datetime, log_id: int | None = None
) -> PausedBlastAlert:
    """Return a notice about a blast, or about the database as a whole."""
    return PausedBlastAlert(log_id, cause, fix, None, moment, event)
