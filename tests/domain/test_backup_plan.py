"""When a backup or a restore test is due."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.domain.backups.backup_plan import (
    SUNDAY,
    BackupHistory,
    BackupTask,
    find_due_task,
    find_last_time,
    time,
)

DENVER = ZoneInfo("America/Denver")
# A Monday, 10 AM in Denver.
NOW = datetime(2026, 11, 30, 17, 0, tzinfo=UTC)


def ago(**units):
    return NOW - timedelta(**units)


@pytest.mark.parametrize(
    ("history", "task"),
    [
        (BackupHistory(), BackupTask.HOURLY),
        (BackupHistory(failed_at=ago(minutes=9)), None),
        (BackupHistory(failed_at=ago(minutes=11)), BackupTask.HOURLY),
        (
            BackupHistory(copy_at=ago(minutes=59), nightly_at=ago(hours=5), drill_at=ago(hours=5)),
            None,
        ),
        (BackupHistory(copy_at=ago(minutes=61), nightly_at=ago(hours=5)), BackupTask.HOURLY),
        (BackupHistory(copy_at=ago(minutes=61)), BackupTask.NIGHTLY),
        (BackupHistory(copy_at=ago(minutes=61), nightly_at=ago(hours=9)), BackupTask.NIGHTLY),
        # 3:30 AM on Sunday in Denver was 30.5 hours ago.
        (BackupHistory(ago(minutes=5), ago(hours=5), drill_at=ago(hours=31)), BackupTask.DRILL),
        (BackupHistory(ago(minutes=5), ago(hours=5), drill_at=ago(hours=30)), None),
        (BackupHistory(ago(minutes=5), ago(hours=5)), BackupTask.DRILL),
        (BackupHistory(ago(minutes=5), ago(hours=5), drill_failed_at=ago(hours=23)), None),
        # No restore test before the first nightly copy.
        (BackupHistory(ago(minutes=5)), None),
    ],
)
def test_what_is_due(history, task):
    assert find_due_task(history, NOW, DENVER) is task


def test_the_last_time_is_by_the_clocks_of_the_zone():
    assert find_last_time(NOW, DENVER, time(2, 30)) == datetime(2026, 11, 30, 9, 30, tzinfo=UTC)
    sunday = find_last_time(NOW, DENVER, time(3, 30), weekday=SUNDAY)
    assert sunday == datetime(2026, 11, 29, 10, 30, tzinfo=UTC)
