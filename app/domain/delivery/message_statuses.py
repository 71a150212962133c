"""The statuses of messages, blasts and scheduled blasts: ranks, labels, and what may be resent."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.domain.delivery.skip_reasons import REVERSIBLE_SKIP_REASONS


class MessageStatus(StrEnum):
    """The status of one text to or from one person. The values are stored."""

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
    """The status of a blast that was released."""

    PROCESSING = "processing"
    PAUSED = "paused"
    SENT = "sent"
    FAILED = "failed"
    CANCELLED = "cancelled"


class ScheduledBlastStatus(StrEnum):
    """The status of a blast that is scheduled for later."""

    PENDING = "pending"
    PROCESSING = "processing"
    SENT = "sent"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class MessageKind(StrEnum):
    """What a message was sent for."""

    BLAST = "blast"
    TEST = "test"
    REPLY = "reply"
    KEYWORD = "keyword"
    SURVEY = "survey"
    REMINDER = "reminder"
    SYSTEM = "system"
    INBOUND = "inbound"


class BlastTarget(StrEnum):
    """The audience of a blast. AUDIENCE: of several lists, or of one that is not an event."""

    COMMUNITY = "community"
    EVENT = "event"
    AUDIENCE = "audience"


class MessageDirection(StrEnum):
    """Whether a message came to us or went out."""

    OUTBOUND = "outbound"
    INBOUND = "inbound"


class UnknownReason(StrEnum):
    """Why we do not know whether a text left. Stored as the reason of an unknown message."""

    NO_ANSWER = "no_answer"
    CARRIER_FAULT = "carrier_fault"
    NO_NAME = "no_name"
    PROCESS_STOPPED = "process_stopped"
    # the carrier gave the text the SID of another one
    REPEATED_NAME = "repeated_name"
    # the database was put back, and the carrier's list does not tell whether this text left
    PUT_BACK = "put_back"


# News of a message (a reply, a status callback, a list) is stored only if its rank is higher than
# that of the stored status: callbacks arrive out of order and more than once.
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
# What the carrier has accepted, and what came to nothing.
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
# A user may try a reply again that certainly did not arrive.
RETRIED_STATUSES = (MessageStatus.FAILED, MessageStatus.UNDELIVERED, MessageStatus.NOT_SENT)
OPEN_BLAST_STATUSES = (BlastStatus.PROCESSING, BlastStatus.PAUSED)
ENDED_BLAST_STATUSES = (BlastStatus.SENT, BlastStatus.FAILED, BlastStatus.CANCELLED)
NEVER_SENT_STATUSES = frozenset(
    {MessageStatus.SKIPPED, MessageStatus.CANCELLED, MessageStatus.EXPIRED}
)
# A person has to decide about the first two; only a person may send them again, never a machine.
UNCERTAIN_STATUSES = (MessageStatus.UNKNOWN, MessageStatus.NOT_SENT)
RESENDABLE_STATUSES = (*UNCERTAIN_STATUSES, MessageStatus.FAILED)

# The reason of a text of a blast that a text to another number of the person stands in for.
SUPERSEDED_REASON = "second_number"

# Twilio's names for a message's status. In `scheduled` and `sending` it has not left Twilio.
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

# Every status of the three enums as pages show it; a value they share means the same in each.
DELIVERY_STATUS_LABELS: dict[str, str] = {
    "queued": "Waiting",
    "submitting": "Sending",
    "unknown": "Unconfirmed",
    "not_sent": "Not sent",
    "accepted": "Sent",
    "sent": "Sent",
    "no_receipt": "Sent",
    "failed": "Failed",
    "undelivered": "Not delivered",
    "opted_out": "Opted out",
    "delivered": "Delivered",
    "skipped": "Skipped",
    "cancelled": "Canceled",
    "expired": "Too late",
    "received": "Received",
    "processing": "Sending",
    "paused": "Paused",
    "pending": "Scheduled",
}


def may_resend(status: MessageStatus, reason: str | None) -> bool:
    """Whether a person may put a message back into the queue, for a new attempt.

    Never what the carrier has accepted, and not what has followed to another number. Of skipped
    people only those whose reason may have gone since: their country was off, or they perhaps said
    STOP.
    """
    if status in RESENDABLE_STATUSES:
        return reason != SUPERSEDED_REASON
    return status is MessageStatus.SKIPPED and reason in REVERSIBLE_SKIP_REASONS


@dataclass(frozen=True)
class BlastCounts:
    """The messages of one blast, counted; the seven others add up to `total`."""

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
        """How many texts the carrier has accepted."""
        return self.accepted + self.delivered

    @property
    def failure_count(self) -> int:
        """How many texts were refused or did not arrive."""
        return self.failed

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to send. An unknown outcome does not keep a blast open."""
        return self.queued == 0 and self.in_flight == 0


# Which number of BlastCounts each status adds to. Received messages belong to no blast.
_COUNT_FIELD_BY_STATUS: dict[MessageStatus, str] = {
    MessageStatus.QUEUED: "queued",
    MessageStatus.SUBMITTING: "in_flight",
    MessageStatus.UNKNOWN: "unknown",
    MessageStatus.ACCEPTED: "accepted",
    MessageStatus.SENT: "accepted",
    MessageStatus.NO_RECEIPT: "accepted",
    MessageStatus.DELIVERED: "delivered",
    MessageStatus.FAILED: "failed",
    MessageStatus.UNDELIVERED: "failed",
    MessageStatus.OPTED_OUT: "failed",
    MessageStatus.SKIPPED: "skipped",
    MessageStatus.CANCELLED: "skipped",
    MessageStatus.EXPIRED: "skipped",
    MessageStatus.NOT_SENT: "skipped",
}


def build_blast_counts(counts: Mapping[str, int]) -> BlastCounts:
    """Sum the messages of one blast, counted by status. Raises ValueError for an unknown status."""
    sums = dict.fromkeys(_COUNT_FIELD_BY_STATUS.values(), 0)
    for name, count in counts.items():
        status = MessageStatus(name)
        if status is not MessageStatus.RECEIVED:
            sums[_COUNT_FIELD_BY_STATUS[status]] += count
    return BlastCounts(total=sum(sums.values()), **sums)


def compute_final_blast_status(counts: BlastCounts) -> BlastStatus:
    """Return how a blast that is done has ended.

    SENT when the carrier accepted, or may have accepted, at least one text.
    """
    if counts.accepted or counts.delivered or counts.unknown:
        return BlastStatus.SENT
    return BlastStatus.FAILED
