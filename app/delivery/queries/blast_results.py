"""What blasts came to: the same numbers on a blast's page, in the lists and on Home."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select

from app.core.db import db
from app.core.settings import current_settings
from app.delivery.models import Message, MessageLog
from app.delivery.queries.blast_totals import (
    LARGE_BLAST_RECIPIENTS,
    DeliveryTotals,
    count_delivered_by_blast,
    fetch_totals_by_blast,
    measure_blast,
)
from app.delivery.queries.superseded_rows import build_not_superseded_filter
from app.delivery.reply_models import BlastReply, ReplyAnswer
from app.domain.delivery.carrier_error_codes import find_error_code
from app.domain.delivery.message_statuses import FAILED_STATUSES, MessageStatus


@dataclass(frozen=True)
class ReplyCounts:
    """How many people answered a blast, by what they said.

    Who only texted STOP, left a topic or paused did not answer.
    """

    yes: int = 0
    no: int = 0
    other: int = 0
    opt_outs: int = 0
    topic_leaves: int = 0
    pauses: int = 0
    # who answered or stopped something or both, each once
    people: int = 0

    def __add__(self, added: "ReplyCounts") -> "ReplyCounts":
        return ReplyCounts(
            self.yes + added.yes,
            self.no + added.no,
            self.other + added.other,
            self.opt_outs + added.opt_outs,
            self.topic_leaves + added.topic_leaves,
            self.pauses + added.pauses,
            self.people + added.people,
        )

    @property
    def replies(self) -> int:
        """How many people answered."""
        return self.yes + self.no + self.other


@dataclass(frozen=True)
class BlastResults:
    """One blast, or several together: what was delivered, what came back.

    `last_delivery`: when the last text arrived, where one blast was asked for (fetch_results).
    """

    totals: DeliveryTotals = field(default_factory=DeliveryTotals)
    replies: ReplyCounts = field(default_factory=ReplyCounts)
    last_delivery: datetime | None = None

    def __add__(self, added: "BlastResults") -> "BlastResults":
        return BlastResults(self.totals + added.totals, self.replies + added.replies)


@dataclass(frozen=True)
class FailureGroup:
    """How many texts of a blast failed for one reason: a sentence, the carrier's code or None."""

    sentence: str
    code: int | None
    count: int


def fetch_results_by_blast(logs: Sequence[MessageLog]) -> dict[int, BlastResults]:
    """Return the results of each blast by its id; those of large ones may be some seconds old."""
    totals = fetch_totals_by_blast(logs)
    replies = count_replies_by_blast(list(totals))
    results = {}
    for log_id, own_totals in totals.items():
        results[log_id] = BlastResults(own_totals, replies.get(log_id, ReplyCounts()))
    return results


def fetch_results_since(moment: datetime) -> BlastResults:
    """Return all blasts released since `moment` (UTC) on the carrier in use, tests left out."""
    statement = select(MessageLog).where(
        MessageLog.created_at >= moment,
        MessageLog.carrier == current_settings().carrier,
        MessageLog.test_mode.is_(False),
    )
    results = fetch_results_by_blast(db.session.scalars(statement).all())
    return sum(results.values(), BlastResults())


def count_replies_by_blast(log_ids: Sequence[int]) -> dict[int, ReplyCounts]:
    """Return who answered each of these blasts; one without any answer is missing.

    One walk along ix_blast_replies_log.
    """
    row = BlastReply
    kinds = (row.message_log_id, row.answer, row.is_opt_out, row.is_topic_left, row.is_pause)
    statement = select(*kinds, func.count()).where(row.message_log_id.in_(log_ids))
    counts: dict[int, ReplyCounts] = {}
    for log_id, answer, is_opt_out, is_topic_left, is_pause, count in db.session.execute(
        statement.group_by(*kinds)
    ):
        added = ReplyCounts(
            yes=count if answer is ReplyAnswer.YES else 0,
            no=count if answer is ReplyAnswer.NO else 0,
            other=count if answer is ReplyAnswer.OTHER else 0,
            opt_outs=count if is_opt_out else 0,
            topic_leaves=count if is_topic_left else 0,
            pauses=count if is_pause else 0,
            people=count,
        )
        counts[log_id] = counts.get(log_id, ReplyCounts()) + added
    return counts


@dataclass(frozen=True)
class ListedResult:
    """A blast's row in a list: how many texts arrived, of how many tried, and how many replies."""

    delivered: int
    attempted: int
    replies: int


def fetch_listed_results(logs: Sequence[MessageLog]) -> dict[int, ListedResult]:
    """Return the results of a page of blasts by id, the same numbers as on each one's page."""
    large = [log for log in logs if log.total_recipients >= LARGE_BLAST_RECIPIENTS]
    delivered = {log_id: row.delivered for log_id, row in fetch_totals_by_blast(large).items()}
    small_ids = [log.id for log in logs if log.id not in delivered]
    delivered |= count_delivered_by_blast(small_ids)
    replies = count_replies_by_blast([log.id for log in logs])
    results = {}
    for log in logs:
        attempted = log.success_count + log.failure_count
        reply_count = replies.get(log.id, ReplyCounts()).replies
        results[log.id] = ListedResult(delivered.get(log.id, 0), attempted, reply_count)
    return results


def list_failure_groups(log_id: int) -> list[FailureGroup]:
    """Return why texts of a blast failed, the most frequent reason first."""
    was_taken = Message.provider_sid.is_not(None) | (Message.status == MessageStatus.UNDELIVERED)
    statement = (
        select(Message.error_code, was_taken, func.count())
        .where(
            Message.message_log_id == log_id,
            Message.status.in_(FAILED_STATUSES),
            build_not_superseded_filter(log_id),
        )
        .group_by(Message.error_code, was_taken)
        .order_by(func.count().desc())
    )
    groups: dict[tuple[str, int | None], int] = {}
    for code, is_taken, count in db.session.execute(statement):
        sentence = find_error_code(code, "delivery" if is_taken else "create").description
        groups[sentence, code] = groups.get((sentence, code), 0) + count
    return [FailureGroup(sentence, code, count) for (sentence, code), count in groups.items()]


def fetch_results(log: MessageLog, delivered: int) -> BlastResults:
    """Return the results of one blast; `delivered`: how many texts arrived, counted already."""
    replies = count_replies_by_blast([log.id]).get(log.id, ReplyCounts())
    totals, last_delivery = measure_blast(log, delivered)
    return BlastResults(totals, replies, last_delivery)
