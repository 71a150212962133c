"""Store texts that people send, and ask the carrier when they were written."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.delivery.sql.inbound_messages import (
    CANCEL_SENT_TIMES,
    INSERT_INBOUND_MESSAGE,
    REQUEST_SENT_TIMES,
)


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """A text from a person as the carrier handed it over.

    `phone` is the person, `sender` our number that it came to; `media` a JSON list of pictures.
    """

    phone: str
    sender: str
    body: str
    carrier: str
    provider_sid: str | None
    segments: int
    encoding: str
    media: str | None = None


def record_inbound_message(message: InboundMessage, moment: datetime) -> int:
    """Store a text that came in at `moment` (UTC) and return its id. Inside write().

    Raises IntegrityError when a message with this provider_sid exists already.
    """
    return INSERT_INBOUND_MESSAGE.insert_row(
        phone=message.phone,
        sender=message.sender,
        body=message.body,
        carrier=message.carrier,
        provider_sid=message.provider_sid,
        segments=message.segments,
        encoding=message.encoding,
        media=message.media,
        created_at=moment,
    )


def request_sent_times(message_ids: Sequence[int | None], moment: datetime) -> None:
    """Have the engine ask the carrier when these texts were written. Inside write().

    The answers appear in find_sent_times(). Texts without a carrier's id are left out.
    """
    REQUEST_SENT_TIMES.execute(ids=json.dumps(message_ids), moment=moment)


def cancel_sent_time_requests(message_ids: Sequence[int | None]) -> None:
    """Stop asking the carrier about these texts. Idempotent. Inside write()."""
    CANCEL_SENT_TIMES.execute(ids=json.dumps(message_ids))
