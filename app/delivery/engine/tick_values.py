"""What goes into a tick of the engine, and what comes out."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from app.delivery.actions.message_claiming import ClaimedMessage, SendCapacity
from app.delivery.carriers.carrier_interface import SendOutcome
from app.delivery.engine.backoff import PendingUpdate
from app.domain.delivery.send_rate import SenderPace


@dataclass(frozen=True)
class SendResult:
    """What the carrier answered to one claimed message."""

    message: ClaimedMessage
    outcome: SendOutcome


@dataclass(frozen=True)
class TickInput:
    """What a tick stores, and how much it may claim (`capacity` None: nothing)."""

    results: Sequence[SendResult]
    updates: Sequence[PendingUpdate]
    capacity: SendCapacity | None

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to store and nothing to claim."""
        return not self.results and not self.updates and self.capacity is None


@dataclass(frozen=True)
class TickResult:
    """What a tick did.

    `lost_lead`: another process leads. `is_idle`: there is nothing to do until the next commit.
    `pace`: the sender's as it is stored, when it was read. `trouble`: why nothing is sent, as every
    page says it.
    """

    claimed: list[ClaimedMessage] = field(default_factory=list)
    lost_lead: bool = False
    is_idle: bool = False
    pace: SenderPace | None = None
    trouble: str = ""
