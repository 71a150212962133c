"""The way of a text that came in: its five stages in order."""

from collections.abc import Sequence
from datetime import datetime

from app.core.clock import now
from app.delivery.actions.blast_replies import record_blast_reply
from app.delivery.reply_models import StopKind
from app.domain.texts.own_words import TextAuthor
from app.webhooks.actions.batch_writer import BatchWriter, get_batch_writer
from app.webhooks.actions.opt_out_processing import OPT_OUT_VERDICT
from app.webhooks.actions.pause_processing import PAUSE_VERDICT
from app.webhooks.actions.routing_decision import APPROVAL_VERDICT, RoutingDecision
from app.webhooks.actions.topic_processing import LEAVE_VERDICT
from app.webhooks.actions.webhook_events import WebhookCall
from app.webhooks.pipeline.flood_cap import count_instead_of_storing
from app.webhooks.pipeline.inbound_parsing import ParsedInboundText, parse_inbound_text
from app.webhooks.pipeline.inbound_reading import read_beside_our_texts
from app.webhooks.pipeline.inbound_routing import route_inbound_text
from app.webhooks.pipeline.inbound_storage import (
    IGNORED_VERDICT,
    REPEAT_VERDICT,
    UNKEPT_VERDICT,
    ProcessedText,
    StoredInboundText,
    TextContext,
    load_text_contexts,
    store_inbound_text,
    store_processed_texts,
)
from app.webhooks.pipeline.reply_queueing import queue_replies, record_in_thread

# Verdicts of texts that stop something: they are no answers.
STOP_KINDS = {
    OPT_OUT_VERDICT: StopKind.ALL_TEXTS,
    LEAVE_VERDICT: StopKind.TOPIC,
    PAUSE_VERDICT: StopKind.PAUSE,
}


def process_inbound_text(call: WebhookCall) -> str:
    """Take in a text once and return its verdict.

    The verdict is approval, opt_out, return, help, maybe_stop, a feature's own word, reaction,
    machine_text, stored (a person reads it), ignored, unkept (only counted) or repeat. Texts that
    come while others are being written share a transaction. Raises WriteLockTimeout when nothing
    was stored.
    """
    text = parse_inbound_text(call)
    return _get_text_writer().submit(text)


def _process_text(text: ParsedInboundText, context: TextContext, moment: datetime) -> ProcessedText:
    """Run the stages of one parsed text: store, read, route, queue replies. Inside write().

    A text that is taken in late keeps the time when it was written; its replies leave now.
    """
    if context.is_repeat:
        return ProcessedText(REPEAT_VERDICT)
    if not text.phone:
        return ProcessedText(IGNORED_VERDICT)
    written_at = text.written_at or moment
    if count_instead_of_storing(text, context, written_at):
        return ProcessedText(UNKEPT_VERDICT)
    stored = store_inbound_text(text, context, written_at)
    inbound_text = read_beside_our_texts(stored)
    decision = route_inbound_text(inbound_text)
    if decision.verdict == APPROVAL_VERDICT:
        queue_replies(inbound_text.inbound, decision, moment)
        return ProcessedText(APPROVAL_VERDICT, inbound_text.inbound.message_id)
    _count_to_blast(inbound_text, decision)
    outcome = queue_replies(inbound_text.inbound, decision, moment)
    return record_in_thread(inbound_text.inbound, outcome)


def _count_to_blast(text: StoredInboundText, decision: RoutingDecision) -> None:
    """Count what a person wrote to the blast that it answers; a reaction or a machine is none."""
    if not text.parsed.is_from_person or text.parsed.reading.kind is not TextAuthor.PERSON:
        return
    inbound = text.inbound
    record_blast_reply(
        inbound.phone,
        inbound.words,
        inbound.message_id,
        inbound.moment,
        STOP_KINDS.get(decision.verdict),
    )


def process_text_batch(texts: Sequence[ParsedInboundText]) -> list[str]:
    """Process parsed texts in one transaction and return their verdicts. Inside write().

    A second text of a phone is looked up after the first one has been processed.
    """
    verdicts: list[str] = []
    while len(verdicts) < len(texts):
        independent_texts = _take_independent_texts(texts[len(verdicts) :])
        verdicts += _process_independent_texts(independent_texts)
    return verdicts


def _take_independent_texts(texts: Sequence[ParsedInboundText]) -> Sequence[ParsedInboundText]:
    """Return the first texts, up to one that shares its phone or its event with one of them."""
    keys = set[str]()
    for position, text in enumerate(texts):
        if not keys.isdisjoint((text.phone, text.event.dedupe_key)):
            return texts[:position]
        keys |= {text.phone, text.event.dedupe_key}
    return texts


def _process_independent_texts(texts: Sequence[ParsedInboundText]) -> list[str]:
    moment = now()
    contexts = load_text_contexts(texts, moment)
    processed = [_process_text(text, contexts[text.event.dedupe_key], moment) for text in texts]
    store_processed_texts(texts, processed)
    return [result.verdict for result in processed]


def _get_text_writer() -> BatchWriter[ParsedInboundText, str]:
    return get_batch_writer("texts", process_text_batch)
