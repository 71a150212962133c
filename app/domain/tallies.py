"""What many people answered to one question, in a few figures: bars, a histogram, a sum."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.domain.cost import counted
from app.domain.questions import NO, YES, Ask, Question

MOST_BARS = 20
WIDTHS = (1, 2, 5)
LISTED = (Ask.YES_NO, Ask.CHOICE, Ask.NUMBER, Ask.DATE)
WORDS = {YES: "Yes", NO: "No"}


@dataclass(frozen=True)
class Tally:
    """How often a question was answered, skipped, not understood; `values`: how often each
    answer was given.
    """

    answered: int = 0
    skipped: int = 0
    unclear: int = 0
    values: Mapping[str, int] = field(default_factory=dict)

    @property
    def passed(self) -> int:
        """How many got past the question."""
        return self.answered + self.skipped


def in_words(question: Question, value: str | None) -> str:
    """A kept value as pages say it."""
    return (
        WORDS.get(value or "", value or "")
        if question.ask is Ask.YES_NO
        else value or ""
    )


def bars(question: Question, values: Mapping[str, int]) -> list[tuple[str, int]]:
    """One bar an answer: every possible one where they are known, else those that were given,
    in their order.
    """
    if question.ask is Ask.NUMBER:
        return histogram(
            {
                int(value): count
                for value, count in values.items()
                if value.lstrip("-").isdigit()
            }
        )
    if not question.answers:
        return sorted(values.items())[:MOST_BARS]
    earlier = [
        value for value in values if value not in question.answers
    ]  # a choice that is there no more
    return [
        (in_words(question, value), values.get(value, 0))
        for value in (*question.answers, *earlier)
    ]


def histogram(values: Mapping[int, int]) -> list[tuple[str, int]]:
    """How often each number came; numbers that lie far apart stand together in steps of 2, 5,
    10, 20 and so on.
    """
    if not values:
        return []
    low, high = min(values), max(values)
    width = _width(high - low + 1)
    start = low // width * width
    found = []
    for first in range(start, high + 1, width):
        count = sum(
            number for value, number in values.items() if first <= value < first + width
        )
        found.append(
            (str(first) if width == 1 else f"{first:,} to {first + width - 1:,}", count)
        )
    return found


def _width(span: int) -> int:
    scale = 1
    while True:
        for width in WIDTHS:
            if (
                span <= (MOST_BARS - 1) * width * scale
            ):  # one more, for where the first bar begins
                return width * scale
        scale *= 10


def time_in_words(seconds: float) -> str:
    """'40 seconds', '5 minutes', '3 hours', '2 days': in the unit that says it best, rounded."""
    for size, noun, most in ((1, "second", 90), (60, "minute", 90), (3600, "hour", 48)):
        if round(seconds / size) < most:
            return counted(max(1, round(seconds / size)), noun)
    return counted(round(seconds / 86400), "day")


@dataclass(frozen=True)
class Sum:
    """All numbers together."""

    total: int
    average: float
    low: int
    high: int


def total(values: Mapping[str, int]) -> Sum | None:
    """What the numbers add up to; None when there are none."""
    numbers = {
        int(value): count
        for value, count in values.items()
        if value.lstrip("-").isdigit()
    }
    people = sum(numbers.values())
    if not people:
        return None
    whole = sum(value * count for value, count in numbers.items())
    return Sum(whole, whole / people, min(numbers), max(numbers))
