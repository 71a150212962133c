"""What a person does to one date of a series: skip, restore, move, or give it its own text."""

from datetime import date, datetime

from app.accounts.queries import find_user_by_name
from app.blasts.actions.approval_judgement import answer_for_blast
from app.core.db import ChangedMeanwhile, db
from app.delivery.actions.blast_scheduling import confirm_held_blast
from app.domain.time.local_times import find_moment_on_day
from app.series.actions.series_editing import require_series
from app.series.actions.series_planning import plan_next_blast
from app.series.actions.series_progress import settle_dates
from app.series.models import BlastSeries, OccurrenceState, SeriesOccurrence, SeriesState
from app.series.queries.series_dates import SeriesDate, list_coming_dates
from app.series.queries.series_texts import SeriesText, get_series_text

# As far ahead as one date can be changed.
DATES_AHEAD = 60


def skip_date(series_id: int, occurs_on: date, moment: datetime) -> None:
    """Send nothing on one date; the next one waits in its place. Inside write().

    Raises ChangedMeanwhile where it is not to come any more.
    """
    series, row = _prepare(series_id, occurs_on, moment)
    # The blast that waits for it is aimed at the next date.
    blast_id = row.scheduled_id if row.state is OccurrenceState.PENDING else None
    row.state, row.scheduled_id = OccurrenceState.SKIPPED, None
    _plan(series, moment, blast_id)


def restore_date(series_id: int, occurs_on: date, moment: datetime) -> None:
    """Send a skipped date after all. Inside write()."""
    series, row = _prepare(series_id, occurs_on, moment)
    if row.state is not OccurrenceState.SKIPPED:
        raise ChangedMeanwhile
    row.state, row.scheduled_id = OccurrenceState.PLANNED, None
    _plan(series, moment)


def move_date(series_id: int, occurs_on: date, day: date, clock: str, moment: datetime) -> None:
    """Send one date at another time, HH:MM on the clocks of the series. Inside write().

    Raises ChangedMeanwhile where that time is over by now: the date would never be sent.
    """
    series, row = _prepare(series_id, occurs_on, moment)
    due_at = find_moment_on_day(day, clock, series.timezone)
    if due_at is None or due_at <= moment:
        raise ChangedMeanwhile
    is_usual = day == occurs_on and clock == series.time_of_day
    row.moved_date, row.moved_time = (None, None) if is_usual else (day, clock)
    _plan(series, moment)


def edit_date(series_id: int, occurs_on: date, text: SeriesText, moment: datetime) -> None:
    """Give one date its own text; that of the series takes it back. Inside write()."""
    series, row = _prepare(series_id, occurs_on, moment)
    is_own = text != get_series_text(series)
    row.body = text.body if is_own else None
    row.translations = text.translations if is_own else {}
    _plan(series, moment)


def confirm_date(
    series_id: int, occurs_on: date, count: int, username: str, moment: datetime
) -> None:
    """Let the held blast of one date go for `count` people, at its time or at once if it is late.

    `username`: who says so. Inside write(). Raises ChangedMeanwhile when it is not held.
    """
    series = require_series(series_id)
    coming = find_coming_date(series, occurs_on, moment)
    if coming is None or coming.row is None or coming.row.scheduled_id is None:
        raise ChangedMeanwhile
    due_at = max(coming.due_at, moment)
    if not confirm_held_blast(coming.row.scheduled_id, count, due_at):
        raise ChangedMeanwhile
    answer_for_blast(coming.row.scheduled_id, find_user_by_name(username))


def find_coming_date(series: BlastSeries, occurs_on: date, moment: datetime) -> SeriesDate | None:
    """Return a date of a series that is still to come, or None."""
    dates = list_coming_dates(series, moment, DATES_AHEAD)
    return next((coming for coming in dates if coming.occurs_on == occurs_on), None)


def _prepare(
    series_id: int, occurs_on: date, moment: datetime
) -> tuple[BlastSeries, SeriesOccurrence]:
    """Return a series and the row of one date that is to come, made if there is none."""
    series = require_series(series_id)
    if series.state is SeriesState.ACTIVE:
        settle_dates(series, moment)
    coming = find_coming_date(series, occurs_on, moment)
    if coming is None:
        raise ChangedMeanwhile
    row = coming.row
    if row is None:
        row = SeriesOccurrence(series_id=series_id, occurs_on=occurs_on)
        row.state = OccurrenceState.PLANNED
        db.session.add(row)
        db.session.flush()
    return series, row


def _plan(series: BlastSeries, moment: datetime, free_blast_id: int | None = None) -> None:
    db.session.flush()
    if series.state is SeriesState.ACTIVE:
        plan_next_blast(series, moment, free_blast_id=free_blast_id)
