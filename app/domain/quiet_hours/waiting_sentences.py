"""Sentences about people who wait for their texting hours, for the review of a blast.

Such as "17 people on New York time get it tomorrow from 8 AM, as it is 11:20 PM there."
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.quiet_hours.hours_sentences import format_minute
from app.domain.quiet_hours.texting_hours import MINUTES_PER_HOUR, TextHoldReason
from app.domain.quiet_hours.waiting_people import WaitingGroup
from app.domain.texts.plurals import pluralize
from app.domain.time.date_styles import get_date_style
from app.domain.time.local_times import NEAR_DAY_NAMES, format_day, zone_or_utc

MAX_GROUPS_NAMED = 3
MAX_CITIES_NAMED = 2


@dataclass(frozen=True)
class SendingTime:
    """When a blast begins (UTC), and how to say it.

    `now`: the present moment. `zone` and `region` are the organisation's. `is_now`: it is sent at
    once, so that days are called today and tomorrow.
    """

    start: datetime
    now: datetime
    zone: str
    region: str
    is_now: bool


def describe_waiting(
    groups: Sequence[WaitingGroup], recipient_count: int, time: SendingTime
) -> list[str]:
    """Return a sentence for each of the largest groups, then one for all others.

    `recipient_count`: all who get the blast; the rest gets it at its time.
    """
    named, more_groups = groups[:MAX_GROUPS_NAMED], groups[MAX_GROUPS_NAMED:]
    sentences = [_describe_group(group, time) for group in named]
    if more_groups:
        count = sum(group.count for group in more_groups)
        last = max(group.hold.until for group in more_groups)
        verb = "gets" if count == 1 else "get"
        people = f"{count:,} more {'person' if count == 1 else 'people'}"
        until = _format_until(last, time.zone, time)
        sentences.append(f"{people} {verb} it when their hours start, the last {until} your time.")
    rest = recipient_count - sum(group.count for group in groups)
    if groups and rest:
        verb = "gets" if rest == 1 else "get"
        when = "right away" if time.is_now else "as scheduled"
        sentences.append(f"{pluralize(rest, 'person', 'people')} {verb} it {when}.")
    return sentences


def _describe_group(group: WaitingGroup, time: SendingTime) -> str:
    people = pluralize(group.count, "person", "people")
    verb = "gets" if group.count == 1 else "get"
    cities = _list_cities(group.zones, time.start)
    clock_zone = group.zones[0] if len(cities) == 1 else time.zone
    until = _format_until(group.hold.until, clock_zone, time)
    if len(cities) != 1:
        until += " your time"
    reason = _describe_reason(group, cities, time)
    return f"{people} {_describe_place(cities)} {verb} it {until}, {reason}."


def _describe_place(cities: Sequence[str]) -> str:
    if not cities:
        return "whose number tells no time zone"
    if len(cities) > MAX_CITIES_NAMED:
        return "whose number may be in several time zones"
    return f"on {' or '.join(cities)} time"


def _describe_reason(group: WaitingGroup, cities: Sequence[str], time: SendingTime) -> str:
    if group.hold.why == TextHoldReason.BLACKOUT_DAY:
        return "after a day without texts"
    if len(cities) != 1:
        return "when their texting hours start"
    clock = time.start.astimezone(zone_or_utc(group.zones[0])).time()
    verb = "it is" if time.is_now else "it will be"
    return f"as {verb} {get_date_style(time.region).format_clock(clock)} there"


def _list_cities(zones: Sequence[str], moment: datetime) -> list[str]:
    """Return a city for each clock that the zones show: of four British zones London alone."""
    cities = {}
    for zone in sorted(zones):
        offset = moment.astimezone(zone_or_utc(zone)).utcoffset()
        # "America/New_York", and "America/North_Dakota/Center", whose last name says nothing.
        cities[offset] = zone.split("/")[1 if "/" in zone else 0].replace("_", " ")
    return sorted(cities.values())


def _format_until(until: datetime, zone: str, time: SendingTime) -> str:
    """Return "tomorrow from 8 AM" or "Sun, Nov 29, from 8 AM"."""
    local_zone = zone_or_utc(zone)
    local = until.astimezone(local_zone)
    today = time.now.astimezone(local_zone).date()
    minute = local.hour * MINUTES_PER_HOUR + local.minute
    days = (local.date() - today).days
    day = format_day(local.date(), today=today, region=time.region) + ","
    if time.is_now and days in NEAR_DAY_NAMES:
        day = NEAR_DAY_NAMES[days]
    return f"{day} from {format_minute(minute, time.region)}"
