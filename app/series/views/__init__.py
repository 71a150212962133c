"""The pages of series."""

from app.series.views import date_changes, series_changes, series_page, series_start
from app.series.views.blueprint import bp

__all__ = ["bp", "date_changes", "series_changes", "series_page", "series_start"]
