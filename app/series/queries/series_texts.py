"""The text of a series, and of one of its dates, in every language that it has."""

from dataclasses import dataclass, field

from app.series.models import BlastSeries
from app.series.queries.series_dates import SeriesDate


@dataclass(frozen=True)
class SeriesText:
    """A text in the organisation's language, and its translations by their tags."""

    body: str
    translations: dict[str, str] = field(default_factory=dict)


def get_series_text(series: BlastSeries) -> SeriesText:
    """Return the text of the dates that have none of their own."""
    return SeriesText(series.body, series.translations)


def get_date_text(series: BlastSeries, coming: SeriesDate | None) -> SeriesText:
    """Return the text of one date: its own, else that of the series."""
    row = coming.row if coming else None
    if row is None or row.body is None:
        return get_series_text(series)
    # Its own text is whole: a language that it lacks is not taken from the series.
    return SeriesText(row.body, row.translations)
