"""The first page: what needs somebody now."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app.blasts import queries as blasts
from app.blasts.views.blast_labels import format_blast_title
from app.core.access import ALL_ROLES, current_username, roles_required
from app.core.clock import now
from app.dashboard import queries
from app.dashboard.queries import DeliveryTotals
from app.dashboard.views.setup_checklist import build_setup_checklist
from app.delivery.models import MessageLog
from app.delivery.queries.heartbeat import load_heartbeat
from app.domain.delivery.cost_estimate import format_money
from app.domain.time import local_times
from app.inbox import queries as inbox
from app.organisation import queries as organisation
from app.suppression import queries as suppression

bp = Blueprint("dashboard", __name__)


@bp.get("/")
@roles_required(*ALL_ROLES)
def show_dashboard() -> ResponseReturnValue:
    """First steps, what needs a person, what is being sent, what comes, how the last ones went."""
    moment = now()
    sending, coming = blasts.find_running_blasts(), blasts.find_upcoming_blasts()
    return render_template(
        "dashboard/home.html",
        greeting=f"{_get_greeting(moment)}, {current_username()}",
        steps=build_setup_checklist(queries.fetch_setup_progress()),
        undecided=queries.find_unresolved_texts(moment),
        doubtful=suppression.count_open_stop_questions(),
        unanswered=inbox.count_waiting_threads(),
        running=sending,
        waiting=queries.count_queued_by_blast(sending),
        silence=load_heartbeat().outage_reason,
        coming=coming,
        titles=blasts.get_blast_event_titles(coming),
        chart=_build_delivery_chart(blasts.find_finished_blasts()),
        numbers=_build_week_numbers(queries.fetch_week_totals(moment)),
    )


@bp.get("/running")
@roles_required(*ALL_ROLES, json=True)
def refresh_running_blasts() -> ResponseReturnValue:
    """What is being sent, alone: the first page asks for it again by itself."""
    sending = blasts.find_running_blasts()
    return render_template(
        "dashboard/_running.html",
        running=sending,
        waiting=queries.count_queued_by_blast(sending),
        silence=load_heartbeat().outage_reason,
    )


def _get_greeting(moment: datetime) -> str:
    zone = organisation.get_organisation_timezone()
    hour = moment.astimezone(ZoneInfo(zone if local_times.is_time_zone(zone) else "UTC")).hour
    if 4 <= hour < 12:
        return "Good morning"
    return "Good afternoon" if 12 <= hour < 18 else "Good evening"


def _build_delivery_chart(logs: Sequence[MessageLog]) -> list[tuple[str, int, str]]:
    """How many of each blast arrived, the latest first."""
    numbers = queries.fetch_totals_by_blast(logs)
    return [
        (
            format_blast_title(log.message_body),
            *_format_delivered_share(numbers[log.id]),
        )
        for log in logs
    ]


def _format_delivered_share(blast: DeliveryTotals) -> tuple[int, str]:
    return blast.delivered, f"{blast.delivered:,} of {blast.attempted:,}"


def _build_week_numbers(week: DeliveryTotals) -> list[tuple[int | str, str]]:
    """The four numbers of the last seven days."""
    rate = "–" if week.delivery_rate is None else f"{100 * week.delivery_rate:.1f} %"
    return [
        (week.delivered, "texts delivered"),
        (rate, "of all texts delivered"),
        (week.failed, "failed"),
        _format_spending(week),
    ]


def _format_spending(week: DeliveryTotals) -> tuple[int | str, str]:
    """The money where the price of a part is known, else the parts."""
    shown = f"{week.segments:,}" if week.is_exact else f"about {week.segments:,}"
    if week.cost is None:
        return shown, "parts"
    return format_money(
        week.cost, organisation.get_organisation().currency
    ), f"about, for {shown.removeprefix('about ')} parts"
