"""Template filters that format values for pages."""

from collections.abc import Callable
from datetime import datetime

from flask import Flask, current_app, g

from app.core.clock import now
from app.domain.delivery.message_statuses import DELIVERY_STATUS_LABELS
from app.domain.delivery.skip_reasons import SKIP_REASON_LABELS, SkipReason
from app.domain.phones import phone_number
from app.domain.time import local_times


def get_display_timezone() -> str:
    """Return the time zone of the pages: the organisation's."""
    # Once a request: a list of 50 rows formats 50 times.
    if "zone_of_pages" not in g:
        g.zone_of_pages = str(current_app.extensions["zone_of_pages"]())
    return str(g.zone_of_pages)


def set_timezone_source(app: Flask, get_timezone: Callable[[], str]) -> None:
    """Set the function that returns the time zone of the pages of `app`."""
    app.extensions["zone_of_pages"] = get_timezone


def format_local_time(moment: datetime | None) -> str:
    """Format a moment in the organisation's zone, "Fri 8 May 20:45"; "" for None."""
    if moment is None:
        return ""
    return local_times.format_moment(moment, get_display_timezone(), now=now())


def format_iso_time(moment: datetime | None) -> str:
    """Format a moment for <time datetime="…">, in UTC; "" for None."""
    if moment is None:
        return ""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def format_number(value: float | None) -> str:
    """Format a number with thousands separators, "1,234"; "" for None."""
    if value is None:
        return ""
    return f"{value:,}"


def describe_state(state: str) -> str:
    """Return the label of a delivery status; an unknown one as it is."""
    return DELIVERY_STATUS_LABELS.get(str(state), str(state))


def describe_skip_reason(reason: str) -> str:
    """Return the label of a skip reason; an unknown one as it is."""
    if reason not in set(SkipReason):
        return str(reason)
    return SKIP_REASON_LABELS[SkipReason(reason)][0]


def install_template_filters(app: Flask) -> None:
    """Register the filters for the templates of `app`; times are in UTC until a source is set."""
    app.jinja_env.filters |= {
        "local": format_local_time,
        "iso": format_iso_time,
        "phone": phone_number.format_phone_number,
        "number": format_number,
        "state_words": describe_state,
        "words_of_left_out": describe_skip_reason,
    }
    set_timezone_source(app, lambda: "UTC")
