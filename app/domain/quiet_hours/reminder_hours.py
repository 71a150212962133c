"""At which moment a reminder is planned when its own time is outside the texting hours.

The organisation's clocks count. A reminder stays on its day where it can, for its words may say
"tomorrow": before the quiet hours, or when the hours of its day begin. Otherwise it is planned
earlier, and never at or after the moment at which it is useless. One that follows its event waits.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from app.domain.quiet_hours.hold_judge import MAX_HOLD
from app.domain.quiet_hours.local_spans import OpenSpan, list_open_spans
from app.domain.quiet_hours.text_purposes import TextPurpose
from app.domain.quiet_hours.texting_hours import TextingHours
from app.domain.time.local_times import zone_or_utc

# A reminder to many people takes a while; those last in line still get it before the hours end.
SPARE_TIME = timedelta(minutes=30)
# What begins less than this before the event is of little use.
MIN_NOTICE = timedelta(hours=1)


def find_reminder_time(
    hours: TextingHours, due_at: datetime, not_after: datetime | None
) -> datetime:
    """Return the moment (UTC) at which a reminder that is due at `due_at` is planned.

    `not_after`: when its event begins; None for one that follows the event. The same moment while
    texts may be sent, or when no other is found within two weeks.
    """
    zone = zone_or_utc(hours.zone)
    week = hours.windows[TextPurpose.REMINDER]
    start, end = due_at - MAX_HOLD, due_at + MAX_HOLD
    spans = list_open_spans(zone, week, hours.blackout_days, start, end)
    if any(span.start <= due_at < span.end for span in spans):
        return due_at
    earlier = [_find_last_moment(span) for span in spans if span.end <= due_at]
    later = [span.start for span in spans if span.start > due_at]
    if not_after is None:
        return later[0] if later else due_at
    if earlier and _is_same_day(earlier[-1], due_at, zone):
        return earlier[-1]
    in_time = [moment for moment in later if moment <= not_after - MIN_NOTICE]
    if in_time and _is_same_day(in_time[0], due_at, zone):
        return in_time[0]
    return earlier[-1] if earlier else due_at


def _find_last_moment(span: OpenSpan) -> datetime:
    return max(span.start, span.end - SPARE_TIME)


def _is_same_day(first: datetime, second: datetime, zone: ZoneInfo) -> bool:
    return first.astimezone(zone).date() == second.astimezone(zone).date()
