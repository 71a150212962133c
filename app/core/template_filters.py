"""How values are written on pages."""

from collections.abc import Callable
from datetime import datetime

from flask import Flask, current_app, g

from app.core.clock import now
from app.domain.delivery.message_statuses import DELIVERY_STATUS_LABELS
from app.domain.delivery.skip_reasons import SKIP_REASON_LABELS, SkipReason
from app.domain.phones import phone_number
from app.domain.time import local_times


def get_display_timezone() -> str:
    """The zone in which pages say times: the organisation's, asked for once a request (a list
    says 50 times).
    """
    if "zone_of_pages" not in g:
        g.zone_of_pages = str(current_app.extensions["zone_of_pages"]())
    return str(g.zone_of_pages)


def set_timezone_source(app: Flask, ask: Callable[[], str]) -> None:
    """Tell the pages of `app` where to ask for the zone."""
    app.extensions["zone_of_pages"] = ask


def format_local_time(moment: datetime | None) -> str:
    """ "Fri 8 May 20:45" in the organisation's zone; "" for no moment."""
    return local_times.format_moment(moment, get_display_timezone(), now=now()) if moment else ""


def format_iso_time(moment: datetime | None) -> str:
    """The moment for machines, in UTC."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else ""


def format_number(value: float | None) -> str:
    """ "1,234"."""
    return f"{value:,}" if value is not None else ""


def describe_state(state: str) -> str:
    """A state in plain words."""
    return DELIVERY_STATUS_LABELS.get(str(state), str(state))


def describe_skip_reason(reason: str) -> str:
    """Why somebody is left out, in plain words."""
    return SKIP_REASON_LABELS[SkipReason(reason)][0] if reason in set(SkipReason) else str(reason)


def install_template_filters(app: Flask) -> None:
    """Give the templates of `app` these filters."""
    app.jinja_env.filters |= {
        "local": format_local_time,
        "iso": format_iso_time,
        "phone": phone_number.format_phone_number,
        "number": format_number,
        "state_words": describe_state,
        "words_of_left_out": describe_skip_reason,
    }
    set_timezone_source(app, lambda: "UTC")
