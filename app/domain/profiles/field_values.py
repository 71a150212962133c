"""The value of a field: how it is read by its type, and how it is compared and sorted.

A value is stored exactly as it was typed or imported, so that an export gives it back. Beside it
stands its sort value, which rules compare: folded text, a number, or an ISO date.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.domain.profiles.field_types import FieldType
from app.domain.surveys.answer_dates import MAX_ANSWER_YEAR, MIN_ANSWER_YEAR, DateContext
from app.domain.surveys.answer_numbers import parse_whole_number_answer
from app.domain.surveys.answer_parsing import parse_yes_no
from app.domain.surveys.question_definitions import NO_VALUE, YES_VALUE
from app.domain.texts.name_folding import fold_name
from app.domain.texts.text_cleaning import is_blank_text
from app.domain.texts.word_folding import fold_digits
from app.domain.time.date_styles import get_date_style
from app.domain.time.typed_days import MONTH_FIRST_REGIONS, parse_complete_day

MAX_FIELD_VALUE_LENGTH = 1000
MAX_NUMBER_DIGITS = 15  # a float keeps so many
# What boxes of spreadsheets hold beside the words that people answer with.
YES_MARKS = frozenset({"true", "1", "x", "on", "✓", "✔", "☑", "checked", "t"})
NO_MARKS = frozenset({"false", "0", "off", "✗", "✘", "☐", "unchecked", "f"})
CURRENCY_PATTERN = re.compile(r"^(-?)\s*[$€£]\s*|\s*[$€£]$")
NUMBER_PATTERN = re.compile(r"[-+]?(?:[0-9]+(?:[.,][0-9]+)?|[.,][0-9]+)")
# 1,234,567.50 and 1.234.567,50; one comma before three digits separates thousands.
COMMA_THOUSANDS_PATTERN = re.compile(r"[-+]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
POINT_THOUSANDS_PATTERN = re.compile(r"[-+]?[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]+")
SPACE_THOUSANDS_PATTERN = re.compile(r"[-+]?[0-9]{1,3}(?:[ '\u00a0\u202f][0-9]{3})+(?:[.,][0-9]+)?")
ISO_DATE_PATTERN = re.compile(
    r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[T ][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)?"
)
NUMERIC_DATE_PATTERN = re.compile(r"([0-9]{1,2})([/.-])([0-9]{1,2})\2([0-9]{4})")

SortValue = str | float


@dataclass(frozen=True)
class ValueContext:
    """What decides how values are read: the country, today, and which number of 5/8 is the month.

    `month_first` is None where the country decides; a column of a file may say otherwise.
    """

    region: str
    today: date
    month_first: bool | None = None

    @property
    def is_month_first(self) -> bool:
        """Whether 5/8 is 8 May."""
        if self.month_first is None:
            return self.region in MONTH_FIRST_REGIONS
        return self.month_first


def compute_sort_value(field_type: FieldType, text: str, context: ValueContext) -> SortValue | None:
    """Return what a value is compared by; None when it cannot be read as one of its type.

    A number is a float, a date YYYY-MM-DD, yes and no are "yes" and "no", other words are folded.
    """
    if field_type is FieldType.NUMBER:
        return parse_number(text)
    if field_type is FieldType.DATE:
        day = parse_date(text, context)
        return day.isoformat() if day else None
    if field_type is FieldType.YES_NO:
        return parse_yes_or_no(text)
    return fold_value(text)


def fold_value(text: str) -> str:
    """Return words as they are compared: "Médium" and "medium" are one; of signs only, as it is."""
    return fold_name(text) or text.strip().lower()


def find_value_problem(
    field_type: FieldType, text: str, context: ValueContext, choices: Sequence[str] = ()
) -> str:
    """Return why a typed value cannot be stored, "" when it can; "" is no value."""
    if is_blank_text(text):
        return ""
    if len(text) > MAX_FIELD_VALUE_LENGTH:
        return f"Use at most {MAX_FIELD_VALUE_LENGTH:,} characters."
    if field_type is FieldType.CHOICE:
        return "" if find_choice(text, choices) else _describe_choices(choices)
    if compute_sort_value(field_type, text, context) is not None:
        return ""
    if field_type is FieldType.NUMBER:
        return "Enter a number, such as 12 or 12.50."
    if field_type is FieldType.DATE:
        return get_date_style(context.region).date_error
    return "Enter yes or no."


def _describe_choices(choices: Sequence[str]) -> str:
    if not choices:
        return "This field has no choices yet. Add them in Settings > Fields."
    if len(choices) == 1:
        return f"Enter {choices[0]}."
    *first, last = choices
    return f"Choose {', '.join(first)} or {last}."


def find_choice(text: str, choices: Sequence[str]) -> str | None:
    """Return the choice that a value names, in any spelling, or None."""
    folded = fold_value(text)
    return next((choice for choice in choices if fold_value(choice) == folded), None)


def parse_number(text: str) -> float | None:
    """Return the number of a whole text: "12", "-3.5", "1,234.50", "$25", "1.234,50", "five"."""
    written = CURRENCY_PATTERN.sub(r"\1", _normalize(text)).strip()
    digits = _find_plain_number(written)
    if digits is not None:
        return float(digits) if sum(map(str.isdigit, digits)) <= MAX_NUMBER_DIGITS else None
    number = parse_whole_number_answer(text)
    return None if number is None else float(number)


def _find_plain_number(written: str) -> str | None:
    """Return a number in digits with a point before its fraction and nothing else, or None."""
    if COMMA_THOUSANDS_PATTERN.fullmatch(written):
        return written.replace(",", "")
    if POINT_THOUSANDS_PATTERN.fullmatch(written):
        return written.replace(".", "").replace(",", ".")
    if SPACE_THOUSANDS_PATTERN.fullmatch(written):
        return re.sub("[ '\u00a0\u202f]", "", written).replace(",", ".")
    if NUMBER_PATTERN.fullmatch(written):
        return written.replace(",", ".")
    return None


def is_number_in_digits(text: str) -> bool:
    """Whether a cell is a number, and not a code such as 00123 or a telephone number."""
    digits = _find_plain_number(CURRENCY_PATTERN.sub(r"\1", _normalize(text)).strip())
    if digits is None or text.strip().startswith("+"):
        return False
    integer = digits.lstrip("-").partition(".")[0]
    has_leading_zero = len(integer) > 1 and integer.startswith("0")
    return not has_leading_zero and len(integer) <= MAX_NUMBER_DIGITS


def parse_date(text: str, context: ValueContext) -> date | None:
    """Return the day of a whole text, whose year is written; None when there is none."""
    written = _normalize(text)
    match = ISO_DATE_PATTERN.fullmatch(written)
    if match:
        return _build_date(int(match[1]), int(match[2]), int(match[3]))
    # Most cells of a file: a hundredth of the time of reading words.
    match = NUMERIC_DATE_PATTERN.fullmatch(written)
    if match:
        return _build_numeric_date(match, context)
    return parse_complete_day(written, DateContext(context.today, context.is_month_first))


def _build_numeric_date(match: re.Match[str], context: ValueContext) -> date | None:
    first, second = int(match[1]), int(match[3])
    year = int(match[4])
    # 5.8.2026 has its day first everywhere.
    is_month_first = context.is_month_first and match[2] != "."
    month, day = (first, second) if is_month_first else (second, first)
    return _build_date(year, month, day) or _build_date(year, day, month)


def _build_date(year: int, month: int, day: int) -> date | None:
    if not MIN_ANSWER_YEAR <= year <= MAX_ANSWER_YEAR:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def parse_birthday(text: str, context: ValueContext) -> date | None:
    """Return a birthday, which is never ahead: in 2026 "5/8/30" is a day of 1930."""
    day = parse_date(text, context)
    if day is None or day <= context.today:
        return day
    # Only a year of two digits was read as one of this century.
    if re.search(r"[0-9]{4}", text):
        return None
    return _build_date(day.year - 100, day.month, day.day)


def parse_yes_or_no(text: str) -> str | None:
    """Return "yes" or "no" for the words people answer with and the marks of spreadsheets."""
    mark = text.strip().lower()
    if mark in YES_MARKS:
        return YES_VALUE
    if mark in NO_MARKS:
        return NO_VALUE
    return parse_yes_no(text)


def _normalize(text: str) -> str:
    return fold_digits(unicodedata.normalize("NFKC", text)).strip()
