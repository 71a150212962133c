"""The results of a survey, as its page shows them: figures, steps, and one summary a question."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from flask import url_for

from app.delivery.queries.survey_blasts import count_survey_texts
from app.domain.surveys import survey_aggregates
from app.domain.surveys.question_definitions import QuestionType, SurveyQuestion
from app.domain.surveys.survey_aggregates import AnswerCounts, NumberSummary
from app.domain.surveys.survey_state_machine import (
    SESSION_STATUS_LABELS,
    SurveySessionStatus,
)
from app.domain.time import durations
from app.surveys.queries import survey_answers, survey_results
from app.surveys.queries.answer_times import AnswerTimes, measure_answer_times
from app.surveys.queries.survey_answers import SessionAnswer
from app.surveys.queries.survey_session_filter import SessionFilter
from app.surveys.queries.surveys import calculate_percent
from app.surveys.views.survey_labels import format_answer_value

MAX_LATEST_SHOWN = 5
StatusCounts = Mapping[SurveySessionStatus, int]


class ChartBar(NamedTuple):
    """One bar of a chart, with its value in words."""

    label: str
    value: int
    value_text: str


class KeyFigure(NamedTuple):
    """One of the large figures above the results."""

    value: int | str
    label: str


class StatusChip(NamedTuple):
    """A link to the people of one status."""

    label: str
    url: str
    is_chosen: bool


@dataclass(frozen=True)
class QuestionResult:
    """What was answered to one question.

    `latest_answers`: the newest free words; `median_time`: half of them answered within it, in
    words.
    """

    number: int
    question: SurveyQuestion
    tally: AnswerCounts
    bars: list[ChartBar]
    number_totals: NumberSummary | None
    latest_answers: list[SessionAnswer]
    median_time: str | None


class ResultSummary:
    """All that the page of a survey shows of its results. Runs its queries when it is made."""

    def __init__(self, session_filter: SessionFilter, questions: Sequence[SurveyQuestion]) -> None:
        self.session_filter = session_filter
        self.questions = questions
        self.status_counts: StatusCounts = survey_results.count_sessions_by_status(session_filter)
        self._answer_counts = survey_results.aggregate_survey_answers(session_filter, questions)
        self._times: AnswerTimes = measure_answer_times(session_filter)

    def _get_counts(self, question: SurveyQuestion) -> AnswerCounts:
        return self._answer_counts.get(question.prompt, AnswerCounts())

    @property
    def start_count(self) -> int:
        """How many people began."""
        return sum(self.status_counts.values())

    def count_status(self, status: SurveySessionStatus) -> int:
        """Count the sessions with this status."""
        return self.status_counts.get(status, 0)

    def build_key_figures(self) -> list[KeyFigure]:
        """Build the large figures; how many a blast asked is known for all days only."""
        figures = []
        if self.session_filter.is_unfiltered:
            asked_count = count_survey_texts(self.session_filter.survey_id)
            if asked_count:
                figures.append(KeyFigure(asked_count, "from a blast"))
        figures += [
            KeyFigure(self.start_count, "started"),
            KeyFigure(self.count_status(SurveySessionStatus.COMPLETED), "finished"),
            KeyFigure(self.count_status(SurveySessionStatus.ACTIVE), "answering now"),
            KeyFigure(self.count_status(SurveySessionStatus.HANDED_OVER), "need review"),
        ]
        seconds = self._times.seconds_to_finish
        if seconds is not None:
            duration = durations.format_rounded_duration(seconds)
            figures.append(KeyFigure(duration, "usual time to finish"))
        return figures

    def build_funnel(self) -> list[ChartBar]:
        """Build one bar for each step, from who began to who finished."""
        steps = [("Started", self.start_count)]
        for number, question in enumerate(self.questions, 1):
            steps.append((f"{number}. {question.prompt}", self._get_counts(question).passed_count))
        steps.append(("Finished", self.count_status(SurveySessionStatus.COMPLETED)))
        return [_build_bar(label, count, self.start_count) for label, count in steps]

    def build_question_results(self) -> list[QuestionResult]:
        """Build the summary of each question."""
        results = []
        for number, question in enumerate(self.questions, 1):
            results.append(self._build_question_result(number, question))
        return results

    def _build_question_result(self, number: int, question: SurveyQuestion) -> QuestionResult:
        counts = self._get_counts(question)
        seconds = self._times.seconds_to_answer.get(question.prompt)
        is_charted = question.question_type in survey_aggregates.CHARTED_QUESTION_TYPES
        bars: list[ChartBar] = []
        latest: list[SessionAnswer] = []
        totals = None
        if counts.answered and is_charted:
            bars = _build_answer_bars(question, counts)
        elif counts.answered:
            latest = survey_answers.find_latest_answers(
                self.session_filter, question.prompt, MAX_LATEST_SHOWN
            )
        if question.question_type is QuestionType.NUMBER:
            totals = survey_aggregates.summarize_numbers(counts.values)
        return QuestionResult(
            number=number,
            question=question,
            tally=counts,
            bars=bars,
            number_totals=totals,
            latest_answers=latest,
            median_time=_format_median(seconds),
        )


def _format_median(seconds: float | None) -> str | None:
    return None if seconds is None else durations.format_rounded_duration(seconds)


def _build_bar(label: str, count: int, total: int) -> ChartBar:
    percent = calculate_percent(count, total)
    share = "" if percent is None else f" · {percent}%"
    return ChartBar(label, count, f"{count:,}{share}")


def _build_answer_bars(question: SurveyQuestion, counts: AnswerCounts) -> list[ChartBar]:
    bars = []
    for answer, count in survey_aggregates.build_answer_bars(question, counts.values):
        label = answer
        if question.question_type is QuestionType.DATE:
            label = format_answer_value(question, answer)
        bars.append(_build_bar(label, count, counts.answered))
    return bars


def build_status_chips(
    survey_id: int, counts: StatusCounts, chosen: str, day_args: Mapping[str, str]
) -> list[StatusChip]:
    """Build the links that narrow the list of people, one for each status that somebody has."""

    def build_url(**status: Any) -> str:
        args = {**day_args, **status, "survey_id": survey_id}
        return url_for("surveys.show_survey", **args, _anchor="people")

    chips = [StatusChip(f"All {sum(counts.values()):,}", build_url(), chosen not in counts)]
    for status in SurveySessionStatus:
        if status in counts:
            label = f"{SESSION_STATUS_LABELS[status]} {counts[status]:,}"
            chips.append(StatusChip(label, build_url(status=status.value), chosen == status))
    return chips
