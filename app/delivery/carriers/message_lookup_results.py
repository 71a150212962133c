"""What comes of asking a carrier about texts it has: it never raises; "it would not say" is an
answer.
"""

from dataclasses import dataclass
from datetime import timedelta

from app.domain.delivery.message_lookups import CarrierMessage


@dataclass(frozen=True)
class MessageListResult:
    """The texts to one phone, newest first.

    `skew`: how far the carrier's clock is ahead of ours.

    `complete`: the list reaches back as far as was asked for and every text on it could be
    read, so that what it does not show was not there.
    """

    texts: tuple[CarrierMessage, ...]
    clock_skew: timedelta = timedelta()
    is_complete: bool = True


@dataclass(frozen=True)
class MessageFetchResult:
    """One text; None when the carrier says that it has no such text."""

    text: CarrierMessage | None


@dataclass(frozen=True)
class LookupFailure:
    """The carrier did not say.

    `retry_after`: seconds it asks us to wait. Nothing was learnt; ask again later.
    """

    reason: str
    http_status: int | None = None
    retry_after: float | None = None
