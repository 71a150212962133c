"""Moving the texts of finished years into their archives, in small slices."""

import logging
import time
from collections.abc import Callable, Collection
from pathlib import Path

from app.core.clock import now
from app.core.db import db, write
from app.core.settings import current_settings
from app.delivery.actions.text_archiving import CopyDiffers, move_texts
from app.delivery.archive_file import ArchiveUnusable
from app.delivery.queries.archivable_texts import list_archivable_ids
from app.inbox.queries.last_texts import find_last_texts
from app.retention.actions.retention_run import is_run_due
from app.retention.actions.rule_changes import record_run
from app.retention.models import RetentionKind
from app.retention.queries.retention_rules import find_rule, list_finished_years
from app.sequences.queries.sent_steps import find_step_texts
from app.suppression.queries.stop_questions import find_asked_texts
from app.surveys.queries.answer_texts import find_answer_texts
from app.webhooks.actions.webhook_events import MIN_PAUSE_SECONDS

log = logging.getLogger(__name__)
# Nobody else can write for 15 ms, of which half is not about the rows.
SLICE_ROWS = 60
IsStopping = Callable[[], bool]
# Texts that rows of these features point at stay in the database.
PIN_FINDERS: tuple[Callable[[Collection[int]], set[int]], ...] = (
    find_last_texts,
    find_answer_texts,
    find_step_texts,
    find_asked_texts,
)


def find_pinned_texts(message_ids: Collection[int]) -> set[int]:
    """Return those of these texts that another row of the database points at."""
    return set().union(*(find_pinned(message_ids) for find_pinned in PIN_FINDERS))


def run_archiving(is_stopping: IsStopping) -> None:
    """Move what the rule allows, unless that happened today; ends when stopping.

    An archive that cannot be written is tried again by the next run: nothing is deleted until then.
    """
    rule = find_rule(RetentionKind.ARCHIVE)
    if rule is None or rule.days is None or not is_run_due(rule):
        return
    count = 0
    for year in list_finished_years(rule.days):
        try:
            count += archive_year(current_settings().database_path, year, is_stopping)
        except (ArchiveUnusable, CopyDiffers):
            log.warning("the archive of %s cannot be written; its texts stay here", year)
    if not is_stopping():
        with write():
            record_run(RetentionKind.ARCHIVE, now(), count)


def archive_year(database: Path, year: int, is_stopping: IsStopping) -> int:
    """Move the texts of one year; return how many moved. Raises ArchiveUnusable, CopyDiffers."""
    total, before_id = 0, None
    while not is_stopping():
        ids = list_archivable_ids(year, before_id, SLICE_ROWS)
        db.session.rollback()
        if not ids:
            break
        before_id = ids[-1]
        moved = move_texts(database, year, ids, find_pinned_texts)
        total += moved.count
        time.sleep(max(MIN_PAUSE_SECONDS, moved.write_seconds))
    return total
