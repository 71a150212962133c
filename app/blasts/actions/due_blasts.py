"""Due blasts go out: the audience is read now, rendered before the write section, and made into
rows in one go.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from app.blasts import queries
from app.blasts.actions.blast_confirmation import get_test_phone
from app.core.clock import now
from app.core.db import WriteLockTimeout, db, write
from app.core.settings import current_settings
from app.delivery.actions import blast_messages as rows
from app.delivery.actions import blast_scheduling
from app.delivery.models import ScheduledMessage
from app.delivery.queries.scheduled_blasts import list_due_blast_ids, list_overdue_blasts
from app.domain.delivery.blast_rendering import (
    BlastRecipient,
    RenderedBlast,
    render_blast_texts,
    skip_too_long_texts,
)
from app.domain.delivery.send_rate import compute_validity_seconds
from app.domain.time import durations, local_times, reminder_timing
from app.events import queries as events
from app.events.actions.reminder_plan import (
    find_events_planned_in_old_zone,
    reschedule_reminders_in_new_zone,
)
from app.suppression import queries as suppression

log = logging.getLogger(__name__)
EVENT_DELETED_ERROR = "The event of this blast was deleted, so nobody was texted."
TEST_PHONE_MISSING_ERROR = "There is no test phone any more: set ADMIN_TEST_PHONE."
EXPIRED_ERROR = "Nothing was sent: sending was off when it was due (or the clock was wrong), and it is {late} late now."
END_TIME_PASSED_ERROR = (
    "Nothing was sent: nothing of it was to leave after {end}, and it is later than that now."
)


class BlastsNotReleased(Exception):
    """These scheduled blasts could not be released; they still wait, and the others are on
    their way.
    """

    def __init__(self, ids: Sequence[int]) -> None:
        super().__init__(f"not released: {', '.join(map(str, ids))}")


def release_due_blasts(moment: datetime | None = None) -> int:
    """Release every blast that is due at `moment` (UTC, default now), and expire what is too late.

    Says how many.

    Safe to call from anywhere at any time: each blast is claimed by one guarded UPDATE. Needs
    an app context. A blast that cannot be released holds back no other: NotReleased is raised
    at the end.
    """
    settings = current_settings()
    moment = moment or now()
    _apply_timezone_to_reminders(moment)
    _expire_overdue_blasts(moment - timedelta(minutes=settings.scheduled_message_max_lag), moment)
    released, failed = 0, []
    for scheduled_id in list_due_blast_ids(settings.carrier, moment):
        try:
            released += _release_blast(scheduled_id, moment)
        except WriteLockTimeout:
            raise
        except Exception:
            db.session.rollback()
            log.exception("blast %s could not be released", scheduled_id)
            failed.append(scheduled_id)
    db.session.rollback()
    if failed:
        raise BlastsNotReleased(failed)
    return released


def _apply_timezone_to_reminders(moment: datetime) -> None:
    """Reminders are planned by the organisation's clocks: its settings may have got another
    zone since.
    """
    if find_events_planned_in_old_zone():
        with write():
            log.info(
                "reminders of events %s follow the zone",
                reschedule_reminders_in_new_zone(moment),
            )


def _expire_overdue_blasts(oldest: datetime, moment: datetime) -> None:
    late = list_overdue_blasts(oldest)
    if not late:
        return
    with write():
        for blast in late:
            blast_scheduling.expire_scheduled_blast(
                blast.id,
                EXPIRED_ERROR.format(
                    late=durations.format_time_between(blast.scheduled_at, moment)
                ),
            )


def _release_blast(scheduled_id: int, moment: datetime) -> bool:
    blast = db.session.get_one(ScheduledMessage, scheduled_id, populate_existing=True)
    if blast.not_after and not compute_validity_seconds(blast.not_after, moment):
        return _close_unsent_blast(
            scheduled_id,
            blast_scheduling.expire_scheduled_blast,
            END_TIME_PASSED_ERROR.format(end=_format_blast_time(blast.not_after, blast.timezone)),
        )
    try:
        rehearsal, title = _render_scheduled_blast(blast)
    except queries.BlastEventNotFound:
        return _close_unsent_blast(
            scheduled_id, blast_scheduling.fail_scheduled_blast, EVENT_DELETED_ERROR
        )
    if blast.test_mode and not rehearsal.texts:
        return _close_unsent_blast(
            scheduled_id,
            blast_scheduling.fail_scheduled_blast,
            TEST_PHONE_MISSING_ERROR,
        )
    if not rehearsal.texts:
        return _close_unsent_blast(
            scheduled_id,
            blast_scheduling.fail_scheduled_blast,
            rows.NO_RECIPIENTS_ERROR,
        )
    with write():
        moment = now()
        if not rows.claim_scheduled_blast(scheduled_id, moment):
            return False
        log_id = rows.create_blast_messages(scheduled_id, rehearsal, moment, title)
    log.info(
        "blast %s released as log %s: %s rows",
        scheduled_id,
        log_id,
        len(rehearsal.texts),
    )
    return True


def _close_unsent_blast(scheduled_id: int, how: Callable[[int, str], bool], why: str) -> bool:
    with write():
        how(scheduled_id, why)
    return False


def _format_blast_time(moment: datetime, zone: str | None) -> str:
    return f"{local_times.format_moment(moment, zone or 'UTC')}, {zone or 'UTC'}"


def _render_scheduled_blast(
    blast: ScheduledMessage,
) -> tuple[RenderedBlast, str | None]:
    event = events.find_event(blast.event_id)
    by = (
        reminder_timing.compute_registration_cutoff(blast.scheduled_at)
        if blast.event_reminder_id
        else None
    )
    whole = skip_too_long_texts(
        queries.render_blast(blast.target, blast.event_id, blast.message_body, blast.footer, by)
    )
    if blast.test_mode:
        whole = _render_for_test_phone(whole, blast)
    return whole, event.title if event else None


def _render_for_test_phone(whole: RenderedBlast, blast: ScheduledMessage) -> RenderedBlast:
    """The text as the first person of the audience would read it, for the admin's own phone."""
    phone = get_test_phone()
    if phone is None:
        return replace(whole, texts=())
    reader = whole.sendable_texts[0].name if whole.sendable_texts else None
    person = BlastRecipient(reader, phone, suppression.find_suppression_reason(phone))
    return render_blast_texts([person], blast.message_body, blast.footer, whole.event_values)
