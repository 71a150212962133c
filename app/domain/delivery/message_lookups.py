"""Looking texts up at the carrier: when, and what follows when nothing is found."""

from datetime import datetime, timedelta

from app.domain.delivery.message_statuses import MessageStatus


def _build_delays(*seconds: int) -> tuple[timedelta, ...]:
    return tuple(timedelta(seconds=delay) for delay in seconds)


# Counted from the moment a text came into its status: 30 seconds to a day while we do not know
# whether it left, ten minutes to three days while its receipt is missing.
UNKNOWN_LOOKUP_DELAYS = _build_delays(30, 120, 300, 1800, 7200, 21600, 86400)
MISSING_RECEIPT_LOOKUP_DELAYS = _build_delays(600, 3600, 21600, 86400, 259200)
LOOKUP_DELAYS_BY_STATUS = {
    MessageStatus.UNKNOWN: UNKNOWN_LOOKUP_DELAYS,
    # Evidence to the contrary may still come, so it is looked for up to a day.
    MessageStatus.NOT_SENT: UNKNOWN_LOOKUP_DELAYS,
    MessageStatus.ACCEPTED: MISSING_RECEIPT_LOOKUP_DELAYS,
    MessageStatus.SENT: MISSING_RECEIPT_LOOKUP_DELAYS,
}
# A look-up may still change these; the last is looked up only when a person asks for it.
STATUSES_TO_LOOK_UP = (
    *LOOKUP_DELAYS_BY_STATUS,
    MessageStatus.NO_RECEIPT,
)
STATUS_AFTER_LAST_LOOKUP = {
    MessageStatus.UNKNOWN: MessageStatus.NOT_SENT,
    MessageStatus.ACCEPTED: MessageStatus.NO_RECEIPT,
    MessageStatus.SENT: MessageStatus.NO_RECEIPT,
}
# How far back the carrier's list is read, counted from the attempt.
LOOKUP_LOOKBACK = timedelta(minutes=5)
# Twilio lists a text within seconds. What a complete list does not show five minutes after the
# attempt was never sent: people need not wait a day to be told.
NEVER_LISTED_DELAY = timedelta(minutes=5)
MAX_CONCURRENT_LOOKUPS = 4
# The wait after the carrier did not answer a look-up: usually, after 401 or 403 (a person has to
# change something first), and at most.
LOOKUP_REFUSED_RETRY_SECONDS = 60.0
LOOKUP_FORBIDDEN_RETRY_SECONDS = 600.0
MAX_LOOKUP_RETRY_SECONDS = 3600.0


def compute_first_lookup(status: MessageStatus, moment: datetime) -> datetime | None:
    """Return when a text that came into `status` at `moment` is first looked up.

    None when a look-up cannot change that status.
    """
    delays = LOOKUP_DELAYS_BY_STATUS.get(status)
    return moment + delays[0] if delays else None


def compute_next_lookup(
    status: MessageStatus, since: datetime, moment: datetime
) -> datetime | None:
    """Return the next look-up after `moment` of a text in `status` since `since`; None: no more.

    By the time, not by a count: what a person looks up in between uses up no planned look-up,
    and a night without power is not followed by seven at once.
    """
    for delay in LOOKUP_DELAYS_BY_STATUS.get(status, ()):
        if since + delay > moment:
            return since + delay
    return None


def find_status_without_news(
    status: MessageStatus, since: datetime, moment: datetime
) -> MessageStatus | None:
    """Return the new status of a text after a look-up at `moment` that found nothing.

    None while it keeps its status: until five minutes of doubt, or the last planned look-up.
    """
    delays = LOOKUP_DELAYS_BY_STATUS.get(status)
    if not delays:
        return None
    decisive_delay = delays[-1]
    if status is MessageStatus.UNKNOWN:
        decisive_delay = NEVER_LISTED_DELAY
    if moment < since + decisive_delay:
        return None
    return STATUS_AFTER_LAST_LOOKUP.get(status)


def compute_lookup_retry_seconds(http_status: int | None, retry_after: float | None) -> float:
    """Return how long to wait after the carrier did not answer a look-up.

    Never less than it asks for, up to an hour.
    """
    min_seconds = LOOKUP_REFUSED_RETRY_SECONDS
    if http_status in (401, 403):
        min_seconds = LOOKUP_FORBIDDEN_RETRY_SECONDS
    return max(min_seconds, min(retry_after or 0.0, MAX_LOOKUP_RETRY_SECONDS))
