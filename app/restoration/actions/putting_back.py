"""Put an item of the trash back: its rows, and what its feature does when such a row appears.

Nothing starts by it: no sequence, no answer to a survey goes on, no text is queued, nobody who
opted out or was erased meanwhile is texted again.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from app.core.clock import now
from app.core.column_types import datetime_to_db
from app.domain.surveys.survey_state_machine import SurveySessionStatus
from app.events.actions.reminder_plan import reschedule_reminders
from app.groups.actions.memberships import reopen_memberships
from app.sequences.actions.prevented_starts import start_no_sequence
from app.suppression.actions.erased_numbers import list_erased_since, restore_erased_opt_outs
from app.surveys.actions.trigger_words import fold_main_word
from app.trash.actions.row_reinsertion import (
    change_kept_rows,
    delete_trash_item,
    leave_out_phones,
    list_kept_phones,
    list_kept_values,
    put_rows_back,
    select_ended_ids,
)
from app.trash.models import TrashItem, TrashKind
from app.trash.queries import get_trash_item

# The table of the thing itself.
TABLES = {
    TrashKind.MEMBER: "community_members",
    TrashKind.EVENT: "events",
    TrashKind.SURVEY: "survey_flows",
    TrashKind.KEYWORD: "keyword_rules",
    TrashKind.USER: "users",
}


class NothingToPutBack(Exception):
    """All that the item holds is there again, added anew: it stays in the trash."""


@dataclass(frozen=True)
class PutBackResult:
    """What came back: the ids of the things, how many they are, and how many rows could not."""

    kind: TrashKind
    name: str
    ids: list[int]
    count: int
    left_out_count: int


def put_item_back(item_id: int) -> PutBackResult:
    """Put an item back and take it out of the trash. Inside write().

    Raises NotFound, NothingToPutBack when it would change nothing, and IntegrityError, which
    leaves write() as UniqueViolation, when a word that it needs starts something else.
    """
    item = get_trash_item(item_id)
    phones = list_kept_phones(item_id)
    leave_out_phones(item_id, list_erased_since(phones, item.deleted_at))
    _prepare_rows(item)
    table_name = TABLES[item.kind]
    with start_no_sequence():
        counts = put_rows_back(item_id)
    count, _ = counts.get(table_name, (0, 0))
    if not count:
        raise NothingToPutBack
    # Some have another id by now: SQLite gives that of a deleted row again.
    ids = list_kept_values(item_id, table_name, "id")
    FINISHERS[item.kind](item)
    restore_erased_opt_outs(phones)
    left_out_count = sum(lost for _, lost in counts.values())
    if "trigger_words" in counts:
        # The main word came back by a trigger of the database: its kept row found it taken.
        left_out_count -= 1
    result = PutBackResult(item.kind, item.name, ids, count, left_out_count)
    delete_trash_item(item_id)
    return result


def _prepare_rows(item: TrashItem) -> None:
    """Change what must not come back as it was."""
    moment = datetime_to_db(now())
    if item.kind is TrashKind.SURVEY:
        # Whoever was in the middle is asked nothing any more, and reminded of nothing.
        ended = {"status": SurveySessionStatus.TIMED_OUT.value, "ended_at": moment}
        is_active = ("status", SurveySessionStatus.ACTIVE.value)
        change_kept_rows(item.id, "survey_sessions", ended, is_active)
    elif item.kind is TrashKind.USER:
        # Secrets are not kept: an admin lets them in again, with a link to a new password.
        shut_out = {
            "password_hash": "",
            "session_key": secrets.token_hex(16),
            "disabled_at": moment,
            "pending_phone": None,
        }
        change_kept_rows(item.id, "users", shut_out)


def _finish_members(item: TrashItem) -> None:
    reopen_memberships(select_ended_ids(item.id, "group_members"))


def _finish_event(item: TrashItem) -> None:
    # Those that are still to come; none that is past is sent late.
    for event_id in list_kept_values(item.id, "events", "id"):
        reschedule_reminders(event_id, now())


def _finish_survey(item: TrashItem) -> None:
    for word in list_kept_values(item.id, "survey_flows", "trigger_keyword"):
        fold_main_word(word)


def _finish_keyword(item: TrashItem) -> None:
    for word in list_kept_values(item.id, "keyword_rules", "keyword"):
        fold_main_word(word)


def _finish_user(item: TrashItem) -> None:
    """Leave them shut out, until an admin switches them on."""


FINISHERS: dict[TrashKind, Callable[[TrashItem], None]] = {
    TrashKind.MEMBER: _finish_members,
    TrashKind.EVENT: _finish_event,
    TrashKind.SURVEY: _finish_survey,
    TrashKind.KEYWORD: _finish_keyword,
    TrashKind.USER: _finish_user,
}
