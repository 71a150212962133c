"""Who may write and switch on a sequence: whoever may text the people whom it starts for."""

from collections.abc import Collection

from app.audiences.queries.audience_lists import find_part_problem
from app.domain.accounts.roles import Role
from app.domain.audiences.audience_rules import AudiencePart, PartKind
from app.domain.profiles.field_types import FieldClass
from app.domain.sequences.sequence_states import EVENT_TRIGGERS
from app.domain.sequences.step_conditions import (
    FIELD_CONDITIONS,
    GROUP_CONDITIONS,
    SEGMENT_CONDITIONS,
)
from app.profiles.queries.field_records import find_field_classes
from app.sequences.models import Sequence
from app.sequences.queries.sequence_records import list_steps
from app.sequences.queries.step_condition_names import read_condition

ANY_EVENT_ERROR = "People enter this sequence by an event, which its texts can name."
FIELD_FOR_ADMINS_ERROR = "Only admins can use this sequence: it uses a sensitive field."


def find_sequence_problem(sequence: Sequence, role: Role) -> str:
    """Return why a user with this role cannot change a sequence or add people, "" when they can.

    Whoever may not text a group may not text the people who join it. Who gets a step that asks a
    sensitive field tells who has what in it. What was deleted has no rule any more.
    """
    if role == Role.ADMIN:
        return ""
    if problem := find_trigger_problem(sequence.group_id, sequence.field_id, role):
        return problem
    field_ids = set()
    for part in _list_condition_references(sequence.id):
        if isinstance(part, int):
            field_ids.add(part)
        elif problem := find_part_problem(part, role):
            return problem
    return _find_field_problem(field_ids)


def find_adding_problem(sequence: Sequence, role: Role) -> str:
    """Return why a user with this role cannot add people by hand, "" when they can."""
    if sequence.is_any_event and sequence.trigger_kind in EVENT_TRIGGERS:
        return ANY_EVENT_ERROR
    return find_sequence_problem(sequence, role)


def find_trigger_problem(group_id: int | None, field_id: int | None, role: Role) -> str:
    """Return the same for a group and a field that a trigger names."""
    if role == Role.ADMIN:
        return ""
    if group_id is not None:
        return find_part_problem(AudiencePart(PartKind.GROUP, group_id), role)
    return _find_field_problem([field_id] if field_id is not None else [])


def _find_field_problem(field_ids: Collection[int]) -> str:
    is_sensitive = FieldClass.SENSITIVE in find_field_classes(field_ids).values()
    return FIELD_FOR_ADMINS_ERROR if is_sensitive else ""


def _list_condition_references(sequence_id: int) -> list[AudiencePart | int]:
    """Return the groups and segments that the steps ask about, and the ids of the fields."""
    references: list[AudiencePart | int] = []
    for step in list_steps(sequence_id):
        for condition in map(read_condition, (step.condition, step.until_condition)):
            if condition is None or condition.ref_id is None:
                continue
            if condition.kind in GROUP_CONDITIONS:
                references.append(AudiencePart(PartKind.GROUP, condition.ref_id))
            elif condition.kind in SEGMENT_CONDITIONS:
                references.append(AudiencePart(PartKind.SEGMENT, condition.ref_id))
            elif condition.kind in FIELD_CONDITIONS:
                references.append(condition.ref_id)
    return references
