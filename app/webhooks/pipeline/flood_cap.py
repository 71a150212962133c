"""Before stage 2: whether a text is only counted, because its number writes too often.

STOP, START, HELP and whatever else is obeyed are always stored. Inside write().
"""

from datetime import datetime

from app.delivery.actions.unkept_texts import count_unkept_text, writes_too_often
from app.domain.opt_outs.pause_requests import read_pause_days
from app.domain.opt_outs.topic_requests import read_topic_request
from app.domain.texts.text_intent import TextIntent
from app.groups.queries.topics import list_other_group_names, list_topic_names
from app.webhooks.pipeline.inbound_parsing import ParsedInboundText
from app.webhooks.pipeline.inbound_reading import read_beside_our_texts
from app.webhooks.pipeline.inbound_storage import (
    StoredInboundText,
    TextContext,
    build_inbound_text,
)

# Of a text that is read before it is stored.
NO_MESSAGE_ID = 0


def count_instead_of_storing(
    text: ParsedInboundText, context: TextContext, moment: datetime
) -> bool:
    """Count a text and return True when its number has reached a cap and it asks for nothing."""
    if not writes_too_often(text.phone, moment):
        return False
    inbound = build_inbound_text(text, context, moment, NO_MESSAGE_ID)
    if _asks_for_something(read_beside_our_texts(StoredInboundText(text, inbound))):
        return False
    count_unkept_text(text.phone, moment)
    return True


def _asks_for_something(text: StoredInboundText) -> bool:
    """Whether a text may be a STOP of any kind, a START, a HELP or a pause."""
    words = text.parsed.reading.words
    if text.parsed.intent is not TextIntent.CONVERSATION or read_pause_days(words):
        return True
    names = list_topic_names() | list_other_group_names()
    return read_topic_request(words, *names) is not None
