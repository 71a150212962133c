"""Give a field its new name in the texts of series. Inside write()."""

from app.domain.texts.field_mentions import rename_field, rename_field_in_all
from app.series.queries.field_series import list_dates_with_field, list_series_with_field


def rename_field_in_series(old_name: str, new_name: str) -> None:
    """Write the new name into the texts of series, and of single dates, that name the field."""
    dates = list_dates_with_field(old_name)
    for series in list_series_with_field(old_name):
        series.body = rename_field(series.body, old_name, new_name)
        series.translations = rename_field_in_all(series.translations, old_name, new_name)
    for row in dates:
        row.body = rename_field(row.body or "", old_name, new_name)
        row.translations = rename_field_in_all(row.translations, old_name, new_name)
