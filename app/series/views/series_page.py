"""The list of series, and the page of one: its rule, the dates to come, and those that are over."""

from collections.abc import Mapping, Sequence

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.blasts.queries.tab_counts import count_tabs
from app.core.access import permission_required
from app.core.clock import now
from app.core.settings import current_settings
from app.delivery.queries.series_blasts import SeriesBlast, find_series_blasts
from app.domain.accounts.permissions import Permission
from app.domain.delivery.blast_labels import name_blast
from app.series.models import OccurrenceState, SeriesOccurrence
from app.series.queries.series_dates import SeriesDate, list_coming_dates
from app.series.queries.series_records import (
    list_occurrences,
    list_pending_occurrences,
    list_series,
)
from app.series.queries.series_texts import get_date_text
from app.series.views.blueprint import bp, find_series_problem, get_series_or_404
from app.series.views.series_labels import (
    STATE_LABELS,
    describe_next_text,
    describe_people,
    describe_series,
    find_event_titles,
    format_series_day,
    format_series_time,
    render_series_text,
)

COMING_DATES = 10
PAST_DATES = 20


@bp.get("")
@permission_required(Permission.SEE_TEXTS, for_everybody=True)
def list_all_series() -> ResponseReturnValue:
    """Show every series, with its rule and its next date."""
    all_series = list_series()
    pending = list_pending_occurrences([series.id for series in all_series])
    blasts = find_series_blasts([row.scheduled_id for row in pending.values() if row.scheduled_id])
    titles = find_event_titles(all_series)
    next_times = {}
    for series in all_series:
        row = pending.get(series.id)
        blast = blasts.get(row.scheduled_id or 0) if row else None
        if blast:
            next_times[series.id] = format_series_time(blast.scheduled_at, series.timezone)
    return render_template(
        "series/list.html",
        all_series=all_series,
        names={
            series.id: name_blast(series, titles.get(series.event_id or 0)) for series in all_series
        },
        sentences={series.id: describe_series(series) for series in all_series},
        people=describe_people(all_series),
        next_times=next_times,
        labels=STATE_LABELS,
        tab_counts=count_tabs(current_user.id, current_user.role),
    )


@bp.get("/<int:series_id>")
@permission_required(Permission.SEE_TEXTS)
def show_series(series_id: int) -> ResponseReturnValue:
    """Show one series with its next dates, and what became of the last ones."""
    series = get_series_or_404(series_id)
    coming = list_coming_dates(series, now(), COMING_DATES)
    rows = list_occurrences(series_id)
    blasts = find_series_blasts([row.scheduled_id for row in rows if row.scheduled_id])
    held = next((day for day in coming if _find_held_reason(day, blasts)), None)
    titles = find_event_titles([series])
    text = get_date_text(series, held)
    return render_template(
        "series/series.html",
        series=series,
        name=name_blast(series, titles.get(series.event_id or 0)),
        sentence=describe_series(series),
        people=describe_people([series])[series_id],
        state_label=STATE_LABELS[series.state],
        coming=coming,
        times={day.occurs_on: format_series_time(day.due_at, series.timezone) for day in coming},
        days={day.occurs_on: format_series_day(day.occurs_on, series.timezone) for day in coming},
        held=held,
        held_reason=_find_held_reason(held, blasts) if held else None,
        text=describe_next_text(text.body, lambda: render_series_text(series, text)),
        past=_list_past(rows, coming, blasts),
        past_days={
            row.occurs_on: format_series_day(row.moved_date or row.occurs_on, series.timezone)
            for row in rows
        },
        blasts=blasts,
        people_problem=find_series_problem(series),
        is_of_other_carrier=series.carrier != current_settings().carrier,
    )


def _find_held_reason(coming: SeriesDate, blasts: Mapping[int, SeriesBlast]) -> str | None:
    if not coming.is_pending or coming.row is None:
        return None
    blast = blasts.get(coming.row.scheduled_id or 0)
    return blast.held_reason if blast else None


def _list_past(
    rows: Sequence[SeriesOccurrence], coming: list[SeriesDate], blasts: Mapping[int, SeriesBlast]
) -> list[SeriesOccurrence]:
    """Return the dates that are over, the latest first."""
    to_come = {day.occurs_on for day in coming}
    over = (OccurrenceState.DONE, OccurrenceState.FAILED, OccurrenceState.SKIPPED)
    past = [row for row in rows if row.state in over and row.occurs_on not in to_come]
    return past[: -PAST_DATES - 1 : -1]
