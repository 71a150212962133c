"""Days as people type them into a form, in the order and the words of their country."""

import re
from datetime import date

from app.domain.surveys.answer_dates import DateContext, parse_day
from app.domain.surveys.answer_folding import fold_answer

# The countries and territories that write 5/8 for 8 May.
MONTH_FIRST_REGIONS = frozenset({"US", "PR", "GU", "VI", "AS", "MP", "FM", "MH", "PW"})
# 12/21/2026, 21.12.26, or a month in letters, whose year may be missing: Dec 21, 21 December.
# Digits without a year could mean too much: 5/8 is refused.
YEAR_PATTERN = re.compile(r"(?<![0-9])[0-9]{4}(?![0-9])|[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{2}")
MONTH_NAME_PATTERN = re.compile(r"[A-Za-z]{3}")


def parse_typed_day(text: str, region: str, today: date) -> date | None:
    """Return the day that a whole text names, or None; without a year the next such day.

    "5/8/2027" is 8 May where the month is written first, and 5 August elsewhere; "12/21/2026"
    can mean one day only, so it is read everywhere.
    """
    written = text.strip()
    is_complete = YEAR_PATTERN.search(written) or MONTH_NAME_PATTERN.search(written)
    if not written.isascii() or not is_complete:
        return None
    is_month_first = region in MONTH_FIRST_REGIONS
    key = fold_answer(written)
    for month_first in (is_month_first, not is_month_first):
        day = parse_day(written, key, DateContext(today, month_first))
        if day is not None:
            return day
    return None
