"""What series add to Home: their dates of the next days, and those that stopped."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from flask import url_for

from app.core.permission_checks import is_reached
from app.dashboard.views.attention import AttentionItem
from app.dashboard.views.coming_days import DAYS_AHEAD, ComingItem
from app.domain.delivery.blast_labels import name_blast
from app.domain.time.local_times import find_moment_on_day, get_local_date, zone_or_utc
from app.organisation.queries import get_organisation_timezone
from app.series.models import BlastSeries, SeriesState
from app.series.queries.series_dates import list_unscheduled_dates
from app.series.queries.series_records import list_series_in_states


def list_watched_series() -> Sequence[BlastSeries]:
    """Return the series that Home tells of: active and stopped ones that the user reaches."""
    watched = list_series_in_states([SeriesState.ACTIVE, SeriesState.STOPPED])
    return [series for series in watched if is_reached("series_id", series.id)]


def build_series_items(all_series: Sequence[BlastSeries], moment: datetime) -> list[ComingItem]:
    """Return the dates of the next days that are no scheduled blasts yet."""
    zone = zone_or_utc(get_organisation_timezone())
    day_after = get_local_date(zone.key, moment) + timedelta(days=DAYS_AHEAD + 1)
    end = find_moment_on_day(day_after, "00:00", zone.key) or moment
    active = [series for series in all_series if series.state is SeriesState.ACTIVE]
    items = []
    for series, coming in list_unscheduled_dates(active, moment, end):
        local = coming.due_at.astimezone(zone)
        url = url_for("series.show_series", series_id=series.id)
        name = name_blast(series)
        items.append(
            ComingItem(local.date(), f"{local:%H:%M}", "send", name, "Part of a series", url)
        )
    return items


def describe_stopped_series(all_series: Sequence[BlastSeries]) -> list[AttentionItem]:
    """Return an item for each series that stopped for a reason that needs a person."""
    return [
        AttentionItem(
            "triangle-alert",
            f"Series stopped: {name_blast(series)}",
            url_for("series.show_series", series_id=series.id),
            series.stop_reason or "",
        )
        for series in all_series
        if series.state is SeriesState.STOPPED
    ]
