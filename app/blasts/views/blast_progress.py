"""How far a blast is: the numbers of its page and of the live part of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.blasts.views.held_people import count_held
from app.core.settings import current_settings
from app.delivery.actions.blast_control import PAUSED_BY_PERSON
from app.delivery.engine_models import SenderHealth
from app.delivery.models import MessageLog
from app.delivery.queries.blast_messages import count_messages, estimate_queued_segments
from app.delivery.queries.blast_recipients import RECIPIENT_FILTERS
from app.delivery.queries.held_texts import HeldGroup, list_held_groups
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
from app.domain.limits.allowances import ReachedLimit
from app.domain.limits.limit_words import find_limit_fix
from app.domain.texts.plurals import pluralize
from app.domain.time.durations import format_approximate_duration, format_time_until

# How long after its end a blast's page goes on looking for receipts.
RECEIPT_WATCH_TIME = timedelta(minutes=10)
UNSETTLED_STATUSES = (
    MessageStatus.SUBMITTING,
    MessageStatus.UNKNOWN,
    MessageStatus.ACCEPTED,
    MessageStatus.SENT,
)


@dataclass(frozen=True)
class BlastProgress:
    """One blast in numbers.

    `counts`: its rows by status. `queued_segments`: what is still to be sent. `health`: what
    slows its sender down. `held`: who waits for texting hours; they are among the queued.
    `archived`: how many of its texts lie in the archive of which year.
    """

    log: MessageLog
    counts: dict[str, int]
    queued_segments: int
    moment: datetime
    health: SenderHealth | None = None
    held: Sequence[HeldGroup] = ()
    archived: Mapping[int, int] = field(default_factory=dict)

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
    def held_count(self) -> int:
        """How many people wait for texting hours."""
        return count_held(self.held)

    @property
    def is_all_held(self) -> bool:
        """Whether everyone who is not texted yet waits for texting hours."""
        return 0 < self.held_count == self.tally.queued + self.tally.in_flight

    @property
    def is_open(self) -> bool:
        """Whether something may still be sent."""
        return self.log.status in OPEN_BLAST_STATUSES

    @property
    def may_still_change(self) -> bool:
        """Whether the numbers may still change while somebody looks."""
        if self.is_open:
            return True
        return self.is_recent and any(self.counts.get(status) for status in UNSETTLED_STATUSES)

    @property
    def is_recent(self) -> bool:
        """Whether it is being sent, or was until a few minutes ago."""
        finished_at = self.log.finished_at
        if self.is_open or finished_at is None:
            return self.is_open
        return self.moment - finished_at < RECEIPT_WATCH_TIME

    @property
    def recipient_count(self) -> int:
        """How many people it is for, without those who were skipped."""
        return self.tally.total - self.skipped_count

    @property
    def processed_count(self) -> int:
        """How many of them have been handed to the carrier or have failed."""
        tally = self.tally
        return self.recipient_count - tally.queued - tally.in_flight - self.not_sent_count

    @property
    def status_line(self) -> str:
        """What is happening, in a few words."""
        sent, people = f"{self.tally.success_count:,}", f"{self.recipient_count:,}"
        processed = f"{self.processed_count:,}"
        activity = "Waiting for texting hours" if self.is_all_held else "Sending"
        return {
            BlastStatus.PROCESSING: f"{activity}: {processed} of {people}",
            BlastStatus.PAUSED: f"Paused after {processed} of {people}",
            BlastStatus.SENT: self._describe_outcome(),
            BlastStatus.FAILED: "Failed: no one received it",
            BlastStatus.CANCELLED: (
                f"Stopped: {sent} sent, {self.not_sent_count:,} not sent, "
                f"{self.skipped_count:,} skipped"
            ),
        }[self.log.status]

    def _describe_outcome(self) -> str:
        tally = self.tally
        sent = pluralize(tally.success_count, "person", "people")
        if self.is_all_delivered:
            return f"Delivered to {'all ' if tally.delivered > 1 else ''}{sent}."
        if tally.success_count != self.recipient_count:
            sent = f"{tally.success_count:,} of {self.recipient_count:,} people"
        if not tally.accepted:
            return f"Sent to {sent}. {tally.delivered:,} delivered."
        if not tally.delivered:
            return f"Sent to {sent}. Waiting for delivery confirmation."
        return f"Sent to {sent}. {tally.delivered:,} delivered, {tally.accepted:,} not confirmed."

    @property
    def is_all_delivered(self) -> bool:
        """Whether every text has arrived."""
        return self.log.status == BlastStatus.SENT and (
            0 < self.tally.delivered == self.recipient_count
        )

    @property
    def not_sent_count(self) -> int:
        """How many texts were never handed over: stopped, too late, or unknown to the carrier."""
        return self.count_in_filter("not_sent")

    @property
    def skipped_count(self) -> int:
        """How many people were skipped when it was released."""
        return self.tally.skipped - self.not_sent_count

    @property
    def time_left(self) -> str:
        """How long the rest takes at the pace of this moment; "" when nothing runs."""
        if self.log.status != BlastStatus.PROCESSING or not self.queued_segments:
            return ""
        # Until when they wait is said below.
        if self.is_all_held:
            return ""
        seconds = compute_send_seconds(self.queued_segments, self._segments_per_second)
        return format_approximate_duration(self._hold_seconds + seconds)

    @property
    def pace(self) -> str:
        """Segments a second, for people."""
        rate = round(self._segments_per_second, 2)
        noun = "text segment" if rate == 1 else "text segments"
        return f"{rate:g} {noun} a second"

    @property
    def slowdown_notice(self) -> str:
        """That the carrier asked for fewer texts; "" when it did not."""
        if self.log.status != BlastStatus.PROCESSING or self._pace_share == 1:
            return ""
        percent = max(1, round(100 * self._pace_share))
        return (
            f"Twilio asked us to slow down: {percent}% of the usual pace, "
            "faster again within a minute."
        )

    @property
    def hold_notice(self) -> str:
        """Why nothing is sent though the blast runs, and what comes next; "" when no hold is on."""
        if self.health is None or self.log.status != BlastStatus.PROCESSING:
            return ""
        hold_until = self.health.hold_until
        if hold_until is None:
            return ""
        reason = self.health.hold_words or "Twilio asked us to wait."
        if hold_until > self.moment:
            return f"{reason} Next try {format_time_until(hold_until, self.moment)}."
        return f"{reason} Trying one text now."

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
        tally = self.tally
        return [
            ("st-ok", tally.delivered, "delivered"),
            ("st-sent", tally.accepted, "sent, not confirmed yet"),
            ("st-bad", tally.failed, "failed"),
            ("st-warn", tally.unknown, "unconfirmed"),
            ("st-warn", self.not_sent_count, "not sent"),
            ("st-wait", tally.queued + tally.in_flight, "waiting"),
            ("st-out", self.skipped_count, "skipped"),
        ]

    @property
    def continues_tomorrow(self) -> bool:
        """Whether the limit of a day stopped it, so that it is continued in the morning."""
        is_paused = self.log.status == BlastStatus.PAUSED
        return is_paused and self.log.pause_code == ReachedLimit.TEXTS_A_DAY

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
        limit_fix = find_limit_fix(self.log.pause_code)
        return limit_fix or find_error_fix(find_error_code(self.log.pause_code))


def fetch_blast_progress(log: MessageLog, moment: datetime) -> BlastProgress:
    """Return the numbers of a blast at this moment (UTC)."""
    counted = count_messages(log.id)
    counts = counted.by_status
    queued = counts.get(MessageStatus.QUEUED, 0)
    segments = estimate_queued_segments(log.id, queued) if queued else 0
    if log.status not in OPEN_BLAST_STATUSES:
        return BlastProgress(log, counts, segments, moment, archived=counted.by_archive_year)
    health = get_sender_health(log.sender, log.carrier)
    held = list_held_groups(log.id, log.carrier) if queued else []
    return BlastProgress(log, counts, segments, moment, health, held, counted.by_archive_year)
