"""The interface of a carrier, and the four outcomes of sending one text."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from app.delivery.carriers.message_lookup_results import (
    LookupFailure,
    MediaItem,
    MessageFetchResult,
    MessageListPage,
    MessageListResult,
)
from app.domain.delivery.message_statuses import UnknownReason


@dataclass(frozen=True)
class SendAccepted:
    """The carrier accepted the text; `sid` is its id there."""

    sid: str
    status: str = "queued"


@dataclass(frozen=True)
class SendRefused:
    """The carrier refused the text for good. `code` is the carrier's, else the HTTP status."""

    code: int
    http_status: int
    message: str = ""


@dataclass(frozen=True)
class SendNotProcessed:
    """Certainly not sent: nothing left us, or the carrier refused it before processing it.

    The text may be sent again, after `retry_after` seconds when the carrier named a time.
    `is_certificate_error`: the carrier's certificate could not be checked, so no other text
    should be tried either.
    """

    reason: str
    retry_after: float | None = None
    http_status: int | None = None
    code: int | None = None
    is_certificate_error: bool = False


@dataclass(frozen=True)
class SendAmbiguous:
    """Something left us and its outcome is unknown. Never sent again by a machine."""

    reason: str
    http_status: int | None = None
    cause: UnknownReason = UnknownReason.NO_ANSWER


SendOutcome = SendAccepted | SendRefused | SendNotProcessed | SendAmbiguous


class Carrier(Protocol):
    """Sends texts and looks them up. It never raises: not knowing is an outcome."""

    name: str

    async def send(
        self,
        to: str,
        body: str,
        ref: str,
        valid_for: int | None = None,
        latest_start: float | None = None,
    ) -> SendOutcome:
        """Send one text to `to` (E.164). `ref` (32 hex digits) stands in its callback's address.

        `valid_for`: how many seconds the carrier may keep the text before it is too late.
        `latest_start`: the second of read_boot_clock() after which nothing may leave any more.
        """
        ...

    async def list_texts(self, to: str, since: datetime) -> MessageListResult | LookupFailure:
        """List the texts to a phone since about `since` (our clock), newest first."""
        ...

    async def list_messages(
        self, since: datetime, to: str = "", from_number: str = ""
    ) -> MessageListResult | LookupFailure:
        """List the account's texts since `since` (the carrier's clock), in the order written.

        `to`, `from_number`: only the texts to or from this number; "" for all of both directions.
        """
        ...

    async def list_media(self, sid: str) -> tuple[MediaItem, ...] | LookupFailure:
        """List the pictures and other files that came with a text."""
        ...

    async def list_message_page(
        self, next_uri: str = "", from_number: str = ""
    ) -> MessageListPage | LookupFailure:
        """List one page of the account's texts, newest first; `next_uri` is of the page before."""
        ...

    async def measure_clock_skew(self) -> timedelta | None:
        """Return how far the carrier's clock is ahead of ours; None when it does not tell."""
        ...

    async def fetch_text(self, sid: str) -> MessageFetchResult | LookupFailure:
        """Fetch one text by its SID."""
        ...

    async def close(self) -> None:
        """Close every connection to the carrier."""
        ...
