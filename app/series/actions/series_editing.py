"""What a person does to a series: start, change, pause, resume, end and delete it."""

from dataclasses import dataclass
from datetime import date, datetime
from itertools import takewhile

from sqlalchemy import delete

from app.accounts.queries import find_user_id
from app.core.db import ChangedMeanwhile, NotFound, db
from app.delivery.actions.audience_storage import delete_unused_audience
from app.delivery.actions.series_blasts import assign_blast_to_series
from app.delivery.queries.blast_records import reload_scheduled_blast
from app.delivery.scheduled_models import ScheduledMessage
from app.domain.delivery.message_statuses import ScheduledBlastStatus
from app.domain.recurrence.recurrence_rules import RecurrenceRule, iterate_days
from app.domain.time.local_times import get_local_date
from app.series.actions.series_planning import plan_next_blast, withdraw_waiting_blast
from app.series.actions.series_progress import settle_dates
from app.series.models import BlastSeries, OccurrenceState, SeriesState
from app.series.queries.series_records import list_occurrences, reload_series
from app.series.queries.series_texts import SeriesText

PAUSED_NOTE = "part of a series that was paused"
ENDED_NOTE = "part of a series that was ended"
PLANNED_STATES = frozenset({OccurrenceState.PLANNED, OccurrenceState.SKIPPED})


@dataclass(frozen=True)
class SeriesTiming:
    """When a series repeats: its rule, from which day, and HH:MM on its clocks."""

    rule: RecurrenceRule
    starts_on: date
    clock: str


def may_repeat(blast: ScheduledMessage) -> bool:
    """Whether a blast can become the first of a series.

    No test, no reminder, none that is sent now, and no blast to the people of an earlier one.
    """
    return (
        blast.status is ScheduledBlastStatus.PENDING
        and not blast.test_mode
        and not blast.immediate
        and blast.event_reminder_id is None
        and blast.audience_log_id is None
        and blast.series_id is None
    )


def start_series(
    scheduled_id: int, timing: SeriesTiming, username: str, moment: datetime
) -> BlastSeries:
    """Make a blast that waits the first of a series. Inside write().

    Raises ChangedMeanwhile when it was released, canceled or repeats already.
    """
    blast = reload_scheduled_blast(scheduled_id)
    if not may_repeat(blast):
        raise ChangedMeanwhile
    series = BlastSeries(
        name=blast.name,
        body=blast.message_body,
        translations=blast.translations,
        footer=blast.footer,
        target=blast.target,
        event_id=blast.event_id,
        audience_id=blast.audience_id,
        survey_id=blast.survey_id,
        plain_names=blast.plain_names,
        carrier=blast.carrier,
        timezone=blast.timezone or "UTC",
        rule=timing.rule.to_json(),
        time_of_day=timing.clock,
        starts_on=timing.starts_on,
        confirmed_count=blast.confirmed_count,
        created_by=username,
        created_by_id=find_user_id(username),
    )
    db.session.add(series)
    db.session.flush()
    # A guarded UPDATE: the blast may have been released since its page was shown.
    if not assign_blast_to_series(scheduled_id, series.id):
        raise ChangedMeanwhile
    plan_next_blast(series, moment, free_blast_id=scheduled_id)
    return series


def change_series(
    series_id: int, text: SeriesText, name: str | None, timing: SeriesTiming, moment: datetime
) -> BlastSeries:
    """Give a series another text, rule or time; its blast that waits follows. Inside write().

    Skipped, moved and edited dates that the new rule does not have are forgotten.
    """
    series = require_series(series_id)
    series.body, series.translations = text.body, text.translations
    series.name = name
    series.rule, series.time_of_day = timing.rule.to_json(), timing.clock
    series.starts_on = timing.starts_on
    db.session.flush()
    # A new rule may have dates to come where the old one had none.
    if series.state is SeriesState.ENDED:
        series.state = SeriesState.ACTIVE
    if series.state is SeriesState.ACTIVE:
        settle_dates(series, moment)
    # The blast of a date that is no date of the new rule is used again, so that its page and its
    # token stay.
    free_blast_id = _forget_other_days(series, timing, moment)
    if series.state is SeriesState.ACTIVE:
        plan_next_blast(series, moment, free_blast_id=free_blast_id)
    return series


def pause_series(series_id: int) -> BlastSeries:
    """Make no more blasts of a series until it is resumed; cancel the one that waits."""
    series = require_series(series_id)
    if series.state is not SeriesState.ACTIVE:
        raise ChangedMeanwhile
    withdraw_waiting_blast(series, PAUSED_NOTE)
    series.state = SeriesState.PAUSED
    return series


def resume_series(series_id: int, username: str, moment: datetime) -> BlastSeries:
    """Let a paused or stopped series go on; `username` answers for it from now on."""
    series = require_series(series_id)
    if series.state not in (SeriesState.PAUSED, SeriesState.STOPPED):
        raise ChangedMeanwhile
    series.state, series.stop_reason = SeriesState.ACTIVE, None
    series.created_by, series.created_by_id = username, find_user_id(username)
    db.session.flush()
    plan_next_blast(series, moment)
    return series


def end_series(series_id: int) -> BlastSeries:
    """End a series: nothing of it is sent any more."""
    series = require_series(series_id)
    if series.state is SeriesState.ENDED:
        raise ChangedMeanwhile
    withdraw_waiting_blast(series, ENDED_NOTE)
    series.state, series.stop_reason = SeriesState.ENDED, None
    return series


def delete_series(series_id: int) -> None:
    """Delete a series that has ended; its blasts stay. Raises ChangedMeanwhile for another."""
    series = require_series(series_id)
    if series.state is not SeriesState.ENDED:
        raise ChangedMeanwhile
    # Deleted after the series: while it is named there, the database keeps it.
    audience_id = series.audience_id
    db.session.execute(delete(BlastSeries).where(BlastSeries.id == series_id))
    delete_unused_audience(audience_id)


def require_series(series_id: int) -> BlastSeries:
    """Return a series, read anew. Raises NotFound. Inside write()."""
    series = reload_series(series_id)
    if series is None:
        raise NotFound
    return series


def _forget_other_days(series: BlastSeries, timing: SeriesTiming, moment: datetime) -> int | None:
    """Forget what was planned for days to come that are no days of the rule.

    Return the blast that waited for one of them, if any.
    """
    today = get_local_date(series.timezone, moment)
    rows = [
        row
        for row in list_occurrences(series.id)
        if row.state is OccurrenceState.PENDING
        or (row.state in PLANNED_STATES and row.occurs_on >= today)
    ]
    if not rows:
        return None
    last = rows[-1].occurs_on
    rule_days = iterate_days(timing.rule, timing.starts_on)
    days = set(takewhile(lambda day: day <= last, rule_days))
    free_blast_id = None
    for row in rows:
        if row.occurs_on not in days:
            if row.state is OccurrenceState.PENDING:
                free_blast_id = row.scheduled_id
            db.session.delete(row)
    db.session.flush()
    return free_blast_id
