"""The scheduled job that has the list read when texts leave and no call comes."""

from datetime import datetime, timedelta

from app.core.db import write
from app.delivery.actions.catch_up_progress import is_request_due, request_catch_up
from app.delivery.queries.catch_up_state import find_last_accepted_moment
from app.webhooks.actions.refusal_counting import find_last_call_moment

# A text that leaves brings receipts within a minute or two.
SILENCE = timedelta(minutes=10)
RECENT_SENDING = timedelta(hours=24)


def request_catch_up_when_silent(carrier: str, moment: datetime) -> bool:
    """Have the list read when the carrier took texts of ours and has not called since.

    At most every ten minutes; returns whether it asked for it. Opens its own write(), and only
    then.
    """
    sent_at = find_last_accepted_moment(carrier)
    if sent_at is None or not moment - RECENT_SENDING < sent_at < moment - SILENCE:
        return False
    heard_at = find_last_call_moment()
    if heard_at is not None and heard_at >= sent_at:
        return False
    if not is_request_due(carrier, moment, SILENCE):
        return False
    with write():
        request_catch_up(carrier, moment)
    return True
