"""Reading a day from somebody's text, in the orders and languages people write days in."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta

from app.domain.surveys.answer_courtesies import WORDS_BEHIND, strip_courtesies
from app.domain.surveys.answer_words import ANSWER_WORDS, map_numbered_words
from app.domain.texts.word_folding import fold_digits

MONTH_WORDS = map_numbered_words("month")
WEEKDAY_WORDS = map_numbered_words("weekday")
RELATIVE_DAY_WORDS = map_numbered_words("near")
FILLER_WORDS = frozenset({"THE", "OF", "DE", "DEL", "EL", "LE", "ON", "DEN", "DER", "AM"})
WORDS_BEFORE_DAY = ANSWER_WORDS["before day"] | ANSWER_WORDS["before"]
WORDS_BEHIND_DAY = ANSWER_WORDS["behind day"] | WORDS_BEHIND
MIN_ANSWER_YEAR = 1900
MAX_ANSWER_YEAR = 2199
# A two-digit year further ahead belongs to the last century: in 2026 "50" is 1950.
MAX_SHORT_YEARS_AHEAD = 20
NUMERIC_DATE_PATTERN = re.compile(r"[0-9]{1,4}\s*[-./]\s*[0-9]{1,2}(\s*[-./]\s*[0-9]{1,4})?\.?")
# "Sunday, 11/29": the weekday and its comma before a date in digits.
FIRST_WORD_PATTERN = re.compile(r"^[^\W\d]+[.,]?\s+(?=[0-9])")
ISO_DATE_PATTERN = re.compile(r"([0-9]{4})[-./]([0-9]{1,2})[-./]([0-9]{1,2})")
DAY_AND_MONTH_PATTERN = re.compile(
    r"(?P<first>[0-9]{1,2})(?P<separator>[-./])(?P<second>[0-9]{1,2})"
    r"(?:[-./](?P<year>[0-9]{4}|[0-9]{2}))?"
)
ORDINAL_ENDING_PATTERN = re.compile(r"(?<=[0-9])(ST|ND|RD|TH|ER)$")


@dataclass(frozen=True)
class DateContext:
    """What decides how a day is read: today's date, and which number of 5/8 is the month.

    `month_first` as in the United States.
    """

    today: date
    month_first: bool = True


def parse_day(text: str, key: str, context: DateContext) -> date | None:
    """Return the day that the whole text names; None when it names none, or could mean two.

    `key` is the text as fold_answer() makes it, without punctuation. A day without a year is the
    next such day.
    """
    day_words = strip_courtesies(key, WORDS_BEFORE_DAY, WORDS_BEHIND_DAY)
    day = _parse_any_form(_extract_numeric_date(text, key) or day_words, context)
    if day is None or not MIN_ANSWER_YEAR <= day.year <= MAX_ANSWER_YEAR:
        return None
    # "Sat Dec 6" where that is a Sunday: one of the two is wrong.
    weekdays = {WEEKDAY_WORDS[word] for word in key.split() if word in WEEKDAY_WORDS}
    return day if weekdays <= {day.weekday()} else None


def _extract_numeric_date(text: str, key: str) -> str | None:
    """Return a date in digits with its slashes, dots or hyphens, which folding would remove."""
    written = fold_digits(unicodedata.normalize("NFKC", text)).strip()
    if key.partition(" ")[0] in WEEKDAY_WORDS:
        written = FIRST_WORD_PATTERN.sub("", written)
    if NUMERIC_DATE_PATTERN.fullmatch(written):
        return re.sub(r"\s", "", written).rstrip(".")
    return None


def _parse_any_form(key: str, context: DateContext) -> date | None:
    if key in RELATIVE_DAY_WORDS:
        return context.today + timedelta(days=RELATIVE_DAY_WORDS[key])
    if key in WEEKDAY_WORDS:
        days_ahead = (WEEKDAY_WORDS[key] - context.today.weekday()) % 7
        if days_ahead == 0:
            # On that very weekday it could mean today or in a week.
            return None
        return context.today + timedelta(days=days_ahead)
    return (
        _parse_iso_date(key)
        or _parse_numeric_date(key, context)
        or _parse_worded_date(key, context)
        or _parse_day_of_month(key, context)
    )


def _parse_iso_date(key: str) -> date | None:
    match = ISO_DATE_PATTERN.fullmatch(key)
    if not match:
        return None
    return _build_date(int(match[1]), int(match[2]), int(match[3]))


def _parse_numeric_date(key: str, context: DateContext) -> date | None:
    match = DAY_AND_MONTH_PATTERN.fullmatch(key)
    if not match:
        return None
    month = int(match["first"])
    day = int(match["second"])
    # Where the month comes first nobody writes dots.
    is_day_first = not context.month_first or match["separator"] == "."
    if is_day_first:
        month, day = day, month
    if month > 12:
        month, day = day, month
    return _complete_year(match["year"], month, day, context)


def _parse_worded_date(key: str, context: DateContext) -> date | None:
    """Read "FRIDAY THE 8TH OF MAY 2026": one month, a day, perhaps a year, in any order."""
    months: list[int] = []
    numbers: list[str] = []
    for word in key.split():
        if word in MONTH_WORDS:
            months.append(MONTH_WORDS[word])
        elif word not in FILLER_WORDS and word not in WEEKDAY_WORDS:
            numbers.append(ORDINAL_ENDING_PATTERN.sub("", word))
    if len(months) != 1 or not all(re.fullmatch(r"[0-9]{1,4}", number) for number in numbers):
        return None
    if len(numbers) == 1:
        day, year = numbers[0], None
    elif len(numbers) == 2:
        day, year = numbers
    else:
        return None
    if len(day) > 2 or (year is not None and len(year) not in (2, 4)):
        return None
    return _complete_year(year, months[0], int(day), context)


def _parse_day_of_month(key: str, context: DateContext) -> date | None:
    """Read "Sunday the 29th" and "the 29th": the next such day, at most a month ahead."""
    words = [word for word in key.split() if word not in FILLER_WORDS]
    numbers = [word for word in words if word not in WEEKDAY_WORDS]
    if len(numbers) != 1:
        return None
    number = ORDINAL_ENDING_PATTERN.sub("", numbers[0])
    is_named = len(words) == 2 or number != numbers[0]
    if not is_named or not re.fullmatch(r"[0-9]{1,2}", number):
        return None
    for days in range(32):
        day = context.today + timedelta(days=days)
        if day.day == int(number):
            return day
    return None


def _complete_year(
    year: str | None,
    month: int,
    day: int,
    context: DateContext,
) -> date | None:
    """Return the date; without a year the next such day, with two digits the nearest century."""
    today = context.today
    if year is None:
        this_year = _build_date(today.year, month, day)
        if this_year and this_year < today:
            return _build_date(today.year + 1, month, day)
        return this_year
    full_year = int(year)
    if len(year) == 2:
        full_year += today.year // 100 * 100
        if full_year > today.year + MAX_SHORT_YEARS_AHEAD:
            full_year -= 100
    return _build_date(full_year, month, day)


def _build_date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
