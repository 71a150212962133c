"""The scheduled job that opts out whoever may have said STOP and got no decision in time."""

from datetime import datetime

from app.core.db import write
from app.delivery.actions import blast_control
from app.delivery.actions.blast_replies import count_late_opt_out
from app.domain.delivery.skip_reasons import SkipReason
from app.inbox.actions import thread_updates
from app.suppression.actions.stop_questions import close_overdue_stop_questions
from app.suppression.queries.stop_questions import count_open_stop_questions
from app.surveys.actions import survey_text_handling as surveys


def opt_out_overdue_stop_questions(moment: datetime) -> int:
    """Opt out the numbers whose STOP question is overdue; return how many.

    Opens its own write(), and only when a question is overdue. Idempotent.
    """
    deadline = count_open_stop_questions().first_deadline
    if deadline is None or deadline > moment:
        return 0
    with write():
        questions = close_overdue_stop_questions(moment)
        for question in questions:
            count_late_opt_out(question.message_id)
            blast_control.skip_queued_messages(question.phone, SkipReason.SAID_STOP)
            surveys.stop_surveys_of_phone(question.phone, moment)
            thread_updates.clear_stop_doubt(question.phone)
    return len(questions)
