"""The people of a group as the audience of a blast."""

from dataclasses import dataclass

from app.domain.delivery.blast_outcomes import ResultsAudience
from app.domain.texts.plurals import pluralize


@dataclass(frozen=True)
class GroupAudience:
    """The people of a group, as they are when the blast is sent. `name`: as it was chosen."""

    group_id: int
    name: str


# Whom a blast is for beside the community and events; stored with the target "event" and no event,
# so that code that does not know them reaches nobody.
ChosenPeople = ResultsAudience | GroupAudience


def describe_group(name: str, count: int | None = None) -> str:
    """Return a group as a page names an audience: "Group: Choir", "Choir: 34 people"."""
    if count is None:
        return f"Group: {name}"
    return f"{name}: {pluralize(count, 'person', 'people')}"
