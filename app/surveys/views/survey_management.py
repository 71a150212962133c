"""The list of surveys; adding, changing, opening, closing and deleting one."""

from typing import NamedTuple

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.audit.actions import audited_write
from app.core.access import current_username, permission_required
from app.core.clock import now
from app.core.db import UniqueViolation
from app.core.form_fields import add_error
from app.core.pagination import list_params
from app.domain.accounts.permissions import Permission
from app.domain.surveys.question_definitions import build_opening_text
from app.domain.texts.plurals import pluralize
from app.domain.texts.segments import measure_segments
from app.events.actions import events
from app.events.queries.events import find_event
from app.surveys.actions import surveys as actions
from app.surveys.forms.survey_form import (
    KEYWORD_TAKEN_ERROR,
    NAME_TAKEN_ERROR,
    SurveyForm,
)
from app.surveys.forms.survey_form_data import (
    build_survey_form,
    build_survey_form_data,
    is_open_requested,
)
from app.surveys.forms.template_buttons import apply_template_buttons, list_survey_templates
from app.surveys.models import SurveyFlow
from app.surveys.queries import survey_results, surveys
from app.surveys.survey_simulator import MAX_SIMULATED_TEXTS, simulate_survey
from app.surveys.views.blueprint import bp, get_survey_or_404
from app.surveys.views.survey_presets import SURVEY_PRESETS, build_preset_form_data
from app.trash.actions.keeping import Deletion, keep_in_trash
from app.trash.deletion_message import flash_deletion
from app.trash.models import TrashKind


@bp.get("")
@permission_required(Permission.SEE_REPLIES, for_everybody=True)
def list_surveys() -> ResponseReturnValue:
    """List all surveys; without any, the presets to begin with."""
    page = surveys.paginate_surveys(list_params(surveys.SURVEY_SORT_KEYS, "last", "desc"))
    return render_template("surveys/list.html", page=page, presets=SURVEY_PRESETS)


@bp.route("/add", methods=["GET", "POST"])
@permission_required(Permission.MANAGE_REPLIES, for_everybody=True)
def add_survey() -> ResponseReturnValue:
    """Add a survey; `?start=` is a preset to begin with, `?event=` the event to register for.

    With `do` a button of the form was pressed, and nothing is saved.
    """
    if request.method != "POST":
        values = build_preset_form_data(request.args.get("start", ""))
        values["linked_event_id"] = request.args.get("event", "")
        return _render_survey_builder(SurveyForm(formdata=None, data=values))
    posted = apply_template_buttons(request.form)
    form = build_survey_form(posted)
    # A button of the form changes questions or plays the survey, and saves nothing.
    if "do" in posted:
        return _render_survey_builder(form.apply_question_edit(posted["do"]))
    if not form.validate():
        return _render_survey_builder(form), 422
    try:
        with audited_write("survey.added", current_username()) as trace:
            row = actions.create_survey(
                form.build_survey_info(_resolve_event_id(form)),
                is_active=is_open_requested(request.form, True),
            )
            trace.about = f"survey {row.id}"
            trace.details = {"questions": len(form.entered_questions)}
    # The form has looked already; the database decides when two save at once.
    except UniqueViolation as violation:
        return _render_taken_error(form, violation)
    flash(f"{row.name} is ready. People can text {row.trigger_keyword} to start it.", "success")
    return redirect(url_for("surveys.show_survey", survey_id=row.id), 303)


@bp.route("/<int:survey_id>/edit", methods=["GET", "POST"])
@permission_required(Permission.MANAGE_REPLIES, for_everybody=True)
def edit_survey(survey_id: int) -> ResponseReturnValue:
    """Change a survey. Whoever is in the middle finishes with the questions as they were.

    With `do` a button of the form was pressed, and nothing is saved.
    """
    survey = get_survey_or_404(survey_id)
    if request.method != "POST":
        values = build_survey_form_data(survey)
        form = SurveyForm(formdata=None, data=values, survey_id=survey_id)
        return _render_survey_builder(form, survey)
    posted = apply_template_buttons(request.form)
    form = build_survey_form(posted, survey)
    if "do" in posted:
        return _render_survey_builder(form.apply_question_edit(posted["do"]), survey)
    if not form.validate():
        return _render_survey_builder(form, survey), 422
    try:
        _save_survey(survey_id, form)
    except UniqueViolation as violation:
        return _render_taken_error(form, violation, get_survey_or_404(survey_id))
    flash("Saved.", "success")
    return redirect(url_for("surveys.show_survey", survey_id=survey_id), 303)


def _save_survey(survey_id: int, form: SurveyForm) -> None:
    with audited_write("survey.changed", current_username()) as trace:
        trace.about = f"survey {survey_id}"
        info = form.build_survey_info(_resolve_event_id(form))
        trace.details = {"changed": actions.update_survey(survey_id, info)}
        was_active = actions.get_survey_for_update(survey_id).is_active
        is_active = is_open_requested(request.form, was_active)
        actions.set_survey_active(survey_id, is_active=is_active)


