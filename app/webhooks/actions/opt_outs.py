"""Obeying: they leave, they come back, or nobody knows. Inside write(), but for what is overdue."""

from datetime import datetime

from app.core.db import write
from app.delivery import queries as delivery
from app.delivery.actions import blast_control, direct_messages
from app.delivery.actions.direct_messages import DirectMessage
from app.domain.delivery.message_statuses import MessageKind
from app.domain.delivery.skip_reasons import SkipReason
from app.domain.texts.text_intent import is_twilio_opt_in, is_twilio_opt_out
from app.inbox.actions import threads
from app.inbox.actions.threads import Said
from app.organisation import queries as organisation
from app.suppression import actions as suppression
from app.suppression import queries as permission
from app.suppression.actions import erased
from app.suppression.models import INBOUND
from app.surveys.actions import survey_text_handling as surveys
from app.surveys.actions.survey_text_handling import HandlerResult, InboundText
from app.webhooks.actions.speaking import Outcome, say

PROVEN_WORDS = 200


def carrier_answers(carrier: str, twilio_said: str, body: str) -> bool:
    """Whether Twilio has confirmed a STOP or a START by itself.

    The pretend carrier never does: there we do.
    """
    return carrier == "twilio" and (
        bool(twilio_said) or is_twilio_opt_out(body) or is_twilio_opt_in(body)
    )


def leave(heard: InboundText, *, confirmed: bool) -> Outcome:
    """They want no more texts: on the list with their words, everything that waits for them
    skipped, surveys ended.

    One confirmation, unless somebody else gave it (`confirmed`) or they had it before and have
    not come back since.
    """
    phone = heard.phone
    known = permission.has_opted_out(phone) and permission.stop_is_known(phone)
    name = heard.name or delivery.find_latest_contact_name(phone)
    suppression.opt_out(phone, source=INBOUND, reason=_texted(heard), name=name)
    blast_control.skip_queued_messages(phone, SkipReason.SAID_STOP)
    surveys.stop_surveys_of_phone(phone, heard.moment)
    threads.no_longer_doubtful(phone)
    if known:
        return Outcome("opt_out")
    blast_control.cancel_queued_system_replies(phone)
    if confirmed:
        return Outcome("opt_out")
    answer = DirectMessage(
        phone, organisation.get_stop_reply(), MessageKind.SYSTEM, name, heard.message_id
    )
    return Outcome(
        "opt_out",
        answers=[
            Said(
                direct_messages.queue_direct_message(answer, heard.moment), answer.body
            )
        ],
    )


def come_back(heard: InboundText, *, welcomed: bool) -> Outcome:
    """They want texts again: one answer, unless Twilio gave it (`welcomed`).

    Who still gets none needs a person.
    """
    suppression.lift(heard.phone, evidence=_texted(heard))
    erased.forget_stop(heard.phone)
    blast_control.cancel_queued_system_replies(heard.phone)
    threads.no_longer_doubtful(heard.phone)
    if permission.is_left_out(heard.phone):
        return Outcome("return", needs_person="")
    return say(
        heard,
        HandlerResult("return", [] if welcomed else [organisation.get_start_reply()]),
        MessageKind.SYSTEM,
    )


def ask(heard: InboundText) -> Outcome:
    """It may mean STOP: everything to them is held until a person decides, ten business days at
    most.
    """
    suppression.ask_whether_stop(
        heard.phone, heard.message_id, heard.body, heard.moment
    )
    blast_control.skip_queued_messages(heard.phone, SkipReason.MAYBE_STOP)
    return Outcome("maybe_stop", needs_person="maybe_stop")


def decide_overdue(moment: datetime) -> int:
    """Put on the list whoever perhaps said STOP and got no decision in time.

    Says how many. Opens its own write().
    """
    _, first = permission.open_questions()
    if first is None or first > moment:
        return 0
    with write():
        phones = suppression.decide_overdue(moment)
        for phone in phones:
            blast_control.skip_queued_messages(phone, SkipReason.SAID_STOP)
            surveys.stop_surveys_of_phone(phone, moment)
            threads.no_longer_doubtful(phone)
    return len(phones)


def _texted(heard: InboundText) -> str:
    return f"Texted: {heard.body[:PROVEN_WORDS]}"
