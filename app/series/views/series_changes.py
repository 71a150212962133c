"""Change a series: its text and its rule, pause, resume, end and delete it."""

from collections.abc import Callable
from datetime import date, datetime

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.audit.actions import audited_write
from app.blasts.queries.written_texts import list_texts
from app.core.access import current_username, permission_required
from app.core.clock import now
from app.core.db import ChangedMeanwhile, NotFound
from app.domain.accounts.permissions import Permission
from app.domain.delivery.message_statuses import BlastTarget
from app.message_templates.forms.translated_texts import build_translation_data
from app.series.actions import series_editing as actions
from app.series.actions.series_approval import answer_for_series, ask_about_next_date
from app.series.actions.series_editing import SeriesTiming
from app.series.forms.text_forms import SeriesForm
from app.series.forms.timing_form import build_timing_data, read_series_timing
from app.series.models import BlastSeries
from app.series.queries.series_dates import list_rule_moments
from app.series.queries.series_texts import get_series_text
from app.series.views.blueprint import bp, find_series_problem, get_series_or_404
from app.series.views.series_labels import (
    describe_next_text,
    describe_timing,
    format_series_time,
    list_stale_notices,
    render_series_text,
)
from app.series.views.series_start import NO_DATES_ERROR, SHOWN_DATES
from app.series.views.series_texts_posted import (
    is_text_button_pressed,
    load_series_choices,
    read_posted_texts,
)

CHANGED_MEANWHILE = "It changed in this moment. Look at the page and try again."


@bp.route("/<int:series_id>/edit", methods=["GET", "POST"])
@permission_required(Permission.SEND_TEXTS)
def edit_series(series_id: int) -> ResponseReturnValue:
    """Change the text and the rule of a whole series, after a look at the next dates."""
    series = get_series_or_404(series_id)
    series_url = url_for("series.show_series", series_id=series_id)
    if problem := find_series_problem(series):
        flash(problem, "error")
        return redirect(series_url, 303)
    form = SeriesForm(read_posted_texts(), data=_build_form_data(series))
    form.of_event = series.target == BlastTarget.EVENT
    step = request.form.get("step", "")
    is_changing = step == "change" or is_text_button_pressed()
    is_valid = not is_changing and form.validate_on_submit()
    dates = _list_moments(series, form.timing) if is_valid else []
    if is_valid and not dates:
        form.until.errors = [NO_DATES_ERROR]
    if not dates:
        page = render_template(
            "series/edit.html",
            form=form,
            series=series,
            series_url=series_url,
            texts=load_series_choices(form, of_event=form.of_event),
        )
        return page, 422 if form.errors else 200
    if step == "start":
        return _save_series(series, form)
    text = form.text
    return render_template(
        "series/check.html",
        form=form,
        action_url=url_for("series.edit_series", series_id=series_id),
        back_url=series_url,
        button_label="Save the series",
        sentence=describe_timing(form.timing),
        dates=[format_series_time(due_at, series.timezone) for _, due_at in dates],
        text=describe_next_text(text.body, lambda: render_series_text(series, text)),
        texts=list_texts(text.body, text.translations),
        stale=list_stale_notices(series, text, series.timezone, dates),
        moved_note="",
        end_note="",
    )


@bp.post("/<int:series_id>/pause")
@permission_required(Permission.SEE_TEXTS)
def pause_series(series_id: int) -> ResponseReturnValue:
    """Send nothing more of a series until it is resumed."""
    return _change(
        series_id,
        "series.paused",
        "Paused. Nothing is sent until you resume it.",
        lambda: actions.pause_series(series_id),
    )


@bp.post("/<int:series_id>/resume")
@permission_required(Permission.SEND_TEXTS)
def resume_series(series_id: int) -> ResponseReturnValue:
    """Let a paused or stopped series go on."""
    if problem := find_series_problem(get_series_or_404(series_id)):
        flash(problem, "error")
        return redirect(url_for("series.show_series", series_id=series_id), 303)
    return _change(
        series_id,
        "series.resumed",
        "Resumed.",
        lambda: actions.resume_series(series_id, current_username(), now()),
    )


@bp.post("/<int:series_id>/end")
@permission_required(Permission.SEND_TEXTS)
def end_series(series_id: int) -> ResponseReturnValue:
    """End a series: what waits of it is cancelled, and no date follows."""
    return _change(
        series_id,
        "series.ended",
        "Ended. Nothing more of it is sent.",
        lambda: actions.end_series(series_id),
    )


@bp.post("/<int:series_id>/delete")
@permission_required(Permission.DELETE_THINGS)
def delete_series(series_id: int) -> ResponseReturnValue:
    """Delete a series that has ended; its blasts stay."""
    get_series_or_404(series_id)
    try:
        with audited_write("series.deleted", current_username()) as trace:
            trace.about = f"series {series_id}"
            actions.delete_series(series_id)
    except (ChangedMeanwhile, NotFound):
        flash("End the series first.", "error")
        return redirect(url_for("series.show_series", series_id=series_id), 303)
    flash("Deleted. Its blasts are still in their lists.", "success")
    return redirect(url_for("series.list_all_series"), 303)


def _build_form_data(series: BlastSeries) -> dict[str, object]:
    return {
        "body": series.body,
        **build_translation_data(series.translations),
        "name": series.name or "",
        **build_timing_data(read_series_timing(series)),
    }


def _save_series(series: BlastSeries, form: SeriesForm) -> ResponseReturnValue:
    name = (form.name.data or "").strip() or None
    before = {"rule": describe_timing(read_series_timing(series))}
    try:
        with audited_write("series.changed", current_username()) as trace:
            trace.about = f"series {series.id}"
            is_same_text = form.text == get_series_text(series)
            answer_for_series(series.id, current_username())
            actions.change_series(series.id, form.text, name, form.timing, now())
            trace.details = {
                "before": before["rule"],
                "after": describe_timing(form.timing),
                "text": "same" if is_same_text else "changed",
            }
    except (ChangedMeanwhile, NotFound):
        flash(CHANGED_MEANWHILE, "warning")
    else:
        ask_about_next_date(series.id, now())
        flash("Saved. The next blast follows.", "success")
    return redirect(url_for("series.show_series", series_id=series.id), 303)


def _change(
    series_id: int, verb: str, success: str, change: Callable[[], BlastSeries]
) -> ResponseReturnValue:
    get_series_or_404(series_id)
    try:
        with audited_write(verb, current_username()) as trace:
            trace.about = f"series {series_id}"
            reason = change().stop_reason
    except (ChangedMeanwhile, NotFound):
        flash(CHANGED_MEANWHILE, "warning")
    else:
        _flash_outcome(success, reason)
    return redirect(url_for("series.show_series", series_id=series_id), 303)


def _flash_outcome(success: str, reason: str | None) -> None:
    """Say that it is done. Resumed, a series stops at once where its reason has not gone."""
    if reason:
        flash(f"It is still stopped: {reason}", "warning")
    else:
        flash(success, "success")


def _list_moments(series: BlastSeries, timing: SeriesTiming) -> list[tuple[date, datetime]]:
    zone = series.timezone
    return list_rule_moments(timing.rule, timing.starts_on, timing.clock, zone, now(), SHOWN_DATES)
