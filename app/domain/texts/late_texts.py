"""Which automatic answers a text still gets that reached us long after it was written."""

from datetime import datetime, timedelta

# What a keyword or HELP answers is expected at once. After two hours a person decides whether it
# still makes sense; a survey's answer is read, and its next question asked, at any time.
ANSWER_LIMIT = timedelta(hours=2)
# A confirmation of an opt-out that comes later must be justified (47 CFR 64.1200(a)(12)).
CONFIRMATION_LIMIT = timedelta(minutes=5)


def is_too_late_to_answer(written_at: datetime | None, moment: datetime) -> bool:
    """Whether a keyword or HELP is no longer answered; None: it was written just now."""
    return written_at is not None and moment - written_at > ANSWER_LIMIT


def is_too_late_to_confirm(written_at: datetime | None, moment: datetime) -> bool:
    """Whether an opt-out is obeyed without a word."""
    return written_at is not None and moment - written_at > CONFIRMATION_LIMIT
