"""Removing what is older than the rules allow, in small slices: others write in between.

Several processes may do it at once: each slice deletes only what is there.
"""

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from app.core.clock import now
from app.core.db import db, write
from app.core.sql import overwrite_deleted
from app.delivery.actions.word_removal import list_wordy_ids, remove_words
from app.domain.delivery.removed_words import build_removed_words
from app.inbox.actions.search_removal import forget_searched_words
from app.retention.actions.rule_changes import record_run
from app.retention.kinds import DURATION_WORDS, KINDS, DeleteOld, RetainedKind
from app.retention.models import RetentionKind, RetentionRule
from app.retention.queries.retention_rules import find_retention_days, find_rule
from app.trash.actions.forgetting import (
    compute_oldest_moment,
    delete_old_trash,
    has_old_trash,
)
from app.webhooks.actions.webhook_events import (
    MIN_PAUSE_SECONDS,
    compute_delete_batch_size,
    delete_old_webhook_events,
)

log = logging.getLogger(__name__)
FIRST_SLICE_ROWS = 50
RUN_INTERVAL = timedelta(hours=20)
IsStopping = Callable[[], bool]
# Removes one slice of at most so many rows and returns how many it took; 0: nothing is left.
RemoveSlice = Callable[[int], int]


def run_retention(is_stopping: IsStopping) -> None:
    """Remove what is older than each rule allows, unless that happened today.

    Opens its own write() for each slice; ends after the slice when `is_stopping` says so.
    """
    for kind in KINDS:
        if is_stopping():
            return
        # Backups go after a new one was made.
        if kind.kind is not RetentionKind.BACKUPS and _is_due(kind.kind):
            _run_kind(kind, is_stopping)
    # The trash has no rule: what is in it is always kept for 30 days.
    if has_old_trash():
        before = compute_oldest_moment()
        _remove_in_slices(lambda size: _delete_slice(delete_old_trash, before, size), is_stopping)


def _is_due(kind: RetentionKind) -> bool:
    rule = find_rule(kind)
    return rule is not None and rule.days is not None and is_run_due(rule)


def is_run_due(rule: RetentionRule) -> bool:
    """Whether what is older than a rule was not removed in the last day."""
    return rule.ran_at is None or rule.ran_at < now() - RUN_INTERVAL


def _run_kind(kind: RetainedKind, is_stopping: IsStopping) -> None:
    days = find_retention_days(kind.kind)
    if days is None:
        return
    count = _remove_old(kind, days, is_stopping)
    if is_stopping():
        return
    with write():
        record_run(kind.kind, now(), count)
    if count:
        log.info("retention: %s removed %s rows", kind.kind.value, count)


def _remove_old(kind: RetainedKind, days: int, is_stopping: IsStopping) -> int:
    """Remove or move what is older than so many days; return how many rows that were."""
    before = now() - timedelta(days=days)
    if kind.kind is RetentionKind.CARRIER_CALLS:
        return delete_old_webhook_events(days)
    delete, move = kind.delete, kind.move
    if delete is not None:
        return _remove_in_slices(lambda size: _delete_slice(delete, before, size), is_stopping)
    if move is not None:
        # A slice has its own size: most of its time the database is not locked.
        return _remove_in_slices(lambda _size: move(before), is_stopping)
    return _remove_in_slices(_WordRemoval(before, days).remove_slice, is_stopping)


def _delete_slice(delete: DeleteOld, before: datetime, size: int) -> int:
    with write(), overwrite_deleted():
        return delete(before, size)


def _remove_in_slices(remove_slice: RemoveSlice, is_stopping: IsStopping) -> int:
    """Call `remove_slice` until nothing is left; return how many rows it removed in all.

    A slice is as large as fits into 25 ms, measured on the one before; the pause after it is as
    long as it took.
    """
    total, size = 0, FIRST_SLICE_ROWS
    while not is_stopping():
        start = time.monotonic()
        count = remove_slice(size)
        seconds = time.monotonic() - start
        total += count
        if not count:
            break
        size = compute_delete_batch_size(size, seconds)
        time.sleep(max(MIN_PAUSE_SECONDS, seconds))
    return total


class _WordRemoval:
    """Takes the words out of old texts, slice by slice, from the oldest on."""

    def __init__(self, before: datetime, days: int) -> None:
        self.before = before
        self.marker = build_removed_words(DURATION_WORDS.get(days, f"{days} days"))
        self.after_id = 0

    def remove_slice(self, size: int) -> int:
        """Take the words out of the next texts; return how many these were."""
        ids = list_wordy_ids(self.before, self.after_id, size)
        db.session.rollback()
        if not ids:
            return 0
        self.after_id = ids[-1]
        with write(), overwrite_deleted():
            remove_words(ids, self.before, self.marker)
            forget_searched_words(ids)
        return len(ids)
