"""The answers of many people to one question, in figures: bars, a histogram, a sum."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.domain.surveys.question_definitions import (
    NO_VALUE,
    YES_VALUE,
    QuestionType,
    SurveyQuestion,
)

MAX_BARS = 20
BIN_WIDTH_STEPS = (1, 2, 5)
CHARTED_QUESTION_TYPES = (
    QuestionType.YES_NO,
    QuestionType.CHOICE,
    QuestionType.NUMBER,
    QuestionType.DATE,
)
YES_NO_LABELS = {YES_VALUE: "Yes", NO_VALUE: "No"}


@dataclass(frozen=True)
class AnswerCounts:
    """How often a question was answered, skipped, or not understood.

    `values`: how often each answer was given.
    """

    answered: int = 0
    skipped: int = 0
    unclear: int = 0
    values: Mapping[str, int] = field(default_factory=dict)

    @property
    def passed_count(self) -> int:
        """How many people got past the question."""
        return self.answered + self.skipped


@dataclass(frozen=True)
class NumberSummary:
    """All answers to a question for a number, together."""

    total: int
    average: float
    low: int
    high: int


def format_stored_answer(question: SurveyQuestion, value: str | None) -> str:
    """Return a stored value as pages show it; "" for a skipped question."""
    if not value:
        return ""
    if question.question_type is QuestionType.YES_NO:
        return YES_NO_LABELS.get(value, value)
    return value


def build_answer_bars(question: SurveyQuestion, values: Mapping[str, int]) -> list[tuple[str, int]]:
    """Return one bar for each answer, as (label, count).

    Every possible answer has a bar where they can be listed; else the answers given, in order.
    """
    if question.question_type is QuestionType.NUMBER:
        return build_histogram(_count_numbers(values))
    if not question.possible_answers:
        return sorted(values.items())[:MAX_BARS]
    # Answers given before a choice was removed from the question.
    removed_answers = [value for value in values if value not in question.possible_answers]
    bars = []
    for value in (*question.possible_answers, *removed_answers):
        bars.append((format_stored_answer(question, value), values.get(value, 0)))
    return bars


def build_histogram(counts: Mapping[int, int]) -> list[tuple[str, int]]:
    """Return how often each number was given, as (label, count), in at most MAX_BARS bars.

    Numbers that lie far apart share bars of width 2, 5, 10, 20 and so on.
    """
    if not counts:
        return []
    low = min(counts)
    high = max(counts)
    width = _choose_bin_width(high - low + 1)
    bars = []
    for first in range(low // width * width, high + 1, width):
        last = first + width - 1
        count = sum(counts.get(value, 0) for value in counts if first <= value <= last)
        label = str(first) if width == 1 else f"{first:,} to {last:,}"
        bars.append((label, count))
    return bars


def _choose_bin_width(span: int) -> int:
    """Return the smallest width of 1, 2, 5, 10, 20, 50 … that needs at most MAX_BARS bars."""
    scale = 1
    while True:
        for step in BIN_WIDTH_STEPS:
            width = step * scale
            # One bar less, because the first one may begin before the smallest number.
            if span <= (MAX_BARS - 1) * width:
                return width
        scale *= 10


def summarize_numbers(values: Mapping[str, int]) -> NumberSummary | None:
    """Return the sum, average and bounds of the numbers given, or None without any."""
    counts = _count_numbers(values)
    answer_count = sum(counts.values())
    if not answer_count:
        return None
    total = sum(value * count for value, count in counts.items())
    return NumberSummary(total, total / answer_count, min(counts), max(counts))


def _count_numbers(values: Mapping[str, int]) -> dict[int, int]:
    """Return the counts by number, without values stored before the question asked for one."""
    counts: dict[int, int] = {}
    for value, count in values.items():
        if value.lstrip("-").isdigit():
            counts[int(value)] = count
    return counts
