"""How far a blast is: the numbers of its page and of the live part of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.core.settings import current_settings
from app.delivery.actions.blast_control import PAUSED_BY_PERSON
from app.delivery.models import MessageLog, SenderHealth
from app.delivery.queries.blast_messages import count_messages_by_status, estimate_queued_segments
from app.delivery.queries.blast_recipients import RECIPIENT_FILTERS
from app.delivery.queries.sender_health import get_sender_health
from app.domain.delivery.carrier_error_codes import find_error_code
from app.domain.delivery.carrier_error_fixes import find_error_fix
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

# How long after its end a blast's page goes on looking for receipts.
RECEIPT_WATCH_TIME = timedelta(minutes=10)
UNSETTLED_STATUSES = (
    MessageStatus.SUBMITTING,
    MessageStatus.UNKNOWN,
    MessageStatus.ACCEPTED,
    MessageStatus.SENT,
)
RECIPIENT_FILTER_LABELS = {
    "failed": "Failed",
    "unknown": "Not sure",
    "not_sent": "Not sent",
    "waiting": "Waiting",
    "sent": "Sent",
    "delivered": "Delivered",
    "left_out": "Left out",
}


@dataclass(frozen=True)
class BlastProgress:
    """One blast in numbers.

    `counts`: its rows by status. `queued_segments`: what is still to be sent. `health`: what
    slows its sender down.
    """

    log: MessageLog
    counts: dict[str, int]
    queued_segments: int
    moment: datetime
    health: SenderHealth | None = None

    def count_in_filter(self, filter_name: str) -> int:
        """Return how many people one of the page's filters shows."""
        return sum(self.counts.get(status, 0) for status in RECIPIENT_FILTERS[filter_name])

    @property
    def tally(self) -> BlastCounts:
        """The blast's counts by group.

        A log of the first design has no rows, only its two counts.
        """
        log = self.log
        if self.counts or not log.total_recipients:
            return build_blast_counts(self.counts)
        rest = max(0, log.total_recipients - log.success_count - log.failure_count)
        return BlastCounts(
            total=log.total_recipients,
            queued=0,
            in_flight=0,
            unknown=0,
            accepted=log.success_count,
            delivered=0,
            failed=log.failure_count,
            skipped=rest,
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
        finished_at = self.log.finished_at
        if finished_at is None or self.moment - finished_at >= RECEIPT_WATCH_TIME:
            return False
        return any(self.counts.get(status) for status in UNSETTLED_STATUSES)

    @property
    def recipient_count(self) -> int:
        """How many people it is for, without those left out."""
        return self.tally.total - self.tally.skipped

    @property
    def processed_count(self) -> int:
        """How many of them have been handed to the carrier or have failed."""
        return self.recipient_count - self.tally.queued - self.tally.in_flight

    @property
    def status_line(self) -> str:
        """What is happening, in a few words."""
        processed = f"{self.processed_count:,}"
        recipients = f"{self.recipient_count:,}"
        return {
            BlastStatus.PROCESSING: f"Sending: {processed} of {recipients}",
            BlastStatus.PAUSED: f"Paused: {processed} of {recipients} have left",
            BlastStatus.SENT: self._describe_outcome(),
            BlastStatus.FAILED: "Failed: nobody got it",
            BlastStatus.CANCELLED: (
                f"Stopped: {processed} had left, {self.tally.skipped:,} did not"
            ),
        }[self.log.status]

    def _describe_outcome(self) -> str:
        sent, delivered = self.tally.success_count, self.tally.delivered
        if delivered != self.recipient_count:
            return f"Finished: {sent:,} of {self.recipient_count:,} sent, {delivered:,} delivered"
        if delivered > 1:
            return f"Finished: all {delivered:,} delivered"
        return "Finished: delivered"

    @property
    def time_left(self) -> str:
        """How long the rest takes at the pace of this moment; "" when nothing runs."""
        if self.log.status != BlastStatus.PROCESSING or not self.queued_segments:
            return ""
        seconds = compute_send_seconds(self.queued_segments, self._segments_per_second)
        return format_approximate_duration(self._hold_seconds + seconds)

    @property
    def pace(self) -> str:
        """Segments a second, for people."""
        rate = round(self._segments_per_second, 2)
        noun = "part" if rate == 1 else "parts"
        return f"{rate:g} {noun} a second"

    @property
    def slowdown_notice(self) -> str:
        """That the carrier asked for fewer texts; "" when it did not."""
        if self.log.status != BlastStatus.PROCESSING or self._pace_share == 1:
            return ""
        percent = max(1, round(100 * self._pace_share))
        return (
            f"Twilio asked us to slow down: {percent} % of the usual pace, "
            "faster again within a minute."
        )

    @property
    def hold_notice(self) -> str:
        """Why nothing leaves though the blast runs, and what comes next; "" when no hold is on."""
        if self.health is None or self.log.status != BlastStatus.PROCESSING:
            return ""
        hold_until = self.health.hold_until
        if hold_until is None:
            return ""
        reason = self.health.hold_words or "Twilio asked us to wait."
        if hold_until > self.moment:
            return f"{reason} Next try {format_time_until(hold_until, self.moment)}."
        return f"{reason} One text goes now, to try."

    @property
    def _hold_seconds(self) -> float:
        if self.health is None or self.health.hold_until is None:
            return 0.0
        return max(0.0, (self.health.hold_until - self.moment).total_seconds())

    @property
    def _pace_share(self) -> float:
        if self.health is None:
            return 1.0
        health = self.health
        return compute_rate_share(health.share, health.slowed_at, self.moment, health.limit_share)

    @property
    def _segments_per_second(self) -> float:
        return current_settings().effective_send_rate * self._pace_share

    @property
    def bar_segments(self) -> list[tuple[str, int, str]]:
        """The pieces of the bar as (CSS class, count, label); they add up to everybody."""
        tally, not_sent = self.tally, self.count_in_filter("not_sent")
        return [
            ("st-ok", tally.delivered, "delivered"),
            ("st-sent", tally.accepted, "sent"),
            ("st-bad", tally.failed, "failed"),
            ("st-warn", tally.unknown, "not sure"),
            ("st-warn", not_sent, "not sent"),
            ("st-wait", tally.queued + tally.in_flight, "waiting"),
            ("st-out", tally.skipped - not_sent, "left out"),
        ]

    @property
    def key_figures(self) -> list[tuple[int, str]]:
        """The big numbers; of those that are nothing only "delivered" and "failed"."""
        tally, not_sent = self.tally, self.count_in_filter("not_sent")
        figures = [
            (tally.delivered, "delivered"),
            (tally.accepted, "sent, no receipt yet"),
            (tally.failed, "failed"),
            (tally.queued + tally.in_flight, "waiting"),
            (tally.unknown, "not sure"),
            (not_sent, "not sent"),
            (tally.skipped - not_sent, "left out"),
        ]
        return [figure for figure in figures if figure[0] or figure[1] in ("delivered", "failed")]

    @property
    def fault_reason(self) -> str:
        """What paused it, in words; "" when it was a person, or nothing."""
        if self.log.status != BlastStatus.PAUSED or self.log.pause_reason == PAUSED_BY_PERSON:
            return ""
        return self.log.pause_reason or "Something went wrong."

    @property
    def fault_remedy(self) -> str:
        """What can be done about the fault; "" where no code says it."""
        if not self.fault_reason or not self.log.pause_code:
            return ""
        return find_error_fix(find_error_code(self.log.pause_code))


def fetch_blast_progress(log: MessageLog, moment: datetime) -> BlastProgress:
    """Return the numbers of a blast at this moment (UTC)."""
    counts = count_messages_by_status(log.id)
    queued = counts.get(MessageStatus.QUEUED, 0)
    segments = estimate_queued_segments(log.id, queued) if queued else 0
    health = None
    if log.status in OPEN_BLAST_STATUSES:
        health = get_sender_health(log.sender, log.carrier)
    return BlastProgress(log, counts, segments, moment, health)
