"""The last seven days in numbers, and how the last blasts went."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from flask import url_for

from app.community.queries import count_members_since
from app.delivery.models import MessageLog
from app.delivery.queries.blast_results import (
    BlastResults,
    fetch_results_by_blast,
    fetch_results_since,
)
from app.delivery.queries.blast_totals import ONE_WEEK, DeliveryTotals
from app.domain.delivery.cost_estimate import compute_cost, format_money
from app.events.queries.event_blast_names import name_event_blast
from app.organisation import queries as organisation
from app.sending_limits.queries.limit_use import build_limit_use

EARLIER_WEEK = timedelta(days=7)


class WeekFigure(NamedTuple):
    """A number of the week, what it counts, and where its details are."""

    value: str
    label: str
    url: str


class BlastBar(NamedTuple):
    """How one blast went: its delivered share in whole percent, and the words beside it."""

    name: str
    url: str
    percent: int
    text: str
    replies: int


def build_week_figures(moment: datetime) -> list[WeekFigure]:
    """Return the numbers of the last seven days."""
    results = fetch_results_since(moment - ONE_WEEK)
    totals, replies = results.totals, results.replies
    blasts, inbox = url_for("blasts.list_sent_blasts"), url_for("inbox.list_conversations")
    community = url_for("community.list_members", sort="created_at", dir="desc")
    new_count = count_members_since(moment - EARLIER_WEEK)
    return [
        WeekFigure(f"{totals.attempted:,}", _choose("text sent", totals.attempted), blasts),
        WeekFigure(_format_rate(totals), "delivered", blasts),
        WeekFigure(f"{replies.replies:,}", "replies" if replies.replies != 1 else "reply", inbox),
        WeekFigure(f"{replies.opt_outs:,}", _choose("opt-out", replies.opt_outs), blasts),
        WeekFigure(f"+{new_count:,}", _choose("new member", new_count), community),
        _build_spending_figure(totals, blasts),
        *_list_budget_figures(moment, blasts),
    ]


def build_blast_bars(logs: Sequence[MessageLog]) -> list[BlastBar]:
    """Return how much of each blast was delivered, the latest first."""
    results_by_blast = fetch_results_by_blast(logs)
    return [_build_bar(log, results_by_blast[log.id]) for log in logs]


def _build_bar(log: MessageLog, results: BlastResults) -> BlastBar:
    totals = results.totals
    return BlastBar(
        name_event_blast(log),
        url_for("blasts.show_sent_blast", log_id=log.id),
        totals.delivered_percent or 0,
        f"{totals.delivered:,} of {totals.attempted:,}",
        results.replies.replies,
    )


def _choose(noun: str, count: int) -> str:
    """Return "text sent" for one, "texts sent" for more."""
    first, space, rest = noun.partition(" ")
    if count == 1:
        return noun
    if rest.startswith("member") or not space:
        return f"{noun}s"
    return f"{first}s {rest}"


def _format_rate(totals: DeliveryTotals) -> str:
    if totals.delivery_rate is None:
        return "–"
    if totals.delivered == totals.attempted:
        return "100%"
    # Rounded up to 100 % it would hide the texts that failed.
    return f"{min(99.9, 100 * totals.delivery_rate):.1f}%"


def _list_budget_figures(moment: datetime, url: str) -> list[WeekFigure]:
    """Return the money of the month where there is a budget that can be checked."""
    use = build_limit_use(moment)
    if use.budget is None or use.price is None:
        return []
    budget = format_money(use.budget, use.currency)
    return [WeekFigure(use.spent, f"spent of {budget} for {use.month}", url)]


def _build_spending_figure(totals: DeliveryTotals, url: str) -> WeekFigure:
    """Return the money where the price of a segment is known, else the segments."""
    segments = f"{totals.segments:,}"
    word = "segment" if totals.segments == 1 else "segments"
    settings_row = organisation.get_organisation()
    cost = compute_cost(totals.segments, settings_row.price_per_segment)
    # The cost is an estimate anyway, so that the segments are not called one again.
    if cost is not None:
        money = format_money(cost, settings_row.currency)
        return WeekFigure(money, f"estimated cost ({segments} {word})", url)
    if totals.is_exact:
        return WeekFigure(segments, word, url)
    return WeekFigure(f"about {segments}", word, url)
