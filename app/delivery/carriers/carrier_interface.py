"""What the engine asks of a carrier, and the four things that can come of one text."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.delivery.carriers.message_lookup_results import (
    LookupFailure,
    MessageFetchResult,
    MessageListResult,
)
from app.domain.delivery.message_statuses import UnknownReason


@dataclass(frozen=True)
class SendAccepted:
    """The carrier took it and gave it a name."""

    sid: str
    status: str = "queued"


@dataclass(frozen=True)
class SendRefused:
    """The carrier said no, and no it is. `code` is the carrier's number, else the HTTP status."""

    code: int
    http_status: int
    message: str = ""


@dataclass(frozen=True)
class SendNotProcessed:
    """Certainly not sent: nothing left us, or the carrier refused it before looking at it.

    May be sent again.

    `unsafe`: the carrier's certificate could not be checked, so nobody else's text should be
    tried either.
    """

    reason: str
    retry_after: float | None = None
    http_status: int | None = None
    code: int | None = None
    is_certificate_error: bool = False


@dataclass(frozen=True)
class SendAmbiguous:
    """Something left us and we do not know what became of it. Never sent again by a machine."""

    reason: str
    http_status: int | None = None
    cause: UnknownReason = UnknownReason.NO_ANSWER


SendOutcome = SendAccepted | SendRefused | SendNotProcessed | SendAmbiguous


class Carrier(Protocol):
    """The way out. It never raises; "we do not know" is an answer."""

    name: str

    async def send(self, to: str, body: str, ref: str, valid_for: int | None = None) -> SendOutcome:
        """Hand over one text to `to` (E.164). `ref` (32 hex) comes back in the receipts' address.

        `valid_for`: seconds the carrier may keep it before it is too late to send it.
        """
        ...

    async def list_texts(self, to: str, since: datetime) -> MessageListResult | LookupFailure:
        """What it has sent to a phone since about `since` (our clock), newest first."""
        ...

    async def fetch_text(self, sid: str) -> MessageFetchResult | LookupFailure:
        """One text by the name the carrier gave it."""
        ...

    async def close(self) -> None:
        """Let go of every connection."""
        ...
