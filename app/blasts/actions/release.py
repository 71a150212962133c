"""Due blasts go out: the audience is read now, rendered before the write section, and made into rows in one go."""

import logging
from dataclasses import replace
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import func, select

from app.blasts import queries
from app.blasts.actions.confirm import test_phone
from app.delivery import queries as delivery
from app.delivery.actions import release as rows
from app.delivery.actions import schedule
from app.delivery.models import ScheduledMessage
from app.domain.audience import Person, Rehearsal, rehearse, without_too_long
from app.domain.blast_states import ScheduleStatus
from app.events import queries as events
from app.kit.clock import now
from app.kit.db import db, write
from app.kit.settings import Settings
from app.suppression import queries as suppression

log = logging.getLogger(__name__)
GONE = "The event of this blast was deleted, so nobody was texted."
NO_TEST_PHONE = "There is no test phone any more: set ADMIN_TEST_PHONE."
TOO_LATE = "Nothing was sent: sending was off when it was due, and it is more than {minutes} minutes late now."


def release_due(moment: datetime | None = None) -> int:
    """Release every blast that is due at `moment` (UTC, default now), and expire what is too late. Says how many.

    Safe to call from anywhere at any time: each blast is claimed by one guarded UPDATE. Needs an app context.
    """
    settings: Settings = current_app.extensions["settings"]
    moment = moment or now()
    _expire(settings, moment)
    released = 0
    while (scheduled_id := delivery.due(settings.carrier, moment)) is not None:
        released += _release_one(scheduled_id)
    db.session.rollback()
    return released


def _expire(settings: Settings, moment: datetime) -> None:
    oldest = moment - timedelta(minutes=settings.scheduled_message_max_lag)
    late = select(func.count()).where(
        ScheduledMessage.status == ScheduleStatus.PENDING, ScheduledMessage.scheduled_at < oldest
    )
    if db.session.scalar(late):
        with write():
            schedule.expire(oldest, TOO_LATE.format(minutes=settings.scheduled_message_max_lag))


def _release_one(scheduled_id: int) -> bool:
    blast = db.session.get_one(ScheduledMessage, scheduled_id, populate_existing=True)
    try:
        rehearsal, title = _rehearse(blast)
    except queries.EventGone:
        return _fail(scheduled_id, GONE)
    if blast.test_mode and not rehearsal.texts:
        return _fail(scheduled_id, NO_TEST_PHONE)
    if not rehearsal.texts:
        return _fail(scheduled_id, rows.NOBODY_LEFT)
    with write():
        moment = now()
        if not rows.claim(scheduled_id, moment):
            return False
        log_id = rows.release(scheduled_id, rehearsal, moment, title)
    log.info("blast %s released as log %s: %s rows", scheduled_id, log_id, len(rehearsal.texts))
    return True


def _fail(scheduled_id: int, why: str) -> bool:
    with write():
        schedule.fail(scheduled_id, why)
    return False


def _rehearse(blast: ScheduledMessage) -> tuple[Rehearsal, str | None]:
    event = events.event(blast.event_id)
    whole = without_too_long(queries.rehearsal(blast.target, blast.event_id, blast.message_body, blast.footer))
    if blast.test_mode:
        whole = _only_the_test_phone(whole, blast)
    return whole, event.title if event else None


def _only_the_test_phone(whole: Rehearsal, blast: ScheduledMessage) -> Rehearsal:
    """The text as the first person of the audience would read it, for the admin's own phone."""
    phone = test_phone()
    if phone is None:
        return replace(whole, texts=())
    reader = whole.sendable[0].name if whole.sendable else None
    person = Person(reader, phone, suppression.is_left_out(phone))
    return rehearse([person], blast.message_body, blast.footer)
