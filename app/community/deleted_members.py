"""Deleting members so that they can be put back."""

from collections.abc import Sequence
from typing import NamedTuple

from app.audit.actions import name_nameless
from app.community import actions, queries
from app.community.models import CommunityMember
from app.domain.phones.named_phones import NamedPhone
from app.domain.texts.plurals import pluralize
from app.groups.actions.memberships import keep_open_memberships
from app.trash.actions.keeping import Deletion, keep_in_trash
from app.trash.models import TrashKind


class TrashedMembers(NamedTuple):
    """How many members were deleted, and the id of their item in the trash."""

    member_count: int
    item_id: int


def move_members_to_trash(
    member_ids: Sequence[int], username: str, user_id: int | None
) -> TrashedMembers:
    """Keep members and which groups they are in, then delete them. Inside write()."""
    people = queries.find_names_and_phones(member_ids)
    deletion = Deletion(TrashKind.MEMBER, _name_people(people), username, user_id)
    item_id = keep_in_trash(deletion, CommunityMember, member_ids)
    keep_open_memberships(item_id, [phone for _, phone in people])
    return TrashedMembers(actions.delete_members(member_ids), item_id)


def _name_people(people: Sequence[NamedPhone]) -> str:
    """Return what the trash calls them: a name that erasing takes along, else how many."""
    if len(people) == 1:
        name, phone = people[0]
        return name or name_nameless(phone)
    return pluralize(len(people), "person", "people")
