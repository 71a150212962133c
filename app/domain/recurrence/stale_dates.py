"""Dates in the text of a series that have passed by the day on which it would be sent."""

import re
from datetime import date

from app.domain.surveys.answer_dates import DateContext
from app.domain.texts.date_mentions import list_date_problems
from app.domain.time.typed_days import MONTH_FIRST_REGIONS, parse_complete_day

# 2026-12-05, 12/5/2026, 5.12.2026; dates in words are those of list_date_problems().
DATE_IN_DIGITS_PATTERN = re.compile(
    r"(?<![\d/.-])(?:\d{4}-\d{1,2}-\d{1,2}|\d{1,2}([/.-])\d{1,2}\1\d{4})(?![\d/-])"
)


def list_stale_dates(text: str, sent_on: date, region: str = "") -> list[str]:
    """Return a sentence for each date in `text` that has passed on the day `sent_on`.

    Also for a date whose weekday is another: a text of last year names the weekdays of last year.
    `region`: the country whose order of day and month counts.
    """
    problems = list_date_problems(text, sent_on)
    context = DateContext(sent_on, region in MONTH_FIRST_REGIONS)
    for mention in DATE_IN_DIGITS_PATTERN.finditer(text):
        day = parse_complete_day(mention[0], context)
        if day is not None and day < sent_on:
            problems.append(f"{mention[0]} has passed.")
    return list(dict.fromkeys(problems))
