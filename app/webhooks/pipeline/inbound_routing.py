"""Stage 4, routing: which feature takes a stored text. Inside write().

HANDLERS is the order in which they are offered it: the first that returns a decision has it.
"""

from collections.abc import Callable
from dataclasses import replace

from app.accounts.own_phone_queries import is_staff_phone
from app.approvals.actions.code_answers import UNKNOWN_CODE, answer_code
from app.blasts.queries.approval_content import find_blast_hash
from app.core.clock import now
from app.domain.delivery.approval_texts import parse_code_answer
from app.domain.delivery.message_statuses import MessageKind
from app.domain.opt_outs.default_replies import StandingReply
from app.domain.opt_outs.pause_requests import may_ask_for_pause
from app.domain.texts.inbound_text import HandlerResult
from app.domain.texts.late_texts import is_too_late_to_answer, is_too_late_to_confirm
from app.domain.texts.own_words import TextAuthor
from app.domain.texts.text_intent import (
    TextIntent,
    is_opt_in_when_opted_out,
    is_opt_out_without_names,
    is_word_unknown_to_carrier,
)
from app.keywords.actions.keyword_text_handling import handle_keyword_text
from app.organisation import queries as organisation
from app.suppression.queries.sending_permission import has_opted_out
from app.surveys.actions.survey_text_handling import (
    handle_survey_answer,
    start_survey_by_keyword,
)
from app.webhooks.actions import (
    opt_out_processing,
    out_of_order_opt_outs,
    overtaken_opt_outs,
    pause_processing,
    returning_senders,
    topic_processing,
)
from app.webhooks.actions.routing_decision import (
    APPROVAL_VERDICT,
    DECISION_FOR_PERSON,
    RoutingDecision,
    build_handler_decision,
)
from app.webhooks.actions.standing_answers import answer_in_language
from app.webhooks.pipeline.inbound_storage import StoredInboundText


def route_inbound_text(text: StoredInboundText) -> RoutingDecision:
    """Offer a text to every handler in turn and return the decision of the first that takes it."""
    # What no phone sent is read by people only: it is never obeyed and never answered.
    if not text.parsed.is_from_person:
        return _obey_channel_opt_out(text) or DECISION_FOR_PERSON
    is_late = is_too_late_to_answer(text.parsed.written_at, now())
    for handler in HANDLERS:
        if is_late and handler in HANDLERS_IN_TIME:
            continue
        decision = handler(text)
        if decision is not None:
            return decision
    return DECISION_FOR_PERSON


def _obey_channel_opt_out(text: StoredInboundText) -> RoutingDecision | None:
    """Obey the STOP that a person sent over another channel (WhatsApp, RCS), without a reply."""
    if text.parsed.intent is not TextIntent.OPT_OUT or not text.parsed.channel_phone:
        return None
    person = replace(text.inbound, phone=text.parsed.channel_phone)
    decision = opt_out_processing.process_opt_out(person, is_confirmed=True)
    return replace(decision, replies=())


def _handle_approval_code(text: StoredInboundText) -> RoutingDecision | None:
    """Let an admin approve or decline a blast by the code that their own phone was texted.

    Any other code from a user's own phone ends here too, with a sentence: it must not reach a
    keyword, nor be read as a wish to opt out. What stops texts is never taken for a code.
    """
    answer = parse_code_answer(text.inbound.words)
    if answer is None or text.parsed.twilio_opt_out_type:
        return None
    phone = text.inbound.phone
    reply = answer_code(phone, answer, find_blast_hash, now())
    if reply is None:
        if text.parsed.intent is TextIntent.OPT_OUT or not is_staff_phone(phone):
            return None
        if answer.is_approval and (decision := _handle_valid_survey_answer(text)):
            return decision
        reply = UNKNOWN_CODE
    return RoutingDecision(
        APPROVAL_VERDICT,
        replies=(reply,),
        reply_kind=MessageKind.TEST,
        ignores_limits=True,
    )


