"""The next seven days: scheduled blasts, reminders and events, in the order in which they come."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from flask import url_for
from flask_login import current_user

from app.core.local_formats import format_day
from app.delivery.queries.admin_audiences import find_audience_sentences
from app.delivery.queries.waiting_approvals import NOT_APPROVED
from app.delivery.scheduled_models import ScheduledMessage
from app.domain.delivery.approval_states import APPROVAL_WORDS
from app.domain.delivery.blast_labels import describe_audience
from app.domain.time.local_times import get_local_date, zone_or_utc
from app.events.queries.event_blast_names import name_event_blast
from app.events.queries.event_list import EventListRow
from app.organisation.queries import get_organisation_timezone

DAYS_AHEAD = 7
MAX_SHOWN = 10


class ComingItem(NamedTuple):
    """Something that comes: on which day, at which time ("" for the whole day), what, and where."""

    day: date
    clock: str
    icon: str
    title: str
    text: str
    url: str


class ComingDay(NamedTuple):
    """A day with what comes on it."""

    label: str
    entries: list[ComingItem]


def build_coming_days(
    blasts: Sequence[ScheduledMessage],
    titles: dict[int, str],
    events: Sequence[EventListRow],
    moment: datetime,
    series_items: Sequence[ComingItem] = (),
) -> list[ComingDay]:
    """Return the days on which something comes. `titles`: of events, by id.

    `series_items`: the dates of series that are no blasts yet.
    """
    zone = get_organisation_timezone()
    today = get_local_date(zone, moment)
    items = [_build_event_item(row, row.event.date) for row in events if row.event.date]
    items += series_items
    audience_ids = {blast.audience_id for blast in blasts if blast.audience_id}
    sentences = find_audience_sentences(audience_ids, current_user.role) if audience_ids else {}
    for blast in blasts:
        local = blast.scheduled_at.astimezone(zone_or_utc(zone))
        if local.date() <= today + timedelta(days=DAYS_AHEAD):
            event_title = titles.get(blast.event_id or 0)
            audience = describe_audience(blast.target, event_title)
            audience = sentences.get(blast.audience_id or 0, audience)
            items.append(_build_blast_item(blast, local, event_title, audience))
    days: dict[date, list[ComingItem]] = {}
    for item in sorted(items, key=lambda item: (item.day, item.clock))[:MAX_SHOWN]:
        days.setdefault(item.day, []).append(item)
    return [ComingDay(_name_day(day, today), items) for day, items in days.items()]


def _name_day(day: date, today: date) -> str:
    if day == today:
        return "Today"
    if day == today + timedelta(days=1):
        return "Tomorrow"
    return format_day(day)


def _build_blast_item(
    blast: ScheduledMessage, local: datetime, event_title: str | None, audience: str
) -> ComingItem:
    is_reminder = blast.event_reminder_id is not None
    text = f"Reminder · {audience}" if is_reminder else audience
    if blast.test_mode:
        text = "Test"
    if blast.approval in NOT_APPROVED:
        text = f"{APPROVAL_WORDS[blast.approval]} · {audience}"
    return ComingItem(
        local.date(),
        f"{local:%H:%M}",
        "clock" if is_reminder else "send",
        name_event_blast(blast, event_title),
        text,
        url_for("blasts.show_scheduled_blast", scheduled_id=blast.id),
    )


def _build_event_item(row: EventListRow, day: date) -> ComingItem:
    event = row.event
    count = row.registration_count
    people = "1 person" if count == 1 else f"{count:,} people"
    text = f"{people} · {event.place}" if event.place else people
    url = url_for("events.show_event", event_id=event.id)
    return ComingItem(day, event.start_time or "", "calendar-days", event.title, text, url)
