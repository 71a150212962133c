"""A series with a skipped date, one that is moved, one with its own text; and one that is held."""

from datetime import date, timedelta

from app.blasts.actions.blast_confirmation import confirm_blast
from app.core.clock import now
from app.core.db import write
from app.domain.delivery.blast_draft import BlastDraft
from app.domain.delivery.message_statuses import BlastTarget
from app.domain.recurrence.recurrence_rules import RecurrenceKind, RecurrenceRule
from app.series.actions.date_editing import edit_date, move_date, skip_date
from app.series.actions.series_editing import SeriesTiming, start_series
from app.series.queries.series_texts import SeriesText

ZONE = "America/Denver"
WORSHIP = "Hi {first_name|friend}, worship is at ten on Sunday."
POTLUCK = "Potluck this week! Bring a dish."


def add_series(app) -> str:
    """Add both; return a date of the first one that is to come."""
    with app.app_context():
        first, days = _start(WORSHIP)
        with write():
            skip_date(first, days[1], now())
            move_date(first, days[2], days[2] - timedelta(days=1), "18:00", now())
            edit_date(first, days[3], SeriesText("This week worship is at eleven!"), now())
        second, days = _start(POTLUCK)
        yesterday = now().date() - timedelta(days=2)
        with write():
            text = SeriesText(f"Potluck on {yesterday:%B} {yesterday.day}!")
            edit_date(second, days[0], text, now())
        return days[4].isoformat()


def _start(body: str) -> tuple[int, list[date]]:
    """Let a blast repeat every week; return its series and the first five dates."""
    due = now() + timedelta(days=2)
    draft = BlastDraft(body, "Reply STOP to opt out.", BlastTarget.COMMUNITY, None, ZONE, due)
    day = due.date()
    timing = SeriesTiming(
        RecurrenceRule(RecurrenceKind.WEEKLY, weekdays=(day.weekday(),)), day, "10:00"
    )
    with write():
        series_id = start_series(confirm_blast(draft, None, "ada", now()), timing, "ada", now()).id
    return series_id, [day + timedelta(days=7 * week) for week in range(5)]