def _handle_topic_request(text: StoredInboundText) -> RoutingDecision | None:
    """Let somebody leave one topic, or come back. What Twilio took for a STOP is one for all.

    So is what asks to stop all texts with any name of a topic in it: "opt out today".
    """
    parsed = text.parsed
    if parsed.twilio_opt_out_type or parsed.reading.kind is not TextAuthor.PERSON:
        return None
    is_opt_out = parsed.intent is TextIntent.OPT_OUT
    if is_opt_out and is_opt_out_without_names(parsed.reading.words):
        return None
    decision = topic_processing.process_topic_request(text.inbound, stops_all=is_opt_out)
    if decision is not None and decision.verdict == opt_out_processing.OPT_OUT_VERDICT:
        out_of_order_opt_outs.note_opt_out(text.inbound, parsed.carrier)
    return _confirm_in_time(text, decision)


def _confirm_in_time(
    text: StoredInboundText, decision: RoutingDecision | None
) -> RoutingDecision | None:
    """Return the decision, without its confirmation where the text came in too late for one."""
    if decision is not None and is_too_late_to_confirm(text.parsed.written_at, now()):
        return replace(decision, replies=())
    return decision


def _handle_pause(text: StoredInboundText) -> RoutingDecision | None:
    return _confirm_in_time(text, pause_processing.process_pause(text.inbound))


def _handle_opt_out(text: StoredInboundText) -> RoutingDecision | None:
    if text.parsed.intent is not TextIntent.OPT_OUT or _may_answer_instead(text):
        return None
    written_at = text.parsed.written_at
    if written_at and overtaken_opt_outs.is_opt_out_overtaken(text.inbound):
        return RoutingDecision(out_of_order_opt_outs.OPT_IN_OVERTAKEN_VERDICT)
    decision = opt_out_processing.process_opt_out(
        text.inbound, is_confirmed=_is_confirmed_by_carrier(text)
    )
    out_of_order_opt_outs.note_opt_out(text.inbound, text.parsed.carrier)
    return _confirm_in_time(text, decision)


def _may_answer_instead(text: StoredInboundText) -> bool:
    """Whether a word to leave that the carrier does not know may answer an open question.

    Then it is a likely request: the answer if it is one of the choices, else a person decides.
    """
    if not text.inbound.may_answer_survey or text.parsed.twilio_opt_out_type:
        return False
    return is_word_unknown_to_carrier(text.inbound.words)


def _handle_opt_in(text: StoredInboundText) -> RoutingDecision | None:
    if text.parsed.intent is not TextIntent.OPT_IN:
        return None
    if _must_text_start(text):
        return returning_senders.WANTS_BACK_DECISION
    if text.parsed.written_at and overtaken_opt_outs.is_opt_in_overtaken(text.inbound):
        return RoutingDecision(out_of_order_opt_outs.OPT_IN_OVERTAKEN_VERDICT)
    if out_of_order_opt_outs.must_wait_for_carrier(text.inbound, text.parsed.carrier):
        return RoutingDecision(out_of_order_opt_outs.OPT_IN_PENDING_VERDICT)
    return opt_out_processing.process_opt_in(
        text.inbound, is_confirmed=_is_confirmed_by_carrier(text)
    )


def _handle_help(text: StoredInboundText) -> RoutingDecision | None:
    if text.parsed.intent is not TextIntent.HELP:
        return None
    decision = RoutingDecision("help", reply_kind=MessageKind.SYSTEM)
    parsed = text.parsed
    if not organisation.must_answer_help(parsed.carrier, parsed.twilio_opt_out_type, parsed.body):
        return decision
    return answer_in_language(decision, text.inbound, StandingReply.HELP)


def _handle_unwritten_text(text: StoredInboundText) -> RoutingDecision | None:
    """Take what nobody wrote: no answer, no keyword, no request, and nothing to reply to."""
    return UNWRITTEN_TEXT_DECISIONS.get(text.parsed.reading.kind)


