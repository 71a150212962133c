"""Start a series from a scheduled blast: choose when it repeats, look at the dates, start it."""

from datetime import date, datetime

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.audit.actions import audited_write
from app.blasts.queries.people_permission import find_people_problem, get_stored_people
from app.blasts.queries.scheduled_rendering import render_scheduled_blast
from app.blasts.queries.written_texts import list_texts
from app.core.access import current_username, permission_required
from app.core.clock import now
from app.core.db import ChangedMeanwhile
from app.delivery.queries.blast_records import find_scheduled_blast
from app.delivery.scheduled_models import ScheduledMessage
from app.domain.accounts.permissions import Permission
from app.domain.recurrence.recurrence_rules import RecurrenceKind, RecurrenceRule
from app.domain.time.local_times import get_local_date, zone_or_utc
from app.series.actions.series_approval import ask_about_next_date
from app.series.actions.series_editing import SeriesTiming, may_repeat, start_series
from app.series.forms.timing_form import TimingForm, build_timing_data
from app.series.queries.series_dates import list_rule_moments
from app.series.queries.series_texts import SeriesText
from app.series.views.blueprint import bp
from app.series.views.series_labels import (
    describe_next_text,
    describe_timing,
    format_series_day,
    format_series_time,
    list_stale_notices,
)

SHOWN_DATES = 5
NO_DATES_ERROR = "With this rule no date is left. Choose a later end, or another rule."
CANNOT_REPEAT = "This blast can’t be repeated any more. It may have been sent or canceled."


@bp.route("/new/<int:scheduled_id>", methods=["GET", "POST"])
@permission_required(Permission.SEND_TEXTS)
def repeat_blast(scheduled_id: int) -> ResponseReturnValue:
    """Ask when a scheduled blast repeats, show the dates, and start the series."""
    blast = find_scheduled_blast(scheduled_id) or abort(404)
    blast_url = url_for("blasts.show_scheduled_blast", scheduled_id=blast.id)
    problem = find_people_problem(get_stored_people(blast), current_user.role)
    if problem or not may_repeat(blast):
        flash(problem or CANNOT_REPEAT, "warning")
        return redirect(blast_url, 303)
    form = TimingForm(data=build_timing_data(_suggest_timing(blast)))
    step = request.form.get("step", "")
    if step == "change" or not form.validate_on_submit():
        page = render_template("series/repeat.html", form=form, blast=blast, blast_url=blast_url)
        return page, 422 if form.errors else 200
    dates = _list_moments(blast, form.timing, now())
    if not dates:
        form.until.errors = [NO_DATES_ERROR]
        page = render_template("series/repeat.html", form=form, blast=blast, blast_url=blast_url)
        return page, 422
    if step == "start":
        return _start_series(blast.id, form.timing)
    text = SeriesText(blast.message_body, blast.translations)
    return render_template(
        "series/check.html",
        form=form,
        action_url=url_for("series.repeat_blast", scheduled_id=blast.id),
        back_url=blast_url,
        button_label="Start the series",
        sentence=describe_timing(form.timing),
        dates=[format_series_time(due_at, _get_zone(blast)) for _, due_at in dates],
        text=describe_next_text(blast.message_body, lambda: render_scheduled_blast(blast)),
        texts=list_texts(text.body, text.translations),
        stale=list_stale_notices(blast, text, _get_zone(blast), dates),
        moved_note=_describe_move(blast, dates[0][1]),
        end_note="Its end is not repeated." if blast.not_after else "",
    )


def _start_series(scheduled_id: int, timing: SeriesTiming) -> ResponseReturnValue:
    try:
        with audited_write("series.started", current_username()) as trace:
            series = start_series(scheduled_id, timing, current_username(), now())
            series_id = series.id
            trace.about = f"series {series_id}"
            trace.details = {"rule": describe_timing(timing), "first_blast": scheduled_id}
    except ChangedMeanwhile:
        flash(CANNOT_REPEAT, "warning")
        return redirect(url_for("blasts.show_scheduled_blast", scheduled_id=scheduled_id), 303)
    ask_about_next_date(series_id, now())
    flash("The series has started.", "success")
    return redirect(url_for("series.show_series", series_id=series_id), 303)


def _suggest_timing(blast: ScheduledMessage) -> SeriesTiming:
    """Return every week on the blast's weekday, at its time."""
    local = blast.scheduled_at.astimezone(zone_or_utc(_get_zone(blast)))
    rule = RecurrenceRule(RecurrenceKind.WEEKLY, weekdays=(local.weekday(),))
    return SeriesTiming(rule, local.date(), f"{local:%H:%M}")


def _list_moments(
    blast: ScheduledMessage, timing: SeriesTiming, moment: datetime
) -> list[tuple[date, datetime]]:
    zone = _get_zone(blast)
    return list_rule_moments(timing.rule, timing.starts_on, timing.clock, zone, moment, SHOWN_DATES)


def _describe_move(blast: ScheduledMessage, first: datetime) -> str:
    """Return that the blast gets another time, if the rule has none where it is."""
    if first == blast.scheduled_at:
        return ""
    zone = _get_zone(blast)
    before, after = (format_series_time(moment, zone) for moment in (blast.scheduled_at, first))
    if get_local_date(zone, blast.scheduled_at) == get_local_date(zone, first):
        return f"The first blast is moved from {before} to {after}."
    day = format_series_day(get_local_date(zone, blast.scheduled_at), zone)
    return f"{day} is not a date of this rule: the first blast is moved from {before} to {after}."


def _get_zone(blast: ScheduledMessage) -> str:
    return blast.timezone or "UTC"
