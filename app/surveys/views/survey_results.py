"""The results of a survey: its page, the answers to one question, and everything as CSV."""

from collections.abc import Iterator, Sequence
from typing import Any

from flask import Response, abort, render_template, request, stream_with_context
from flask.typing import ResponseReturnValue

from app.audit.actions import audited_write
from app.core.access import current_username, permission_required
from app.core.clock import now
from app.core.csv_files import build_download_headers, stream_csv
from app.core.local_formats import get_display_timezone
from app.core.pagination import list_params
from app.core.recent_sign_in import guarded_download
from app.domain.accounts.permissions import Permission
from app.domain.surveys.question_definitions import SurveyQuestion, parse_questions
from app.domain.texts.whole_numbers import parse_whole_number
from app.events.queries.events import find_event
from app.organisation import queries as organisation
from app.profiles.person_addresses import load_public_ids
from app.surveys.forms.survey_date_filter import SurveyDateFilterForm
from app.surveys.queries import survey_answers, survey_results, survey_sessions
from app.surveys.queries.survey_answers import SessionAnswer
from app.surveys.queries.survey_groups import list_groups_of_survey
from app.surveys.queries.survey_results import SurveyExportRow
from app.surveys.queries.survey_session_filter import SessionFilter
from app.surveys.queries.unclear_answers import guess_listed_answer
from app.surveys.views.blueprint import bp, get_survey_or_404
from app.surveys.views.survey_result_summaries import (
    MAX_LATEST_SHOWN,
    ResultSummary,
    build_status_chips,
)

EXPORT_HEADERS = ("started", "ended", "status", "phone", "name")
EXPORT_TIME_FORMAT = "%Y-%m-%d %H:%M:%S"
MAX_QUESTION_DIGITS = 3


@bp.get("/<int:survey_id>")
@permission_required(Permission.SEE_REPLIES)
def show_survey(survey_id: int) -> ResponseReturnValue:
    """Show a survey and its results, of all days or of some."""
    survey = get_survey_or_404(survey_id)
    questions = parse_questions(survey.questions_json)
    days = SurveyDateFilterForm(request.args)
    session_filter = days.build_session_filter(survey_id, get_display_timezone())
    status = request.args.get("status", "")
    summary = ResultSummary(session_filter, questions)
    unclear = survey_answers.find_unclear_answers(session_filter, MAX_LATEST_SHOWN)
    region = organisation.get_organisation_region()
    params = list_params(("started",), "started")
    page = survey_sessions.paginate_survey_sessions(session_filter, status, params, region)
    results = summary.build_question_results()
    latest = [answer for result in results for answer in result.latest_answers]
    load_public_ids([*(row.phone for row in page.rows), *(row.session.phone for row in latest)])
    return render_template(
        "surveys/survey.html",
        survey=survey,
        questions=questions,
        event=find_event(survey.linked_event_id),
        groups=list_groups_of_survey(survey),
        days=days,
        status=status,
        counts=summary.status_counts,
        numbers=summary.build_key_figures(),
        funnel=summary.build_funnel(),
        results=results,
        unclear=unclear,
        guesses=_guess_answers(questions, unclear),
        page=page,
        filters=build_status_chips(survey_id, summary.status_counts, status, days.query_args),
    )


@bp.get("/<int:survey_id>/answers")
@permission_required(Permission.SEE_REPLIES)
def list_survey_answers(survey_id: int) -> ResponseReturnValue:
    """List the answers to one question (`question`, from 1), or all that was not understood."""
    survey = get_survey_or_404(survey_id)
    questions = parse_questions(survey.questions_json)
    number, question = _get_chosen_question(questions)
    days = SurveyDateFilterForm(request.args)
    page = survey_answers.paginate_survey_answers(
        days.build_session_filter(survey_id, get_display_timezone()),
        question.prompt if question else None,
        list_params(("newest",), "newest"),
        organisation.get_organisation_region(),
    )
    return render_template(
        "surveys/answers.html",
        survey=survey,
        question=question,
        number=number,
        page=page,
        guesses={} if question else _guess_answers(questions, page.rows),
        day_args=days.query_args,
    )


def _get_chosen_question(
    questions: Sequence[SurveyQuestion],
) -> tuple[int, SurveyQuestion | None]:
    """Return the number and the question of the address, (0, None) without one; else 404."""
    typed = request.args.get("question", "")
    if not typed:
        return 0, None
    number = parse_whole_number(typed, MAX_QUESTION_DIGITS) or 0
    if not 1 <= number <= len(questions):
        abort(404)
    return number, questions[number - 1]


def _guess_answers(
    questions: Sequence[SurveyQuestion], rows: Sequence[SessionAnswer]
) -> dict[int, str]:
    """Return what texts that were not understood may mean, by the id of the answer."""
    guesses = {}
    for row in rows:
        guess = guess_listed_answer(questions, row.answer, now())
        if guess:
            guesses[row.answer.id] = guess
    return guesses


@bp.get("/<int:survey_id>/export")
@permission_required(Permission.EXPORT)
@guarded_download
def export_survey_answers(survey_id: int) -> ResponseReturnValue:
    """Send a CSV file: one row a session, one column a question."""
    survey = get_survey_or_404(survey_id)
    days = SurveyDateFilterForm(request.args)
    session_filter = days.build_session_filter(survey_id, get_display_timezone())
    with audited_write("survey.exported", current_username()) as trace:
        trace.about = f"survey {survey_id}"
        counts = survey_results.count_sessions_by_status(session_filter)
        trace.details = {"count": sum(counts.values())}
    prompts = [question.prompt for question in parse_questions(survey.questions_json)]
    rows = _iterate_csv_rows(session_filter, prompts)
    csv = stream_with_context(stream_csv((*EXPORT_HEADERS, *prompts), rows))
    return Response(csv, headers=build_download_headers(f"{survey.name}-{now():%Y-%m-%d}.csv"))


def _iterate_csv_rows(
    session_filter: SessionFilter, prompts: Sequence[str]
) -> Iterator[Sequence[Any]]:
    for row in survey_results.iterate_survey_export_rows(session_filter):
        answers = [row.answers.get(prompt, "") for prompt in prompts]
        yield [*_build_session_columns(row), *answers]


def _build_session_columns(row: SurveyExportRow) -> list[str]:
    started = row.started_at.strftime(EXPORT_TIME_FORMAT)
    ended = row.ended_at.strftime(EXPORT_TIME_FORMAT) if row.ended_at else ""
    return [started, ended, row.status.value, row.phone, row.name or ""]
