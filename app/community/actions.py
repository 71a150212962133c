"""Writing to the list of members.

The database decides that a number is on it once (UniqueViolation).
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from app.community import queries
from app.community.member_phones import find_member_by_phone
from app.community.models import CommunityMember
from app.core.clock import now
from app.core.db import NotFound, db, execute_and_count_rows
from app.core.prepared_statements import PreparedStatement
from app.domain.phones.household_names import join_household_names
from app.domain.phones.phone_erasure import PhoneErasure
from app.domain.texts.name_folding import fold_name
from app.groups.actions.memberships import remove_people_from_all_groups
from app.suppression.actions import erased_numbers
from app.suppression.actions.consent_events import grant_missing_consent
from app.suppression.models import ConsentMethod
from app.suppression.queries.sending_permission import has_opted_out

# SQLite takes a limited number of parameters a statement (999 before version 3.32).
MEMBERS_PER_DELETE = 500
# They run for every text of a keyword that puts people on the list, and whole halls text one at
# once: a prepared statement takes 10 µs instead of the 200 µs that SQLAlchemy takes.
_FIND_MEMBER_ID = PreparedStatement(
    select(CommunityMember.id).where(CommunityMember.phone == bindparam("b_phone"))
)
_INSERT_MEMBER = PreparedStatement(
    insert(CommunityMember), "name", "phone", "created_at", "folded_name"
)


def create_member(name: str | None, phone: str) -> CommunityMember:
    """Store a new member. Raises UniqueViolation when the number is taken. Inside write()."""
    row = CommunityMember(name=name, phone=phone)
    db.session.add(row)
    db.session.flush()
    return row


def subscribe_member_by_text(name: str | None, phone: str, evidence: str) -> bool:
    """Put somebody who asked by text on the list, and record the consent (`evidence`).

    Returns False, and changes nothing, for whoever has opted out: that stands until they text
    START. Consent that still holds is not recorded again. Inside write().
    """
    is_new = _FIND_MEMBER_ID.fetch_value(b_phone=phone) is None
    if is_new:
        erased_numbers.restore_erased_opt_outs([phone])
    if has_opted_out(phone):
        return False
    if is_new:
        _INSERT_MEMBER.insert_row(
            name=name, phone=phone, created_at=now(), folded_name=fold_name(name)
        )
    grant_missing_consent(phone, ConsentMethod.KEYWORD, evidence, None)
    return True


def update_member_name(member_id: int, name: str | None) -> bool:
    """Store another name, or none; return whether it is another one.

    Raises NotFound. Inside write().
    """
    row = get_member_for_update(member_id)
    is_changed = row.name != name
    row.name = name
    db.session.flush()
    return is_changed


def share_number(phone: str, name: str) -> CommunityMember:
    """Let a member's name be of two people who share the phone: "Asha and Ben Rao".

    Raises NotFound when no member has the number. Inside write().
    """
    row = find_member_by_phone(phone)
    if row is None:
        raise NotFound
    row.name = join_household_names(row.name, name) if row.name else name
    db.session.flush()
    return row


def move_member(old_phone: str, new_phone: str) -> None:
    """Let somebody be in the community by their new number. Inside write().

    Where the new number is in it already, that entry stays, with the name of the other one if it
    has none; the other one goes.
    """
    old, new = find_member_by_phone(old_phone), find_member_by_phone(new_phone)
    if old is None:
        return
    if new is None:
        old.phone = new_phone
    else:
        new.name = new.name or old.name
        db.session.delete(old)
    db.session.flush()


def rename_member(phone: str, name: str) -> int | None:
    """Store another name of the member with this number; None for no change. Inside write()."""
    row = db.session.scalar(select(CommunityMember).where(CommunityMember.phone == phone))
    if row is None or row.name == name:
        return None
    row.name = name
    db.session.flush()
    return row.id


def get_member_for_update(member_id: int) -> CommunityMember:
    """Return the member as this write() sees them. Raises NotFound."""
    row = db.session.get(CommunityMember, member_id, populate_existing=True)
    if row is None:
        raise NotFound
    return row


def delete_members(member_ids: Sequence[int]) -> int:
    """Take people off the list and out of their groups; return how many were on the list.

    What they were sent stays in the logs. Inside write().
    """
    phones = [phone for _, phone in queries.find_names_and_phones(member_ids)]
    remove_people_from_all_groups(phones)
    count = 0
    for start in range(0, len(member_ids), MEMBERS_PER_DELETE):
        batch = member_ids[start : start + MEMBERS_PER_DELETE]
        statement = delete(CommunityMember).where(CommunityMember.id.in_(batch))
        count += execute_and_count_rows(statement.execution_options(synchronize_session=False))
    return count


def erase_phone(erasure: PhoneErasure) -> dict[str, int]:
    """Delete the member with this number and return how many, by table. Inside write()."""
    statement = delete(CommunityMember).where(CommunityMember.phone == erasure.phone)
    count = execute_and_count_rows(statement.execution_options(synchronize_session=False))
    return {"community_members": count}


def add_missing_members(names: Mapping[str, str | None]) -> set[str]:
    """Add people who are not members yet, by phone, and return the phones that were added.

    Existing members keep their names. Inside write().
    """
    rows = []
    for phone, name in names.items():
        rows.append({"name": name, "phone": phone, "created_at": now()})
    statement = sqlite_insert(CommunityMember).on_conflict_do_nothing(["phone"])
    return set(db.session.scalars(statement.returning(CommunityMember.phone), rows))
