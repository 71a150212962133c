"""STOP and START within a minute of each other: Twilio may deliver them in the wrong order.

When each was written is asked of Twilio; until both answers are here, and when they do not come,
the number stays opted out. pipeline/pending_opt_ins.py decides. The sandbox swaps nothing.
"""

from datetime import timedelta

from app.delivery.actions.inbound_messages import request_sent_times
from app.domain.texts.inbound_text import InboundText
from app.webhooks import sql
from app.webhooks.actions.opt_out_processing import OPT_IN_VERDICT, OPT_OUT_VERDICT

OPT_IN_PENDING_VERDICT = "return_waits"
OPT_IN_OVERTAKEN_VERDICT = "overtaken"
SWAP_WINDOW = timedelta(seconds=60)


def note_opt_out(text: InboundText, carrier: str) -> None:
    """Reopen the START that came within a minute before this STOP, if there is one.

    It was obeyed when it came, and is decided once more. Inside write().
    """
    if carrier != "twilio":
        return
    opt_in_id = find_nearby_text(text, OPT_IN_VERDICT)
    if opt_in_id is not None:
        sql.MARK_OPT_IN_PENDING.execute(b_message_id=opt_in_id)
        request_sent_times([text.message_id, opt_in_id], text.moment)


def must_wait_for_carrier(text: InboundText, carrier: str) -> bool:
    """Whether a STOP came within a minute before this START; asks when both were written.

    Inside write().
    """
    if carrier != "twilio":
        return False
    opt_out_id = find_nearby_text(text, OPT_OUT_VERDICT)
    if opt_out_id is None:
        return False
    request_sent_times([text.message_id, opt_out_id], text.moment)
    return True


def find_nearby_text(text: InboundText, verdict: str) -> int | None:
    """Return the newest message of the phone with this verdict within a minute of this one."""
    message_id: int | None = sql.SELECT_NEARBY_TEXT.fetch_value(
        b_phone=text.phone,
        b_verdict=verdict,
        b_since=text.moment - SWAP_WINDOW,
        b_until=text.moment + SWAP_WINDOW,
    )
    return message_id
