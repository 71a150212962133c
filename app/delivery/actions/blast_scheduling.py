"""Schedule, move, cancel, expire and delete blasts that wait for their time."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, update

from app.core.clock import now
from app.core.db import db, execute_and_count_rows
from app.delivery.actions.audience_storage import delete_unused_audience
from app.delivery.actions.fault_notices import build_notice, tell_admins
from app.delivery.scheduled_models import ScheduledMessage
from app.domain.delivery.alert_messages import AlertEvent
from app.domain.delivery.blast_outcomes import ResultsAudience
from app.domain.delivery.message_statuses import BlastTarget, ScheduledBlastStatus
from app.message_templates.queries.template_texts import find_version_of_text

EXPIRED_FIX = 'Its page has a button "Send now anyway".'


@dataclass(frozen=True)
class BlastSpec:
    """A blast as it was confirmed. `event_id` only for target event.

    `audience_id`: of target audience. `results_of`: the people of an earlier blast instead.
    `translations`: the body in other languages, by their tags. `created_by_id`: the user who
    answers for it, also of a reminder; None: the program.
    """

    body: str
    footer: str | None
    target: BlastTarget
    event_id: int | None
    sender: str
    carrier: str
    test_mode: bool
    immediate: bool
    timezone: str
    client_token: str | None
    created_by: str
    not_after: datetime | None = None
    event_reminder_id: int | None = None
    survey_id: int | None = None
    confirmed_count: int | None = None
    name: str | None = None
    plain_names: bool = False
    audience_id: int | None = None
    results_of: ResultsAudience | None = None
    translations: dict[str, str] = field(default_factory=dict)
    created_by_id: int | None = None


def schedule_blast(blast: BlastSpec, scheduled_at: datetime) -> ScheduledMessage:
    """Store a blast that is due at `scheduled_at` (UTC) and return its row. Inside write().

    Raises IntegrityError when a blast has its client_token already.
    """
    row = ScheduledMessage(**_build_values(blast, scheduled_at))
    db.session.add(row)
    db.session.flush()
    return row


def replace_pending_blast(scheduled_id: int, blast: BlastSpec, scheduled_at: datetime) -> bool:
    """Make a blast that waits another one in place; return False when it was released already.

    A blast that was held for a person waits no more for one. Inside write().
    """
    values = _build_values(blast, scheduled_at)
    return update_pending_blast(scheduled_id, **values, held_reason=None)


def _build_values(blast: BlastSpec, scheduled_at: datetime) -> dict[str, Any]:
    """Return the columns of a blast that is due at `scheduled_at` (UTC)."""
    results_of = blast.results_of
    return {
        "scheduled_at": scheduled_at,
        "message_body": blast.body,
        "translations": blast.translations,
        "footer": blast.footer,
        "target": blast.target,
        "event_id": blast.event_id,
        "sender": blast.sender,
        "carrier": blast.carrier,
        "test_mode": blast.test_mode,
        "immediate": blast.immediate,
        "timezone": blast.timezone,
        "client_token": blast.client_token,
        "created_by": blast.created_by,
        "created_by_id": blast.created_by_id,
        "not_after": blast.not_after,
        "event_reminder_id": blast.event_reminder_id,
        "survey_id": blast.survey_id,
        "confirmed_count": blast.confirmed_count,
        "name": blast.name,
        "plain_names": blast.plain_names,
        "audience_id": blast.audience_id,
        "template_version_id": find_version_of_text(blast.body),
        "audience_log_id": results_of.log_id if results_of else None,
        "audience_outcome": results_of.outcome if results_of else None,
    }


def reschedule_blast(scheduled_id: int, blast: BlastSpec, scheduled_at: datetime) -> bool:
    """Give a blast another time (UTC), text and end; return False when it was released already.

    That it is sent at any hour was said of the former time.
    """
    is_same_time = ScheduledMessage.scheduled_at == scheduled_at
    return update_pending_blast(
        scheduled_id,
        scheduled_at=scheduled_at,
        message_body=blast.body,
        translations=blast.translations,
        template_version_id=find_version_of_text(blast.body),
        footer=blast.footer,
        timezone=blast.timezone,
        not_after=blast.not_after,
        created_by_id=blast.created_by_id,
        any_hour_reason=case((is_same_time, ScheduledMessage.any_hour_reason)),
    )


def cancel_scheduled_blast(scheduled_id: int, reason: str | None = None) -> bool:
    """Cancel a blast; return False when it was released already. "Undo" does this too."""
    return _end_scheduled_blast(scheduled_id, ScheduledBlastStatus.CANCELLED, reason)


def record_blast_note(scheduled_id: int, note: str) -> None:
    """Keep what its page says of a blast that is released now. Inside write()."""
    statement = update(ScheduledMessage).where(ScheduledMessage.id == scheduled_id)
    execute_and_count_rows(statement.values(error_message=note))


def hold_scheduled_blast(scheduled_id: int, reason: str) -> bool:
    """Keep a blast from leaving until a person confirms it anew; False when not pending."""
    return update_pending_blast(scheduled_id, held_reason=reason)


def confirm_held_blast(scheduled_id: int, count: int, scheduled_at: datetime) -> bool:
    """Let a held blast leave for `count` people at `scheduled_at` (UTC); False when not held.

    One that is not held keeps its time and its number.
    """
    is_held = ScheduledMessage.held_reason.is_not(None)
    values = {"held_reason": None, "confirmed_count": count, "scheduled_at": scheduled_at}
    return update_pending_blast(scheduled_id, is_held, **values)


def cancel_event_blasts(event_id: int, reason: str) -> int:
    """Cancel every blast to this event that has not been released; return how many.

    `reason`: the reason in words.
    """
    statement = (
        update(ScheduledMessage)
        .where(
            ScheduledMessage.event_id == event_id,
            ScheduledMessage.status == ScheduledBlastStatus.PENDING,
        )
        .values(status=ScheduledBlastStatus.CANCELLED, error_message=reason)
    )
    return execute_and_count_rows(statement)


def fail_scheduled_blast(scheduled_id: int, reason: str) -> bool:
    """End a blast that cannot be released, with the reason in words; False when not pending."""
    return _end_scheduled_blast(scheduled_id, ScheduledBlastStatus.FAILED, reason)


def expire_scheduled_blast(scheduled_id: int, reason: str) -> bool:
    """End a blast for which it is too late, and tell; False when not pending. Inside write().

    `reason`: in words. Whoever made it may be away from the pages.
    """
    is_expired = _end_scheduled_blast(scheduled_id, ScheduledBlastStatus.EXPIRED, reason)
    if is_expired:
        cause = f"Scheduled blast {scheduled_id}: {reason}"
        notice = build_notice(AlertEvent.BLAST_EXPIRED, cause, EXPIRED_FIX, now())
        tell_admins(notice, f"/blasts/scheduled/{scheduled_id}")
    return is_expired


def delete_scheduled_blast(scheduled_id: int) -> bool:
    """Delete an ended blast; return False for a pending or released one: cancel it first."""
    ended = (
        ScheduledBlastStatus.CANCELLED,
        ScheduledBlastStatus.EXPIRED,
        ScheduledBlastStatus.FAILED,
        ScheduledBlastStatus.SENT,
    )
    is_meant = (ScheduledMessage.id == scheduled_id, ScheduledMessage.status.in_(ended))
    # The audience of a series is that of all its blasts.
    of_one_blast = ScheduledMessage.series_id.is_(None)
    audience_id = db.session.scalar(
        db.select(ScheduledMessage.audience_id).where(*is_meant, of_one_blast)
    )
    is_deleted = execute_and_count_rows(db.delete(ScheduledMessage).where(*is_meant)) == 1
    delete_unused_audience(audience_id)
    return is_deleted


def _end_scheduled_blast(
    scheduled_id: int, status: ScheduledBlastStatus, reason: str | None = None
) -> bool:
    return update_pending_blast(scheduled_id, status=status, error_message=reason)


def update_pending_blast(
    scheduled_id: int, *conditions: ColumnElement[bool], **values: Any
) -> bool:
    """Change columns of a blast if it still waits; return whether it did. Inside write().

    `conditions`: what else must be true of it at that moment.
    """
    statement = (
        update(ScheduledMessage)
        .where(
            ScheduledMessage.id == scheduled_id,
            ScheduledMessage.status == ScheduledBlastStatus.PENDING,
            *conditions,
        )
        .values(**values)
    )
    return execute_and_count_rows(statement) == 1
