"""When automatic replies to a number stop: two machines that answer each other must end."""

from collections.abc import Sequence
from datetime import timedelta

AUTO_REPLY_WINDOW = timedelta(minutes=10)
AUTO_REPLY_SILENCE = timedelta(hours=1)
MAX_AUTO_REPLIES = 5
# Replies of a survey count apart: a person may fill in a long one quickly, and it ends.
MAX_AUTO_REPLIES_WITH_SURVEYS = 30
# The verdicts of texts that moved a survey on; its next question is the reply.
SURVEY_PROGRESS_VERDICTS = frozenset({"survey_answered", "survey_finished"})


def is_over_auto_reply_limit(
    recent_verdicts: Sequence[str | None], verdict: str, new_replies: int = 1
) -> bool:
    """Whether `new_replies` more automatic replies would be too many.

    `recent_verdicts` are of the texts that were answered in the last AUTO_REPLY_WINDOW, one for
    each reply; `verdict` is of the text to answer now.
    """
    if len(recent_verdicts) + new_replies > MAX_AUTO_REPLIES_WITH_SURVEYS:
        return True
    if verdict in SURVEY_PROGRESS_VERDICTS:
        return False
    other_replies = sum(recent not in SURVEY_PROGRESS_VERDICTS for recent in recent_verdicts)
    return other_replies + new_replies > MAX_AUTO_REPLIES
