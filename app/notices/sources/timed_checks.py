"""What no row tells of: the budget, the age of the last backup, the free space of the disk."""

import shutil
from collections.abc import Sequence
from datetime import datetime

from app.backups.queries.backup_health import load_backup_health
from app.core.settings import current_settings
from app.dashboard.queries import is_backup_overdue
from app.domain.notices.notice_kinds import NoticeKind
from app.domain.notices.notice_sentences import (
    NoticeWords,
    build_budget,
    build_full_disk,
    build_no_backup,
)
from app.notices.actions.notice_storing import News
from app.sending_limits.queries.limit_rules import load_limit_rules
from app.sending_limits.queries.limit_use import build_limit_use

# The larger first: whoever hears that all is spent needs not hear of 80 percent.
BUDGET_PERCENTS = (100, 80)
# Enough for some days of texts, and to delete something in time.
MIN_FREE_BYTES = 500 * 1024 * 1024
BYTES_PER_MEGABYTE = 1024 * 1024


def find_timed_news(moment: datetime) -> Sequence[News]:
    """Return what is wrong at a moment; each key is told once. Reads four rows and the disk."""
    return [*_check_budget(moment), *_check_backup(moment), *_check_disk(moment)]


def _check_budget(moment: datetime) -> list[News]:
    rules = load_limit_rules()
    if not rules.budget:
        return []
    use = build_limit_use(moment)
    for percent in BUDGET_PERCENTS:
        if use.cost * 100 >= rules.budget * percent:
            words = build_budget(percent, use.spent_of_budget, use.month)
            # A budget that was raised is told of again.
            key = f"budget:{use.day:%Y-%m}:{rules.budget}:{percent}"
            return [News(NoticeKind.BUDGET, words, key)]
    return []


def _check_backup(moment: datetime) -> list[News]:
    health = load_backup_health(moment)
    if health.problem:
        words = NoticeWords(health.sentence, "", "/settings/backups")
    elif is_backup_overdue(moment):
        words = build_no_backup()
    else:
        return []
    # Once a week for each problem, until it is over.
    year, week, _ = moment.isocalendar()
    key = f"backup:{health.problem}:{year}-{week}"
    return [News(NoticeKind.BACKUP, words, key)]


def _check_disk(moment: datetime) -> list[News]:
    try:
        free_bytes = shutil.disk_usage(current_settings().database_path.parent).free
    except OSError:
        return []
    if free_bytes >= MIN_FREE_BYTES:
        return []
    words = build_full_disk(free_bytes // BYTES_PER_MEGABYTE)
    return [News(NoticeKind.DATABASE, words, f"disk:{moment:%Y-%m-%d}")]
