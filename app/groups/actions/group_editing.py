"""Create, change, archive and delete groups. Inside audited_write(); none of these commits.

The database decides that a name is free (UniqueViolation).
"""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from app.core.clock import now
from app.core.db import ChangedMeanwhile, NotFound, db
from app.delivery.queries.group_blasts import require_unused_list
from app.domain.audiences.audience_rules import PartKind
from app.groups.models import (
    ContactGroup,
    FormerGroupName,
    GroupColor,
    GroupTexters,
    fold_group_name,
)
from app.groups.queries.group_records import list_folded_names
from app.suppression.actions.kept_topic_leaves import keep_leaves_of_topic, restore_leaves_of_name


@dataclass(frozen=True)
class GroupInfo:
    """A group as somebody typed it. `owner_id`: the user who takes care of it.

    `is_topic`: people may leave its texts and get all others.
    """

    name: str
    description: str | None = None
    color: GroupColor = GroupColor.TEAL
    who_may_text: GroupTexters = GroupTexters.EVERYONE
    owner_id: int | None = None
    is_topic: bool = False


def create_group(info: GroupInfo) -> ContactGroup:
    """Create a group. Raises UniqueViolation when the name is taken.

    Whoever had left a deleted topic of this name gets none of its texts either.
    """
    row = ContactGroup(**asdict(info))
    db.session.add(row)
    db.session.flush()
    restore_leaves_of_name(row.id, row.folded_name, now())
    return row


def update_group(group_id: int, info: GroupInfo, seen: datetime | None = None) -> list[str]:
    """Change a group and return the fields that changed.

    `seen`: when the group was last changed as the user saw it, None for whatever it is. Raises
    NotFound, ChangedMeanwhile, or UniqueViolation when another group has the name.
    """
    row = get_group_for_update(group_id)
    if seen is not None and row.updated_at != seen:
        raise ChangedMeanwhile
    earlier_name = row.name
    changed_fields = []
    for field, value in asdict(info).items():
        if getattr(row, field) != value:
            setattr(row, field, value)
            changed_fields.append(field)
    db.session.flush()
    if fold_group_name(earlier_name) != row.folded_name:
        _remember_name(group_id, earlier_name)
        restore_leaves_of_name(group_id, row.folded_name, now())
    return changed_fields


def _remember_name(group_id: int, name: str) -> None:
    """Let STOP and this name, which the group had, still leave its topic."""
    values = {"group_id": group_id, "name": name, "folded_name": fold_group_name(name)}
    statement = sqlite_insert(FormerGroupName).values(values)
    db.session.execute(statement.on_conflict_do_nothing())


def get_group_for_update(group_id: int) -> ContactGroup:
    """Return the group, read again inside this write(). Raises NotFound."""
    row = db.session.get(ContactGroup, group_id, populate_existing=True)
    if row is None:
        raise NotFound
    return row


def archive_group(group_id: int) -> ContactGroup:
    """Let a group get no more blasts, and offer it nowhere. Raises NotFound.

    Who is in it stays. A blast that waits for it reaches no one, and says so when it is due.
    """
    row = get_group_for_update(group_id)
    if row.archived_at is None:
        row.archived_at = now()
    return row


def restore_group(group_id: int) -> ContactGroup:
    """Bring an archived group back. Raises NotFound."""
    row = get_group_for_update(group_id)
    row.archived_at = None
    return row


def delete_group(group_id: int) -> ContactGroup:
    """Delete a group with its memberships and return what it was; blasts keep its name.

    Who had left it as a topic is kept for a later group of its name.

    Raises NotFound, and ListInUse while a blast to it waits or is being sent.
    """
    row = get_group_for_update(group_id)
    require_unused_list(PartKind.GROUP, group_id)
    keep_leaves_of_topic(group_id, list_folded_names([group_id]))
    db.session.delete(row)
    db.session.flush()
    return row
