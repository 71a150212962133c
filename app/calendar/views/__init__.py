"""The pages of the calendar."""

from app.calendar.views import calendar_pages, day_page
from app.calendar.views.blueprint import bp

__all__ = ["bp", "calendar_pages", "day_page"]
