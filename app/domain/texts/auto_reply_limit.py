"""When a machine stops answering a number: two systems that answer each other must come to an
end.
"""

from collections.abc import Sequence
from datetime import timedelta

AUTO_REPLY_WINDOW = timedelta(minutes=10)
AUTO_REPLY_SILENCE = timedelta(hours=1)
MAX_AUTO_REPLIES = 5
# A person may fill in a long survey quickly, and each question ends: these are counted apart.
MAX_AUTO_REPLIES_WITH_SURVEYS = 30


# What a survey made of a text when it went on: such an answer is followed by the next question.
SURVEY_PROGRESS_VERDICTS = frozenset({"survey_answered", "survey_finished"})


def is_over_auto_reply_limit(answered: Sequence[str | None], verdict: str, more: int = 1) -> bool:
    """Whether so many `more` automatic answers would be too many, after those of the last ten
    minutes.

    `answered`: what was made of the text before each of them (the verdict of its call);
    `verdict`: of this one.
    """
    if len(answered) + more > MAX_AUTO_REPLIES_WITH_SURVEYS:
        return True
    others = sum(each not in SURVEY_PROGRESS_VERDICTS for each in answered)
    return verdict not in SURVEY_PROGRESS_VERDICTS and others + more > MAX_AUTO_REPLIES
