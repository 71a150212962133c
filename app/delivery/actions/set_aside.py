"""Set aside what cannot be read or sent, with its reason, so that it holds back nothing else."""

import logging
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, not_, or_, select, update

from app.core.db import db, execute_and_count_rows
from app.delivery.actions.fault_notices import build_notice, tell_admins
from app.delivery.actions.row_repair import repair_row
from app.delivery.models import message_logs, messages
from app.delivery.scheduled_models import ScheduledMessage
from app.domain.delivery.alert_messages import AlertEvent
from app.domain.delivery.message_statuses import (
    BlastStatus,
    MessageStatus,
    ScheduledBlastStatus,
)
from app.domain.delivery.row_faults import UNREADABLE_REASON

log = logging.getLogger(__name__)
UNREADABLE_ROW = "its row in the database"
TEXT_SET_ASIDE = "This text was not sent: {what} cannot be read in the database, or cannot be sent."
BLAST_SET_ASIDE = "This blast's row in the database could not be read and was repaired."
SCHEDULE_SET_ASIDE = (
    "Nothing was sent: this blast's row in the database cannot be read. Schedule it again."
)
NOTICE_CAUSE = (
    "One of its texts cannot be read in the database or cannot be sent. The others are sent."
)
NOTICE_FIX = (
    "The blast's page shows which. To check the database, run: python -m app.dbdoctor --doctor."
)
schedules = cast("Table", ScheduledMessage.__table__)
messages_c = messages.c
message_logs_c = message_logs.c
schedules_c = schedules.c


def set_aside_message(
    message_id: int, log_id: int | None, moment: datetime, what: str = UNREADABLE_ROW
) -> None:
    """Let a queued message fail, with its reason, and make its row readable. Inside write()."""
    statement = (
        update(messages)
        .where(messages_c.id == message_id, messages_c.status == MessageStatus.QUEUED)
        .values(_build_failure(TEXT_SET_ASIDE.format(what=what), moment))
    )
    if execute_and_count_rows(statement):
        repair_row(messages, message_id, moment)
        log.error("text %s was set aside: %s cannot be used", message_id, what)
        _tell(NOTICE_CAUSE, moment, _find_existing_blast(log_id))


def set_aside_unknown_statuses(log_id: int, moment: datetime) -> int:
    """Let the messages of a blast fail whose state does not exist; return how many."""
    statement = (
        update(messages)
        .where(messages_c.message_log_id == log_id, not_(messages_c.status.in_(MessageStatus)))
        .values(_build_failure(TEXT_SET_ASIDE.format(what="its state"), moment))
    )
    count = execute_and_count_rows(statement)
    if count:
        log.error("%s texts of blast %s had no known state", count, log_id)
        _tell(NOTICE_CAUSE, moment, log_id)
    return count


def set_aside_blast(log_id: int, moment: datetime) -> None:
    """Pause a blast whose row cannot be read, make it readable, and tell. Inside write()."""
    db.session.execute(
        update(message_logs)
        .where(message_logs_c.id == log_id)
        .values(status=BlastStatus.PAUSED, pause_reason=BLAST_SET_ASIDE, proven=False)
    )
    columns = repair_row(message_logs, log_id, moment)
    log.error("blast %s was set aside: %s could not be read", log_id, ", ".join(columns))
    _tell(BLAST_SET_ASIDE, moment, log_id)


def set_aside_schedule(scheduled_id: int, moment: datetime) -> None:
    """Let a scheduled blast fail whose row cannot be read, and tell. Inside write()."""
    db.session.execute(
        update(schedules)
        .where(
            schedules_c.id == scheduled_id,
            or_(
                schedules_c.status == ScheduledBlastStatus.PENDING,
                not_(schedules_c.status.in_(ScheduledBlastStatus)),
            ),
        )
        .values(status=ScheduledBlastStatus.FAILED, error_message=SCHEDULE_SET_ASIDE)
    )
    columns = repair_row(schedules, scheduled_id, moment)
    log.error("scheduled blast %s was set aside: %s", scheduled_id, ", ".join(columns))
    _tell(SCHEDULE_SET_ASIDE, moment, None, f"/blasts/scheduled/{scheduled_id}")


def _build_failure(error: str, moment: datetime) -> dict[str, Any]:
    return {
        "status": MessageStatus.FAILED,
        "reason": UNREADABLE_REASON,
        "error_message": error,
        "failed_at": moment,
        "look_up_at": None,
        # Both or neither, says the table: one of them may be what cannot be read.
        "held_until": None,
        "held_why": None,
    }


def _find_existing_blast(log_id: int | None) -> int | None:
    """Return the id if there is such a blast: an alert cannot name one that does not exist."""
    existing = select(message_logs_c.id).where(message_logs_c.id == log_id)
    return cast("int | None", db.session.scalar(existing))


def _tell(
    cause: str,
    moment: datetime,
    log_id: int | None,
    address: str = "",
) -> None:
    notice = build_notice(AlertEvent.TEXTS_SET_ASIDE, cause, NOTICE_FIX, moment, log_id)
    tell_admins(notice, address)
