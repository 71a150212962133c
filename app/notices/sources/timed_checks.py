"""What no row tells of: the budget, the age of the last backup, the free space of the disk."""

import shutil
from collections.abc import Sequence
from datetime import datetime

from app.core.settings import current_settings
from app.dashboard.queries import is_backup_overdue
from app.domain.notices.notice_kinds import NoticeKind
from app.domain.notices.notice_sentences import build_budget, build_full_disk, build_no_backup
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
    if not is_backup_overdue(moment):
        return []
    # Once a week until there is one.
    year, week, _ = moment.isocalendar()
    return [News(NoticeKind.BACKUP, build_no_backup(), f"backup:{year}-{week}")]


def _check_disk(moment: datetime) -> list[News]:
    try:
        free_bytes = shutil.disk_usage(current_settings().database_path.parent).free
    except OSError:
        return []
    if free_bytes >= MIN_FREE_BYTES:
        return []
    words = build_full_disk(free_bytes // BYTES_PER_MEGABYTE)
    return [News(NoticeKind.DATABASE, words, f"disk:{moment:%Y-%m-%d}")]
