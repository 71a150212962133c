"""Everything that will be sent: a month, and the next sixty days as a list."""

import re
from datetime import date, timedelta

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.blasts.queries.tab_counts import count_tabs
from app.calendar.views.blueprint import bp
from app.calendar.views.calendar_days import build_span, get_today
from app.core.access import permission_required
from app.core.clock import now
from app.core.local_formats import get_display_region
from app.domain.accounts.permissions import Permission
from app.domain.time.local_times import MAX_YEARS_AHEAD
from app.domain.time.month_weeks import (
    DAYS_PER_WEEK,
    find_first_weekday,
    find_next_month,
    list_month_weeks,
)

LISTED_DAYS = 60
MONTH_PATTERN = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])")
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@bp.get("")
@permission_required(Permission.SEE_TEXTS, for_everybody=True)
def show_month() -> ResponseReturnValue:
    """Show a month; without one, or with one that is over, this month."""
    today = get_today(now())
    this_month = today.replace(day=1)
    last_month = this_month.replace(year=this_month.year + MAX_YEARS_AHEAD)
    month = min(max(_read_month() or this_month, this_month), last_month)
    next_month = find_next_month(month)
    first_weekday = find_first_weekday(get_display_region())
    return render_template(
        "calendar/month.html",
        month_name=f"{month:%B %Y}",
        span=build_span(month, next_month - timedelta(days=1)),
        weeks=list_month_weeks(month, first_weekday),
        weekdays=[WEEKDAYS[(first_weekday + n) % DAYS_PER_WEEK] for n in range(DAYS_PER_WEEK)],
        previous_url=_link_month(month - timedelta(days=1)) if month > this_month else "",
        next_url=_link_month(next_month) if month < last_month else "",
        tab_counts=count_tabs(current_user.id, current_user.role),
    )


@bp.get("/list")
@permission_required(Permission.SEE_TEXTS, for_everybody=True)
def list_days() -> ResponseReturnValue:
    """Show the next sixty days as a list."""
    today = get_today(now())
    span = build_span(today, today + timedelta(days=LISTED_DAYS - 1))
    tab_counts = count_tabs(current_user.id, current_user.role)
    return render_template("calendar/list.html", span=span, tab_counts=tab_counts)


def _read_month() -> date | None:
    """Return the first day of the month of the address; None where none can be read."""
    text = request.args.get("month", "")
    if not MONTH_PATTERN.fullmatch(text):
        return None
    return date.fromisoformat(f"{text}-01")


def _link_month(day: date) -> str:
    return url_for("calendar.show_month", month=f"{day:%Y-%m}")
