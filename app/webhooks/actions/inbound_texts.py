"""Texts that come in: each stored once and routed in the same transaction, together with others
that come meanwhile.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import current_app

from app.core.clock import now
from app.core.column_types import datetime_to_db
from app.core.db import raw_connection
from app.core.settings import current_settings
from app.domain.phones.phone_number import is_e164
from app.domain.surveys.survey_state_machine import (
    REPEATED_TEXT_WINDOW,
    list_keyword_spellings,
)
from app.domain.texts.inbound_media import extract_media_json
from app.domain.texts.inbound_senders import clean_sender
from app.domain.texts.inbound_text import InboundText
from app.domain.texts.segments import SegmentMeasurement, measure_segments
from app.domain.texts.text_intent import TextIntent, classify_text
from app.events.queries.contact_names import (
    NAMES_OF_PHONE_SQL,
    NameRows,
    choose_stored_name,
)
from app.inbox.actions import thread_updates
from app.keywords.actions.keyword_text_handling import extract_candidate_words
from app.surveys.queries.survey_invitations import MAY_ANSWER_SURVEY_SQL
from app.webhooks.actions import inbound_router
from app.webhooks.actions.batch_writer import BatchWriter
from app.webhooks.actions.inbound_router import ClassifiedText, RoutingResult
from app.webhooks.actions.webhook_events import (
    SELECT_EVENT_BY_KEY,
    NewWebhookEvent,
    WebhookCall,
    build_webhook_event,
    store_webhook_events,
)

OPT_OUT_TYPES = {
    "STOP": TextIntent.OPT_OUT,
    "START": TextIntent.OPT_IN,
    "HELP": TextIntent.HELP,
}
MAX_SENDER_CHARACTERS = 40
REPEAT_VERDICT = "repeat"
INSERT_INBOUND_MESSAGE = """
    INSERT INTO messages (direction, kind, status, phone, sender, body, carrier, provider_sid, segments, encoding,
        media, created_at)
    VALUES ('inbound', 'inbound', 'received', :phone, :sender, :body, :carrier, :sid, :segments, :encoding,
        :media, :moment)
"""
# All that has to be known about every text before it is kept: of all that are taken in
# together, in one step.
_SELECT_ONE_TEXT_CONTEXT = f"""
    SELECT json_array(:key, EXISTS ({SELECT_EVENT_BY_KEY}), json(({NAMES_OF_PHONE_SQL})), ({MAY_ANSWER_SURVEY_SQL}),
        EXISTS (SELECT 1 FROM trigger_words WHERE word IN (SELECT value FROM json_each(:words))))
"""
for _name in ("key", "phone", "words"):
    _SELECT_ONE_TEXT_CONTEXT = _SELECT_ONE_TEXT_CONTEXT.replace(f":{_name}", f"asked.{_name}")
SELECT_TEXT_CONTEXTS = f"""
    WITH asked AS (SELECT json_extract(value, '$[0]') AS key, json_extract(value, '$[1]') AS phone,
        json_extract(value, '$[2]') AS words FROM json_each(:asked))
    SELECT json_group_array(json(({_SELECT_ONE_TEXT_CONTEXT}))) FROM asked
"""


@dataclass(frozen=True, slots=True)
class ParsedInboundText:
    """A text that came in, read before anybody waits for the write lock.

    `sender`: our number that it came to; `words`: what it may start, as a JSON list.
    """

    event: NewWebhookEvent
    phone: str
    sender: str
    body: str
    carrier: str
    measure: SegmentMeasurement
    media: str | None
    meaning: TextIntent
    twilio_opt_out_type: str
    is_from_us: bool
    trigger_words_json: str


def process_inbound_text(call: WebhookCall) -> str:
    """Store a text once and find its place.

    Returns the verdict: opt_out, return, help, maybe_stop, a room's own word, stored (a person
    looks), ignored or repeat.

    Those that come while others are being written share a commit. Raises Busy when nothing was
    stored.
    """
    return _get_text_writer().submit(_parse_call(call))


def _get_text_writer() -> BatchWriter[ParsedInboundText, str]:
    """This app's; made when first asked for."""
    known = current_app.extensions.get("texts")
    if known is None:
        known = current_app.extensions.setdefault("texts", BatchWriter(_store_batch))
    assert isinstance(known, BatchWriter)
    return known


