"""The outcomes of looking up texts at the carrier."""

from dataclasses import dataclass
from datetime import timedelta

from app.domain.delivery.lookup_matching import CarrierMessage


@dataclass(frozen=True)
class MessageListResult:
    """Texts of the account: newest first from list_texts(), oldest first from list_messages().

    `clock_skew`: how far the carrier's clock is ahead of ours. `is_complete`: the list reaches
    back to the requested time and every text on it could be parsed, so a text that is not on it
    does not exist.
    """

    texts: tuple[CarrierMessage, ...]
    clock_skew: timedelta = timedelta()
    is_complete: bool = True


@dataclass(frozen=True)
class MediaItem:
    """A picture or another file of a text: where the carrier keeps it, and its MIME type."""

    url: str
    content_type: str


@dataclass(frozen=True)
class MessageListPage:
    """One page of a list. `next_uri` is "" on the last page.

    `unreadable_count`: how many rows, and whether a next page, could not be parsed.
    """

    texts: tuple[CarrierMessage, ...]
    clock_skew: timedelta
    next_uri: str
    unreadable_count: int


@dataclass(frozen=True)
class MessageFetchResult:
    """One text; None when the carrier says that it has no such text."""

    text: CarrierMessage | None


@dataclass(frozen=True)
class LookupFailure:
    """The carrier gave no usable answer: nothing was learnt, ask again later.

    `retry_after`: how many seconds the carrier asks us to wait.
    """

    reason: str
    http_status: int | None = None
    retry_after: float | None = None
