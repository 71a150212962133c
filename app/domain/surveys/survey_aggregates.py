"""What many people answered to one question, in a few figures: bars, a histogram, a sum."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.domain.surveys.question_definitions import (
    NO_VALUE,
    YES_VALUE,
    QuestionType,
    SurveyQuestion,
)
from app.domain.texts.plurals import pluralize

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
    """How often a question was answered, skipped, not understood; `values`: how often each
    answer was given.
    """

    answered: int = 0
    skipped: int = 0
    unclear: int = 0
    values: Mapping[str, int] = field(default_factory=dict)

    @property
    def passed_count(self) -> int:
        """How many got past the question."""
        return self.answered + self.skipped


def format_stored_answer(question: SurveyQuestion, value: str | None) -> str:
    """A kept value as pages say it."""
    return (
        YES_NO_LABELS.get(value or "", value or "")
        if question.question_type is QuestionType.YES_NO
        else value or ""
    )


def build_answer_bars(question: SurveyQuestion, values: Mapping[str, int]) -> list[tuple[str, int]]:
    """One bar an answer: every possible one where they are known, else those that were given,
    in their order.
    """
    if question.question_type is QuestionType.NUMBER:
        return build_histogram(
            {int(value): count for value, count in values.items() if value.lstrip("-").isdigit()}
        )
    if not question.possible_answers:
        return sorted(values.items())[:MAX_BARS]
    earlier = [
        value for value in values if value not in question.possible_answers
    ]  # a choice that is there no more
    return [
        (format_stored_answer(question, value), values.get(value, 0))
        for value in (*question.possible_answers, *earlier)
    ]


def build_histogram(values: Mapping[int, int]) -> list[tuple[str, int]]:
    """How often each number came; numbers that lie far apart stand together in steps of 2, 5,
    10, 20 and so on.
    """
    if not values:
        return []
    low, high = min(values), max(values)
    width = _choose_bin_width(high - low + 1)
    start = low // width * width
    found = []
    for first in range(start, high + 1, width):
        count = sum(number for value, number in values.items() if first <= value < first + width)
        found.append((str(first) if width == 1 else f"{first:,} to {first + width - 1:,}", count))
    return found


def _choose_bin_width(span: int) -> int:
    scale = 1
    while True:
        for width in BIN_WIDTH_STEPS:
            if span <= (MAX_BARS - 1) * width * scale:  # one more, for where the first bar begins
                return width * scale
        scale *= 10


def format_rounded_duration(seconds: float) -> str:
    """'40 seconds', '5 minutes', '3 hours', '2 days': in the unit that says it best, rounded."""
    for size, noun, most in ((1, "second", 90), (60, "minute", 90), (3600, "hour", 48)):
        if round(seconds / size) < most:
            return pluralize(max(1, round(seconds / size)), noun)
    return pluralize(round(seconds / 86400), "day")


@dataclass(frozen=True)
class NumberSummary:
    """All numbers together."""

    total: int
    average: float
    low: int
    high: int


def summarize_numbers(values: Mapping[str, int]) -> NumberSummary | None:
    """What the numbers add up to; None when there are none."""
    numbers = {int(value): count for value, count in values.items() if value.lstrip("-").isdigit()}
    people = sum(numbers.values())
    if not people:
        return None
    whole = sum(value * count for value, count in numbers.items())
    return NumberSummary(whole, whole / people, min(numbers), max(numbers))
