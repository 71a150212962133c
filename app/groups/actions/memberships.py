"""Put people into groups and take them out. Inside write(); none of these commits.

The database decides that somebody is in a group once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, Select, String, delete, exists, func, literal, select, true, update
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import aliased

from app.core.clock import now
from app.core.column_types import UtcDateTime
from app.core.db import db, execute_and_count_rows
from app.core.listed_values import build_listed_column
from app.domain.phones.phone_erasure import PhoneErasure
from app.groups.actions.erased_leaves import (
    restore_leaves_of_members,
    restore_leaves_of_selected_members,
)
from app.groups.models import GroupMembership, MembershipSource
from app.groups.queries.memberships import is_open_in_group
from app.suppression.actions import erased_numbers
from app.trash.actions.keeping import keep_ended_rows


@dataclass(frozen=True)
class MembershipChange:
    """Who came into a group or left it in one act. Its `moment` names the act, to undo it."""

    phones: list[str]
    moment: datetime


def add_people_to_group(
    group_id: int,
    phones: Sequence[str],
    source: MembershipSource,
    added_by: str | None,
    import_id: int | None = None,
) -> list[str]:
    """Put people into a group and return the phones that are new in it.

    One statement, however many they are. Whoever was erased after a STOP and comes back is still
    opted out.
    """
    statement = _build_insert(group_id, _select_phones(phones), source, added_by, import_id)
    return _insert_members(group_id, statement)


def add_listed_people_to_group(
    group_id: int, phones: Select[str], added_by: str
) -> MembershipChange:
    """Put the people of a list into a group, whom a select of phones finds, in one statement."""
    moment = now()
    statement = _build_insert(group_id, phones, MembershipSource.BULK, added_by, None, moment)
    return MembershipChange(_insert_members(group_id, statement), moment)


def _insert_members(group_id: int, statement: Any) -> list[str]:
    new_phones = list(db.session.scalars(statement.returning(GroupMembership.phone)))
    if new_phones:
        erased_numbers.restore_erased_opt_outs(new_phones)
        restore_leaves_of_members(group_id, new_phones)
    return new_phones


def add_selected_people_to_group(
    group_id: int, phones: Select[Any], import_id: int, added_by: str | None
) -> int:
    """Put the people whom a select of phones finds into a group; return how many are new in it.

    For the rows of an import, whose opt-outs of erased people are restored already.
    """
    statement = _build_insert(group_id, phones, MembershipSource.IMPORT, added_by, import_id)
    count = execute_and_count_rows(statement)
    restore_leaves_of_selected_members(group_id, phones)
    return count


def add_people_to_groups(
    phones_by_group: Mapping[int, Sequence[str]], import_id: int, added_by: str | None
) -> None:
    """Put people into groups, each by its id, as the rows of an import say; in one statement."""
    pairs = [[group_id, phone] for group_id, phones in phones_by_group.items() for phone in phones]
    if not pairs:
        return
    pair = build_listed_column(pairs)
    columns = (func.json_extract(pair, "$[0]"), func.json_extract(pair, "$[1]"))
    source = MembershipSource.IMPORT
    execute_and_count_rows(_build_rows_insert(select(*columns), source, added_by, import_id))
    for group_id, phones in phones_by_group.items():
        restore_leaves_of_members(group_id, phones)


def _build_insert(
    group_id: int,
    phones: Select[Any],
    source: MembershipSource,
    added_by: str | None,
    import_id: int | None,
    moment: datetime | None = None,
) -> Any:
    rows = select(literal(group_id), phones.subquery().columns[0])
    return _build_rows_insert(rows, source, added_by, import_id, moment)


def _build_rows_insert(
    rows: Select[Any],
    source: MembershipSource,
    added_by: str | None,
    import_id: int | None,
    moment: datetime | None = None,
) -> Any:
    """Return an insert of the memberships whose group and phone `rows` selects."""
    values: dict[str, Any] = {
        "since": literal(moment or now(), UtcDateTime),
        "source": literal(source.value, String),
        "added_by": literal(added_by, String),
        "import_id": literal(import_id, Integer),
    }
    # SQLite takes ON CONFLICT after a SELECT for a join unless the SELECT has a WHERE.
    rows = rows.add_columns(*values.values()).where(true())
    columns = ["group_id", "phone", *values]
    statement = sqlite_insert(GroupMembership).from_select(columns, rows)
    return statement.on_conflict_do_nothing(
        index_elements=["group_id", "phone"], index_where=GroupMembership.until.is_(None)
    )


def remove_people_from_group(group_id: int, phones: Sequence[str]) -> list[str]:
    """Take people out of a group and return the phones that were in it."""
    is_meant = GroupMembership.phone.in_(_select_phones(phones))
    return _end_memberships(is_open_in_group(group_id), is_meant)


def remove_people_from_all_groups(phones: Sequence[str]) -> int:
    """Take people out of every group and return how many memberships ended."""
    is_meant = GroupMembership.phone.in_(_select_phones(phones))
    return len(_end_memberships(GroupMembership.until.is_(None), is_meant))


def undo_import_memberships(import_id: int, phones: Select[Any] | None = None) -> int:
    """Take out of their groups whom an import put there; return how many memberships ended.

    `phones`: those of these numbers only.
    """
    conditions: list[Any] = [GroupMembership.import_id == import_id]
    if phones is not None:
        # An expression keeps SQLite from reading all memberships of the import by its index.
        conditions = [GroupMembership.phone.in_(phones), GroupMembership.import_id + 0 == import_id]
    return len(_end_memberships(GroupMembership.until.is_(None), *conditions))


def move_memberships(old_phone: str, new_phone: str) -> None:
    """Let somebody keep their groups under a new number.

    Groups that the new number is in already lose the old one. Memberships that ended go along:
    whoever undoes a removal puts back the person, not a number that they gave up.
    """
    new_groups = select(GroupMembership.group_id).where(
        GroupMembership.phone == new_phone, GroupMembership.until.is_(None)
    )
    is_open = (GroupMembership.phone == old_phone, GroupMembership.until.is_(None))
    moved = update(GroupMembership).where(*is_open, GroupMembership.group_id.not_in(new_groups))
    execute_and_count_rows(_apply_in_database(moved.values(phone=new_phone)))
    _end_memberships(*is_open)
    ended = update(GroupMembership).where(GroupMembership.phone == old_phone)
    execute_and_count_rows(_apply_in_database(ended.values(phone=new_phone)))


def remove_listed_people_from_group(group_id: int, phones: Select[str]) -> MembershipChange:
    """Take the people of a list out of a group, whom a select of phones finds."""
    moment = now()
    is_meant = GroupMembership.phone.in_(phones)
    ended = _end_memberships(is_open_in_group(group_id), is_meant, moment=moment)
    return MembershipChange(ended, moment)


def undo_addition(group_id: int, moment: datetime) -> list[str]:
    """Take out of a group whom one act has put there; return their phones."""
    return _end_memberships(is_open_in_group(group_id), GroupMembership.since == moment)


def undo_removal(group_id: int, moment: datetime) -> int:
    """Put back into a group whom one act has taken out; return how many there were.

    Whoever is in the group again since keeps the newer membership.
    """
    is_meant = (GroupMembership.group_id == group_id, GroupMembership.until == moment)
    # Two numbers that were taken out together may be one since.
    once = select(func.min(GroupMembership.id)).where(*is_meant).group_by(GroupMembership.phone)
    return reopen_memberships(once)


def keep_open_memberships(item_id: int, phones: Sequence[str]) -> None:
    """Note in an item of the trash in which groups people are who are about to be deleted."""
    is_theirs = GroupMembership.phone.in_(_select_phones(phones))
    keep_ended_rows(item_id, GroupMembership, GroupMembership.until.is_(None) & is_theirs)


def reopen_memberships(ids: Any) -> int:
    """Let people be in a group again, by a select of their memberships; return how many.

    Whoever is in the group again since keeps the newer membership.
    """
    newer = aliased(GroupMembership)
    is_back = exists().where(
        newer.group_id == GroupMembership.group_id,
        newer.phone == GroupMembership.phone,
        newer.until.is_(None),
    )
    ended = update(GroupMembership).where(GroupMembership.id.in_(ids), ~is_back)
    return execute_and_count_rows(_apply_in_database(ended.values(until=None)))


def erase_phone(erasure: PhoneErasure) -> dict[str, int]:
    """Delete the memberships of this number, ended ones too; return how many, by table."""
    statement = delete(GroupMembership).where(GroupMembership.phone == erasure.phone)
    return {"group_members": execute_and_count_rows(_apply_in_database(statement))}


def _end_memberships(*conditions: Any, moment: datetime | None = None) -> list[str]:
    ended = update(GroupMembership).where(*conditions).values(until=moment or now())
    return list(db.session.scalars(_apply_in_database(ended.returning(GroupMembership.phone))))


def _select_phones(phones: Sequence[str]) -> Any:
    return select(build_listed_column(phones))


def _apply_in_database(statement: Any) -> Any:
    return statement.execution_options(synchronize_session=False)
