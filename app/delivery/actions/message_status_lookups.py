"""Apply what the carrier answers about texts that nobody is sure of, or that have no receipt."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update

from app.core.db import db, execute_and_count_rows
from app.core.listed_values import build_listed_column
from app.delivery.actions.message_prices import store_message_prices
from app.delivery.actions.message_status_updates import StatusUpdate, apply_status_update
from app.delivery.carriers.message_lookup_results import MessageFetchResult, MessageListResult
from app.delivery.models import messages
from app.delivery.queries.attempt_lookup import find_attempt_by_sid
from app.delivery.queries.due_lookups import (
    LookupState,
    find_known_sids,
    find_lookup_state,
    list_due_states_of_phone,
    list_uncertain_attempts,
)
from app.domain.delivery.lookup_matching import CarrierMessage, match_carrier_messages
from app.domain.delivery.message_lookups import (
    STATUSES_TO_LOOK_UP,
    compute_first_lookup,
    compute_next_lookup,
    find_status_without_news,
)
from app.domain.delivery.message_statuses import (
    STATUS_BY_TWILIO_STATUS,
    UNCERTAIN_STATUSES,
    MessageStatus,
)

OTHER_CARRIER_DELAY = timedelta(hours=1)
messages_c = messages.c


def apply_message_list(
    carrier: str,
    phone: str,
    listing: MessageListResult,
    moment: datetime,
    since: datetime | None = None,
) -> int:
    """Give the listed texts to the attempts they belong to. Returns how many were matched.

    What was due is looked up again at its next offset; what a complete list did not show at the
    last one was not sent. `since`: how far back the list reaches; what is older stays due.
    Inside write().
    """
    # Read before anything is applied: what was found would not be due any more.
    due_states = list_due_states_of_phone(carrier, phone, moment)
    if since is not None:
        due_states = [state for state in due_states if state.since >= since]
    doubts = list_uncertain_attempts(carrier, phone)
    match = match_carrier_messages(
        doubts, listing.texts, find_known_sids(listing.texts), listing.clock_skew
    )
    for doubt, listed in match.matched:
        apply_status_update(
            _build_status_update(doubt.message_id, doubt.attempt_id, doubt.number, listed),
            moment,
        )
    store_message_prices(listing.texts)
    missing_ids = {doubt.message_id for doubt in match.missing}
    shown_ids = {doubt.message_id for doubt in doubts} - missing_ids
    for state in due_states:
        is_certain = listing.is_complete and state.id not in shown_ids
        _schedule_next_lookup(state, moment, is_certain=is_certain)
    return len(match.matched)


def apply_fetched_message(message_id: int, fetched: MessageFetchResult, moment: datetime) -> None:
    """Settle a message by what the carrier says of it. Inside write().

    Without a receipt at the last offset it stays without one. Of a text that came in the time at
    which it was written is stored, by the carrier's clock.
    """
    state = find_lookup_state(message_id)
    if state is None:
        return
    if state.status == MessageStatus.RECEIVED:
        written_at = fetched.text.created_at if fetched.text else None
        values = {"sent_at": written_at, "look_up_at": None}
        db.session.execute(update(messages).where(messages_c.id == message_id).values(values))
        return
    if fetched.text:
        attempt = find_attempt_by_sid(fetched.text.sid)
        attempt_id, number = (attempt.id, attempt.number) if attempt else (None, None)
        news = _build_status_update(message_id, attempt_id, number, fetched.text)
        apply_status_update(news, moment)
        store_message_prices([fetched.text])
    _schedule_next_lookup(state, moment, is_certain=True)


def postpone_lookups(message_ids: Sequence[int], moment: datetime, seconds: float) -> None:
    """Ask again after so many seconds: the carrier did not answer, so it counts as no look-up."""
    # One bound parameter, however many ids there are.
    ids = select(build_listed_column(message_ids))
    db.session.execute(
        update(messages)
        .where(messages_c.id.in_(ids), messages_c.look_up_at <= moment)
        .values(look_up_at=moment + timedelta(seconds=seconds))
    )


def postpone_other_carriers(carrier: str, moment: datetime) -> int:
    """Put off by an hour what only a carrier that is not in use now could tell.

    They would stand first among the due ones for ever. Returns how many.
    """
    return execute_and_count_rows(
        update(messages)
        .where(messages_c.look_up_at <= moment, messages_c.carrier != carrier)
        .values(look_up_at=moment + OTHER_CARRIER_DELAY)
    )


def _build_status_update(
    message_id: int, attempt_id: int | None, number: int | None, listed: CarrierMessage
) -> StatusUpdate:
    status = STATUS_BY_TWILIO_STATUS.get(listed.status, MessageStatus.ACCEPTED)
    if status is MessageStatus.RECEIVED:
        status = MessageStatus.ACCEPTED
    return StatusUpdate(
        message_id,
        attempt_id,
        status,
        "delivery",
        sid=listed.sid,
        code=listed.error_code,
        attempt_number=number,
    )


def _schedule_next_lookup(before: LookupState, moment: datetime, *, is_certain: bool) -> None:
    """Set when the message is looked up next, now that it was.

    `is_certain`: that nothing was found means something, so at the last offset the message gets the
    status that the rule gives it.
    """
    state = find_lookup_state(before.id)
    if state is None or state.status not in STATUSES_TO_LOOK_UP:
        return
    final_status = None
    if is_certain:
        final_status = find_status_without_news(state.status, state.since, moment)
    if final_status:
        apply_status_update(StatusUpdate(state.id, None, final_status, "delivery"), moment)
    if before.status in UNCERTAIN_STATUSES and state.status not in UNCERTAIN_STATUSES:
        # found just now: the offsets of a text without a receipt begin
        look_up_at, lookups = compute_first_lookup(state.status, moment), 0
    else:
        status = final_status or state.status
        look_up_at = compute_next_lookup(status, state.since, moment)
        lookups = state.lookups + 1
    db.session.execute(
        update(messages)
        .where(messages_c.id == state.id)
        .values(look_up_at=look_up_at, lookups=lookups)
    )
