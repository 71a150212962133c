"""The list of surveys; one made, changed, opened, closed, deleted."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.audit.actions import audited_write
from app.core.access import ALL_ROLES, current_username, roles_required
from app.core.clock import now
from app.core.db import UniqueViolation
from app.core.pagination import list_params
from app.domain.delivery.cost_estimate import format_count
from app.domain.delivery.skip_reasons import Role
from app.domain.surveys.question_definitions import build_opening_text
from app.domain.texts.segments import measure_segments
from app.events.actions import events as events
from app.surveys.actions import surveys as actions
from app.surveys.forms import playing
from app.surveys.forms.survey import (
    NAME_TAKEN,
    WORD_TAKEN,
    SurveyForm,
    from_post,
    of_survey,
    wants_to_be_open,
)
from app.surveys.models import SurveyFlow
from app.surveys.queries import results, surveys
from app.surveys.views.room import bp, found
from app.surveys.views.starters import STARTERS, starter

IS_LINKED = "It registers people for an event. Take the event off the survey first, then delete it."


@bp.get("")
@roles_required(*ALL_ROLES)
def everything() -> ResponseReturnValue:
    """Every survey."""
    page = surveys.page(list_params(surveys.SORTS, "last", "desc"))
    return render_template("surveys/everything.html", page=page, starters=STARTERS)


@bp.route("/add", methods=["GET", "POST"])
@roles_required(*ALL_ROLES)
def add() -> ResponseReturnValue:
    """A new survey."""
    if request.method != "POST":
        begun = starter(request.args.get("start", "")) | {
            "linked_event_id": request.args.get("event", "")
        }
        return _builder(SurveyForm(formdata=None, data=begun))
    form = from_post(request.form)
    if "do" in request.form:
        return _builder(form.after(request.form["do"]))
    if not form.validate():
        return _builder(form), 422
    try:
        with audited_write("survey.added", current_username()) as trace:
            row = actions.add(
                form.facts(_event_of(form)),
                is_active=wants_to_be_open(request.form, True),
            )
            trace.about, trace.details = (
                f"survey {row.id}",
                {"questions": len(form.asked)},
            )
    except UniqueViolation as taken:
        return _say_taken(form, taken)
    flash(
        f"{row.name} is there. Whoever texts {row.trigger_keyword} begins it.",
        "success",
    )
    return redirect(url_for("surveys.one", survey_id=row.id), 303)


@bp.route("/<int:survey_id>/edit", methods=["GET", "POST"])
@roles_required(*ALL_ROLES)
def edit(survey_id: int) -> ResponseReturnValue:
    """Other words and questions. Whoever is in the middle finishes with the old ones."""
    survey = found(survey_id)
    if request.method != "POST":
        return _builder(
            SurveyForm(formdata=None, data=of_survey(survey), survey_id=survey_id),
            survey,
        )
    form = from_post(request.form, survey)
    if "do" in request.form:
        return _builder(form.after(request.form["do"]), survey)
    if not form.validate():
        return _builder(form, survey), 422
    try:
        with audited_write("survey.changed", current_username()) as trace:
            trace.about = f"survey {survey_id}"
            trace.details = {
                "changed": actions.change(survey_id, form.facts(_event_of(form)))
            }
            actions.open_or_close(
                survey_id,
                is_active=wants_to_be_open(
                    request.form, actions.found(survey_id).is_active
                ),
            )
    except UniqueViolation as taken:
        return _say_taken(form, taken, found(survey_id))
    flash("Saved.", "success")
    return redirect(url_for("surveys.one", survey_id=survey_id), 303)


def _event_of(form: SurveyForm) -> int | None:
    """The chosen event; a new one is made in the same act."""
    return (
        events.add(events.Facts(form.new_event.data)).id
        if form.new_event.data
        else form.event_id
    )


def _say_taken(
    form: SurveyForm, taken: UniqueViolation, survey: SurveyFlow | None = None
) -> ResponseReturnValue:
    """Somebody else was a moment quicker."""
    field, sentence = form.trigger_keyword, WORD_TAKEN
    if taken.column.endswith(".name"):
        field, sentence = form.name, NAME_TAKEN
    field.errors = [*field.errors, sentence]
    return _builder(form, survey), 422


def _builder(form: SurveyForm, survey: SurveyFlow | None = None) -> str:
    texts = [card.asked for card in form.asked]
    preview = (
        [build_opening_text(form.intro_message.data or "", texts[0]), *texts[1:]]
        if texts
        else []
    )
    preview += (
        [form.completion_message.data]
        if preview and form.completion_message.data
        else []
    )
    said, saying = _said()
    return render_template(
        "surveys/builder.html",
        form=form,
        survey=survey,
        answering=results.answering(survey.id) if survey else 0,
        preview=[(text, measure_segments(text).segments) for text in preview],
        played=playing.play(form.script, said, now()),
        said=said,
        saying=saying,
    )


def _said() -> tuple[list[str], str]:
    """What the pretend phone has texted so far, with what it texts now; and what is typed there
    and not sent.
    """
    said, typed = request.form.getlist("said"), request.form.get("say", "").strip()
    what, _, chip = request.form.get("do", "").partition(":")
    if what == "replay":
        return [], ""
    now_said = (
        [chip]
        if chip and what == "play"
        else [typed]
        if typed and what in ("play", "show")
        else []
    )
    return [*said, *now_said][: playing.MOST_TEXTS], "" if now_said else typed


@bp.post("/<int:survey_id>/activate")
@roles_required(*ALL_ROLES)
def activate(survey_id: int) -> ResponseReturnValue:
    """The keyword begins it again."""
    with audited_write("survey.opened", current_username()) as trace:
        trace.about = f"survey {survey_id}"
        actions.open_or_close(survey_id, is_active=True)
    flash(
        f"Open: whoever texts {found(survey_id).trigger_keyword} begins it.", "success"
    )
    return redirect(url_for("surveys.one", survey_id=survey_id), 303)


@bp.post("/<int:survey_id>/deactivate")
@roles_required(*ALL_ROLES)
def deactivate(survey_id: int) -> ResponseReturnValue:
    """Nobody begins it any more; whoever is in the middle may finish."""
    with audited_write("survey.closed", current_username()) as trace:
        trace.about = f"survey {survey_id}"
        count = actions.open_or_close(survey_id, is_active=False)
    middle = (
        f" {format_count(count, 'person').replace('persons', 'people')} in the middle may finish."
        if count
        else ""
    )
    flash(f"Closed: nobody begins it any more.{middle}", "success")
    return redirect(url_for("surveys.one", survey_id=survey_id), 303)


@bp.route("/<int:survey_id>/delete", methods=["GET", "POST"])
@roles_required(Role.ADMIN)
def delete(survey_id: int) -> ResponseReturnValue:
    """Away with the survey and everything that was answered, after a look at how much that is."""
    survey = found(survey_id)
    if request.method != "POST":
        counts = results.counts_of_everything(survey_id)
        return render_template("surveys/delete.html", survey=survey, counts=counts)
    try:
        with audited_write("survey.deleted", current_username()) as trace:
            removed = actions.remove(survey_id)
            trace.about = f"survey {survey_id}"
            trace.details = {
                "name": removed.name,
                "sessions": removed.sessions,
                "answers": removed.answers,
            }
    except actions.IsLinked:
        flash(IS_LINKED, "error")
        return redirect(url_for("surveys.delete", survey_id=survey_id), 303)
    flash(
        f"{removed.name} is deleted, with {format_count(removed.answers, 'answer')}.",
        "success",
    )
    return redirect(url_for("surveys.everything"), 303)


@bp.app_template_global()
def survey_of_blast(survey_id: int | None) -> SurveyFlow | None:
    """For a blast's page: the survey that it asks."""
    return surveys.survey(survey_id) if survey_id else None


@bp.app_template_global()
def surveys_of(event_id: int) -> list[SurveyFlow]:
    """For an event's page: the surveys that register people for it."""
    return surveys.of_event(event_id)
