"""The groups that people may leave by text, and the others, by name."""

from typing import NamedTuple

from app.core.prepared_statements import PreparedStatement
from app.groups import sql


class GroupNames(NamedTuple):
    """What groups are called by their ids, and what they were called before as (id, name).

    A former name that any group has now is left out: it means that group.
    """

    current: dict[int, str]
    former: list[tuple[int, str]]

    def __or__(self, other: "GroupNames") -> "GroupNames":
        return GroupNames(self.current | other.current, self.former + other.former)


def list_topic_names() -> GroupNames:
    """Return the names of the topics that are in use, in the order of the names."""
    return _fetch_names(sql.SELECT_TOPIC_NAMES)


def list_other_group_names() -> GroupNames:
    """Return the names of the groups that no one can leave by text."""
    return _fetch_names(sql.SELECT_OTHER_GROUP_NAMES)


def _fetch_names(statement: PreparedStatement) -> GroupNames:
    names = GroupNames({}, [])
    for group_id, name, _, is_former in statement.fetch_rows():
        if is_former:
            names.former.append((group_id, name))
        else:
            names.current[group_id] = name
    return names
