"""Where a text from a phone goes: the one order in which the rooms are asked. Inside write()."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.domain.delivery.message_statuses import MessageKind
from app.domain.texts.inbound_text import HandlerResult, InboundText
from app.domain.texts.text_intent import TextIntent, is_opt_in_when_opted_out
from app.inbox.actions import thread_updates
from app.inbox.actions.thread_updates import StoredText
from app.keywords.actions import keyword_text_handling as keywords
from app.organisation import queries as organisation
from app.suppression import queries as suppression
from app.surveys.actions import survey_text_handling as surveys
from app.webhooks.actions import opt_out_processing, out_of_order_opt_outs
from app.webhooks.actions.auto_replies import HandlerOutcome, queue_auto_replies

STORED_VERDICT = "stored"


@dataclass(frozen=True, slots=True)
class ClassifiedText:
    """A text as it was heard, and what it means.

    `twilio_said`: STOP, START or HELP where Twilio says so itself.
    """

    inbound: InboundText
    meaning: TextIntent
    carrier: str
    twilio_opt_out_type: str = ""

    @property
    def is_confirmed_by_twilio(self) -> bool:
        """Whether Twilio has confirmed it: after our own text there would be two."""
        return opt_out_processing.is_confirmed_by_carrier(
            self.carrier, self.twilio_opt_out_type, self.inbound.body
        )


@dataclass(frozen=True, slots=True)
class RoutingResult:
    """Where a text went: its verdict, its row, and what a search has to find of it and of its
    answers.
    """

    verdict: str
    message_id: int | None = None
    texts: Sequence[StoredText] = ()


def route_inbound_text(text: ClassifiedText) -> RoutingResult:
    """Obey, answer or record a text, or put it before a person; its thread knows of it in any
    case.
    """
    return _record_in_thread(
        text.inbound,
        next(outcome for room in HANDLERS if (outcome := room(text)) is not None),
    )


def route_to_person(heard: InboundText) -> RoutingResult:
    """Whatever it says: only a person reads it."""
    return _record_in_thread(heard, HandlerOutcome(STORED_VERDICT, attention_reason=""))


def _record_in_thread(heard: InboundText, outcome: HandlerOutcome) -> RoutingResult:
    texts = [StoredText(heard.message_id, heard.body), *outcome.answers]
    needs = outcome.attention_reason is not None
    thread_updates.record_inbound_text(
        heard.phone, texts, heard.moment, needs_reply=needs, why=outcome.thread_reason
    )
    return RoutingResult(outcome.verdict, heard.message_id, texts)


def _handle_opt_out(text: ClassifiedText) -> HandlerOutcome | None:
    if text.meaning is not TextIntent.OPT_OUT:
        return None
    outcome = opt_out_processing.process_opt_out(
        text.inbound, confirmed=text.is_confirmed_by_twilio
    )
    if text.carrier == "twilio" and (
        start := out_of_order_opt_outs.find_nearby_text(
            text.inbound, out_of_order_opt_outs.OPT_IN_VERDICT
        )
    ):
        out_of_order_opt_outs.mark_opt_in_pending(start)
        out_of_order_opt_outs.request_sent_times(text.inbound, start)
    return outcome


def _handle_opt_in(text: ClassifiedText) -> HandlerOutcome | None:
    if text.meaning is not TextIntent.OPT_IN:
        return None
    if text.carrier == "twilio" and (
        stop := out_of_order_opt_outs.find_nearby_text(
            text.inbound, out_of_order_opt_outs.OPT_OUT_VERDICT
        )
    ):
        out_of_order_opt_outs.request_sent_times(text.inbound, stop)
        return HandlerOutcome(out_of_order_opt_outs.OPT_IN_PENDING_VERDICT)
    return opt_out_processing.process_opt_in(text.inbound, welcomed=text.is_confirmed_by_twilio)


def _handle_help(text: ClassifiedText) -> HandlerOutcome | None:
    if text.meaning is not TextIntent.HELP:
        return None
    replies = organisation.choose_help_replies(
        text.carrier, text.twilio_opt_out_type, text.inbound.body
    )
    return queue_auto_replies(text.inbound, HandlerResult("help", replies), MessageKind.SYSTEM)


def _handle_valid_survey_answer(text: ClassifiedText) -> HandlerOutcome | None:
    doubtful = text.meaning is TextIntent.MAYBE_OPT_OUT
    return _queue_handler_replies(
        text,
        surveys.handle_survey_answer(text.inbound, only_valid=True, doubtful=doubtful),
        MessageKind.SURVEY,
    )


def _handle_possible_opt_out(text: ClassifiedText) -> HandlerOutcome | None:
    if text.meaning is not TextIntent.MAYBE_OPT_OUT or suppression.has_opted_out(
        text.inbound.phone
    ):
        return None
    return opt_out_processing.process_possible_opt_out(text.inbound)


def _handle_survey_keyword(text: ClassifiedText) -> HandlerOutcome | None:
    return _queue_handler_replies(
        text, surveys.start_survey_by_keyword(text.inbound), MessageKind.SURVEY
    )


def _handle_keyword(text: ClassifiedText) -> HandlerOutcome | None:
    return _queue_handler_replies(
        text, keywords.handle_keyword_text(text.inbound), MessageKind.KEYWORD
    )


def _handle_opt_in_by_yes(text: ClassifiedText) -> HandlerOutcome | None:
    """YES, and nothing else has claimed it: it brings back whoever has opted out."""
    if not is_opt_in_when_opted_out(text.inbound.body) or not suppression.has_opted_out(
        text.inbound.phone
    ):
        return None
    return opt_out_processing.process_opt_in(text.inbound, welcomed=text.is_confirmed_by_twilio)


def _handle_other_survey_answer(text: ClassifiedText) -> HandlerOutcome | None:
    return _queue_handler_replies(
        text,
        surveys.handle_survey_answer(text.inbound, only_valid=False),
        MessageKind.SURVEY,
    )


def _handle_unclaimed_text(text: ClassifiedText) -> HandlerOutcome:
    return HandlerOutcome(STORED_VERDICT, attention_reason="")


def _queue_handler_replies(
    text: ClassifiedText, taken: HandlerResult | None, kind: MessageKind
) -> HandlerOutcome | None:
    return None if taken is None else queue_auto_replies(text.inbound, taken, kind)


# The first room that takes a text has it.
HANDLERS: tuple[Callable[[ClassifiedText], HandlerOutcome | None], ...] = (
    _handle_opt_out,
    _handle_opt_in,
    _handle_help,
    _handle_valid_survey_answer,
    _handle_possible_opt_out,
    _handle_survey_keyword,
    _handle_keyword,
    _handle_opt_in_by_yes,
    _handle_other_survey_answer,
    _handle_unclaimed_text,
)
