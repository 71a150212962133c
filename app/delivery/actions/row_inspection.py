"""Look for rows that cannot be read or that nobody would send, and set them aside."""

from collections.abc import Callable, Iterable
from datetime import datetime

from app.core.db import write
from app.delivery.actions import blast_control, set_aside
from app.delivery.actions.fault_notices import build_notice, tell_admins
from app.delivery.queries import unreadable_rows
from app.domain.delivery.alert_messages import AlertEvent

STUCK_CAUSE = "A scheduled blast could not be started. SMS Admin keeps trying until it is too late."
STUCK_FIX = (
    "The log says why. Cancel the blast and schedule it again, or ask the person who runs "
    "this server."
)
ENDED_BLAST = "it waited, but its blast has ended, or its carrier"


def set_aside_unreadable_schedules(moment: datetime) -> int:
    """Set aside the waiting blasts whose row cannot be read; return how many. Opens write()."""
    return _apply(unreadable_rows.list_unreadable_schedules(), set_aside.set_aside_schedule, moment)


def set_aside_unreadable_rows(moment: datetime, *, reads_queue: bool = False) -> int:
    """Set aside every such row of waiting and open blasts; return how many. Opens write().

    `reads_queue`: walk along the whole queue as well, for rows whose blast does not exist.
    """
    count = set_aside_unreadable_schedules(moment)
    count += _apply(unreadable_rows.list_unreadable_blasts(), set_aside.set_aside_blast, moment)
    strays = unreadable_rows.list_strays()
    if reads_queue:
        strays += unreadable_rows.list_rows_without_blast()
    for message_id, log_id in strays:
        with write():
            set_aside.set_aside_message(message_id, log_id, moment, ENDED_BLAST)
    if strays:
        with write():
            blast_control.close_finished_blasts(moment)
    return count + len(strays)


def set_aside_unreadable_held_texts(moment: datetime) -> int:
    """Set aside held texts, and open blasts, that cannot be read; return how many. Opens write().

    One of them would keep all that is held from being sent: they are read a thousand at a time.
    """
    count = _apply(unreadable_rows.list_unreadable_blasts(), set_aside.set_aside_blast, moment)
    texts = unreadable_rows.list_unreadable_held_texts()
    for message_id, log_id in texts:
        with write():
            set_aside.set_aside_message(message_id, log_id, moment)
    if texts:
        with write():
            blast_control.close_finished_blasts(moment)
    return count + len(texts)


def tell_of_unreleased_blast(scheduled_id: int, moment: datetime) -> None:
    """Tell an admin that a due blast could not be released; it is still tried. Opens write()."""
    notice = build_notice(AlertEvent.BLAST_STUCK, STUCK_CAUSE, STUCK_FIX, moment)
    with write():
        tell_admins(notice, f"/blasts/scheduled/{scheduled_id}")


def _apply(
    ids: Iterable[int], set_aside_row: Callable[[int, datetime], None], moment: datetime
) -> int:
    count = 0
    for row_id in ids:
        with write():
            set_aside_row(row_id, moment)
        count += 1
    return count
