"""The first page: what needs somebody now."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app.blasts import queries as blasts
from app.blasts.views.words import headline
from app.core.access import ALL_ROLES, current_username, roles_required
from app.core.clock import now
from app.dashboard import queries
from app.dashboard.queries import Counted
from app.dashboard.views.steps import checklist
from app.delivery import queries as delivery
from app.delivery.models import MessageLog
from app.domain.delivery.cost_estimate import format_money
from app.domain.time import local_times
from app.inbox import queries as inbox
from app.organisation import queries as organisation
from app.suppression import queries as suppression

bp = Blueprint("dashboard", __name__)


@bp.get("/")
@roles_required(*ALL_ROLES)
def home() -> ResponseReturnValue:
    """First steps, what needs a person, what is being sent, what comes, how the last ones went."""
    moment = now()
    sending, coming = blasts.running(), blasts.upcoming()
    return render_template(
        "dashboard/home.html",
        greeting=f"{_part_of_day(moment)}, {current_username()}",
        steps=checklist(queries.steps()),
        undecided=queries.undecided(moment),
        doubtful=suppression.open_questions(),
        unanswered=inbox.number_waiting(),
        running=sending,
        waiting=queries.waiting_of(sending),
        silence=delivery.load_heartbeat().silence,
        coming=coming,
        titles=blasts.event_titles(coming),
        chart=_chart(blasts.finished()),
        numbers=_numbers(queries.week(moment)),
    )


@bp.get("/running")
@roles_required(*ALL_ROLES, json=True)
def running() -> ResponseReturnValue:
    """What is being sent, alone: the first page asks for it again by itself."""
    sending = blasts.running()
    return render_template(
        "dashboard/_running.html",
        running=sending,
        waiting=queries.waiting_of(sending),
        silence=delivery.load_heartbeat().silence,
    )


def _part_of_day(moment: datetime) -> str:
    zone = organisation.timezone()
    hour = moment.astimezone(
        ZoneInfo(zone if local_times.is_time_zone(zone) else "UTC")
    ).hour
    if 4 <= hour < 12:
        return "Good morning"
    return "Good afternoon" if 12 <= hour < 18 else "Good evening"


def _chart(logs: Sequence[MessageLog]) -> list[tuple[str, int, str]]:
    """How many of each blast arrived, the latest first."""
    numbers = queries.counted(logs)
    return [(headline(log.message_body), *_arrived(numbers[log.id])) for log in logs]


def _arrived(blast: Counted) -> tuple[int, str]:
    return blast.delivered, f"{blast.delivered:,} of {blast.tried:,}"


def _numbers(week: Counted) -> list[tuple[int | str, str]]:
    """The four numbers of the last seven days."""
    rate = "–" if week.rate is None else f"{100 * week.rate:.1f} %"
    return [
        (week.delivered, "texts delivered"),
        (rate, "of all texts delivered"),
        (week.failed, "failed"),
        _spent(week),
    ]


def _spent(week: Counted) -> tuple[int | str, str]:
    """The money where the price of a part is known, else the parts."""
    shown = f"{week.parts:,}" if week.exact else f"about {week.parts:,}"
    if week.cost is None:
        return shown, "parts"
    return format_money(
        week.cost, organisation.organisation().currency
    ), f"about, for {shown.removeprefix('about ')} parts"
