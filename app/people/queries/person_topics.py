"""Which topics a person gets texts of, and which they left."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.groups.models import ContactGroup
from app.groups.queries.memberships import PersonGroups
from app.suppression.queries.left_topics import LeftTopic, list_left_topics


@dataclass(frozen=True)
class PersonTopic:
    """One topic of a person. `left`: since when they want none of its texts, None: they do."""

    group: ContactGroup
    left: LeftTopic | None


def list_person_topics(phone: str, groups: PersonGroups) -> Sequence[PersonTopic]:
    """Return the topics of the groups that a number is in, and all topics that it left, by name."""
    left_by_id = {left.group_id: left for left in list_left_topics(phone)}
    own_ids = {group.id for group in groups.own if group.is_topic}
    topics = []
    for group in (*groups.own, *groups.others):
        if group.id in own_ids or group.id in left_by_id:
            topics.append(PersonTopic(group, left_by_id.get(group.id)))
    return sorted(topics, key=lambda topic: topic.group.folded_name)
