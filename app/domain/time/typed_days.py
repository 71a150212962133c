"""Days as people type them into a form, in the order and the words of their country."""

import re
from dataclasses import replace
from datetime import date

from app.domain.surveys.answer_dates import DateContext, parse_day
from app.domain.surveys.answer_folding import fold_answer

# The countries and territories that write 5/8 for 8 May.
MONTH_FIRST_REGIONS = frozenset({"US", "PR", "GU", "VI", "AS", "MP", "FM", "MH", "PW"})
# 12/21/2026, 21.12.26, or a month in letters, whose year may be missing: Dec 21, 21 December.
# Digits without a year could mean too much: 5/8 is refused.
NUMERIC_YEAR_PATTERN = re.compile(
    r"(?<![0-9])[0-9]{4}(?![0-9])|[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{2}"
)
MONTH_NAME_PATTERN = re.compile(r"[A-Za-z]{3}")
# A day, a month in letters and a year of two or four digits, in any order: 8 May 26.
WORDED_YEAR_PATTERN = re.compile(r"(?<![0-9])[0-9]{4}(?![0-9])|[0-9]+[^0-9]+[0-9]+")


def parse_typed_day(text: str, region: str, today: date) -> date | None:
    """Return the day that a whole text names, or None; without a year the next such day.

    "5/8/2027" is 8 May where the month is written first, and 5 August elsewhere; "12/21/2026"
    can mean one day only, so it is read everywhere.
    """
    written = text.strip()
    is_complete = NUMERIC_YEAR_PATTERN.search(written) or MONTH_NAME_PATTERN.search(written)
    if not is_complete:
        return None
    return _parse_in_any_order(written, DateContext(today, region in MONTH_FIRST_REGIONS))


def parse_complete_day(text: str, context: DateContext) -> date | None:
    """Return the day that a whole text names with its year, or None; see parse_typed_day()."""
    written = text.strip()
    is_complete = NUMERIC_YEAR_PATTERN.search(written) or (
        MONTH_NAME_PATTERN.search(written) and WORDED_YEAR_PATTERN.search(written)
    )
    return _parse_in_any_order(written, context) if is_complete else None


def _parse_in_any_order(written: str, context: DateContext) -> date | None:
    if not written.isascii():
        return None
    key = fold_answer(written)
    other_order = replace(context, month_first=not context.month_first)
    return parse_day(written, key, context) or parse_day(written, key, other_order)
