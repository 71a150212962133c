"""Obeying: they leave, they come back, or nobody knows. Inside write(), but for what is overdue."""

from datetime import datetime

from app.core.db import write
from app.delivery.actions import blast_control, direct_messages
from app.delivery.actions.direct_messages import DirectMessage
from app.delivery.queries.recipient_names import find_latest_contact_name
from app.domain.delivery.message_statuses import MessageKind
from app.domain.delivery.skip_reasons import SkipReason
from app.domain.texts.inbound_text import HandlerResult, InboundText
from app.domain.texts.text_intent import is_twilio_opt_in, is_twilio_opt_out
from app.inbox.actions import thread_updates
from app.inbox.actions.thread_updates import StoredText
from app.organisation import queries as organisation
from app.suppression import actions as suppression
from app.suppression import queries as permission
from app.suppression.actions import erased_numbers
from app.suppression.models import INBOUND_SOURCE
from app.surveys.actions import survey_text_handling as surveys
from app.webhooks.actions.auto_replies import HandlerOutcome, queue_auto_replies

MAX_QUOTE_CHARACTERS = 200


def is_confirmed_by_carrier(carrier: str, twilio_said: str, body: str) -> bool:
    """Whether Twilio has confirmed a STOP or a START by itself.

    The pretend carrier never does: there we do.
    """
    return carrier == "twilio" and (
        bool(twilio_said) or is_twilio_opt_out(body) or is_twilio_opt_in(body)
    )


def process_opt_out(heard: InboundText, *, confirmed: bool) -> HandlerOutcome:
    """They want no more texts: on the list with their words, everything that waits for them
    skipped, surveys ended.

    One confirmation, unless somebody else gave it (`confirmed`) or they had it before and have
    not come back since.
    """
    phone = heard.phone
    known = permission.has_opted_out(phone) and permission.has_recorded_stop(phone)
    name = heard.name or find_latest_contact_name(phone)
    suppression.record_opt_out(
        phone, source=INBOUND_SOURCE, reason=_format_evidence(heard), name=name
    )
    blast_control.skip_queued_messages(phone, SkipReason.SAID_STOP)
    surveys.stop_surveys_of_phone(phone, heard.moment)
    thread_updates.clear_stop_doubt(phone)
    if known:
        return HandlerOutcome("opt_out")
    blast_control.cancel_queued_system_replies(phone)
    if confirmed:
        return HandlerOutcome("opt_out")
    answer = DirectMessage(
        phone, organisation.get_stop_reply(), MessageKind.SYSTEM, name, heard.message_id
    )
    return HandlerOutcome(
        "opt_out",
        answers=[
            StoredText(direct_messages.queue_direct_message(answer, heard.moment), answer.body)
        ],
    )


def process_opt_in(heard: InboundText, *, welcomed: bool) -> HandlerOutcome:
    """They want texts again: one answer, unless Twilio gave it (`welcomed`).

    Who still gets none needs a person.
    """
    suppression.lift_opt_outs(heard.phone, evidence=_format_evidence(heard))
    erased_numbers.clear_erased_opt_out(heard.phone)
    blast_control.cancel_queued_system_replies(heard.phone)
    thread_updates.clear_stop_doubt(heard.phone)
    if permission.find_suppression_reason(heard.phone):
        return HandlerOutcome("return", attention_reason="")
    return queue_auto_replies(
        heard,
        HandlerResult("return", [] if welcomed else [organisation.get_start_reply()]),
        MessageKind.SYSTEM,
    )


def process_possible_opt_out(heard: InboundText) -> HandlerOutcome:
    """It may mean STOP: everything to them is held until a person decides, ten business days at
    most.
    """
    suppression.open_stop_question(heard.phone, heard.message_id, heard.body, heard.moment)
    blast_control.skip_queued_messages(heard.phone, SkipReason.MAYBE_STOP)
    return HandlerOutcome("maybe_stop", attention_reason="maybe_stop")


def opt_out_overdue_stop_questions(moment: datetime) -> int:
    """Put on the list whoever perhaps said STOP and got no decision in time.

    Says how many. Opens its own write().
    """
    _, first = permission.count_open_stop_questions()
    if first is None or first > moment:
        return 0
    with write():
        phones = suppression.close_overdue_stop_questions(moment)
        for phone in phones:
            blast_control.skip_queued_messages(phone, SkipReason.SAID_STOP)
            surveys.stop_surveys_of_phone(phone, moment)
            thread_updates.clear_stop_doubt(phone)
    return len(phones)


def _format_evidence(heard: InboundText) -> str:
    return f"Texted: {heard.body[:MAX_QUOTE_CHARACTERS]}"