def _resolve_event_id(form: SurveyForm) -> int | None:
    """Return the chosen event; create the new one that was named instead. Inside write()."""
    if form.new_event.data:
        return events.create_event(events.EventInfo(form.new_event.data)).id
    return form.event_id


def _render_taken_error(
    form: SurveyForm, violation: UniqueViolation, survey: SurveyFlow | None = None
) -> ResponseReturnValue:
    """Show the form again after another request took the name or the keyword first."""
    if violation.column.endswith(".name"):
        add_error(form.name, NAME_TAKEN_ERROR)
    else:
        add_error(form.trigger_keyword, KEYWORD_TAKEN_ERROR)
    return _render_survey_builder(form, survey), 422


def _render_survey_builder(form: SurveyForm, survey: SurveyFlow | None = None) -> str:
    simulator = _read_simulator_input()
    preview = [(text, measure_segments(text).segments) for text in _list_survey_texts(form)]
    return render_template(
        "surveys/builder.html",
        form=form,
        survey=survey,
        active_count=survey_results.count_active_sessions(survey.id) if survey else 0,
        preview=preview,
        simulation=simulate_survey(form.simulator_draft, simulator.texts, now()),
        simulated_texts=simulator.texts,
        unsent_text=simulator.unsent_text,
        templates=list_survey_templates(),
    )


def _list_survey_texts(form: SurveyForm) -> list[str]:
    """Return every text that the survey sends, none while it has no question."""
    texts = [question.message_text for question in form.entered_questions]
    if not texts:
        return []
    texts[0] = build_opening_text(form.intro_message.data or "", texts[0])
    if form.completion_message.data:
        texts.append(form.completion_message.data)
    return texts


class SimulatorInput(NamedTuple):
    """What the pretend phone beside the form has texted, and what is typed there and not sent."""

    texts: list[str]
    unsent_text: str


def _read_simulator_input() -> SimulatorInput:
    """Read the phone's texts, with what the pressed button sends: play, show, replay, play:chip."""
    typed = request.form.get("say", "").strip()
    button, _, chip = request.form.get("do", "").partition(":")
    if button == "replay":
        return SimulatorInput([], "")
    texts = request.form.getlist("said")
    if button == "play" and chip:
        texts.append(chip)
        typed = ""
    elif button in ("play", "show") and typed:
        texts.append(typed)
        typed = ""
    return SimulatorInput(texts[:MAX_SIMULATED_TEXTS], typed)


@bp.post("/<int:survey_id>/activate")
@permission_required(Permission.MANAGE_REPLIES)
def activate_survey(survey_id: int) -> ResponseReturnValue:
    """Open a survey: its keyword begins it again."""
    with audited_write("survey.opened", current_username()) as trace:
        trace.about = f"survey {survey_id}"
        actions.set_survey_active(survey_id, is_active=True)
    keyword = get_survey_or_404(survey_id).trigger_keyword
    flash(f"Survey open. People can text {keyword} to start it.", "success")
    return redirect(url_for("surveys.show_survey", survey_id=survey_id), 303)


@bp.post("/<int:survey_id>/deactivate")
@permission_required(Permission.MANAGE_REPLIES)
def deactivate_survey(survey_id: int) -> ResponseReturnValue:
    """Close a survey: nobody begins it any more; whoever is still answering can finish."""
    with audited_write("survey.closed", current_username()) as trace:
        trace.about = f"survey {survey_id}"
        count = actions.set_survey_active(survey_id, is_active=False)
    sentence = "Survey closed. The keyword no longer starts it."
    if count:
        sentence += f" {pluralize(count, 'person', 'people')} still answering can finish."
    flash(sentence, "success")
    return redirect(url_for("surveys.show_survey", survey_id=survey_id), 303)


@bp.route("/<int:survey_id>/delete", methods=["GET", "POST"])
@permission_required(Permission.DELETE_THINGS)
def delete_survey(survey_id: int) -> ResponseReturnValue:
    """Delete a survey with all its answers, after showing how many these are."""
    survey = get_survey_or_404(survey_id)
    if request.method != "POST":
        session_count, answer_count = survey_results.count_sessions_and_answers(survey_id)
        return render_template(
            "surveys/delete.html",
            survey=survey,
            session_count=session_count,
            answer_count=answer_count,
            event=find_event(survey.linked_event_id),
        )
    with audited_write("survey.deleted", current_username()) as trace:
        deletion = Deletion(TrashKind.SURVEY, survey.name, trace.who, trace.user_id)
        item_id = keep_in_trash(deletion, SurveyFlow, [survey_id])
        summary = actions.delete_survey_with_answers(survey_id)
        trace.about = f"survey {survey_id}"
        trace.details = {
            "name": summary.name,
            "sessions": summary.session_count,
            "answers": summary.answer_count,
        }
    answers = pluralize(summary.answer_count, "answer")
    flash_deletion(f"{summary.name} was deleted, with {answers}.", item_id)
    return redirect(url_for("surveys.list_surveys"), 303)
