"""The results of one blast as one would show them: big numbers, each a link to its people."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import url_for
from flask_login import current_user

from app.blasts.queries.people_permission import find_people_problem, may_see_people
from app.blasts.views.blast_progress import BlastProgress
from app.delivery.models import MessageLog
from app.delivery.queries.blast_recipients import RECIPIENT_FILTERS
from app.delivery.queries.blast_reply_people import OPT_OUT_FILTER, PAUSE_FILTER, TOPIC_FILTER
from app.delivery.queries.blast_results import (
    BlastResults,
    FailureGroup,
    fetch_results,
    list_failure_groups,
)
from app.delivery.queries.held_texts import HELD_FILTER
from app.delivery.queries.watched_phones import WatchedPhone, list_watched_phones
from app.domain.delivery.blast_outcomes import OUTCOME_LABELS, BlastOutcome, ResultsAudience
from app.domain.delivery.cost_estimate import compute_cost, format_money
from app.domain.texts.plurals import pluralize
from app.domain.time.durations import format_rounded_duration
from app.organisation import queries as organisation

PRACTICE_CARRIER = "sandbox"
FILTER_LABELS = {
    "failed": "Failed",
    "unknown": "Unconfirmed",
    "not_sent": "Not sent",
    "waiting": "Waiting",
    HELD_FILTER: "Waiting for texting hours",
    "sent": "Sent",
    "delivered": "Delivered",
    "left_out": "Skipped",
    BlastOutcome.REPLIED: "Answered",
    BlastOutcome.YES: "Yes",
    BlastOutcome.NO: "No",
    BlastOutcome.OTHER: "Other answer",
    BlastOutcome.NO_REPLY: "No answer",
    OPT_OUT_FILTER: "Opted out",
    TOPIC_FILTER: "Left a topic",
    PAUSE_FILTER: "Paused",
}
# Whom one can text from the page, in this order.
FOLLOW_UPS = (
    BlastOutcome.NO_REPLY,
    BlastOutcome.YES,
    BlastOutcome.NO,
    BlastOutcome.REPLIED,
    BlastOutcome.NOT_SENT,
    BlastOutcome.FAILED,
)


@dataclass(frozen=True)
class Figure:
    """A big number: its value, its label, a note below it, and the address of its people or ""."""

    value: str
    label: str
    note: str = ""
    url: str = ""


@dataclass(frozen=True)
class FollowUp:
    """A link that starts a blast to some of these people: "Text the 7 who did not answer"."""

    label: str
    url: str


@dataclass(frozen=True)
class BlastReport:
    """What the top of a blast's page shows; `counts`: how many people each filter has;
    `phones`: practice phones to watch."""

    results: BlastResults
    figures: list[Figure]
    failures: list[FailureGroup]
    follow_ups: list[FollowUp]
    counts: dict[str, int]
    phones: list[WatchedPhone]


def build_blast_report(progress: BlastProgress) -> BlastReport:
    """Return the results of a blast at this moment."""
    log = progress.log
    results = fetch_results(log, progress.tally.delivered)
    counts = _count_filters(progress, results)
    return BlastReport(
        results,
        list(_build_figures(progress, results, counts)),
        list_failure_groups(log.id) if counts["failed"] else [],
        list(_build_follow_ups(log, counts)) if _may_follow_up(progress) else [],
        counts,
        list_watched_phones(log) if _may_watch(progress) else [],
    )


def _may_watch(progress: BlastProgress) -> bool:
    """Whether practice phones are shown: until a few minutes after the last text was sent."""
    log = progress.log
    is_watchable = log.carrier == PRACTICE_CARRIER and not log.test_mode and progress.is_recent
    return is_watchable and may_see_people(log, current_user.role)


def _count_filters(progress: BlastProgress, results: BlastResults) -> dict[str, int]:
    replies = results.replies
    counts = {str(name): progress.count_in_filter(name) for name in RECIPIENT_FILTERS}
    return counts | {
        BlastOutcome.REPLIED: replies.replies,
        BlastOutcome.YES: replies.yes,
        BlastOutcome.NO: replies.no,
        BlastOutcome.OTHER: replies.other if replies.yes or replies.no else 0,
        BlastOutcome.NO_REPLY: max(0, progress.tally.success_count - replies.people),
        OPT_OUT_FILTER: replies.opt_outs,
        TOPIC_FILTER: replies.topic_leaves,
        PAUSE_FILTER: replies.pauses,
        HELD_FILTER: progress.held_count,
    }


def _build_figures(
    progress: BlastProgress, results: BlastResults, counts: dict[str, int]
) -> Iterator[Figure]:
    log = progress.log
    totals, replies = results.totals, results.replies
    yield _build_delivery_figure(log, results)
    if totals.accepted:
        split = f"{replies.yes:,} yes, {replies.no:,} no" if replies.yes or replies.no else ""
        label = "reply" if replies.replies == 1 else "replies"
        yield _link(log, f"{replies.replies:,}", label, BlastOutcome.REPLIED, split)
        yield _link(log, f"{replies.opt_outs:,}", "opted out", OPT_OUT_FILTER)
    # Most blasts have neither.
    if replies.topic_leaves:
        yield _link(log, f"{replies.topic_leaves:,}", "left a topic", TOPIC_FILTER)
    if replies.pauses:
        yield _link(log, f"{replies.pauses:,}", "paused", PAUSE_FILTER)
    for name, label in (
        ("waiting", "waiting"),
        ("failed", "failed"),
        ("unknown", "unconfirmed"),
        ("not_sent", "not sent"),
        ("left_out", "skipped"),
    ):
        if counts[name]:
            yield _link(log, f"{counts[name]:,}", label, name)
    yield from _build_cost_and_time(log, results)


def _build_delivery_figure(log: MessageLog, results: BlastResults) -> Figure:
    totals = results.totals
    if totals.delivered_percent is None:
        return Figure("–", "delivered")
    note = f"{totals.delivered:,} of {totals.attempted:,}"
    return _link(log, f"{totals.delivered_percent}%", "delivered", "delivered", note)


def _build_cost_and_time(log: MessageLog, results: BlastResults) -> Iterator[Figure]:
    row = organisation.get_organisation()
    segments = results.totals.segments
    cost = compute_cost(segments, row.price_per_segment)
    if cost is not None and segments:
        money = format_money(cost, row.currency)
        yield Figure(money, "estimated cost", pluralize(segments, "segment"))
    elif segments:
        yield Figure(f"{segments:,}", "segment" if segments == 1 else "segments")
    end = results.last_delivery or log.finished_at
    if log.finished_at and end:
        seconds = max(0.0, (end - log.created_at).total_seconds())
        yield Figure(format_rounded_duration(seconds), "to send and deliver")


def _link(
    log: MessageLog,
    value: str,
    label: str,
    filter_name: str,
    note: str = "",
) -> Figure:
    url = url_for("blasts.show_sent_blast", log_id=log.id, state=filter_name, _anchor="people-card")
    return Figure(value, label, note, url)


def _may_follow_up(progress: BlastProgress) -> bool:
    """Whether its people are known, all of its texts were handed over, and this user may text."""
    if not progress.counts or progress.log.test_mode or progress.is_open:
        return False
    everyone = ResultsAudience(progress.log.id, BlastOutcome.EVERYONE)
    return not find_people_problem(everyone, current_user.role)


def _build_follow_ups(log: MessageLog, counts: dict[str, int]) -> Iterator[FollowUp]:
    for outcome in FOLLOW_UPS:
        count = counts[outcome]
        # "Answered" says nothing beside yes and no that are all of them.
        is_split = outcome is BlastOutcome.REPLIED and not counts[BlastOutcome.OTHER]
        if not count or (is_split and counts[BlastOutcome.YES] + counts[BlastOutcome.NO]):
            continue
        one, plural = OUTCOME_LABELS[outcome]
        noun = one.removeprefix("person ") if count == 1 else plural.removeprefix("people ")
        who = f"the {count:,} {noun}" if count > 1 else f"the person {noun}"
        url = url_for(
            "blasts.compose_blast", audience="results", log_id=log.id, outcome=outcome.value
        )
        yield FollowUp(f"Text {who}", url)


def build_filter_chips(
    log_id: int, total: int, counts: dict[str, int], selected: str
) -> list[tuple[str, str, bool]]:
    """Return the filters above the people as (label, url, is selected).

    Each says its number; one that would show no one is left out.
    """
    all_url = url_for("blasts.show_sent_blast", log_id=log_id, state="all", _anchor="people-card")
    chips = [(f"All {total:,}", all_url, selected in ("", "all"))]
    for name, label in FILTER_LABELS.items():
        if counts[name] or name == selected:
            url = url_for(
                "blasts.show_sent_blast", log_id=log_id, state=name, _anchor="people-card"
            )
            chips.append((f"{label} {counts[name]:,}", url, name == selected))
    return chips
