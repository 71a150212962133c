"""Stage 2, storage: look up what is known about texts, and store them with their events."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from app.delivery.actions.inbound_messages import InboundMessage, record_inbound_message
from app.domain.surveys.survey_state_machine import REPEATED_TEXT_WINDOW
from app.domain.texts.inbound_text import InboundText
from app.events.queries.contact_names import choose_stored_name
from app.inbox.actions.thread_updates import StoredText, index_texts_for_search
from app.webhooks import sql
from app.webhooks.actions.webhook_events import ProcessedEvent, store_webhook_events
from app.webhooks.pipeline.inbound_parsing import ParsedInboundText

REPEAT_VERDICT = "repeat"
IGNORED_VERDICT = "ignored"
# Its number writes too often: it is counted, and nothing of it is stored.
UNKEPT_VERDICT = "unkept"
UNSTORED_VERDICTS = (REPEAT_VERDICT, UNKEPT_VERDICT)


class TextContext(NamedTuple):
    """What the database knows about a text before it is stored.

    `is_repeat`: its event or its message is stored already; `may_answer_survey` and
    `may_use_trigger_words`: as in InboundText.
    """

    is_repeat: bool
    name: str | None
    may_answer_survey: bool
    may_use_trigger_words: bool


@dataclass(frozen=True, slots=True)
class StoredInboundText:
    """A text that is stored: as it was parsed, and as handlers get it."""

    parsed: ParsedInboundText
    inbound: InboundText


@dataclass(frozen=True, slots=True)
class ProcessedText:
    """What became of a text: its verdict, its message, and the texts that a search must find."""

    verdict: str
    message_id: int | None = None
    texts: Sequence[StoredText] = ()


def load_text_contexts(
    texts: Sequence[ParsedInboundText], moment: datetime
) -> dict[str, TextContext]:
    """Return what is known of each text, by the dedupe key of its event, in one statement."""
    rows = sql.SELECT_TEXT_CONTEXTS.fetch_json(
        b_texts=json.dumps(
            [
                (text.event.dedupe_key, text.phone, text.trigger_words_json, text.event.sid)
                for text in texts
            ]
        ),
        b_since=moment - REPEATED_TEXT_WINDOW,
    )
    contexts = {}
    for dedupe_key, is_repeat, names, may_answer_survey, may_use_trigger_words in rows:
        contexts[dedupe_key] = TextContext(
            bool(is_repeat),
            choose_stored_name(names),
            bool(may_answer_survey),
            bool(may_use_trigger_words),
        )
    return contexts


def store_inbound_text(
    text: ParsedInboundText, context: TextContext, moment: datetime
) -> StoredInboundText:
    """Store a text as a message. Inside write()."""
    message = InboundMessage(
        phone=text.phone,
        sender=text.sender,
        body=text.body,
        carrier=text.carrier,
        provider_sid=text.event.sid,
        segments=text.measure.segments,
        encoding=text.measure.encoding.value,
        media=text.media,
    )
    message_id = record_inbound_message(message, moment)
    return StoredInboundText(text, build_inbound_text(text, context, moment, message_id))


def build_inbound_text(
    text: ParsedInboundText, context: TextContext, moment: datetime, message_id: int
) -> InboundText:
    """Return a parsed text as handlers get it."""
    return InboundText(
        phone=text.phone,
        body=text.body,
        message_id=message_id,
        moment=moment,
        name=context.name,
        may_answer_survey=context.may_answer_survey,
        may_use_trigger_words=context.may_use_trigger_words,
        own_words=text.reading.words,
    )


def store_processed_texts(
    texts: Sequence[ParsedInboundText], processed: Sequence[ProcessedText]
) -> None:
    """Store the events of processed texts and index the texts for the search. Inside write().

    Two statements, however many texts there are. Repeats and counted texts store nothing.
    """
    searchable_texts: list[StoredText] = []
    events: list[ProcessedEvent] = []
    for text, result in zip(texts, processed, strict=True):
        if result.verdict not in UNSTORED_VERDICTS:
            searchable_texts += result.texts
            events.append(ProcessedEvent(text.event, result.verdict, result.message_id))
    index_texts_for_search(searchable_texts)
    store_webhook_events(events)
