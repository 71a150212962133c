"""STOP and START that reach us after what the same phone wrote later: the later one counts."""

from datetime import datetime, timedelta

from app.core.clock import now
from app.domain.texts.inbound_text import InboundText
from app.suppression.queries.phone_records import find_opt_out_time
from app.webhooks import sql
from app.webhooks.actions.opt_out_processing import OPT_IN_VERDICT, OPT_OUT_VERDICT

# Both are on different clocks: a STOP that we stored a moment after it was written is not later.
CLOCK_TOLERANCE = timedelta(seconds=90)
EARLIER_TEXTS = timedelta(days=365)


def is_opt_out_overtaken(text: InboundText) -> bool:
    """Whether the phone has come back since it wrote this STOP."""
    return _has_later_text(text, OPT_IN_VERDICT)


def is_opt_in_overtaken(text: InboundText) -> bool:
    """Whether the phone was opted out, by whatever way, after it wrote this START."""
    opted_out_at = find_opt_out_time(text.phone)
    if opted_out_at is not None and opted_out_at > text.moment + CLOCK_TOLERANCE:
        # Of several late texts all are stored now: only what was written later overtakes.
        return _has_later_text(text, OPT_OUT_VERDICT) or not _has_earlier_opt_out(text)
    return _has_later_text(text, OPT_OUT_VERDICT)


def _has_later_text(text: InboundText, verdict: str) -> bool:
    return _find_text(text, verdict, text.moment + timedelta(seconds=1), now()) is not None


def _has_earlier_opt_out(text: InboundText) -> bool:
    since = text.moment - EARLIER_TEXTS
    return _find_text(text, OPT_OUT_VERDICT, since, text.moment) is not None


def _find_text(
    text: InboundText,
    verdict: str,
    since: datetime,
    until: datetime,
) -> int | None:
    message_id: int | None = sql.SELECT_NEARBY_TEXT.fetch_value(
        b_phone=text.phone, b_verdict=verdict, b_since=since, b_until=until
    )
    return message_id
