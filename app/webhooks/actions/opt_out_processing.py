"""Obeying STOP and START, and holding back what may mean STOP. Inside write()."""

from app.delivery.actions import blast_control
from app.delivery.queries.recipient_names import find_latest_contact_name
from app.domain.delivery.skip_reasons import SkipReason
from app.domain.opt_outs.default_replies import StandingReply
from app.domain.texts.inbound_text import InboundText
from app.domain.texts.text_intent import is_twilio_opt_in, is_twilio_opt_out
from app.inbox.actions import thread_updates
from app.suppression.actions import erased_numbers
from app.suppression.actions.opt_outs import lift_opt_outs, record_opt_out
from app.suppression.actions.stop_questions import open_stop_question
from app.suppression.models import INBOUND_SOURCE
from app.suppression.queries.consent_history import has_recorded_stop
from app.suppression.queries.sending_permission import (
    PermissionPurpose,
    find_suppression_reason,
    has_opted_out,
)
from app.surveys.actions import survey_text_handling as surveys
from app.webhooks.actions.routing_decision import RoutingDecision
from app.webhooks.actions.standing_answers import answer_in_language

MAX_QUOTE_CHARACTERS = 200
OPT_OUT_VERDICT = "opt_out"
OPT_IN_VERDICT = "return"


def is_confirmed_by_carrier(carrier: str, twilio_opt_out_type: str, body: str) -> bool:
    """Whether Twilio confirms a STOP or a START itself: our confirmation would be a second one.

    The sandbox never does.
    """
    if carrier != "twilio":
        return False
    return bool(twilio_opt_out_type) or is_twilio_opt_out(body) or is_twilio_opt_in(body)


def process_opt_out(text: InboundText, *, is_confirmed: bool) -> RoutingDecision:
    """Opt a number out: skip what waits for it, and end its surveys.

    It gets one confirmation, unless the carrier gave it (`is_confirmed`), or it has been opted
    out and confirmed before and has not come back since.
    """
    phone = text.phone
    had_opted_out = has_opted_out(phone) and has_recorded_stop(phone)
    name = text.name or find_latest_contact_name(phone)
    record_opt_out(phone, source=INBOUND_SOURCE, reason=format_evidence(text), name=name)
    blast_control.skip_queued_messages(phone, SkipReason.SAID_STOP)
    surveys.stop_surveys_of_phone(phone, text.moment)
    thread_updates.clear_stop_doubt(phone)
    if had_opted_out:
        return RoutingDecision(OPT_OUT_VERDICT)
    blast_control.cancel_queued_system_replies(phone)
    if is_confirmed:
        return RoutingDecision(OPT_OUT_VERDICT)
    decision = RoutingDecision(OPT_OUT_VERDICT, recipient_name=name, ignores_limits=True)
    return answer_in_language(decision, text, StandingReply.STOP)


def process_opt_in(text: InboundText, *, is_confirmed: bool) -> RoutingDecision:
    """Opt a number in again, with one reply unless the carrier gave it (`is_confirmed`).

    When something else still suppresses the number, a person has to look.
    """
    lift_opt_outs(text.phone, evidence=format_evidence(text))
    erased_numbers.clear_erased_opt_out(text.phone)
    blast_control.cancel_queued_system_replies(text.phone)
    thread_updates.clear_stop_doubt(text.phone)
    if find_suppression_reason(text.phone, PermissionPurpose.ANSWERING):
        return RoutingDecision(OPT_IN_VERDICT, attention_reason="")
    decision = RoutingDecision(OPT_IN_VERDICT)
    return decision if is_confirmed else answer_in_language(decision, text, StandingReply.START)


def process_possible_opt_out(text: InboundText) -> RoutingDecision:
    """Hold everything to a number until a person has decided what its text means.

    For ten business days at most; then the number is opted out.
    """
    open_stop_question(text.phone, text.message_id, text.body, text.moment)
    blast_control.skip_queued_messages(text.phone, SkipReason.MAYBE_STOP)
    return RoutingDecision("maybe_stop", attention_reason="maybe_stop")


def format_evidence(text: InboundText) -> str:
    """Return the words of a text as the ledger quotes them."""
    return f"Texted: {text.body[:MAX_QUOTE_CHARACTERS]}"