def _parse_call(call: WebhookCall) -> ParsedInboundText:
    settings = current_settings()
    body, phone, to = (
        call.get_first_field("Body"),
        call.get_first_field("From"),
        call.get_first_field("To"),
    )
    said = call.get_first_field("OptOutType").upper()
    return ParsedInboundText(
        event=build_webhook_event(call, "in", call.get_first_field("MessageSid", "SmsSid")),
        phone=clean_sender(phone),
        sender=to[:MAX_SENDER_CHARACTERS],
        body=body,
        carrier=call.carrier,
        measure=measure_segments(body),
        media=extract_media_json(call.params),
        meaning=OPT_OUT_TYPES.get(said)
        or classify_text(body),  # Twilio knows words and languages of its own
        twilio_opt_out_type=said if said in OPT_OUT_TYPES else "",
        is_from_us=phone in (to, settings.sender),
        trigger_words_json=json.dumps(
            [*list_keyword_spellings(body), *extract_candidate_words(body)]
        ),
    )


def _store_batch(some: Sequence[ParsedInboundText]) -> list[str]:
    """The verdicts.

    A second text from a phone waits until the first has found its place. Inside write().
    """
    verdicts: list[str] = []
    while len(verdicts) < len(some):
        verdicts += _store_independent_texts(_select_independent_texts(some[len(verdicts) :]))
    return verdicts


def _select_independent_texts(
    some: Sequence[ParsedInboundText],
) -> Sequence[ParsedInboundText]:
    """As many from the beginning as have nothing to do with each other."""
    seen = set[str]()
    for n, came in enumerate(some):
        if not seen.isdisjoint((came.phone, came.event.dedupe_key)):
            return some[:n]
        seen |= {came.phone, came.event.dedupe_key}
    return some


def _store_independent_texts(some: Sequence[ParsedInboundText]) -> list[str]:
    moment = now()
    asked = json.dumps(
        [(came.event.dedupe_key, came.phone, came.trigger_words_json) for came in some]
    )
    known = (
        raw_connection()
        .execute(
            SELECT_TEXT_CONTEXTS,
            {"asked": asked, "just": datetime_to_db(moment - REPEATED_TEXT_WINDOW)},
        )
        .fetchone()[0]
    )
    facts = {key: facts for key, *facts in json.loads(known)}
    routed = [_store_and_route(came, moment, *facts[came.event.dedupe_key]) for came in some]
    thread_updates.index_texts_for_search(text for each in routed for text in each.texts)
    news = [
        (came, each)
        for came, each in zip(some, routed, strict=True)
        if each.verdict != REPEAT_VERDICT
    ]
    store_webhook_events((came.event, each.verdict, each.message_id, None) for came, each in news)
    return [each.verdict for each in routed]


def _store_and_route(
    came: ParsedInboundText,
    moment: datetime,
    told: int,
    names: NameRows,
    may_answer: int,
    may_start: int,
) -> RoutingResult:
    if told:
        return RoutingResult(REPEAT_VERDICT)
    if not came.phone:
        return RoutingResult("ignored")
    message_id = _insert_message(came, moment)
    heard = InboundText(
        came.phone,
        came.body,
        message_id,
        moment,
        choose_stored_name(names),
        bool(may_answer),
        bool(may_start),
    )
    # short codes, names, other channels and we ourselves are read by people, and never obeyed
    # or answered
    if came.is_from_us or not is_e164(came.phone):
        return inbound_router.route_to_person(heard)
    return inbound_router.route_inbound_text(
        ClassifiedText(heard, came.meaning, came.carrier, came.twilio_opt_out_type)
    )


def _insert_message(came: ParsedInboundText, moment: datetime) -> int:
    values = {
        "phone": came.phone,
        "sender": came.sender,
        "body": came.body,
        "carrier": came.carrier,
        "sid": came.event.sid,
        "segments": came.measure.segments,
        "encoding": came.measure.encoding.value,
        "media": came.media,
        "moment": datetime_to_db(moment),
    }
    return int(raw_connection().execute(INSERT_INBOUND_MESSAGE, values).lastrowid or 0)
