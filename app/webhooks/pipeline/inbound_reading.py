"""Stage 3, reading: what a person wrote of a stored text, beside what we texted to them last.

Inside write(). Only texts that may repeat us cost a look-up.
"""

from dataclasses import replace

from app.delivery.queries.text_history import find_our_last_texts
from app.domain.opt_outs.spanish_texts import is_spanish_opt_out_word, is_spanish_text
from app.domain.texts.own_words import may_read_otherwise, read_inbound_text
from app.domain.texts.quoted_texts import may_quote_us
from app.webhooks.pipeline.inbound_parsing import decide_intent
from app.webhooks.pipeline.inbound_storage import StoredInboundText


def read_beside_our_texts(text: StoredInboundText) -> StoredInboundText:
    """Return the text as it is read when our last texts to its phone are known."""
    parsed = text.parsed
    if not may_quote_us(parsed.body) and not is_spanish_opt_out_word(parsed.reading.words):
        return text
    our_texts = find_our_last_texts(text.inbound.phone)
    if not our_texts.bodies:
        return text
    seconds = (
        (text.inbound.moment - our_texts.left_at).total_seconds() if our_texts.left_at else None
    )
    reading = parsed.reading
    if may_read_otherwise(parsed.body, our_texts.bodies, seconds):
        reading = read_inbound_text(parsed.body, our_texts.bodies, seconds)
    elif not is_spanish_opt_out_word(reading.words):
        return text
    intent = decide_intent(
        parsed.twilio_opt_out_type,
        reading,
        knows_spanish_words=any(map(is_spanish_text, our_texts.bodies)),
    )
    if (reading, intent) == (parsed.reading, parsed.intent):
        return text
    return StoredInboundText(
        replace(parsed, reading=reading, intent=intent),
        replace(text.inbound, own_words=reading.words),
    )
