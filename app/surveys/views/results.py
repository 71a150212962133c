"""What came of a survey: who came how far, what they said, and everything to take away."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Response, abort, render_template, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue

from app.audit.actions import act
from app.domain import hours, tallies
from app.domain.permission import Role
from app.domain.questions import Ask, Question, parse
from app.domain.surveys import STATUS_WORDS, SessionStatus
from app.domain.tallies import Sum, Tally
from app.events import queries as events
from app.kit.access import BOTH, needs, who
from app.kit.clock import now
from app.kit.filters import zone
from app.kit.pages import asked
from app.kit.sheets import attachment, csv_stream
from app.organisation import queries as organisation
from app.surveys.models import SurveyFlow, SurveySession
from app.surveys.queries import results as queries
from app.surveys.queries.surveys import share
from app.surveys.views.room import bp, found

FEW = 5
TAGS = {
    SessionStatus.ACTIVE: "info",
    SessionStatus.COMPLETED: "ok",
    SessionStatus.HANDED_OVER: "warn",
    SessionStatus.STOPPED: "bad",
}
HEADINGS = ("started", "ended", "status", "phone", "name")


@dataclass(frozen=True)
class Result:
    """What was said to one question. `bars`: (answer, how many, in words); `latest`: the newest of free words."""

    number: int
    question: Question
    tally: Tally
    bars: list[tuple[str, int, str]]
    sum: Sum | None
    latest: list[queries.Said]


@bp.get("/<int:survey_id>")
@needs(*BOTH)
def one(survey_id: int) -> ResponseReturnValue:
    """The survey and its results."""
    survey = found(survey_id)
    questions = parse(survey.questions_json)
    said = queries.tallies(survey_id, questions)
    status = request.args.get("status", "")
    counts = queries.by_status(survey_id)
    return render_template(
        "surveys/one.html",
        survey=survey,
        event=events.event(survey.linked_event_id),
        counts=counts,
        asked=queries.asked_by_blasts(survey_id),
        funnel=_funnel(survey, questions, said),
        results=_results(survey_id, questions, said),
        unclear=queries.unclear(survey_id, FEW),
        page=queries.people(survey_id, status, asked(("started",), "started"), organisation.region()),
        filters=_filters(survey_id, counts, status),
        questions=questions,
    )


def _funnel(survey: SurveyFlow, questions: Sequence[Question], said: dict[str, Tally]) -> list[tuple[str, int, str]]:
    """From who began to who finished: each step with how many of a hundred came so far."""
    steps = [("Started", survey.start_count)]
    steps += [(f"{number}. {each.prompt}", _passed(each, said)) for number, each in enumerate(questions, 1)]
    steps.append(("Finished", survey.completion_count))
    most = survey.start_count
    return [(words, count, f"{count:,}" + (f" · {share(count, most)} %" if most else "")) for words, count in steps]


def _passed(question: Question, said: dict[str, Tally]) -> int:
    return said.get(question.prompt, Tally()).passed


def _results(survey_id: int, questions: Sequence[Question], said: dict[str, Tally]) -> list[Result]:
    return [
        _result(survey_id, number, each, said.get(each.prompt, Tally())) for number, each in enumerate(questions, 1)
    ]


def _result(survey_id: int, number: int, question: Question, tally: Tally) -> Result:
    listed = question.ask in tallies.LISTED
    bars = [
        (_bar_words(question, answer), count, f"{count:,} · {share(count, tally.answered) or 0} %")
        for answer, count in (tallies.bars(question, tally.values) if listed and tally.answered else [])
    ]
    total = tallies.total(tally.values) if question.ask is Ask.NUMBER else None
    latest = [] if listed or not tally.answered else queries.latest(survey_id, question.prompt, FEW)
    return Result(number, question, tally, bars, total, latest)


def _bar_words(question: Question, answer: str) -> str:
    return value_words(question, answer) if question.ask is Ask.DATE else answer


@bp.app_template_global()
def value_words(question: Question, value: str | None) -> str:
    """A kept answer as pages say it: Yes, or Fri 8 May."""
    if question.ask is Ask.DATE and value:
        try:
            return hours.day_in_words(date.fromisoformat(value), today=hours.today_in(zone(), now()))
        except ValueError:
            return value
    return tallies.in_words(question, value)


@bp.app_template_filter()
def session_words(session: SurveySession) -> str:
    """How somebody stands: "On question 2 of 3"."""
    if session.status is SessionStatus.ACTIVE:
        return f"On question {session.position + 1} of {len(parse(session.questions_json))}"
    return STATUS_WORDS[session.status]


@bp.app_template_filter()
def session_tag(session: SurveySession) -> str:
    """The colour of that."""
    return TAGS.get(session.status, "")


def _filters(survey_id: int, counts: dict[SessionStatus, int], chosen: str) -> list[tuple[str, str, bool]]:
    """Chips for every way to stand that somebody has."""
    here = url_for("surveys.one", survey_id=survey_id)
    found = [(f"All {sum(counts.values()):,}", f"{here}#people", chosen not in counts)]
    return found + [
        (f"{STATUS_WORDS[status]} {counts[status]:,}", f"{here}?status={status.value}#people", chosen == status)
        for status in SessionStatus
        if status in counts
    ]


@bp.get("/<int:survey_id>/answers")
@needs(*BOTH)
def answers(survey_id: int) -> ResponseReturnValue:
    """Everything that was said to one question (`question`, from 1), or all that was not understood."""
    survey = found(survey_id)
    questions = parse(survey.questions_json)
    typed = request.args.get("question", "")
    number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 4 else 0
    if typed and not 1 <= number <= len(questions):
        abort(404)
    question = questions[number - 1] if number else None
    page = queries.answers(
        survey_id, question.prompt if question else None, asked(("newest",), "newest"), organisation.region()
    )
    return render_template("surveys/answers.html", survey=survey, question=question, number=number, page=page)


@bp.get("/<int:survey_id>/export")
@needs(Role.ADMIN)
def export(survey_id: int) -> ResponseReturnValue:
    """One row a session, one column a question."""
    survey = found(survey_id)
    with act("survey.exported", who()) as trace:
        trace.about, trace.details = f"survey {survey_id}", {"count": queries.counts_of_everything(survey_id)[0]}
    prompts = [question.prompt for question in parse(survey.questions_json)]
    rows = stream_with_context(csv_stream((*HEADINGS, *prompts), _lines(survey_id, prompts)))
    return Response(rows, headers=attachment(f"{survey.name}-{now():%Y-%m-%d}.csv"))


def _lines(survey_id: int, prompts: Sequence[str]) -> Iterator[Sequence[Any]]:
    for started, ended, status, phone, name, said in queries.everybody(survey_id):
        times = [moment.strftime("%Y-%m-%d %H:%M:%S") if moment else "" for moment in (started, ended)]
        yield [*times, status, phone, name or "", *(said.get(prompt, "") for prompt in prompts)]
