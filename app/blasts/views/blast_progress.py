"""How far a blast is: the numbers of its page and of the live part of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.blasts.queries import RECIPIENT_FILTERS
from app.core.settings import Settings, current_settings
from app.delivery.actions.blast_control import PAUSED_BY_PERSON
from app.delivery.models import MessageLog, SenderHealth
from app.delivery.queries.blast_messages import count_messages_by_status, estimate_queued_segments
from app.delivery.queries.sender_health import get_sender_health
from app.domain.delivery.carrier_error_codes import find_error_code, find_error_fix
from app.domain.delivery.cost_estimate import compute_send_seconds
from app.domain.delivery.message_statuses import (
    OPEN_BLAST_STATUSES,
    BlastCounts,
    BlastStatus,
    MessageStatus,
    build_blast_counts,
)
from app.domain.delivery.send_rate import compute_rate_share
from app.domain.time.durations import format_approximate_duration, format_time_until

RECEIPT_WATCH_TIME = timedelta(
    minutes=10
)  # how long after its end a page goes on looking for receipts
UNSETTLED_STATUSES = (
    MessageStatus.SUBMITTING,
    MessageStatus.UNKNOWN,
    MessageStatus.ACCEPTED,
    MessageStatus.SENT,
)
RECIPIENT_FILTER_LABELS = (
    ("failed", "Failed"),
    ("unknown", "Not sure"),
    ("not_sent", "Not sent"),
    ("waiting", "Waiting"),
    ("sent", "Sent"),
    ("delivered", "Delivered"),
    ("left_out", "Left out"),
)


@dataclass(frozen=True)
class BlastProgress:
    """One blast in numbers.

    `counts`: its rows by state. `queued_segments`: what is still to be sent. `health`: what
    slows its sender down.
    """

    log: MessageLog
    counts: dict[str, int]
    queued_segments: int
    moment: datetime
    health: SenderHealth | None = None

    def count_in_filter(self, chip: str) -> int:
        """How many people one of the page's filters shows."""
        return sum(self.counts.get(status, 0) for status in RECIPIENT_FILTERS[chip])

    @property
    def tally(self) -> BlastCounts:
        """The seven numbers of the contract.

        A log of the first design has no rows, only its two counts.
        """
        if self.counts or not self.log.total_recipients:
            return build_blast_counts(self.counts)
        log = self.log
        rest = max(0, log.total_recipients - log.success_count - log.failure_count)
        return BlastCounts(
            log.total_recipients, 0, 0, 0, log.success_count, 0, log.failure_count, rest
        )

    @property
    def is_open(self) -> bool:
        """Whether something may still leave."""
        return self.log.status in OPEN_BLAST_STATUSES

    @property
    def may_still_change(self) -> bool:
        """Whether the numbers may still change while somebody looks."""
        if self.is_open:
            return True
        fresh = (
            self.log.finished_at is not None
            and self.moment - self.log.finished_at < RECEIPT_WATCH_TIME
        )
        return fresh and any(self.counts.get(status) for status in UNSETTLED_STATUSES)

    @property
    def recipient_count(self) -> int:
        """How many people it is for, without those left out."""
        return self.tally.total - self.tally.skipped

    @property
    def processed_count(self) -> int:
        """How many of them are through our hands."""
        return self.recipient_count - self.tally.queued - self.tally.in_flight

    @property
    def status_line(self) -> str:
        """What is happening, in a few words."""
        share = f"{self.processed_count:,} of {self.recipient_count:,}"
        return {
            BlastStatus.PROCESSING: f"Sending: {share}",
            BlastStatus.PAUSED: f"Paused: {share} have left",
            BlastStatus.SENT: self._describe_outcome(),
            BlastStatus.FAILED: "Failed: nobody got it",
            BlastStatus.CANCELLED: f"Stopped: {self.processed_count:,} had left, {self.tally.skipped:,} did not",
        }[self.log.status]

    def _describe_outcome(self) -> str:
        taken, delivered = self.tally.success_count, self.tally.delivered
        if delivered == self.recipient_count:
            return (
                f"Finished: all {delivered:,} delivered" if delivered > 1 else "Finished: delivered"
            )
        return f"Finished: {taken:,} of {self.recipient_count:,} sent, {delivered:,} delivered"

    @property
    def time_left(self) -> str:
        """How long the rest takes at the pace of this moment; "" when nothing runs."""
        if self.log.status != BlastStatus.PROCESSING or not self.queued_segments:
            return ""
        return format_approximate_duration(
            self._hold_seconds
            + compute_send_seconds(self.queued_segments, self._segments_per_second)
        )

    @property
    def pace(self) -> str:
        """Parts a second, for people."""
        rate = round(self._segments_per_second, 2)
        return f"{rate:g} {'part' if rate == 1 else 'parts'} a second"

    @property
    def slowdown_notice(self) -> str:
        """That the carrier wanted fewer texts; "" when it did not."""
        if self.log.status != BlastStatus.PROCESSING or self._pace_share == 1:
            return ""
        share = max(1, round(100 * self._pace_share))
        return f"Twilio asked us to slow down: {share} % of the usual pace, a little more every minute."

    @property
    def hold_notice(self) -> str:
        """Why nothing leaves at the moment though the blast runs, and what comes next; "" when
        nothing holds it.
        """
        until = (
            self.health.hold_until
            if self.health and self.log.status == BlastStatus.PROCESSING
            else None
        )
        if self.health is None or until is None:
            return ""
        words = self.health.hold_words or "Twilio asked us to wait."
        if until > self.moment:
            return f"{words} Next try {format_time_until(until, self.moment)}."
        return f"{words} One text goes now, to try."

    @property
    def _hold_seconds(self) -> float:
        if self.health is None or self.health.hold_until is None:
            return 0.0
        return max(0.0, (self.health.hold_until - self.moment).total_seconds())

    @property
    def _pace_share(self) -> float:
        return (
            compute_rate_share(self.health.share, self.health.slowed_at, self.moment)
            if self.health
            else 1.0
        )

    @property
    def _segments_per_second(self) -> float:
        return _get_settings().effective_send_rate * self._pace_share

    @property
    def bar_segments(self) -> list[tuple[str, int, str]]:
        """The bar's pieces; they add up to everybody."""
        now = self.tally
        return [
            ("st-ok", now.delivered, "delivered"),
            ("st-sent", now.accepted, "sent"),
            ("st-bad", now.failed, "failed"),
            ("st-warn", now.unknown, "not sure"),
            ("st-warn", self.count_in_filter("not_sent"), "not sent"),
            ("st-wait", now.queued + now.in_flight, "waiting"),
            ("st-out", now.skipped - self.count_in_filter("not_sent"), "left out"),
        ]

    @property
    def key_figures(self) -> list[tuple[int, str]]:
        """The big numbers."""
        now = self.tally
        pairs = [
            (now.delivered, "delivered"),
            (now.accepted, "sent, no receipt yet"),
            (now.failed, "failed"),
            (now.queued + now.in_flight, "waiting"),
            (now.unknown, "not sure"),
            (self.count_in_filter("not_sent"), "not sent"),
            (now.skipped - self.count_in_filter("not_sent"), "left out"),
        ]
        return [pair for pair in pairs if pair[0] or pair[1] in ("delivered", "failed")]

    @property
    def fault_reason(self) -> str:
        """What paused it, in words; "" when it was a person, or nothing."""
        paused = self.log.status == BlastStatus.PAUSED and self.log.pause_reason != PAUSED_BY_PERSON
        return (self.log.pause_reason or "Something went wrong.") if paused else ""

    @property
    def fault_remedy(self) -> str:
        """What can be done about the fault; "" where no code says it."""
        return (
            find_error_fix(find_error_code(self.log.pause_code))
            if self.fault_reason and self.log.pause_code
            else ""
        )


def fetch_blast_progress(log: MessageLog, moment: datetime) -> BlastProgress:
    """The numbers of a blast at this moment."""
    counts = count_messages_by_status(log.id)
    queued = counts.get(MessageStatus.QUEUED, 0)
    segments = estimate_queued_segments(log.id, queued) if queued else 0
    health = (
        get_sender_health(log.sender, log.carrier) if log.status in OPEN_BLAST_STATUSES else None
    )
    return BlastProgress(log, counts, segments, moment, health)


def _get_settings() -> Settings:
    settings = current_settings()
    return settings
