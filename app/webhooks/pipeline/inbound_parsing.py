"""Stage 1, parsing: from the carrier's fields to a text that is ready to be stored.

Runs before the write lock is taken; knows no database.
"""

import json
from dataclasses import dataclass
from datetime import datetime

from app.core.settings import current_settings
from app.domain.phones.phone_number import is_e164
from app.domain.texts.inbound_media import extract_media_json
from app.domain.texts.inbound_senders import (
    clean_sender,
    find_channel_phone,
    read_sender_phone,
)
from app.domain.texts.keyword_parsing import list_keyword_spellings
from app.domain.texts.own_words import InboundReading, TextAuthor, read_inbound_text
from app.domain.texts.segments import SegmentMeasurement, measure_segments
from app.domain.texts.text_intent import TextIntent, classify_words
from app.keywords.actions.keyword_text_handling import extract_candidate_words
from app.webhooks.actions.webhook_events import (
    NewWebhookEvent,
    WebhookCall,
    build_webhook_event,
)

OPT_OUT_TYPES = {
    "STOP": TextIntent.OPT_OUT,
    "START": TextIntent.OPT_IN,
    "HELP": TextIntent.HELP,
}
MAX_SENDER_CHARACTERS = 40


@dataclass(frozen=True, slots=True)
class ParsedInboundText:
    """A text that came in, and what can be said about it without the database.

    `phone`: the person; `sender`: our number that it came to; `media`: a JSON list of pictures.
    `reading`: what the person wrote of the body, before our own texts to them are known.
    `twilio_opt_out_type`: STOP, START or HELP where Twilio has recognised it itself, else "".
    `trigger_words_json`: the words by which it may start a survey or a keyword.
    `written_at`: when it was written, where it is taken in later; None for now.
    `channel_phone`: the person behind an address of another channel, else "".
    """

    event: NewWebhookEvent
    phone: str
    sender: str
    body: str
    carrier: str
    measure: SegmentMeasurement
    media: str | None
    intent: TextIntent
    twilio_opt_out_type: str
    reading: InboundReading
    is_from_us: bool
    trigger_words_json: str
    written_at: datetime | None = None
    channel_phone: str = ""

    @property
    def is_from_person(self) -> bool:
        """Whether a phone sent it: not a short code, a name, another channel or we ourselves."""
        return not self.is_from_us and is_e164(self.phone)


def parse_inbound_text(call: WebhookCall) -> ParsedInboundText:
    """Return the text of a verified call of the carrier."""
    body, phone = call.get_first_field("Body"), call.get_first_field("From")
    to = call.get_first_field("To")
    opt_out_type = call.get_first_field("OptOutType").upper()
    if opt_out_type not in OPT_OUT_TYPES:
        opt_out_type = ""
    reading = read_inbound_text(body)
    words = [*list_keyword_spellings(reading.words), *extract_candidate_words(reading.words)]
    return ParsedInboundText(
        event=build_webhook_event(call, "in", call.get_first_field("MessageSid", "SmsSid")),
        phone=read_sender_phone(phone) or clean_sender(phone),
        channel_phone=find_channel_phone(phone),
        sender=to[:MAX_SENDER_CHARACTERS],
        body=body,
        carrier=call.carrier,
        measure=measure_segments(body),
        media=extract_media_json(call.params),
        intent=decide_intent(opt_out_type, reading),
        reading=reading,
        twilio_opt_out_type=opt_out_type,
        is_from_us=phone in (to, current_settings().sender),
        trigger_words_json=json.dumps(words),
        written_at=call.written_at,
    )


def decide_intent(
    twilio_opt_out_type: str, reading: InboundReading, *, knows_spanish_words: bool = False
) -> TextIntent:
    """Return what a text is for: what Twilio recognised in it, else what its words say.

    Twilio knows words and languages that we do not. Of reactions and machines it is nothing.
    `knows_spanish_words`: as in classify_words().
    """
    if twilio_opt_out_type:
        return OPT_OUT_TYPES[twilio_opt_out_type]
    if reading.kind is not TextAuthor.PERSON:
        return TextIntent.CONVERSATION
    return classify_words(reading.words, knows_spanish_words=knows_spanish_words)
