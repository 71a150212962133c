"""Making, changing, copying and deleting segments. The builder works without JavaScript."""

from datetime import datetime

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.audiences.actions import segment_editing as actions
from app.audiences.actions.segment_editing import SegmentInfo
from app.audiences.forms.segment_form import SegmentForm
from app.audiences.forms.segment_form_data import (
    build_condition_data,
    build_segment_data,
    edit_rule_data,
)
from app.audiences.queries.list_filters import read_conditions
from app.audiences.queries.rule_choices import (
    RuleChoices,
    complete_rule_names,
    load_rule_choices,
)
from app.audiences.queries.segment_people import preview_segment
from app.audiences.queries.segment_records import SegmentReading
from app.audiences.views.blueprint import bp, get_segment_or_abort
from app.audit.actions import audited_write
from app.core.access import current_username, permission_required
from app.core.db import ChangedMeanwhile, UniqueViolation
from app.delivery.queries.group_blasts import ListInUse
from app.domain.accounts.permissions import Permission
from app.domain.audiences.segment_rules import MAX_CONDITIONS, SegmentRule, list_references
from app.domain.audiences.segment_sentences import describe_rule
from app.domain.texts.whole_numbers import parse_id

CHANGED_ERROR = (
    "Someone else changed this segment while you edited it. Your version is below. "
    "Save again to replace theirs, or open the segment to see it."
)
FILTERS_UNREADABLE = (
    "The list’s filters can’t all be in a segment. Add the conditions that you need here."
)


@bp.route("/new", methods=["GET", "POST"])
@permission_required(Permission.UPDATE_PEOPLE, for_everybody=True)
def add_segment() -> ResponseReturnValue:
    """Show the builder of a new segment, and create it.

    `?copy=` is a segment to begin with, `?filter=` a condition of a list. With `do` a button of
    the form was pressed, and nothing is saved.
    """
    copied_text = request.args.get("copy", "")
    if request.method != "POST" and copied_text:
        reading = get_segment_or_abort(parse_id(copied_text) or abort(404))
        choices = _load_choices(reading)
        data = build_segment_data(reading, choices) | {"name": _name_copy(reading), "seen_at": ""}
        return _render_builder(SegmentForm(choices, formdata=None, data=data))
    if request.method != "POST":
        return _render_builder(_begin_with_filters(request.args.getlist("filter")))
    form = SegmentForm(load_rule_choices(current_user.role))
    if "do" in request.form:
        return _render_builder(_apply_button(form))
    if not form.validate_on_submit() or form.rule is None:
        return _render_builder(form), 422
    info = _build_info(form, form.rule)
    try:
        with audited_write("segment.added", current_username()) as trace:
            row = actions.create_segment(info, current_username())
            trace.about = f"segment {row.id}"
            trace.details = {"title": info.name, "after": info.sentence}
    except UniqueViolation:
        form.add_taken_error()
        return _render_builder(form), 422
    flash(f"{info.name} was saved.", "success")
    return redirect(url_for("segments.show_segment", segment_id=row.id), 303)


@bp.route("/<int:segment_id>/edit", methods=["GET", "POST"])
@permission_required(Permission.UPDATE_PEOPLE, for_everybody=True)
def edit_segment(segment_id: int) -> ResponseReturnValue:
    """Show the builder of a segment, and save it unless somebody else did so meanwhile.

    With `do` a button of the form was pressed, and nothing is saved.
    """
    reading = get_segment_or_abort(segment_id)
    choices = _load_choices(reading)
    if request.method != "POST":
        data = build_segment_data(reading, choices)
        form = SegmentForm(choices, segment_id=segment_id, formdata=None, data=data)
        return _render_builder(form, reading)
    form = SegmentForm(choices, segment_id=segment_id)
    if "do" in request.form:
        return _render_builder(_apply_button(form), reading)
    if not form.validate_on_submit() or form.rule is None:
        return _render_builder(form, reading), 422
    info = _build_info(form, form.rule)
    try:
        with audited_write("segment.changed", current_username()) as trace:
            before = actions.update_segment(segment_id, info, _parse_moment(form.seen_at.data))
            trace.about = f"segment {segment_id}"
            trace.details = {"title": info.name, "before": before, "after": info.sentence}
    except UniqueViolation:
        form.add_taken_error()
    except ChangedMeanwhile:
        form.form_errors.append(CHANGED_ERROR)
        form.seen_at.data = get_segment_or_abort(segment_id).segment.updated_at.isoformat()
    else:
        flash("Saved.", "success")
        return redirect(url_for("segments.show_segment", segment_id=segment_id), 303)
    return _render_builder(form, reading), 422


