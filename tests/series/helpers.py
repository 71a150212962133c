"""Steps that tests of series repeat: start one, release what is due, let the job run."""

from datetime import UTC, date, datetime, timedelta

from app.blasts.actions.blast_confirmation import confirm_blast
from app.blasts.actions.due_blasts import release_due_blasts
from app.core.db import db, write
from app.delivery.scheduled_models import ScheduledMessage
from app.domain.delivery.blast_draft import BlastDraft
from app.domain.delivery.message_statuses import BlastTarget
from app.domain.recurrence.recurrence_rules import RecurrenceKind, RecurrenceRule
from app.series.actions.series_editing import SeriesTiming, start_series
from app.series.actions.series_progress import continue_series
from app.series.models import SeriesOccurrence

DENVER = "America/Denver"
SUNDAY = 6
# Saturday; ten o'clock on the Sundays in Denver is 17:00 UTC.
START = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
FIRST_SUNDAY = datetime(2026, 11, 29, 17, 0, tzinfo=UTC)
WEEK = timedelta(days=7)
SUNDAYS = RecurrenceRule(RecurrenceKind.WEEKLY, weekdays=(SUNDAY,))
SUNDAY_SERIES = SeriesTiming(SUNDAYS, date(2026, 11, 29), "10:00")


def start_sunday_series(
    body="Worship is at ten.",
    timing=SUNDAY_SERIES,
    target=BlastTarget.COMMUNITY,
    event_id=None,
    confirmed_count=None,
    people_of=None,
):
    """Confirm a blast for Sunday and let it repeat; return the ids of the series and the blast."""
    draft = BlastDraft(
        body=body,
        footer=None,
        target=target,
        event_id=event_id,
        timezone=DENVER,
        send_at=FIRST_SUNDAY,
        people_of=people_of,
    )
    with write():
        blast_id = confirm_blast(draft, None, "ada", START, confirmed_count)
        series_id = start_series(blast_id, timing, "ada", START).id
    return series_id, blast_id


def pass_time(moment):
    """Do what a serving process does at a moment: release what is due, continue each series."""
    released = release_due_blasts(moment)
    continue_series(moment)
    return released


def list_waiting_blasts():
    """Return (UTC time, text) of every blast that waits, read anew."""
    rows = db.session.scalars(
        db.select(ScheduledMessage)
        .where(ScheduledMessage.status == "pending")
        .order_by(ScheduledMessage.scheduled_at)
        .execution_options(populate_existing=True)
    )
    return [(row.scheduled_at, row.message_body) for row in rows]


def list_dates():
    """Return (day by the rule, state) of every date that has a row."""
    rows = db.session.scalars(
        db.select(SeriesOccurrence)
        .order_by(SeriesOccurrence.occurs_on)
        .execution_options(populate_existing=True)
    )
    return [(f"{row.occurs_on:%m-%d}", row.state.value) for row in rows]
