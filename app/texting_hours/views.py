"""The settings page of texting hours."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.audit.actions import AuditEntry, audited_write
from app.core.access import current_username, permission_required
from app.core.clock import now
from app.core.db import NotFound, UniqueViolation
from app.core.form_fields import add_error
from app.core.local_formats import get_display_region, get_display_timezone
from app.core.settings import current_settings
from app.domain.accounts.permissions import Permission
from app.domain.quiet_hours.hours_sentences import DAY_GROUPS, PURPOSE_LABELS, describe_week
from app.domain.quiet_hours.state_hours import load_state_hours
from app.domain.quiet_hours.text_purposes import PURPOSES_WITH_HOURS
from app.domain.quiet_hours.texting_hours import DayWindow
from app.domain.quiet_hours.us_holidays import list_us_holidays
from app.domain.quiet_hours.window_json import read_windows, write_windows
from app.domain.texts.plurals import pluralize
from app.domain.time.local_times import get_local_date
from app.texting_hours import actions
from app.texting_hours.forms import (
    BlackoutDayForm,
    TextingHoursForm,
    build_field_names,
    format_field_minute,
)
from app.texting_hours.hours_labels import describe_setting, describe_texting_hours
from app.texting_hours.models import TextingHoursMode, TextingHoursSetting
from app.texting_hours.queries import (
    are_hours_on,
    find_texting_hours_setting,
    list_blackout_days,
)

bp = Blueprint("texting_hours", __name__, url_prefix="/settings/texting-hours")


@bp.route("", methods=["GET", "POST"])
@permission_required(Permission.CHANGE_SETTINGS)
def edit_texting_hours() -> ResponseReturnValue:
    """Show and store at which hours texts are sent."""
    setting = find_texting_hours_setting()
    form = TextingHoursForm(data=_build_form_values(setting or _build_usual_setting()))
    if form.validate_on_submit():
        with audited_write("texting_hours.changed", current_username()) as trace:
            _store_hours(form, trace)
        flash("Texting hours saved.", "success")
        return redirect(url_for("texting_hours.edit_texting_hours"), 303)
    return _render_page(form, BlackoutDayForm(formdata=None))


@bp.post("/days")
@permission_required(Permission.CHANGE_SETTINGS)
def add_blackout_day() -> ResponseReturnValue:
    """Add a day without texts."""
    form = BlackoutDayForm()
    if form.validate_on_submit() and form.parsed_day:
        try:
            with audited_write("blackout_day.added", current_username()) as trace:
                row = actions.add_blackout_day(form.parsed_day, form.name.data or "")
                trace.details = {"day": row.day.isoformat(), "title": row.name}
        except UniqueViolation:
            add_error(form.day, "That day is on the list already.")
        else:
            flash(f"{row.name} was added.", "success")
            return redirect(url_for("texting_hours.edit_texting_hours", _anchor="days"), 303)
    setting = find_texting_hours_setting() or _build_usual_setting()
    return _render_page(TextingHoursForm(formdata=None, data=_build_form_values(setting)), form)


@bp.post("/holidays")
@permission_required(Permission.CHANGE_SETTINGS)
def add_us_holidays() -> ResponseReturnValue:
    """Add the holidays of the United States of the next year that are not on the list."""
    today = get_local_date(get_display_timezone(), now())
    with audited_write("blackout_day.added", current_username()) as trace:
        names = actions.add_holidays(list_us_holidays(today))
        trace.details = {"names": names}
    added = pluralize(len(names), "holiday") if names else "No holiday"
    flash(f"{added} added. Remove those on which you do send texts.", "success")
    return redirect(url_for("texting_hours.edit_texting_hours", _anchor="days"), 303)


@bp.post("/days/<int:day_id>/delete")
@permission_required(Permission.CHANGE_SETTINGS)
def delete_blackout_day(day_id: int) -> ResponseReturnValue:
    """Let texts be sent on a day again."""
    try:
        with audited_write("blackout_day.deleted", current_username()) as trace:
            row = actions.delete_blackout_day(day_id)
            trace.details = {"day": row.day.isoformat(), "title": row.name}
    except NotFound:
        abort(404)
    flash(f"{row.name} was removed: texts are sent on that day.", "success")
    return redirect(url_for("texting_hours.edit_texting_hours", _anchor="days"), 303)


def _build_usual_setting() -> TextingHoursSetting:
    return actions.build_default_setting(TextingHoursMode.LIVE)


def _build_form_values(setting: TextingHoursSetting) -> dict[str, Any]:
    """Return the row as the form shows it."""
    windows = read_windows(setting.windows)
    values: dict[str, Any] = {
        "mode": setting.mode.value,
        "narrow_opens": format_field_minute(setting.narrow_opens),
        "narrow_closes": format_field_minute(setting.narrow_closes),
        "uses_state_hours": setting.uses_state_hours,
    }
    for purpose, week in windows.items():
        for label, days in DAY_GROUPS.items():
            opens, closes = build_field_names(purpose, label)
            window = week[days[0]]
            if window is not None:
                values[opens] = format_field_minute(window.opens)
                values[closes] = format_field_minute(window.closes)
    return values


def _store_hours(form: TextingHoursForm, trace: AuditEntry) -> None:
    """Store what was typed; the audit gets what changed as sentences of before and after."""
    before = describe_setting(find_texting_hours_setting())
    narrow = form.narrow_window or DayWindow(0, 0)
    actions.store_texting_hours(
        {
            "mode": TextingHoursMode(form.mode.data),
            "windows": write_windows(form.windows),
            "narrow_opens": narrow.opens,
            "narrow_closes": narrow.closes,
            "uses_state_hours": bool(form.uses_state_hours.data),
        }
    )
    after = describe_setting(find_texting_hours_setting())
    trace.details = {key: [before[key], after[key]] for key in after if before[key] != after[key]}


def _render_page(form: TextingHoursForm, day_form: BlackoutDayForm) -> ResponseReturnValue:
    setting = find_texting_hours_setting()
    region = get_display_region()
    carrier = current_settings().carrier
    days = list_blackout_days()
    holidays = list_us_holidays(get_local_date(get_display_timezone(), now()))
    page = render_template(
        "texting_hours/edit.html",
        form=form,
        day_form=day_form,
        purposes=[
            (PURPOSE_LABELS[purpose], list(form.list_windows(purpose)))
            for purpose in PURPOSES_WITH_HOURS
        ],
        sentences=describe_texting_hours(setting, carrier),
        is_on=are_hours_on(setting, carrier),
        states=[
            (hours.name, describe_week(hours.week, region)) for hours in load_state_hours().values()
        ],
        days=days,
        offers_holidays=region == "US" and bool(holidays.keys() - {row.day for row in days}),
        zone=get_display_timezone(),
    )
    return page, 422 if form.errors or day_form.errors else 200
