"""The job that makes the next blast of each series once the one before is over."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from app.core.clock import now
from app.core.db import ChangedMeanwhile, WriteLockTimeout, db, write
from app.core.settings import current_settings
from app.delivery.actions import blast_scheduling
from app.delivery.actions.blast_messages import NO_RECIPIENTS_ERROR
from app.delivery.actions.fault_notices import build_notice, tell_admins
from app.delivery.queries.installation_hold import find_sending_hold
from app.delivery.queries.series_blasts import (
    SeriesBlast,
    count_texted_people,
    find_series_blasts,
)
from app.domain.delivery.alert_messages import AlertEvent
from app.domain.delivery.message_statuses import BlastStatus, ScheduledBlastStatus
from app.series.actions.series_planning import plan_next_blast, stop_series
from app.series.models import BlastSeries, OccurrenceState, SeriesOccurrence, SeriesState
from app.series.queries.series_records import (
    SeriesProgress,
    list_occurrences,
    list_progress,
    reload_series,
)

log = logging.getLogger(__name__)
# Longer than between two runs of the job.
HOLD_AHEAD = timedelta(minutes=1)
BEFORE_PAUSED_HOLD = (
    "The last blast of this series is paused. Resume it or stop the rest, then send this one."
)
FAILED_REASON = "No text of its last blast could be sent."
RELEASED_STATUSES = frozenset({ScheduledBlastStatus.PROCESSING, ScheduledBlastStatus.SENT})


def continue_series(moment: datetime | None = None) -> int:
    """Bring every series forward whose blast is over; return how many were changed.

    Idempotent, and safe in several processes at once: each series is read again and changed in one
    transaction. Needs an app context. A series that cannot be continued holds back no other.
    """
    # A copy, or an older state: what seems due may have been sent long ago.
    if find_sending_hold() is not None:
        return 0
    moment = moment or now()
    changed = 0
    progress = list_progress(current_settings().carrier)
    blasts = find_series_blasts(_list_blast_ids(progress))
    for series in progress:
        if not _needs_change(series, blasts, moment):
            continue
        try:
            changed += _continue_one(series.series_id, moment)
        except WriteLockTimeout:
            raise
        except ChangedMeanwhile:
            log.info("series %s changed meanwhile; the next run looks again", series.series_id)
        except Exception:
            db.session.rollback()
            log.exception("series %s could not be continued", series.series_id)
    db.session.rollback()
    return changed


def settle_dates(series: BlastSeries, moment: datetime) -> None:
    """Note what became of the blasts of a series, and stop it where a person is needed.

    Inside write().
    """
    rows = [row for row in list_occurrences(series.id) if row.state is OccurrenceState.PENDING]
    rows += _find_last_done(series.id)
    blasts = find_series_blasts([row.scheduled_id for row in rows if row.scheduled_id])
    reasons = [_settle_date(series, row, blasts.get(row.scheduled_id or 0)) for row in rows]
    db.session.flush()
    if series.state is SeriesState.ACTIVE and (reason := next(filter(None, reasons), "")):
        stop_series(series, reason, moment)


def _list_blast_ids(progress: Sequence[SeriesProgress]) -> list[int]:
    ids = [(series.pending_blast_id, series.last_blast_id) for series in progress]
    return [blast_id for pair in ids for blast_id in pair if blast_id]


def _needs_change(
    series: SeriesProgress, blasts: Mapping[int, SeriesBlast], moment: datetime
) -> bool:
    """Whether nothing of a series waits, or its last blast failed or is paused."""
    last = blasts.get(series.last_blast_id or 0)
    if last is not None and _is_failure(last):
        return True
    pending = blasts.get(series.pending_blast_id or 0)
    if pending is None or pending.status is not ScheduledBlastStatus.PENDING:
        return True
    return _is_too_early(pending, last, moment)


def _is_too_early(pending: SeriesBlast, last: SeriesBlast | None, moment: datetime) -> bool:
    """Whether a blast is nearly due while the one before is paused."""
    if last is None or last.log_status is not BlastStatus.PAUSED or pending.held_reason:
        return False
    return pending.scheduled_at <= moment + HOLD_AHEAD


def _hold_behind_paused(series_id: int, moment: datetime) -> bool:
    """Hold the blast of a series whose last one is paused; False where it is not so any more."""
    rows = list_occurrences(series_id)
    pending = next((row for row in rows if row.state is OccurrenceState.PENDING), None)
    ids = [row.scheduled_id for row in (pending, *_find_last_done(series_id)) if row]
    blasts = dict(find_series_blasts([id_ for id_ in ids if id_]))
    waiting = blasts.pop(pending.scheduled_id or 0, None) if pending else None
    if waiting is None or not _is_too_early(waiting, next(iter(blasts.values()), None), moment):
        return False
    blast_scheduling.hold_scheduled_blast(waiting.id, BEFORE_PAUSED_HOLD)
    notice = build_notice(AlertEvent.BLAST_HELD, BEFORE_PAUSED_HOLD, "", moment)
    tell_admins(notice, f"/blasts/series/{series_id}")
    return True


def _continue_one(series_id: int, moment: datetime) -> bool:
    with write():
        series = reload_series(series_id)
        if series is None or series.state is not SeriesState.ACTIVE:
            return False
        settle_dates(series, moment)
        if series.state is SeriesState.ACTIVE and not _hold_behind_paused(series_id, moment):
            plan_next_blast(series, moment, tells=True)
    log.info("series %s continued", series_id)
    return True


def _find_last_done(series_id: int) -> list[SeriesOccurrence]:
    done = [row for row in list_occurrences(series_id) if row.state is OccurrenceState.DONE]
    return done[-1:]


def _settle_date(series: BlastSeries, row: SeriesOccurrence, blast: SeriesBlast | None) -> str:
    """Note what became of one blast; return why the series must stop for it ("": no reason)."""
    if blast is None:
        # Canceled or expired, and deleted from the list by an admin at once.
        if row.state is OccurrenceState.PENDING:
            row.state = OccurrenceState.SKIPPED
        return ""
    if _is_failure(blast):
        row.state = OccurrenceState.FAILED
        return FAILED_REASON if blast.log_id else blast.error_message or FAILED_REASON
    if row.state is OccurrenceState.DONE or blast.status is ScheduledBlastStatus.PENDING:
        return ""
    if blast.status is ScheduledBlastStatus.CANCELLED:
        row.state = OccurrenceState.SKIPPED
        return ""
    row.state = OccurrenceState.DONE
    if blast.log_id and blast.status in RELEASED_STATUSES:
        # The next one is compared with how many got this one.
        series.confirmed_count = count_texted_people(blast.log_id)
    return ""


def _is_failure(blast: SeriesBlast) -> bool:
    """Whether a blast failed for a reason that needs a person; an empty list fills again."""
    is_failed = blast.status is ScheduledBlastStatus.FAILED
    return is_failed and blast.error_message != NO_RECIPIENTS_ERROR
