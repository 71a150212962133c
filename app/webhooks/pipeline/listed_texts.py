"""Texts of the carrier's list, taken in through the same stages as those of a webhook."""

import logging
from collections.abc import Sequence

from app.core.database_errors import is_storage_error
from app.core.db import write
from app.core.settings import current_settings
from app.delivery.engine.inbound_intake import ListedText
from app.domain.delivery.lookup_matching import CarrierMessage
from app.domain.opt_outs.pause_requests import read_pause_days
from app.domain.opt_outs.topic_requests import read_topic_request
from app.domain.texts.text_intent import TextIntent
from app.groups.queries.topics import GroupNames, list_other_group_names, list_topic_names
from app.webhooks.actions.webhook_events import WebhookCall
from app.webhooks.pipeline.inbound_parsing import ParsedInboundText, parse_inbound_text
from app.webhooks.pipeline.inbound_pipeline import process_text_batch
from app.webhooks.pipeline.inbound_storage import REPEAT_VERDICT

log = logging.getLogger(__name__)

LEAVING_INTENTS = frozenset({TextIntent.OPT_OUT, TextIntent.MAYBE_OPT_OUT})


def store_listed_texts(texts: Sequence[ListedText]) -> int:
    """Take in texts of the carrier's list, in this order; return how many were new.

    A text that a webhook has brought meanwhile is stored already. Opens its own write().
    """
    return store_texts([parse_inbound_text(_build_call(text)) for text in texts])


def store_texts(texts: Sequence[ParsedInboundText]) -> int:
    """Take in parsed texts in one transaction; return how many were new.

    A text that cannot be taken in is left out and does not stop the others. Raises the database's
    error when nothing can be stored now. Opens its own write().
    """
    try:
        return _store_batch(texts)
    except Exception as error:
        if is_storage_error(error):
            raise
    new_count = 0
    for text in texts:
        try:
            new_count += _store_batch([text])
        except Exception as error:
            if is_storage_error(error):
                raise
            log.exception("text %s could not be taken in and is left out", text.event.sid)
    return new_count


def find_leaving_phones(texts: Sequence[CarrierMessage]) -> set[str]:
    """Return the phones that ask to leave or pause in these texts, or may be asking."""
    group_names = list_topic_names() | list_other_group_names()
    return {text.from_number for text in texts if _is_leaving(text, group_names)}


def _is_leaving(text: CarrierMessage, group_names: GroupNames) -> bool:
    call = WebhookCall({"Body": text.body, "From": text.from_number}, current_settings().carrier)
    parsed = parse_inbound_text(call)
    if parsed.intent in LEAVING_INTENTS or read_pause_days(parsed.reading.words):
        return True
    return read_topic_request(parsed.reading.words, *group_names) is not None


def _store_batch(texts: Sequence[ParsedInboundText]) -> int:
    with write():
        verdicts = process_text_batch(texts)
    return len(verdicts) - verdicts.count(REPEAT_VERDICT)


def _build_call(listed: ListedText) -> WebhookCall:
    """Return the call that the carrier would have made for a text."""
    text = listed.text
    params = {
        "MessageSid": text.sid,
        "From": text.from_number,
        "To": text.to,
        "Body": text.body,
        "NumMedia": str(len(listed.media)),
    }
    for position, item in enumerate(listed.media):
        params[f"MediaUrl{position}"] = item.url
        params[f"MediaContentType{position}"] = item.content_type
    return WebhookCall(params, current_settings().carrier, written_at=listed.written_at)
