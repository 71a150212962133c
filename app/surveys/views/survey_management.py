"""The list of surveys; one made, changed, opened, closed, deleted."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.audit.actions import audited_write
from app.core.access import ALL_ROLES, current_username, roles_required
from app.core.clock import now
from app.core.db import UniqueViolation
from app.core.pagination import list_params
from app.domain.accounts.roles import Role
from app.domain.surveys.question_definitions import build_opening_text
from app.domain.texts.plurals import pluralize
from app.domain.texts.segments import measure_segments
from app.events.actions import events as events
from app.surveys import survey_simulator
from app.surveys.actions import surveys as actions
from app.surveys.forms.survey_form import (
    KEYWORD_TAKEN_ERROR,
    NAME_TAKEN_ERROR,
    SurveyForm,
    build_survey_form,
    build_survey_form_data,
    is_open_requested,
)
from app.surveys.models import SurveyFlow
from app.surveys.queries import survey_results, surveys
from app.surveys.views.blueprint import bp, get_survey_or_404
from app.surveys.views.survey_presets import SURVEY_PRESETS, build_preset_form_data

LINKED_SURVEY_ERROR = (
    "It registers people for an event. Take the event off the survey first, then delete it."
)


@bp.get("")
@roles_required(*ALL_ROLES)
def list_surveys() -> ResponseReturnValue:
    """Every survey."""
    page = surveys.paginate_surveys(list_params(surveys.SURVEY_SORT_KEYS, "last", "desc"))
    return render_template("surveys/everything.html", page=page, starters=SURVEY_PRESETS)


@bp.route("/add", methods=["GET", "POST"])
@roles_required(*ALL_ROLES)
def add_survey() -> ResponseReturnValue:
    """A new survey."""
    if request.method != "POST":
        begun = build_preset_form_data(request.args.get("start", "")) | {
            "linked_event_id": request.args.get("event", "")
        }
        return _render_survey_builder(SurveyForm(formdata=None, data=begun))
    form = build_survey_form(request.form)
    if "do" in request.form:
        return _render_survey_builder(form.apply_question_edit(request.form["do"]))
    if not form.validate():
        return _render_survey_builder(form), 422
    try:
        with audited_write("survey.added", current_username()) as trace:
            row = actions.create_survey(
                form.build_survey_info(_resolve_event_id(form)),
                is_active=is_open_requested(request.form, True),
            )
            trace.about, trace.details = (
                f"survey {row.id}",
                {"questions": len(form.entered_questions)},
            )
    except UniqueViolation as taken:
        return _render_taken_error(form, taken)
    flash(
        f"{row.name} is there. Whoever texts {row.trigger_keyword} begins it.",
        "success",
    )
    return redirect(url_for("surveys.show_survey", survey_id=row.id), 303)


@bp.route("/<int:survey_id>/edit", methods=["GET", "POST"])
@roles_required(*ALL_ROLES)
def edit_survey(survey_id: int) -> ResponseReturnValue:
    """Other words and questions. Whoever is in the middle finishes with the old ones."""
    survey = get_survey_or_404(survey_id)
    if request.method != "POST":
        return _render_survey_builder(
            SurveyForm(formdata=None, data=build_survey_form_data(survey), survey_id=survey_id),
            survey,
        )
    form = build_survey_form(request.form, survey)
    if "do" in request.form:
        return _render_survey_builder(form.apply_question_edit(request.form["do"]), survey)
    if not form.validate():
        return _render_survey_builder(form, survey), 422
    try:
        with audited_write("survey.changed", current_username()) as trace:
            trace.about = f"survey {survey_id}"
            trace.details = {
                "changed": actions.update_survey(
                    survey_id, form.build_survey_info(_resolve_event_id(form))
                )
            }
            actions.set_survey_active(
                survey_id,
                is_active=is_open_requested(
                    request.form, actions.get_survey_for_update(survey_id).is_active
                ),
            )
    except UniqueViolation as taken:
        return _render_taken_error(form, taken, get_survey_or_404(survey_id))
    flash("Saved.", "success")
    return redirect(url_for("surveys.show_survey", survey_id=survey_id), 303)


def _resolve_event_id(form: SurveyForm) -> int | None:
    """The chosen event; a new one is made in the same act."""
    return (
        events.create_event(events.EventInfo(form.new_event.data)).id
        if form.new_event.data
        else form.event_id
    )


def _render_taken_error(
    form: SurveyForm, taken: UniqueViolation, survey: SurveyFlow | None = None
) -> ResponseReturnValue:
    """Somebody else was a moment quicker."""
    field, sentence = form.trigger_keyword, KEYWORD_TAKEN_ERROR
    if taken.column.endswith(".name"):
        field, sentence = form.name, NAME_TAKEN_ERROR
    field.errors = [*field.errors, sentence]
    return _render_survey_builder(form, survey), 422


def _render_survey_builder(form: SurveyForm, survey: SurveyFlow | None = None) -> str:
    texts = [card.message_text for card in form.entered_questions]
    preview = (
        [build_opening_text(form.intro_message.data or "", texts[0]), *texts[1:]] if texts else []
    )
    preview += [form.completion_message.data] if preview and form.completion_message.data else []
    said, saying = _read_simulated_texts()
    return render_template(
        "surveys/builder.html",
        form=form,
        survey=survey,
        answering=survey_results.count_active_sessions(survey.id) if survey else 0,
        preview=[(text, measure_segments(text).segments) for text in preview],
        played=survey_simulator.simulate_survey(form.simulator_draft, said, now()),
        said=said,
        saying=saying,
    )


def _read_simulated_texts() -> tuple[list[str], str]:
    """What the pretend phone has texted so far, with what it texts now; and what is typed there
    and not sent.
    """
    said, typed = request.form.getlist("said"), request.form.get("say", "").strip()
    what, _, chip = request.form.get("do", "").partition(":")
    if what == "replay":
        return [], ""
    now_said = (
        [chip] if chip and what == "play" else [typed] if typed and what in ("play", "show") else []
    )
    return [*said, *now_said][: survey_simulator.MAX_SIMULATED_TEXTS], "" if now_said else typed


@bp.post("/<int:survey_id>/activate")
@roles_required(*ALL_ROLES)
def activate_survey(survey_id: int) -> ResponseReturnValue:
    """The keyword begins it again."""
    with audited_write("survey.opened", current_username()) as trace:
        trace.about = f"survey {survey_id}"
        actions.set_survey_active(survey_id, is_active=True)
    flash(
        f"Open: whoever texts {get_survey_or_404(survey_id).trigger_keyword} begins it.",
        "success",
    )
    return redirect(url_for("surveys.show_survey", survey_id=survey_id), 303)


@bp.post("/<int:survey_id>/deactivate")
@roles_required(*ALL_ROLES)
def deactivate_survey(survey_id: int) -> ResponseReturnValue:
    """Nobody begins it any more; whoever is in the middle may finish."""
    with audited_write("survey.closed", current_username()) as trace:
        trace.about = f"survey {survey_id}"
        count = actions.set_survey_active(survey_id, is_active=False)
    middle = (
        f" {pluralize(count, 'person').replace('persons', 'people')} in the middle may finish."
        if count
        else ""
    )
    flash(f"Closed: nobody begins it any more.{middle}", "success")
    return redirect(url_for("surveys.show_survey", survey_id=survey_id), 303)


@bp.route("/<int:survey_id>/delete", methods=["GET", "POST"])
@roles_required(Role.ADMIN)
def delete_survey(survey_id: int) -> ResponseReturnValue:
    """Away with the survey and everything that was answered, after a look at how much that is."""
    survey = get_survey_or_404(survey_id)
    if request.method != "POST":
        counts = survey_results.count_sessions_and_answers(survey_id)
        return render_template("surveys/delete.html", survey=survey, counts=counts)
    try:
        with audited_write("survey.deleted", current_username()) as trace:
            removed = actions.delete_survey_with_answers(survey_id)
            trace.about = f"survey {survey_id}"
            trace.details = {
                "name": removed.name,
                "sessions": removed.session_count,
                "answers": removed.answer_count,
            }
    except actions.SurveyLinkedToEvent:
        flash(LINKED_SURVEY_ERROR, "error")
        return redirect(url_for("surveys.delete_survey", survey_id=survey_id), 303)
    flash(
        f"{removed.name} is deleted, with {pluralize(removed.answer_count, 'answer')}.",
        "success",
    )
    return redirect(url_for("surveys.list_surveys"), 303)


@bp.app_template_global()
def get_survey_of_blast(survey_id: int | None) -> SurveyFlow | None:
    """For a blast's page: the survey that it asks."""
    return surveys.find_survey(survey_id) if survey_id else None


@bp.app_template_global()
def get_surveys_of_event(event_id: int) -> list[SurveyFlow]:
    """For an event's page: the surveys that register people for it."""
    return surveys.find_surveys_of_event(event_id)
