"""The lives of a message, a blast's log and a scheduled blast: their states and ranks, and what
may go again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.domain.delivery.skip_reasons import REVERSIBLE_SKIP_REASONS


class MessageStatus(StrEnum):
    """One text to or from one person."""

    QUEUED = "queued"
    SUBMITTING = "submitting"
    UNKNOWN = "unknown"
    NOT_SENT = "not_sent"
    ACCEPTED = "accepted"
    SENT = "sent"
    NO_RECEIPT = "no_receipt"
    FAILED = "failed"
    UNDELIVERED = "undelivered"
    OPTED_OUT = "opted_out"
    DELIVERED = "delivered"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    RECEIVED = "received"


class BlastStatus(StrEnum):
    """A blast that was released."""

    PROCESSING = "processing"
    PAUSED = "paused"
    SENT = "sent"
    FAILED = "failed"
    CANCELLED = "cancelled"


class ScheduledBlastStatus(StrEnum):
    """A blast that waits for its moment."""

    PENDING = "pending"
    PROCESSING = "processing"
    SENT = "sent"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class MessageKind(StrEnum):
    """What a message is for."""

    BLAST = "blast"
    TEST = "test"
    REPLY = "reply"
    KEYWORD = "keyword"
    SURVEY = "survey"
    REMINDER = "reminder"
    SYSTEM = "system"
    INBOUND = "inbound"


class BlastTarget(StrEnum):
    """Whom a blast is for."""

    COMMUNITY = "community"
    EVENT = "event"


class MessageDirection(StrEnum):
    """Which way a message went."""

    OUTBOUND = "outbound"
    INBOUND = "inbound"


class UnknownReason(StrEnum):
    """Why we do not know whether a text left. Stored as the reason of an unknown message."""

    NO_ANSWER = "no_answer"
    CARRIER_FAULT = "carrier_fault"
    NO_NAME = "no_name"
    PROCESS_STOPPED = "process_stopped"


# Evidence (an answer, a receipt, a list) applies if and only if its rank is higher than what we
# know.
STATUS_RANKS: dict[MessageStatus, int] = {
    MessageStatus.QUEUED: 0,
    MessageStatus.SUBMITTING: 1,
    MessageStatus.UNKNOWN: 2,
    MessageStatus.NOT_SENT: 3,
    MessageStatus.ACCEPTED: 4,
    MessageStatus.SENT: 5,
    MessageStatus.NO_RECEIPT: 6,
    MessageStatus.FAILED: 7,
    MessageStatus.UNDELIVERED: 7,
    MessageStatus.OPTED_OUT: 7,
    MessageStatus.DELIVERED: 8,
    MessageStatus.SKIPPED: 9,
    MessageStatus.CANCELLED: 9,
    MessageStatus.EXPIRED: 9,
    MessageStatus.RECEIVED: 9,
}
# What the carrier has taken, what came to nothing, and the blasts that have not ended.
ACCEPTED_STATUSES = (
    MessageStatus.ACCEPTED,
    MessageStatus.SENT,
    MessageStatus.NO_RECEIPT,
    MessageStatus.DELIVERED,
)
FAILED_STATUSES = (
    MessageStatus.FAILED,
    MessageStatus.UNDELIVERED,
    MessageStatus.OPTED_OUT,
)
OPEN_BLAST_STATUSES = (BlastStatus.PROCESSING, BlastStatus.PAUSED)
ENDED_BLAST_STATUSES = (BlastStatus.SENT, BlastStatus.FAILED, BlastStatus.CANCELLED)
NEVER_SENT_STATUSES = frozenset(
    {MessageStatus.SKIPPED, MessageStatus.CANCELLED, MessageStatus.EXPIRED}
)
# What a person has to decide about, and what a person may send again (a machine never does).
UNCERTAIN_STATUSES = (MessageStatus.UNKNOWN, MessageStatus.NOT_SENT)
RESENDABLE_STATUSES = (*UNCERTAIN_STATUSES, MessageStatus.FAILED)

# Twilio's words for a message's status. `scheduled` and `sending` are still inside Twilio.
STATUS_BY_TWILIO_STATUS: dict[str, MessageStatus] = {
    "accepted": MessageStatus.ACCEPTED,
    "scheduled": MessageStatus.ACCEPTED,
    "queued": MessageStatus.ACCEPTED,
    "sending": MessageStatus.ACCEPTED,
    "sent": MessageStatus.SENT,
    "partially_delivered": MessageStatus.SENT,
    "delivered": MessageStatus.DELIVERED,
    "read": MessageStatus.DELIVERED,
    "undelivered": MessageStatus.UNDELIVERED,
    "failed": MessageStatus.FAILED,
    "canceled": MessageStatus.FAILED,
    "receiving": MessageStatus.RECEIVED,
    "received": MessageStatus.RECEIVED,
}

# Every state of the three enums as pages say it; a word they share means the same in each.
DELIVERY_STATUS_LABELS: dict[str, str] = {
    "queued": "Waiting",
    "submitting": "Leaving now",
    "unknown": "Not sure",
    "not_sent": "Not sent",
    "accepted": "On its way",
    "sent": "Sent",
    "no_receipt": "Sent, no receipt",
    "failed": "Failed",
    "undelivered": "Not delivered",
    "opted_out": "Said STOP",
    "delivered": "Delivered",
    "skipped": "Left out",
    "cancelled": "Cancelled",
    "expired": "Too late, not sent",
    "received": "Received",
    "processing": "Sending",
    "paused": "Paused",
    "pending": "Scheduled",
}


def may_resend(status: MessageStatus, reason: str | None) -> bool:
    """Whether a person may put a row back into the queue, for a new attempt.

    Never what the carrier has handed on; and of those left out only whose country was off, for
    it may be on by now, and who perhaps said STOP, for somebody may have decided that they did
    not.
    """
    return status in RESENDABLE_STATUSES or (
        status is MessageStatus.SKIPPED and reason in REVERSIBLE_SKIP_REASONS
    )


@dataclass(frozen=True)
class BlastCounts:
    """A blast in numbers; the seven parts add up to `total`."""

    total: int
    queued: int
    in_flight: int
    unknown: int
    accepted: int
    delivered: int
    failed: int
    skipped: int

    @property
    def success_count(self) -> int:
        """Texts the carrier has taken."""
        return self.accepted + self.delivered

    @property
    def failure_count(self) -> int:
        """Texts that were refused or did not arrive."""
        return self.failed

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to send. What is unknown keeps no blast open."""
        return self.queued == 0 and self.in_flight == 0


def build_blast_counts(counts: Mapping[str, int]) -> BlastCounts:
    """Sum the rows of one blast by status. Raises ValueError for a word that is no status."""
    rows = {MessageStatus(status): count for status, count in counts.items()}

    def of(*statuses: MessageStatus) -> int:
        return sum(rows.get(status, 0) for status in statuses)

    status = MessageStatus
    return BlastCounts(
        total=sum(count for state, count in rows.items() if state is not status.RECEIVED),
        queued=of(status.QUEUED),
        in_flight=of(status.SUBMITTING),
        unknown=of(status.UNKNOWN),
        accepted=of(status.ACCEPTED, status.SENT, status.NO_RECEIPT),
        delivered=of(status.DELIVERED),
        failed=of(*FAILED_STATUSES),
        skipped=of(status.SKIPPED, status.CANCELLED, status.EXPIRED, status.NOT_SENT),
    )


def compute_final_blast_status(tally: BlastCounts) -> BlastStatus:
    """How a blast that is done ended: sent when the carrier took, or may have taken, at least
    one text.
    """
    return (
        BlastStatus.SENT
        if tally.accepted or tally.delivered or tally.unknown
        else BlastStatus.FAILED
    )
