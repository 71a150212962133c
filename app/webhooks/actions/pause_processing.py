"""Obeying PAUSE 30, and the scheduled job that ends pauses."""

from datetime import datetime

from app.core.db import write
from app.delivery.actions import blast_control
from app.delivery.queries.recipient_names import find_latest_contact_name
from app.domain.delivery.skip_reasons import SkipReason
from app.domain.opt_outs.pause_requests import is_bare_pause_word, read_pause_days
from app.domain.texts.inbound_text import InboundText
from app.domain.time.pause_days import compute_pause_end
from app.organisation import queries as organisation
from app.suppression.actions.pauses import (
    NewPause,
    find_first_pause_end,
    lift_ended_pauses,
    set_pause,
)
from app.suppression.queries.sending_permission import has_opted_out
from app.surveys.actions import survey_text_handling as surveys
from app.surveys.queries.trigger_words import is_trigger_word
from app.webhooks.actions import opt_out_processing
from app.webhooks.actions.routing_decision import RoutingDecision
from app.webhooks.actions.standing_answers import confirm_pause

PAUSE_VERDICT = "pause"


def is_pause_request(text: InboundText) -> bool:
    """Whether a text asks for a pause, and the organisation has no keyword of these words."""
    if read_pause_days(text.words) is None:
        return False
    may_be_keyword = text.may_use_trigger_words and is_bare_pause_word(text.words)
    return not (may_be_keyword and is_trigger_word(text.words))


def process_pause(text: InboundText) -> RoutingDecision | None:
    """Send a number nothing for some days, with one confirmation. Inside write().

    None when the text asks for no pause, or when the number has opted out, which has no end; the
    pause is kept, for when a user takes that back.
    """
    days = read_pause_days(text.words)
    if days is None or not is_pause_request(text):
        return None
    was_opted_out = has_opted_out(text.phone)
    zone = organisation.get_organisation_timezone()
    pause = NewPause(
        text.phone,
        compute_pause_end(text.moment, days, zone),
        evidence=opt_out_processing.format_evidence(text),
        name=text.name or find_latest_contact_name(text.phone),
    )
    if not set_pause(pause, text.moment):
        return None if was_opted_out else RoutingDecision(PAUSE_VERDICT)
    blast_control.skip_queued_messages(text.phone, SkipReason.PAUSED)
    surveys.stop_surveys_of_phone(text.phone, text.moment)
    blast_control.cancel_queued_system_replies(text.phone)
    decision = RoutingDecision(PAUSE_VERDICT, recipient_name=pause.name, ignores_limits=True)
    return confirm_pause(decision, text, pause.end)


def end_pauses(moment: datetime) -> int:
    """End the pauses that are over; return how many.

    Opens its own write(), and only when one is over. Idempotent.
    """
    first_end = find_first_pause_end()
    if first_end is None or first_end > moment:
        return 0
    with write():
        return lift_ended_pauses(moment)
