"""What the engine needs from the pipeline of inbound texts, which is in a layer above it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.delivery.carriers.message_lookup_results import MediaItem
from app.domain.delivery.lookup_matching import CarrierMessage


@dataclass(frozen=True)
class ListedText:
    """A text to us from the carrier's list. `written_at` is on our clock."""

    text: CarrierMessage
    written_at: datetime
    media: tuple[MediaItem, ...] = ()


@dataclass(frozen=True)
class InboundIntake:
    """The pipeline's functions. But for the first they need an app context and open their own
    write().

    `has_kept_texts`: whether texts wait in the journal because they could not be stored; takes
    microseconds. `store_kept_texts` stores and routes them, `store_listed_texts` those of a list;
    both return how many were new. `find_leaving_phones`: which phones ask to leave in these texts.
    """

    has_kept_texts: Callable[[], bool]
    store_kept_texts: Callable[[], int]
    store_listed_texts: Callable[[Sequence[ListedText]], int]
    find_leaving_phones: Callable[[Sequence[CarrierMessage]], set[str]]
