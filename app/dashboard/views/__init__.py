"""The first page: what needs somebody now."""

from collections.abc import Sequence
from datetime import datetime

from flask import current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.audit.actions import audited_write
from app.blasts.queries.event_labels import get_blast_event_titles
from app.core.access import ALL_ROLES, current_username, roles_required
from app.core.clock import now
from app.core.clock_watch import get_clock_watch
from app.core.settings import current_settings
from app.dashboard.queries import fetch_setup_progress, is_backup_overdue
from app.dashboard.views import sending_hold_page
from app.dashboard.views.blueprint import bp
from app.dashboard.views.setup_checklist import build_setup_checklist
from app.delivery.actions.catch_up_progress import request_catch_up
from app.delivery.models import MessageLog
from app.delivery.queries.blast_list import (
    find_expired_blasts,
    find_finished_blasts,
    find_running_blasts,
    find_upcoming_blasts,
)
from app.delivery.queries.blast_totals import (
    DeliveryTotals,
    count_queued_by_blast,
    fetch_totals_by_blast,
    fetch_week_totals,
)
from app.delivery.queries.catch_up_state import load_catch_up_news
from app.delivery.queries.heartbeat import load_heartbeat
from app.delivery.queries.unresolved_texts import find_unresolved_texts
from app.domain.delivery.blast_labels import format_blast_title
from app.domain.delivery.cost_estimate import compute_cost, format_money
from app.domain.time.local_times import zone_or_utc
from app.inbox.queries.conversation_list import count_waiting_threads
from app.organisation import queries as organisation
from app.suppression.queries.stop_questions import count_open_stop_questions

__all__ = ["bp", "sending_hold_page"]


@bp.get("/")
@roles_required(*ALL_ROLES)
def show_dashboard() -> ResponseReturnValue:
    """Show the first steps, what needs a person, what runs, what comes and how blasts went."""
    moment = now()
    upcoming = find_upcoming_blasts()
    return render_template(
        "dashboard/home.html",
        greeting=f"{_get_greeting(moment)}, {current_username()}",
        steps=build_setup_checklist(fetch_setup_progress()),
        unresolved=find_unresolved_texts(moment),
        expired=find_expired_blasts(moment),
        stop_questions=count_open_stop_questions(),
        waiting_thread_count=count_waiting_threads(),
        is_backup_overdue=is_backup_overdue(moment),
        clock_jump=get_clock_watch(current_app).describe_jump(),
        news=load_catch_up_news(current_settings().carrier, moment),
        upcoming=upcoming,
        titles=get_blast_event_titles(upcoming),
        chart=_build_delivery_chart(find_finished_blasts()),
        figures=_build_week_figures(fetch_week_totals(moment)),
        **_load_running_blasts(),
    )


@bp.post("/fetch-texts")
@roles_required(*ALL_ROLES)
def fetch_missed_texts() -> ResponseReturnValue:
    """Have the carrier's list read for texts that no call told of."""
    with audited_write("texts.fetched", current_username()):
        request_catch_up(current_settings().carrier, now())
    flash("Twilio's list of texts is being read. What is missing appears in the inbox.", "success")
    return redirect(url_for("dashboard.show_dashboard"), 303)


@bp.get("/running")
@roles_required(*ALL_ROLES, json=True)
def refresh_running_blasts() -> ResponseReturnValue:
    """Return what is being sent, alone: the first page asks for it again by itself."""
    return render_template("dashboard/_running.html", **_load_running_blasts())


def _load_running_blasts() -> dict[str, object]:
    running = find_running_blasts()
    return {
        "running": running,
        "queued_counts": count_queued_by_blast(running),
        "outage_reason": load_heartbeat().outage_reason,
    }


def _get_greeting(moment: datetime) -> str:
    zone = zone_or_utc(organisation.get_organisation_timezone())
    hour = moment.astimezone(zone).hour
    if 4 <= hour < 12:
        return "Good morning"
    if 12 <= hour < 18:
        return "Good afternoon"
    return "Good evening"


def _build_delivery_chart(logs: Sequence[MessageLog]) -> list[tuple[str, int, str]]:
    """Return how many texts of each blast arrived, as (title, delivered, label), latest first."""
    totals_by_blast = fetch_totals_by_blast(logs)
    bars = []
    for log in logs:
        totals = totals_by_blast[log.id]
        label = f"{totals.delivered:,} of {totals.attempted:,}"
        title = format_blast_title(log.message_body, log.event_title)
        bars.append((title, totals.delivered, label))
    return bars


def _build_week_figures(week: DeliveryTotals) -> list[tuple[int | str, str]]:
    """Return the four big numbers of the last seven days, each with its label."""
    rate = "–"
    if week.delivery_rate is not None:
        rate = f"{100 * week.delivery_rate:.1f} %"
    return [
        (week.delivered, "texts delivered"),
        (rate, "of all texts delivered"),
        (week.failed, "failed"),
        _build_spending_figure(week),
    ]


def _build_spending_figure(week: DeliveryTotals) -> tuple[str, str]:
    """Return the money where the price of a segment is known, else the segments."""
    segments = f"{week.segments:,}"
    settings_row = organisation.get_organisation()
    cost = compute_cost(week.segments, settings_row.price_per_segment)
    # The cost is an estimate anyway, so that the segments are not called one again.
    if cost is not None:
        return format_money(cost, settings_row.currency), f"about, for {segments} parts"
    if week.is_exact:
        return segments, "parts"
    return f"about {segments}", "parts"
