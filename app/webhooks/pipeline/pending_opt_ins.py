"""The scheduled job that decides about a START which may have been written before a STOP."""

from datetime import datetime, timedelta

from app.core.db import write
from app.delivery.actions.inbound_messages import cancel_sent_time_requests
from app.delivery.queries.text_history import find_sent_times, find_texts_of_phone
from app.domain.texts.inbound_text import InboundText
from app.inbox.actions.thread_updates import record_outbound_text
from app.webhooks import sql
from app.webhooks.actions.opt_out_processing import (
    OPT_IN_VERDICT,
    OPT_OUT_VERDICT,
    is_confirmed_by_carrier,
    process_opt_in,
)
from app.webhooks.actions.out_of_order_opt_outs import (
    OPT_IN_OVERTAKEN_VERDICT,
    find_nearby_text,
)
from app.webhooks.pipeline.reply_queueing import queue_replies

# After this long without Twilio's answer the number stays opted out.
MAX_CARRIER_WAIT = timedelta(minutes=10)


def resolve_pending_opt_ins(moment: datetime) -> int:
    """Opt in again whose START was written after their STOP; the others stay out.

    Returns how many were decided. Opens its own write(), and only when one is pending; two
    processes may run it at once.
    """
    if sql.SELECT_ANY_PENDING_OPT_IN.fetch_value() is None:
        return 0
    with write():
        pending = sql.SELECT_PENDING_OPT_INS.fetch_rows()
        texts = find_texts_of_phone([message_id for _, message_id in pending if message_id])
        resolved_count = 0
        for event_id, message_id in pending:
            if message_id in texts:
                text = texts[message_id]
                opt_in = InboundText(text.phone, text.body, text.id, text.created_at)
                resolved_count += _resolve_pending_opt_in(event_id, opt_in, moment)
    return resolved_count


def _resolve_pending_opt_in(event_id: int, opt_in: InboundText, moment: datetime) -> bool:
    """Whether the START could be decided. Stores the verdict and opts the number in, or not."""
    opt_out_id = find_nearby_text(opt_in, OPT_OUT_VERDICT)
    is_later = _is_opt_in_later(opt_in, opt_out_id)
    if is_later is None and moment - opt_in.moment < MAX_CARRIER_WAIT:
        return False
    verdict = OPT_IN_VERDICT if is_later else OPT_IN_OVERTAKEN_VERDICT
    # Guarded by the old verdict: when another process has decided, nothing is changed.
    if sql.RESOLVE_PENDING_OPT_IN.execute(b_id=event_id, b_verdict=verdict) != 1:
        return False
    cancel_sent_time_requests([opt_in.message_id, opt_out_id])
    if is_later:
        _opt_in_again(opt_in)
    return True


def _is_opt_in_later(opt_in: InboundText, opt_out_id: int | None) -> bool | None:
    """Whether the START was written after the STOP; None while the carrier may still say."""
    sent_times = find_sent_times([opt_in.message_id, opt_out_id])
    started = sent_times.get(opt_in.message_id)
    stopped = sent_times.get(opt_out_id or 0)
    if started is None or stopped is None:
        return None
    if not (started.is_final and stopped.is_final):
        return None
    if started.sent_at is None or stopped.sent_at is None:
        return False
    return started.sent_at > stopped.sent_at


def _opt_in_again(opt_in: InboundText) -> None:
    is_confirmed = is_confirmed_by_carrier("twilio", "", opt_in.body)
    decision = process_opt_in(opt_in, is_confirmed=is_confirmed)
    for reply in queue_replies(opt_in, decision).replies:
        record_outbound_text(opt_in.phone, reply.id, reply.body, opt_in.moment)
