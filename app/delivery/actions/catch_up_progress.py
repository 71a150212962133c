"""Store how far the carrier's list of texts to us has been taken in. Inside write()."""

from datetime import datetime, timedelta

from app.core.db import db
from app.delivery.catch_up_models import InboundCatchUp
from app.delivery.queries.catch_up_state import (
    NEWS_LIFETIME,
    find_catch_up,
    find_newest_text_moment,
)

MAX_FAILURE_CHARACTERS = 200


def begin_catch_up(carrier: str, moment: datetime) -> datetime:
    """Store that the list is asked for now; return up to when every text is stored already.

    Before the first look that is when the newest stored text was stored, and without any, now:
    what an account got before this program was there is none of its business.
    """
    row = get_or_create_catch_up(carrier, moment)
    row.tried_at = moment
    row.requested_at = None
    return row.certain_until


def get_or_create_catch_up(carrier: str, moment: datetime) -> InboundCatchUp:
    """Return the row of a carrier, which is made at the first call."""
    row = find_catch_up(carrier)
    if row is None:
        certain_until = find_newest_text_moment(carrier) or moment
        row = InboundCatchUp(carrier=carrier, certain_until=min(certain_until, moment))
        db.session.add(row)
    return row


def request_catch_up(carrier: str, moment: datetime) -> None:
    """Have the engine read the list within seconds."""
    get_or_create_catch_up(carrier, moment).requested_at = moment


def store_catch_up(
    carrier: str, certain_until: datetime, found_count: int, moment: datetime, *, was_off: bool
) -> None:
    """Store that the list was taken in; `certain_until` is on the carrier's clock."""
    row = get_or_create_catch_up(carrier, moment)
    row.certain_until = certain_until
    row.succeeded_at = moment
    row.failure = None
    if found_count:
        is_old = row.found_at is None or row.found_at < moment - NEWS_LIFETIME
        if is_old or row.was_off != was_off:
            row.found_count = 0
        row.found_count += found_count
        row.found_at = moment
        row.was_off = was_off


def store_catch_up_failure(carrier: str, words: str, moment: datetime) -> None:
    """Store why the list could not be read; what was asked for stays to be done."""
    row = get_or_create_catch_up(carrier, moment)
    row.failure = words[:MAX_FAILURE_CHARACTERS]


def is_request_due(carrier: str, moment: datetime, pause: timedelta) -> bool:
    """Whether a machine may ask for another look: the last one is `pause` old. A read."""
    row = find_catch_up(carrier)
    if row is None:
        return True
    return row.requested_at is None and (row.tried_at is None or row.tried_at < moment - pause)
