"""What the pages of blasts say about series."""

from collections.abc import Sequence

from flask import url_for

from app.blasts.queries.series_source import SeriesLink, SeriesSource
from app.delivery.scheduled_models import ScheduledMessage
from app.domain.delivery.message_statuses import ScheduledBlastStatus
from app.series.actions.series_editing import may_repeat
from app.series.queries.series_records import find_series_by_ids, list_pending_occurrences
from app.series.views.series_labels import describe_series


def find_series_links(blasts: Sequence[ScheduledMessage]) -> dict[int, SeriesLink]:
    """Return the series of these blasts by the blasts' ids; those of none are left out."""
    series_ids = {blast.series_id for blast in blasts if blast.series_id}
    all_series = find_series_by_ids(series_ids)
    pending = list_pending_occurrences(series_ids)
    links = {}
    for blast in blasts:
        series = all_series.get(blast.series_id or 0)
        if series is None:
            continue
        edit_url = ""
        row = pending.get(series.id)
        is_waiting = blast.status is ScheduledBlastStatus.PENDING
        if is_waiting and row is not None and row.scheduled_id == blast.id:
            edit_url = url_for("series.edit_date", series_id=series.id, day=row.occurs_on)
        url = url_for("series.show_series", series_id=series.id)
        links[blast.id] = SeriesLink(describe_series(series), url, edit_url)
    return links


def find_repeat_url(blast: ScheduledMessage) -> str:
    """Return where a blast can be made to repeat, "" where it cannot."""
    return url_for("series.repeat_blast", scheduled_id=blast.id) if may_repeat(blast) else ""


SERIES_SOURCE = SeriesSource(find_series_links, find_repeat_url)
