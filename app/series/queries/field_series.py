"""The series whose texts name a field of people."""

from collections.abc import Sequence

from sqlalchemy import select

from app.core.db import db
from app.domain.texts.field_mentions import find_field_names
from app.domain.texts.template_fields import fold_field_name
from app.domain.texts.translations import join_texts
from app.series.models import BlastSeries, OccurrenceState, SeriesOccurrence, SeriesState


def list_series_with_field(name: str) -> list[BlastSeries]:
    """Return the series that have not ended and name a field, also for one date only."""
    all_series = db.session.scalars(
        select(BlastSeries).where(BlastSeries.state != SeriesState.ENDED).order_by(BlastSeries.id)
    )
    dated_ids = {row.series_id for row in list_dates_with_field(name)}
    return [series for series in all_series if series.id in dated_ids or _names_field(series, name)]


def list_dates_with_field(name: str) -> Sequence[SeriesOccurrence]:
    """Return the dates to come whose own text names a field."""
    rows = db.session.scalars(
        select(SeriesOccurrence).where(
            SeriesOccurrence.body.is_not(None),
            SeriesOccurrence.state.in_((OccurrenceState.PLANNED, OccurrenceState.PENDING)),
        )
    )
    return [row for row in rows if _names_field(row, name)]


def _names_field(texts: BlastSeries | SeriesOccurrence, name: str) -> bool:
    folded = fold_field_name(name)
    joined = join_texts(texts.body or "", texts.translations.values())
    return folded in find_field_names(joined, (folded,))
