"""Change one date of a series: skip, restore, move it, give it its own text, or let it go."""

from collections.abc import Callable
from datetime import date

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.audit.actions import audited_write
from app.core.access import current_username, permission_required
from app.core.clock import now
from app.core.db import ChangedMeanwhile, NotFound
from app.core.form_fields import add_error
from app.domain.accounts.permissions import Permission
from app.domain.delivery.message_statuses import BlastTarget
from app.domain.texts.plurals import pluralize
from app.domain.texts.whole_numbers import parse_whole_number
from app.domain.time.local_times import build_local_time_input
from app.message_templates.forms.translated_texts import build_translation_data
from app.series.actions import date_editing as actions
from app.series.actions.series_approval import answer_for_series, ask_about_next_date
from app.series.actions.series_planning import describe_stale_dates
from app.series.forms.text_forms import DateTextForm, MoveForm
from app.series.models import BlastSeries
from app.series.queries.series_dates import MoveLimits, SeriesDate, find_move_limits
from app.series.queries.series_texts import SeriesText, get_date_text, get_series_text
from app.series.views.blueprint import (
    bp,
    find_series_problem,
    get_series_or_404,
    parse_day_or_404,
)
from app.series.views.series_changes import CHANGED_MEANWHILE
from app.series.views.series_labels import format_series_day, format_series_time
from app.series.views.series_texts_posted import (
    is_text_button_pressed,
    load_series_choices,
    read_posted_texts,
)

MAX_COUNT_DIGITS = 9


@bp.post("/<int:series_id>/dates/<day>/skip")
@permission_required(Permission.SEND_TEXTS)
def skip_date(series_id: int, day: str) -> ResponseReturnValue:
    """Send nothing on one date."""
    occurs_on = parse_day_or_404(day)
    return _change(
        series_id,
        occurs_on,
        "series.date_skipped",
        "Skipped.",
        lambda: actions.skip_date(series_id, occurs_on, now()),
    )


@bp.post("/<int:series_id>/dates/<day>/restore")
@permission_required(Permission.SEND_TEXTS)
def restore_date(series_id: int, day: str) -> ResponseReturnValue:
    """Send a skipped date after all."""
    occurs_on = parse_day_or_404(day)
    return _change(
        series_id,
        occurs_on,
        "series.date_restored",
        "This date is sent again.",
        lambda: actions.restore_date(series_id, occurs_on, now()),
    )


@bp.post("/<int:series_id>/dates/<day>/confirm")
@permission_required(Permission.SEND_TEXTS)
def confirm_date(series_id: int, day: str) -> ResponseReturnValue:
    """Let a date go that is held for a person, for as many people as the page showed."""
    get_series_or_404(series_id)
    occurs_on = parse_day_or_404(day)
    count = parse_whole_number(request.form.get("people_count", ""), MAX_COUNT_DIGITS)
    if count is None:
        abort(400)
    success = f"Confirmed for {pluralize(count, 'person', 'people')}."
    return _change(
        series_id,
        occurs_on,
        "series.date_confirmed",
        success,
        lambda: actions.confirm_date(series_id, occurs_on, count, current_username(), now()),
    )


@bp.route("/<int:series_id>/dates/<day>/edit", methods=["GET", "POST"])
@permission_required(Permission.SEND_TEXTS)
def edit_date(series_id: int, day: str) -> ResponseReturnValue:
    """Give one date its own text."""
    series, coming = _get_coming_date(series_id, day)
    text = get_date_text(series, coming)
    form = DateTextForm(
        read_posted_texts(), data={"body": text.body, **build_translation_data(text.translations)}
    )
    form.of_event = series.target == BlastTarget.EVENT
    text = form.text
    if request.form.get("reset"):
        text = get_series_text(series)
    elif is_text_button_pressed() or not form.validate_on_submit():
        texts = load_series_choices(form, of_event=form.of_event)
        page = _render_date_form("series/edit_date.html", series, coming, form, texts=texts)
        return page, 422 if form.errors else 200
    stale = describe_stale_dates(series, text, coming.day)
    success = "Saved for this date only."
    if stale:
        success = f"Saved. Check the date: {stale}"
    elif coming.due_at <= now():
        success = "Saved. It is late and is sent now."
    answer = _change(
        series_id,
        coming.occurs_on,
        "series.date_edited",
        success,
        lambda: _edit_text(series_id, coming.occurs_on, text),
    )
    ask_about_next_date(series_id, now())
    return answer


def _edit_text(series_id: int, occurs_on: date, text: SeriesText) -> None:
    answer_for_series(series_id, current_username())
    actions.edit_date(series_id, occurs_on, text, now())


@bp.route("/<int:series_id>/dates/<day>/move", methods=["GET", "POST"])
@permission_required(Permission.SEND_TEXTS)
def move_date(series_id: int, day: str) -> ResponseReturnValue:
    """Send one date on another day or at another time, between the dates around it."""
    series, coming = _get_coming_date(series_id, day)
    form = MoveForm(data={"day": coming.day.isoformat(), "clock": coming.clock})
    local = form.parse_moment(series.timezone, now())
    limits = find_move_limits(series, coming, now())
    hint = _describe_limits(series, limits)
    typed = build_local_time_input(local.utc, series.timezone) if local else None
    new_day = date.fromisoformat(typed.date) if typed else None
    if typed is None or new_day is None or not limits.contains(new_day):
        if new_day is not None:
            add_error(form.day, hint)
        page = _render_date_form("series/move_date.html", series, coming, form, hint=hint)
        return page, 422 if form.errors else 200
    return _change(
        series_id,
        coming.occurs_on,
        "series.date_moved",
        "Moved.",
        lambda: actions.move_date(series_id, coming.occurs_on, new_day, typed.time, now()),
    )


def _get_coming_date(series_id: int, day: str) -> tuple[BlastSeries, SeriesDate]:
    """Return the series and the date of the address, or abort where it is over."""
    series = get_series_or_404(series_id)
    coming = actions.find_coming_date(series, parse_day_or_404(day), now())
    return series, coming or abort(404)


def _describe_limits(series: BlastSeries, limits: MoveLimits) -> str:
    """Return between which days a date can be moved."""
    earliest = format_series_day(limits.earliest, series.timezone)
    if limits.latest is None:
        return f"Choose {earliest} or later."
    latest = format_series_day(limits.latest, series.timezone)
    if limits.earliest >= limits.latest:
        return f"Only the time can be changed: the dates around it are next to {latest}."
    return f"Choose a day from {earliest} to {latest}: the series has other dates around it."


def _render_date_form(
    template: str, series: BlastSeries, coming: SeriesDate, form: object, **values: object
) -> str:
    return render_template(
        template,
        series=series,
        coming=coming,
        form=form,
        time=format_series_time(coming.due_at, series.timezone),
        day_label=format_series_day(coming.occurs_on, series.timezone),
        **values,
    )


def _change(
    series_id: int, occurs_on: date, verb: str, success: str, change: Callable[[], None]
) -> ResponseReturnValue:
    """Do what was asked with one date, for users who may text its people."""
    series = get_series_or_404(series_id)
    series_url = url_for("series.show_series", series_id=series_id)
    if problem := find_series_problem(series):
        flash(problem, "error")
        return redirect(series_url, 303)
    try:
        with audited_write(verb, current_username()) as trace:
            trace.about = f"series {series_id}"
            trace.details = {"date": occurs_on.isoformat()}
            change()
    except (ChangedMeanwhile, NotFound):
        flash(CHANGED_MEANWHILE, "warning")
    else:
        flash(success, "success")
    return redirect(series_url, 303)
