"""Release of due blasts: the audience is read and rendered, then stored in one write section."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from app.audiences.actions.admin_reserve import reserve_released_audience
from app.audiences.actions.audience_topics import record_segment_topics
from app.blasts.actions.approval_judgement import (
    ask_about_due_blast,
    find_approval_gap,
    record_released_blast,
)
from app.blasts.queries import audience
from app.blasts.queries.field_fillings import FieldNotTextable
from app.blasts.queries.gone_lists import describe_gone_lists, describe_missed_lists
from app.blasts.queries.people_permission import may_creator_text_people
from app.blasts.queries.scheduled_rendering import render_scheduled_blast
from app.blasts.queries.scope_judgement import find_scope_gap
from app.core.clock import now
from app.core.db import WriteLockTimeout, db, write
from app.core.local_formats import format_time_in_zone
from app.core.settings import current_settings
from app.delivery.actions import blast_messages, blast_scheduling
from app.delivery.actions.fault_notices import build_notice, tell_admins
from app.delivery.actions.limit_pauses import resume_blasts_after_day_limit
from app.delivery.queries import blast_records, scheduled_messages
from app.delivery.queries.installation_hold import find_sending_hold
from app.delivery.scheduled_models import ScheduledMessage
from app.domain.delivery.alert_messages import AlertEvent
from app.domain.delivery.blast_growth import describe_growth, has_grown_too_much
from app.domain.delivery.blast_rendering import RenderedBlast
from app.domain.delivery.send_rate import compute_validity_seconds
from app.domain.time import durations
from app.events.actions.reminder_plan import (
    find_events_planned_in_old_zone,
    reschedule_reminders_in_new_zone,
)
from app.events.queries import events
from app.suppression.actions.erased_numbers import has_number_been_erased_since
from app.suppression.queries.left_topics import has_topic_been_left_since

log = logging.getLogger(__name__)
EVENT_DELETED_ERROR = "The event of this blast was deleted, so no texts were sent."
GROUP_RESTRICTED_ERROR = "Only admins can text the people of this blast, so no texts were sent."
LISTS_GONE_ERROR = "{reason}, so no texts were sent."
EXCLUDED_GONE_HOLD = (
    "{reason} now. This blast excludes its people, so it waits. Edit it, or cancel it."
)
FIELD_GONE_HOLD = "Its text can't be filled in now. {reason} Edit it, or cancel it."
TEST_PHONE_MISSING_ERROR = (
    "Nothing was sent: the user who asked for the test no longer has a phone."
)
EXPIRED_ERROR = (
    "Nothing was sent: sending was off when it was due, or the clock was wrong. It is now "
    "{late} late."
)
END_TIME_PASSED_ERROR = (
    "Nothing was sent: sending was set to stop at {end}, and that time has passed."
)


class BlastsNotReleased(Exception):
    """These scheduled blasts could not be released; they still wait, and the others left."""

    def __init__(self, ids: Sequence[int]) -> None:
        super().__init__(f"not released: {', '.join(map(str, ids))}")
        self.ids = tuple(ids)


def release_due_blasts(moment: datetime | None = None) -> int:
    """Release every blast that is due at `moment` (UTC, default now); return how many.

    Blasts that are too late expire. Safe to call from anywhere at any time: each blast is claimed
    by one guarded UPDATE. Needs an app context. A blast that cannot be released holds back no
    other: BlastsNotReleased is raised at the end. Raises WriteLockTimeout at once.
    """
    # An older state of the database, or a copy: what seems due may have gone out long ago.
    if find_sending_hold() is not None:
        return 0
    settings = current_settings()
    moment = moment or now()
    _apply_timezone_to_reminders(moment)
    resume_blasts_after_day_limit(moment)
    oldest = moment - timedelta(minutes=settings.scheduled_message_max_lag)
    _expire_overdue_blasts(settings.carrier, oldest, moment)
    released = 0
    failed_ids = []
    # One blast a transaction: an error in one of them keeps no other from leaving.
    for scheduled_id in scheduled_messages.list_due_blast_ids(settings.carrier, moment):
        try:
            released += _release_blast(scheduled_id, moment)
        except WriteLockTimeout:
            # Somebody else is writing: the blasts after this one would wait in vain too.
            raise
        except Exception:
            db.session.rollback()
            log.exception("blast %s could not be released", scheduled_id)
            failed_ids.append(scheduled_id)
    db.session.rollback()
    if failed_ids:
        raise BlastsNotReleased(failed_ids)
    return released


def _apply_timezone_to_reminders(moment: datetime) -> None:
    """Reschedule reminders when the organisation's settings have got another time zone."""
    # A read first: on nearly every tick there is nothing to change, and no write lock to take.
    if find_events_planned_in_old_zone():
        with write():
            event_ids = reschedule_reminders_in_new_zone(moment)
            log.info("reminders of events %s follow the zone", event_ids)


def _expire_overdue_blasts(carrier: str, oldest: datetime, moment: datetime) -> None:
    overdue = scheduled_messages.list_overdue_blasts(carrier, oldest)
    if not overdue:
        return
    with write():
        for blast in overdue:
            late = durations.format_time_between(blast.scheduled_at, moment)
            blast_scheduling.expire_scheduled_blast(blast.id, EXPIRED_ERROR.format(late=late))


