"""The events and reminder steps that blasts belong to."""

from collections.abc import Iterable

from app.delivery.scheduled_models import ScheduledMessage
from app.domain.time import reminder_timing
from app.events.queries import events, reminder_plan


def get_blast_event_titles(blasts: Iterable[ScheduledMessage]) -> dict[int, str]:
    """Return the titles of these blasts' events by event id; a deleted event is missing."""
    return events.find_event_titles({blast.event_id for blast in blasts if blast.event_id})


def get_reminder_labels(blasts: Iterable[ScheduledMessage]) -> dict[int, str]:
    """Return "Reminder, 1 day before", by the blast's id, for blasts that a plan has made."""
    step_ids = {blast.id: blast.event_reminder_id for blast in blasts if blast.event_reminder_id}
    if not step_ids:
        return {}
    offsets = reminder_plan.find_reminder_day_offsets(set(step_ids.values()))
    labels = {}
    for blast_id, step_id in step_ids.items():
        if step_id in offsets:
            offset = reminder_timing.format_day_offset(offsets[step_id])
            labels[blast_id] = f"{reminder_timing.REMINDER_AUTHOR}, {offset}"
    return labels
