"""Template filters that format values for pages."""

from datetime import datetime

from flask import Flask
from markupsafe import Markup

from app.core.local_formats import (
    format_clock,
    format_day,
    format_local_time,
    format_recent_time,
    set_region_source,
    set_timezone_source,
)
from app.core.user_names import name_user, set_user_names_source
from app.domain.delivery.message_statuses import DELIVERY_STATUS_LABELS
from app.domain.delivery.skip_reasons import SKIP_REASON_LABELS, SkipReason
from app.domain.phones import phone_number
from app.domain.texts.field_mentions import find_field_names
from app.domain.texts.initials import make_initials
from app.domain.texts.message_templates import split_template
from app.domain.texts.template_chips import describe_chip


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


def format_chips(template: str | None) -> Markup:
    """Return a text with its placeholders as chips, "First name or “friend”", and no braces."""
    pieces = []
    text = template or ""
    for piece in split_template(text, find_field_names(text)):
        label = describe_chip(piece)
        if label:
            pieces.append(Markup('<span class="ph">{}</span>').format(label))
        else:
            pieces.append(Markup.escape(piece.text))
    return Markup("").join(pieces)


def install_template_filters(app: Flask) -> None:
    """Register the filters for the templates of `app`; times are in UTC until a source is set."""
    app.jinja_env.filters |= {
        "local": format_local_time,
        "recent": format_recent_time,
        "local_day": format_day,
        "clock": format_clock,
        "iso": format_iso_time,
        "phone": phone_number.format_phone_number,
        "number": format_number,
        "state_words": describe_state,
        "words_of_left_out": describe_skip_reason,
        "chips": format_chips,
        "initials": make_initials,
        "name_user": name_user,
    }
    set_timezone_source(app, lambda: "UTC")
    set_region_source(app, lambda: "")
    set_user_names_source(app, dict)
