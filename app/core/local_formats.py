"""Dates and times for pages and texts: in the organisation's zone, as its country writes them."""

from collections.abc import Callable
from datetime import date, datetime, time

from flask import Flask, current_app, g

from app.core.clock import now
from app.domain.time import local_times
from app.domain.time.clock_times import format_clock_time
from app.domain.time.date_styles import DateStyle, get_date_style


def set_timezone_source(app: Flask, get_timezone: Callable[[], str]) -> None:
    """Set the function that returns the time zone of the pages of `app`."""
    app.extensions["zone_of_pages"] = get_timezone


def set_region_source(app: Flask, get_region: Callable[[], str]) -> None:
    """Set the function that returns the country, in two letters, whose dates pages show."""
    app.extensions["region_of_pages"] = get_region


def get_display_timezone() -> str:
    """Return the time zone of the pages: the organisation's."""
    # Once a request: a list of 50 rows formats 50 times.
    if "zone_of_pages" not in g:
        g.zone_of_pages = str(current_app.extensions["zone_of_pages"]())
    return str(g.zone_of_pages)


def get_display_region() -> str:
    """Return the country whose dates and times pages show: the organisation's."""
    if "region_of_pages" not in g:
        g.region_of_pages = str(current_app.extensions["region_of_pages"]())
    return str(g.region_of_pages)


def format_local_time(moment: datetime | None) -> str:
    """Format a moment in the organisation's zone, "Fri, May 8, 8:45 PM"; "" for None."""
    if moment is None:
        return ""
    return format_time_in_zone(moment, get_display_timezone())


def format_recent_time(moment: datetime | None) -> str:
    """Format a moment near now, "today, 8:45 PM", other days by their date; "" for None."""
    if moment is None:
        return ""
    return local_times.format_relative_moment(
        moment, get_display_timezone(), now=now(), region=get_display_region()
    )


def format_time_in_zone(moment: datetime, zone: str) -> str:
    """Format a moment on the clocks of `zone`, "Fri, May 8, 8:45 PM"."""
    return local_times.format_moment(moment, zone, now=now(), region=get_display_region())


def format_clock_in_zone(moment: datetime, zone: str) -> str:
    """Return the clock of a moment in a zone, such as "6:30 PM"."""
    return format_clock(local_times.build_local_time_input(moment, zone).time)


def format_day(day: date) -> str:
    """Format a day, "Fri, May 8"; the year is added when it is not this year."""
    today = local_times.get_local_date(get_display_timezone(), now())
    return local_times.format_day(day, today=today, region=get_display_region())


def format_clock(clock: str) -> str:
    """Format HH:MM, "8:45 PM"; other text as it is."""
    try:
        return format_clock_time(clock, get_display_region())
    except ValueError:
        return clock


def format_time_of_day(clock: time, *, with_seconds: bool = False) -> str:
    """Format a time of day, "8:45 PM" or "8:45:10 PM"."""
    return get_display_style().format_clock(clock, with_seconds=with_seconds)


def get_display_style() -> DateStyle:
    """Return how the organisation's country writes dates and times."""
    return get_date_style(get_display_region())