def _release_blast(scheduled_id: int, moment: datetime) -> bool:
    """Make messages of one due blast; False when it was closed unsent or claimed by another."""
    # A snapshot of its own: what is said after this moment may not be in it.
    db.session.rollback()
    read_at = now()
    # Past the session's copy: a person may have cancelled it while others were released.
    blast = blast_records.reload_scheduled_blast(scheduled_id)
    if blast.not_after and not compute_validity_seconds(blast.not_after, moment):
        end = _format_blast_time(blast.not_after, blast.timezone)
        _expire_blast(scheduled_id, END_TIME_PASSED_ERROR.format(end=end))
        return False
    if not may_creator_text_people(blast):
        _fail_blast(scheduled_id, GROUP_RESTRICTED_ERROR)
        return False
    rendered = _render_or_close(blast)
    if rendered is None:
        return False
    if not rendered.texts:
        _fail_blast(scheduled_id, _explain_no_texts(blast))
        return False
    if gap := find_scope_gap(blast, rendered):
        _hold_blast(scheduled_id, gap)
        return False
    if gap := find_approval_gap(blast, rendered, moment):
        _hold_for_approval(scheduled_id, rendered, gap)
        return False
    confirmed_count, count = blast.confirmed_count, rendered.recipient_count
    if confirmed_count is not None and has_grown_too_much(confirmed_count, count):
        _hold_blast(scheduled_id, describe_growth(confirmed_count, count))
        return False
    return store_blast(blast, rendered, read_at)


def _render_or_close(blast: ScheduledMessage) -> RenderedBlast | None:
    """Return the texts of a due blast; one that has none is closed or held, and None returned."""
    try:
        return render_scheduled_blast(blast)
    except audience.ExcludedListNotFound as error:
        _hold_blast(blast.id, EXCLUDED_GONE_HOLD.format(reason=error.reason))
    except audience.BlastListsNotFound as error:
        _fail_blast(blast.id, LISTS_GONE_ERROR.format(reason=error.reason))
    except audience.BlastEventNotFound:
        _fail_blast(blast.id, EVENT_DELETED_ERROR)
    except FieldNotTextable as error:
        _hold_blast(blast.id, FIELD_GONE_HOLD.format(reason=error.reason))
    return None


def _explain_no_texts(blast: ScheduledMessage) -> str:
    if blast.test_mode:
        return TEST_PHONE_MISSING_ERROR
    return blast_messages.NO_RECIPIENTS_ERROR


def store_blast(blast: ScheduledMessage, rendered: RenderedBlast, read_at: datetime) -> bool:
    """Claim a blast and make its messages; `read_at`: when its audience was read."""
    scheduled_id = blast.id
    event = events.find_event(blast.event_id)
    event_title = event.title if event else None
    audience_id, is_test = blast.audience_id, blast.test_mode
    missed = "" if is_test else describe_missed_lists(audience_id)
    gone_lists = "" if is_test else describe_gone_lists(audience_id)
    plan = _read_plan(blast)
    # The claim and the rows are one transaction: a crash leaves the blast waiting, never half made.
    with write():
        moment = now()
        # The claim knows only who leaves a topic from now on, and an erased person must not come
        # back as a row: the audience is read again.
        if has_topic_been_left_since(read_at) or has_number_been_erased_since(read_at):
            return False
        # So it is when a list was archived or deleted meanwhile, or the blast was edited, moved
        # with its event, or held.
        if not is_test and describe_gone_lists(audience_id) != gone_lists:
            return False
        if _read_plan(blast_records.reload_scheduled_blast(scheduled_id)) != plan:
            return False
        if not blast_messages.claim_scheduled_blast(scheduled_id, moment):
            return False
        log_id = blast_messages.create_blast_messages(scheduled_id, rendered, moment, event_title)
        record_segment_topics(log_id, audience_id)
        record_released_blast(scheduled_id, rendered, moment)
        reserve_released_audience(audience_id)
        if missed:
            blast_scheduling.record_blast_note(scheduled_id, missed)
    log.info("blast %s released as log %s: %s rows", scheduled_id, log_id, len(rendered.texts))
    return True


def _read_plan(blast: ScheduledMessage) -> tuple[object, ...]:
    """Return what may change of a blast that waits: its text, people, times, and that it waits."""
    text = (blast.message_body, blast.translations, blast.footer, blast.plain_names)
    kind = (blast.survey_id, blast.test_mode)
    lists = (blast.target, blast.event_id, blast.audience_id)
    author = (blast.created_by, blast.created_by_id)
    earlier_people = (blast.audience_log_id, blast.audience_outcome, blast.confirmed_count)
    waits_for = (blast.held_reason, blast.approval)
    return text, kind, lists, author, earlier_people, blast.scheduled_at, blast.not_after, waits_for


def _hold_blast(scheduled_id: int, reason: str) -> None:
    with write():
        if not blast_scheduling.hold_scheduled_blast(scheduled_id, reason):
            return
        cause, _, fix = reason.partition(" now. ")
        notice = build_notice(AlertEvent.BLAST_HELD, f"{cause} now.", fix, now())
        tell_admins(notice, f"/blasts/scheduled/{scheduled_id}")
    log.warning("blast %s is held: its lists changed", scheduled_id)


def _hold_for_approval(scheduled_id: int, rendered: RenderedBlast, reason: str) -> None:
    with write():
        ask_about_due_blast(scheduled_id, rendered, reason, now())
    log.info("blast %s waits for approval", scheduled_id)


def _expire_blast(scheduled_id: int, error: str) -> None:
    with write():
        blast_scheduling.expire_scheduled_blast(scheduled_id, error)


def _fail_blast(scheduled_id: int, error: str) -> None:
    with write():
        blast_scheduling.fail_scheduled_blast(scheduled_id, error)


def _format_blast_time(moment: datetime, zone: str | None) -> str:
    zone = zone or "UTC"
    return f"{format_time_in_zone(moment, zone)}, {zone}"