def _handle_valid_survey_answer(text: StoredInboundText) -> RoutingDecision | None:
    is_doubtful = text.parsed.intent in DOUBTFUL_INTENTS or pause_processing.is_pause_request(
        text.inbound
    )
    result = handle_survey_answer(text.inbound, only_valid=True, doubtful=is_doubtful)
    return _decide(result, MessageKind.SURVEY)


def _handle_possible_opt_out(text: StoredInboundText) -> RoutingDecision | None:
    is_doubtful = text.parsed.intent in DOUBTFUL_INTENTS or may_ask_for_pause(text.inbound.words)
    if not is_doubtful and not topic_processing.is_about_other_group(text.inbound):
        return None
    if has_opted_out(text.inbound.phone):
        return None
    return opt_out_processing.process_possible_opt_out(text.inbound)


def _handle_survey_keyword(text: StoredInboundText) -> RoutingDecision | None:
    return _decide(start_survey_by_keyword(text.inbound), MessageKind.SURVEY)


def _handle_keyword(text: StoredInboundText) -> RoutingDecision | None:
    return _decide(handle_keyword_text(text.inbound), MessageKind.KEYWORD)


def _handle_opt_in_by_yes(text: StoredInboundText) -> RoutingDecision | None:
    """Opt a number in again by a YES that nothing before has claimed."""
    phone, words = text.inbound.phone, text.inbound.words
    if not is_opt_in_when_opted_out(words) or not has_opted_out(phone):
        return None
    if _must_text_start(text):
        return returning_senders.WANTS_BACK_DECISION
    return opt_out_processing.process_opt_in(
        text.inbound, is_confirmed=_is_confirmed_by_carrier(text)
    )


def _handle_wish_to_return(text: StoredInboundText) -> RoutingDecision | None:
    if returning_senders.is_asking_for_texts_again(text.inbound.phone, text.inbound.words):
        return returning_senders.WANTS_BACK_DECISION
    return None


def _handle_other_survey_answer(text: StoredInboundText) -> RoutingDecision | None:
    return _decide(handle_survey_answer(text.inbound, only_valid=False), MessageKind.SURVEY)


def _decide(result: HandlerResult | None, reply_kind: MessageKind) -> RoutingDecision | None:
    if result is None:
        return None
    return build_handler_decision(result, reply_kind)


def _must_text_start(text: StoredInboundText) -> bool:
    parsed = text.parsed
    return returning_senders.must_text_start(
        parsed.phone, parsed.carrier, parsed.twilio_opt_out_type, parsed.body
    )


def _is_confirmed_by_carrier(text: StoredInboundText) -> bool:
    return opt_out_processing.is_confirmed_by_carrier(
        text.parsed.carrier, text.parsed.twilio_opt_out_type, text.parsed.body
    )


# A certain request comes this far only when it may answer a question: _may_answer_instead().
DOUBTFUL_INTENTS = (TextIntent.OPT_OUT, TextIntent.MAYBE_OPT_OUT)
UNWRITTEN_TEXT_DECISIONS = {
    TextAuthor.REACTION: RoutingDecision("reaction"),
    TextAuthor.MACHINE: RoutingDecision("machine_text"),
}
HANDLERS: tuple[Callable[[StoredInboundText], RoutingDecision | None], ...] = (
    _handle_approval_code,
    _handle_topic_request,
    _handle_opt_out,
    _handle_opt_in,
    _handle_help,
    _handle_unwritten_text,
    _handle_valid_survey_answer,
    _handle_pause,
    _handle_possible_opt_out,
    _handle_survey_keyword,
    _handle_keyword,
    _handle_opt_in_by_yes,
    _handle_wish_to_return,
    _handle_other_survey_answer,
)
# Whose answer is expected at once: not offered what was written hours ago.
HANDLERS_IN_TIME = frozenset({_handle_help, _handle_survey_keyword, _handle_keyword})
