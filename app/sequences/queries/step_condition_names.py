"""What the conditions of steps name: groups, segments and fields."""

from collections.abc import Collection

from app.audiences.queries.segment_records import find_segment_names
from app.domain.sequences.step_conditions import (
    FIELD_CONDITIONS,
    GROUP_CONDITIONS,
    SEGMENT_CONDITIONS,
    InvalidStepCondition,
    StepCondition,
    parse_step_condition,
)
from app.groups.queries.group_records import find_group_names
from app.profiles.queries.field_records import find_field_names

# What finds the names of what each kind asks about, by id.
NAME_FINDERS = (
    (GROUP_CONDITIONS, find_group_names),
    (SEGMENT_CONDITIONS, find_segment_names),
    (FIELD_CONDITIONS, find_field_names),
)


def read_condition(text: str | None) -> StepCondition | None:
    """Return the condition of this JSON; None without one, and for one that cannot be read."""
    try:
        return parse_step_condition(text)
    except InvalidStepCondition:
        return None


def find_condition_names(conditions: Collection[StepCondition]) -> dict[StepCondition, str]:
    """Return what these conditions name; one whose group, segment or field is gone is missing."""
    names = {}
    for kinds, find_names in NAME_FINDERS:
        ref_ids = {row: row.ref_id for row in conditions if row.kind in kinds and row.ref_id}
        names_by_id = find_names(list(ref_ids.values())) if ref_ids else {}
        for condition, ref_id in ref_ids.items():
            if ref_id in names_by_id:
                names[condition] = names_by_id[ref_id]
    return names
