"""When scheduled blasts are due and whom they are for, in words."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from flask_login import current_user

from app.audit import queries as audit
from app.blasts.queries.results_audience import describe_blast_audiences
from app.core.local_formats import format_time_in_zone
from app.delivery.scheduled_models import ScheduledMessage
from app.domain.time import local_times


def describe_audiences(
    blasts: Sequence[ScheduledMessage], titles: dict[int, str]
) -> dict[int, str]:
    """Return whom each blast is for, by its id; `titles`: of events, by their ids."""
    return describe_blast_audiences(
        blasts,
        {blast.id: titles.get(blast.event_id or 0) for blast in blasts},
        current_user.role,
    )


def format_due_times(blasts: Sequence[ScheduledMessage]) -> dict[int, str]:
    """Return when each blast is due by its id, on the clocks it was chosen by."""
    return {blast.id: _format_due_time(blast) for blast in blasts}


def _format_due_time(blast: ScheduledMessage) -> str:
    return format_blast_time(blast.scheduled_at, blast)


def format_blast_time(moment: datetime, blast: ScheduledMessage) -> str:
    """Return a moment of a blast on the clocks it was chosen by."""
    zone = blast.timezone or "UTC"
    return f"{format_time_in_zone(moment, zone)}, {zone}"


def explain_clock_change(blast: ScheduledMessage) -> str | None:
    """Return what to say when a country has changed its clocks since the time was chosen.

    None almost always.
    """
    chosen_time = audit.find_audit_detail(
        ("blast.confirmed", "blast.changed"),
        f"scheduled blast {blast.id}",
        "leaves_at",
        since=blast.created_at - timedelta(minutes=1),
    )
    local = local_times.build_local_time_input(blast.scheduled_at, blast.timezone or "UTC")
    if not chosen_time or chosen_time == f"{local.date} {local.time}":
        return None
    return (
        f"It was scheduled for {chosen_time}, but the clock rules of {blast.timezone} have changed "
        f"since then. It will be sent at the original moment, now {_format_due_time(blast)}. "
        "To keep the clock time, edit it and schedule it again."
    )
