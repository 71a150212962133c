"""When the carrier's list of texts to us is read, from where, and how long sending waits for it."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from app.domain.delivery.lookup_matching import CarrierMessage

# A text may appear in the list some minutes after it was written: the next look begins this long
# before the last one.
CERTAINTY_MARGIN = timedelta(minutes=10)
# Twilio keeps texts for 13 months. Whoever was off for longer than this reads the rest there.
MAX_LOOKBACK = timedelta(days=60)
# While calls come, a younger text is on its way in a call of its own, which says more than the
# list: Twilio's OptOutType.
MIN_AGE_WHILE_RUNNING = timedelta(minutes=2)
MAX_RETRY_SECONDS = 600.0
# There is no list behind TWILIO_API_URL, so waiting for it changes nothing.
NO_LIST_STATUSES = (404, 405, 501)


def compute_list_start(certain_until: datetime, moment: datetime) -> datetime:
    """Return from when on the list is read; both are on the carrier's clock."""
    return max(certain_until, moment - MAX_LOOKBACK)


def compute_catch_up_retry(
    failure_count: int, first_seconds: float, retry_after: float | None
) -> float:
    """Return the seconds to wait after the failures so far: twice as long each time."""
    wait = first_seconds * float(2 ** min(failure_count - 1, 10))
    return max(min(wait, MAX_RETRY_SECONDS), retry_after or 0.0)


def select_texts_to_us(
    texts: Sequence[CarrierMessage], own_number: str, service_sid: str
) -> list[CarrierMessage]:
    """Return the texts that came in to our number, or to a number of our messaging service.

    Another program may use other numbers of the same account.
    """
    own_numbers = {own_number} if own_number else set()
    if service_sid:
        own_numbers |= {text.from_number for text in texts if _is_sent_by(text, service_sid)}
    texts_to_us = []
    for text in texts:
        if text.is_inbound and (text.to in own_numbers or service_sid in text.senders):
            texts_to_us.append(text)
    return texts_to_us


def _is_sent_by(text: CarrierMessage, service_sid: str) -> bool:
    return not text.is_inbound and service_sid in text.senders and bool(text.from_number)


def sort_leaving_phones_first(
    texts: Iterable[CarrierMessage], leaving_phones: set[str]
) -> list[CarrierMessage]:
    """Return all texts of the phones that ask to leave, then the others, each in their order."""
    return sorted(texts, key=lambda text: text.from_number not in leaving_phones)
