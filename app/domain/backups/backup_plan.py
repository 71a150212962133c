"""When a backup or a restore test is due, by what was made before."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class BackupTask(StrEnum):
    """What is due. The values are those of stored runs."""

    HOURLY = "hourly"
    NIGHTLY = "nightly"
    DRILL = "drill"


HOURLY_INTERVAL = timedelta(hours=1)
RETRY_INTERVAL = timedelta(minutes=10)
DRILL_RETRY_INTERVAL = timedelta(days=1)
# By the organization's clocks: after the last texts of a day, before the first.
NIGHTLY_TIME = time(2, 30)
DRILL_TIME = time(3, 30)
SUNDAY = 6
# After these the newest one is late.
HOURLY_MAX_AGE = timedelta(hours=2)
NIGHTLY_MAX_AGE = timedelta(hours=26)
DRILL_MAX_AGE = timedelta(days=9)


@dataclass(frozen=True)
class BackupHistory:
    """When what began that worked, and what did not (UTC). None: never.

    `copy_at`: the newest copy of any kind; `failed_at`: the newest failed copy since then.
    """

    copy_at: datetime | None = None
    nightly_at: datetime | None = None
    failed_at: datetime | None = None
    drill_at: datetime | None = None
    drill_failed_at: datetime | None = None


def find_due_task(history: BackupHistory, moment: datetime, zone: ZoneInfo) -> BackupTask | None:
    """Return what is due at this moment, None when nothing is.

    The first copy of all is an hourly one; the first restore test follows the first nightly copy.
    """
    if history.copy_at is None or moment - history.copy_at >= HOURLY_INTERVAL:
        if history.failed_at and moment - history.failed_at < RETRY_INTERVAL:
            return None
        if history.copy_at is None or not _is_nightly_due(history, moment, zone):
            return BackupTask.HOURLY
        return BackupTask.NIGHTLY
    return BackupTask.DRILL if _is_drill_due(history, moment, zone) else None


def _is_nightly_due(history: BackupHistory, moment: datetime, zone: ZoneInfo) -> bool:
    return history.nightly_at is None or history.nightly_at < find_last_time(
        moment, zone, NIGHTLY_TIME
    )


def _is_drill_due(history: BackupHistory, moment: datetime, zone: ZoneInfo) -> bool:
    if history.nightly_at is None:
        return False
    if history.drill_failed_at and moment - history.drill_failed_at < DRILL_RETRY_INTERVAL:
        return False
    last_sunday = find_last_time(moment, zone, DRILL_TIME, weekday=SUNDAY)
    return history.drill_at is None or history.drill_at < last_sunday


def find_last_time(
    moment: datetime, zone: ZoneInfo, clock: time, weekday: int | None = None
) -> datetime:
    """Return when the clocks of the zone showed this time last, on this weekday (0: Monday)."""
    local = moment.astimezone(zone)
    day = local.date()
    if local.time() < clock:
        day -= timedelta(days=1)
    if weekday is not None:
        day -= timedelta(days=(day.weekday() - weekday) % 7)
    return datetime.combine(day, clock, zone)
