"""What came of a survey: who came how far, what they said, and everything to take away."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import (
    Response,
    abort,
    render_template,
    request,
    stream_with_context,
    url_for,
)
from flask.typing import ResponseReturnValue

from app.audit.actions import audited_write
from app.core.access import ALL_ROLES, current_username, roles_required
from app.core.clock import now
from app.core.csv_files import build_download_headers, stream_csv
from app.core.pagination import list_params
from app.core.template_filters import get_display_timezone
from app.domain.accounts.roles import Role
from app.domain.surveys import survey_aggregates
from app.domain.surveys.question_definitions import (
    QuestionType,
    SurveyQuestion,
    parse_questions,
)
from app.domain.surveys.survey_aggregates import AnswerCounts, NumberSummary
from app.domain.surveys.survey_state_machine import (
    SESSION_STATUS_LABELS,
    SurveySessionStatus,
)
from app.domain.time import local_times
from app.events import queries as events
from app.organisation import queries as organisation
from app.surveys.forms.survey_date_filter import SurveyDateFilterForm
from app.surveys.models import SurveyFlow, SurveySession
from app.surveys.queries import survey_results as queries
from app.surveys.queries.answer_times import AnswerTimes, measure_answer_times
from app.surveys.queries.survey_session_filter import SessionFilter
from app.surveys.queries.surveys import calculate_percent
from app.surveys.views.blueprint import bp, get_survey_or_404

MAX_LATEST_SHOWN = 5
STATUS_TAGS = {
    SurveySessionStatus.ACTIVE: "info",
    SurveySessionStatus.COMPLETED: "ok",
    SurveySessionStatus.HANDED_OVER: "warn",
    SurveySessionStatus.STOPPED: "bad",
}
StatusCounts = dict[SurveySessionStatus, int]
EXPORT_HEADERS = ("started", "ended", "status", "phone", "name")


@dataclass(frozen=True)
class QuestionResult:
    """What was said to one question.

    `bars`: (answer, how many, in words); `latest`: the newest of free words.

    `took`: within what time half of them answered, in words.
    """

    number: int
    question: SurveyQuestion
    tally: AnswerCounts
    bars: list[tuple[str, int, str]]
    number_totals: NumberSummary | None
    latest_answers: list[queries.SessionAnswer]
    median_time: str | None


@bp.get("/<int:survey_id>")
@roles_required(*ALL_ROLES)
def show_survey(survey_id: int) -> ResponseReturnValue:
    """The survey and its results."""
    survey, days = get_survey_or_404(survey_id), SurveyDateFilterForm(request.args)
    which, status = (
        days.build_session_filter(survey_id, get_display_timezone()),
        request.args.get("status", ""),
    )
    questions = parse_questions(survey.questions_json)
    said, counts = (
        queries.aggregate_survey_answers(which, questions),
        queries.count_sessions_by_status(which),
    )
    took = measure_answer_times(which)
    return render_template(
        "surveys/one.html",
        survey=survey,
        event=events.find_event(survey.linked_event_id),
        days=days,
        counts=counts,
        numbers=_build_key_figures(survey, which, counts, took.seconds_to_finish),
        funnel=_build_funnel(questions, said, counts),
        results=_build_question_results(which, questions, said, took),
        unclear=queries.find_unclear_answers(which, MAX_LATEST_SHOWN),
        page=queries.paginate_survey_sessions(
            which,
            status,
            list_params(("started",), "started"),
            organisation.get_organisation_region(),
        ),
        filters=_build_status_filters(survey_id, counts, status, days.query_args),
        questions=questions,
    )


def _build_key_figures(
    survey: SurveyFlow,
    which: SessionFilter,
    counts: StatusCounts,
    to_finish: float | None,
) -> list[tuple[int | str, str]]:
    """The large figures above all."""
    asked_first = queries.count_survey_invitations(survey.id) if which.is_unfiltered else 0
    found: list[tuple[int | str, str]] = [(asked_first, "asked by a blast")] if asked_first else []
    found += [
        (sum(counts.values()), "started"),
        (counts.get(SurveySessionStatus.COMPLETED, 0), "finished"),
    ]
    found.append((counts.get(SurveySessionStatus.ACTIVE, 0), "answering now"))
    found.append((counts.get(SurveySessionStatus.HANDED_OVER, 0), "need a person"))
    return (
        [
            *found,
            (
                survey_aggregates.format_rounded_duration(to_finish),
                "usual time to finish",
            ),
        ]
        if to_finish is not None
        else found
    )


def _build_funnel(
    questions: Sequence[SurveyQuestion],
    said: dict[str, AnswerCounts],
    counts: StatusCounts,
) -> list[tuple[str, int, str]]:
    """From who began to who finished: each step with how many of a hundred came so far."""
    most = sum(counts.values())
    steps = [("Started", most)]
    steps += [
        (f"{number}. {each.prompt}", _count_passed(each, said))
        for number, each in enumerate(questions, 1)
    ]
    steps.append(("Finished", counts.get(SurveySessionStatus.COMPLETED, 0)))
    return [
        (
            words,
            count,
            f"{count:,}" + (f" · {calculate_percent(count, most)} %" if most else ""),
        )
        for words, count in steps
    ]


def _count_passed(question: SurveyQuestion, said: dict[str, AnswerCounts]) -> int:
    return said.get(question.prompt, AnswerCounts()).passed_count


def _build_question_results(
    which: SessionFilter,
    questions: Sequence[SurveyQuestion],
    said: dict[str, AnswerCounts],
    took: AnswerTimes,
) -> list[QuestionResult]:
    return [
        _build_question_result(
            which,
            number,
            each,
            said.get(each.prompt, AnswerCounts()),
            took.seconds_to_answer.get(each.prompt),
        )
        for number, each in enumerate(questions, 1)
    ]


def _build_question_result(
    which: SessionFilter,
    number: int,
    question: SurveyQuestion,
    tally: AnswerCounts,
    took: float | None,
) -> QuestionResult:
    listed = question.question_type in survey_aggregates.CHARTED_QUESTION_TYPES
    bars = [
        (
            _format_bar_label(question, answer),
            count,
            f"{count:,} · {calculate_percent(count, tally.answered) or 0} %",
        )
        for answer, count in (
            survey_aggregates.build_answer_bars(question, tally.values)
            if listed and tally.answered
            else []
        )
    ]
    total = (
        survey_aggregates.summarize_numbers(tally.values)
        if question.question_type is QuestionType.NUMBER
        else None
    )
    latest = (
        []
        if listed or not tally.answered
        else queries.find_latest_answers(which, question.prompt, MAX_LATEST_SHOWN)
    )
    return QuestionResult(
        number,
        question,
        tally,
        bars,
        total,
        latest,
        None if took is None else survey_aggregates.format_rounded_duration(took),
    )


def _format_bar_label(question: SurveyQuestion, answer: str) -> str:
    return (
        format_answer_value(question, answer)
        if question.question_type is QuestionType.DATE
        else answer
    )


@bp.app_template_global()
def format_answer_value(question: SurveyQuestion, value: str | None) -> str:
    """A kept answer as pages say it: Yes, or Fri 8 May."""
    if question.question_type is QuestionType.DATE and value:
        try:
            return local_times.format_day(
                date.fromisoformat(value),
                today=local_times.get_local_date(get_display_timezone(), now()),
            )
        except ValueError:
            return value
    return survey_aggregates.format_stored_answer(question, value)


@bp.app_template_filter()
def format_session_status(session: SurveySession) -> str:
    """How somebody stands: "On question 2 of 3"."""
    if session.status is SurveySessionStatus.ACTIVE:
        return (
            f"On question {session.position + 1} of {len(parse_questions(session.questions_json))}"
        )
    return SESSION_STATUS_LABELS[session.status]


@bp.app_template_filter()
def get_session_tag(session: SurveySession) -> str:
    """The colour of that."""
    return STATUS_TAGS.get(session.status, "")


def _build_status_filters(
    survey_id: int, counts: StatusCounts, chosen: str, carried: dict[str, str]
) -> list[tuple[str, str, bool]]:
    """Chips for every way to stand that somebody has."""

    def to(**more: Any) -> str:
        return url_for(
            "surveys.show_survey",
            **(carried | more),
            survey_id=survey_id,
            _anchor="people",
        )

    found = [(f"All {sum(counts.values()):,}", to(), chosen not in counts)]
    return found + [
        (
            f"{SESSION_STATUS_LABELS[status]} {counts[status]:,}",
            to(status=status.value),
            chosen == status,
        )
        for status in SurveySessionStatus
        if status in counts
    ]


@bp.get("/<int:survey_id>/answers")
@roles_required(*ALL_ROLES)
def list_survey_answers(survey_id: int) -> ResponseReturnValue:
    """Everything that was said to one question (`question`, from 1), or all that was not
    understood.
    """
    survey = get_survey_or_404(survey_id)
    questions = parse_questions(survey.questions_json)
    typed = request.args.get("question", "")
    number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 4 else 0
    if typed and not 1 <= number <= len(questions):
        abort(404)
    question, days = (
        questions[number - 1] if number else None,
        SurveyDateFilterForm(request.args),
    )
    which, words = (
        days.build_session_filter(survey_id, get_display_timezone()),
        question.prompt if question else None,
    )
    page = queries.paginate_survey_answers(
        which,
        words,
        list_params(("newest",), "newest"),
        organisation.get_organisation_region(),
    )
    return render_template(
        "surveys/answers.html",
        survey=survey,
        questions=questions,
        question=question,
        number=number,
        page=page,
        carried=days.query_args,
    )


@bp.get("/<int:survey_id>/export")
@roles_required(Role.ADMIN)
def export_survey_answers(survey_id: int) -> ResponseReturnValue:
    """One row a session, one column a question."""
    survey, which = (
        get_survey_or_404(survey_id),
        SurveyDateFilterForm(request.args).build_session_filter(survey_id, get_display_timezone()),
    )
    with audited_write("survey.exported", current_username()) as trace:
        trace.about, trace.details = (
            f"survey {survey_id}",
            {"count": sum(queries.count_sessions_by_status(which).values())},
        )
    prompts = [question.prompt for question in parse_questions(survey.questions_json)]
    rows = stream_with_context(
        stream_csv((*EXPORT_HEADERS, *prompts), _iterate_csv_rows(which, prompts))
    )
    return Response(rows, headers=build_download_headers(f"{survey.name}-{now():%Y-%m-%d}.csv"))


def _iterate_csv_rows(which: SessionFilter, prompts: Sequence[str]) -> Iterator[Sequence[Any]]:
    for started, ended, status, phone, name, said in queries.iterate_survey_export_rows(which):
        times = [
            moment.strftime("%Y-%m-%d %H:%M:%S") if moment else "" for moment in (started, ended)
        ]
        yield [
            *times,
            status,
            phone,
            name or "",
            *(said.get(prompt, "") for prompt in prompts),
        ]