@bp.post("/preview")
@permission_required(Permission.UPDATE_PEOPLE, for_everybody=True)
def preview_typed_segment() -> ResponseReturnValue:
    """Return the live parts of the builder: the sentence, the count, the first people."""
    form = SegmentForm(load_rule_choices(current_user.role))
    return render_template("segments/_preview.html", form=form, **_build_preview(form))


@bp.post("/<int:segment_id>/delete")
@permission_required(Permission.DELETE_THINGS)
def delete_segment(segment_id: int) -> ResponseReturnValue:
    """Delete a segment, unless a blast that names it waits or is being sent."""
    get_segment_or_abort(segment_id)
    try:
        with audited_write("segment.deleted", current_username()) as trace:
            row = actions.delete_segment(segment_id)
            trace.about = f"segment {segment_id}"
            trace.details = {"title": row.name, "before": row.sentence}
    except ListInUse as error:
        flash(error.explain("blasts use this segment"), "error")
        return redirect(url_for("segments.show_segment", segment_id=segment_id), 303)
    flash(f"{row.name} was deleted. Its people stay as they are.", "success")
    return redirect(url_for("segments.list_segments"), 303)


def _load_choices(reading: SegmentReading) -> RuleChoices:
    references = reading.rule.references if reading.rule else set()
    return load_rule_choices(current_user.role, sorted(references - reading.gone))


def _begin_with_filters(addresses: list[str]) -> SegmentForm:
    conditions = read_conditions(addresses)
    # Without one of its filters the segment would mean more people than the list showed.
    if len(conditions) < len(addresses) or len(conditions) > MAX_CONDITIONS:
        flash(FILTERS_UNREADABLE, "error")
        conditions = []
    choices = load_rule_choices(current_user.role, sorted(list_references(conditions)))
    rows = [build_condition_data(condition, "", choices) for condition in conditions]
    return SegmentForm(choices, formdata=None, data={"rows": rows})


def _apply_button(form: SegmentForm) -> SegmentForm:
    button = request.form["do"]
    added = request.form.get(f"family-{button.partition(':')[2]}", "")
    data = edit_rule_data(form.build_data(), button, added, form.choices)
    return SegmentForm(form.choices, segment_id=form.segment_id, formdata=None, data=data)


def _name_copy(reading: SegmentReading) -> str:
    return f"{reading.segment.name[:70]} (copy)"


def _parse_moment(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(text or "")
    except ValueError:
        return None


def _build_info(form: SegmentForm, rule: SegmentRule) -> SegmentInfo:
    sentence = describe_rule(rule, complete_rule_names(form.choices, rule.references)).text
    return SegmentInfo(form.name.data or "", form.description.data or None, rule, sentence)


def _render_builder(form: SegmentForm, reading: SegmentReading | None = None) -> str:
    context = _build_preview(SegmentForm(form.choices, formdata=None, data=form.build_data()))
    return render_template("segments/builder.html", form=form, reading=reading, **context)


def _build_preview(form: SegmentForm) -> dict[str, object]:
    """Return the sentence and the people of what is typed so far; None while it is not whole."""
    rule = form.read_rule()
    if rule is None:
        return {"sentence": None, "preview": None}
    preview = preview_segment(rule)
    return {
        "sentence": describe_rule(rule, complete_rule_names(form.choices, rule.references)),
        "preview": preview,
    }
