"""Read an event's reminder plan, and what becomes of each of its steps."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Row, select

from app.core.db import db
from app.core.fetched_rows import fetch_dict
from app.core.local_formats import format_clock
from app.core.settings import current_settings
from app.delivery.queries.reminder_blasts import join_newest_reminder_blast
from app.delivery.scheduled_models import ScheduledMessage
from app.domain.delivery.message_statuses import (
    DELIVERY_STATUS_LABELS,
    ScheduledBlastStatus,
)
from app.domain.texts import message_templates
from app.domain.texts.segments import measure_segments
from app.domain.time import local_times
from app.domain.time.reminder_timing import (
    REMINDER_STEP_STATE_LABELS,
    EventSchedule,
    ReminderStepState,
    ReminderTiming,
    compute_reminder_timing,
    format_day_offset,
)
from app.events.models import Event, EventReminder
from app.events.queries.event_values import build_reminder_values
from app.events.queries.reminder_translations import (
    ReminderTranslation,
    list_reminder_translations,
)
from app.message_templates.queries.template_records import TemplateOrigin, find_template_origins
from app.organisation import queries as organisation
from app.texting_hours.queries import load_texting_hours

NOT_SCHEDULED_TEXT = "Not scheduled. Save the reminders to schedule it"
ENDED_STATUSES = (
    ScheduledBlastStatus.PROCESSING,
    ScheduledBlastStatus.SENT,
    ScheduledBlastStatus.EXPIRED,
    ScheduledBlastStatus.FAILED,
)


@dataclass(frozen=True)
class PlannedReminder:
    """One step as pages show it.

    `due` is its moment (UTC), None without a date of the event; `is_moved`: texting hours moved it
    there from the time that the plan says. `blast_id` is the blast to link
    to, or None. `will_be_sent`: as things are. `text` is what a person without a name gets, with
    the event's own words and the footer, and `segments` how many that is. `origin`: the
    template whose text it is, if any. `translations`: the text in other languages.
    """

    id: int
    time_label: str
    due: datetime | None
    state_label: str
    blast_id: int | None
    will_be_sent: bool
    text: str
    origin: TemplateOrigin | None = None
    is_moved: bool = False
    translations: tuple[ReminderTranslation, ...] = ()

    @property
    def segments(self) -> int:
        """How many segments the text has."""
        return measure_segments(self.text).segments


def list_reminder_steps(event_id: int) -> Sequence[EventReminder]:
    """Return the steps of an event's plan, in the order of their times."""
    steps = (
        select(EventReminder)
        .where(EventReminder.event_id == event_id)
        .order_by(EventReminder.days, EventReminder.time_of_day)
    )
    return db.session.scalars(steps).all()


def find_reminder_day_offsets(step_ids: Collection[int]) -> dict[int, int]:
    """Return the day offset of each of these steps by its id; a deleted step is missing."""
    statement = select(EventReminder.id, EventReminder.days).where(EventReminder.id.in_(step_ids))
    return fetch_dict(statement)


def build_planned_reminders(event: Event, moment: datetime) -> list[PlannedReminder]:
    """Return the plan of an event as it stands at `moment` (UTC)."""
    zone = organisation.get_organisation_timezone()
    schedule = EventSchedule(event.date, event.start_time, zone)
    hours = load_texting_hours(current_settings().carrier)
    values = build_reminder_values(event, moment)
    reminders = []
    rows = _load_steps_with_newest_blasts(event.id)
    origins = find_template_origins([row[1].template_version_id for row in rows if row[1]])
    for step, blast in rows:
        timing = compute_reminder_timing(
            step.days, step.time_of_day, step.is_on, schedule, moment, hours
        )
        if blast and not _is_current_blast(blast, timing, zone):
            blast = None
        text = fill_reminder(step.body, values)
        reminder = _build_planned_reminder(step, timing, blast, text)
        origin = origins.get(blast.template_version_id or 0) if blast else None
        translations = list_reminder_translations(event, step, moment)
        reminders.append(replace(reminder, origin=origin, translations=translations))
    return reminders


def find_next_reminder(reminders: Sequence[PlannedReminder]) -> PlannedReminder | None:
    """Return the reminder that is sent next, or None."""
    waiting = []
    for reminder in reminders:
        if reminder.will_be_sent and reminder.due:
            waiting.append((reminder.due, reminder.id, reminder))
    return min(waiting)[2] if waiting else None


def fill_reminder(body: str, values: dict[str, str]) -> str:
    """Return the text as somebody without a name gets it, with the line about opting out."""
    text = message_templates.append_footer(body, organisation.get_organisation().footer)
    return message_templates.fill_template(text, None, values)


def _build_planned_reminder(
    step: EventReminder, timing: ReminderTiming, blast: ScheduledMessage | None, text: str
) -> PlannedReminder:
    """Return a step as pages show it; `blast` is its current blast, None without one."""
    if blast:
        state_label = DELIVERY_STATUS_LABELS[blast.status]
    elif timing.state == ReminderStepState.PLANNED:
        state_label = NOT_SCHEDULED_TEXT
    else:
        state_label = REMINDER_STEP_STATE_LABELS[timing.state]
    return PlannedReminder(
        id=step.id,
        time_label=f"{format_day_offset(step.days)} at {format_clock(step.time_of_day)}",
        due=timing.due_at,
        state_label=state_label,
        blast_id=blast.id if blast else None,
        will_be_sent=blast is not None and blast.status == ScheduledBlastStatus.PENDING,
        text=text,
        is_moved=timing.is_moved,
    )


def _is_current_blast(blast: ScheduledMessage, timing: ReminderTiming, zone: str) -> bool:
    """Whether a blast is pending, or ended on the day its step is due."""
    if blast.status == ScheduledBlastStatus.PENDING:
        return True
    if blast.status not in ENDED_STATUSES:
        return False
    due_days = {local_times.get_local_date(zone, due) for due in timing.due_moments}
    return local_times.get_local_date(zone, blast.scheduled_at) in due_days


def _load_steps_with_newest_blasts(
    event_id: int,
) -> Sequence[Row[EventReminder, ScheduledMessage | None]]:
    """Return each step with its newest blast, or None, in one statement."""
    steps = (
        select(EventReminder)
        .where(EventReminder.event_id == event_id)
        .order_by(EventReminder.days, EventReminder.time_of_day)
    )
    # One statement for steps and blasts: a page of a list takes at most 8.
    rows = join_newest_reminder_blast(steps, EventReminder.id)
    return db.session.execute(rows).all()
