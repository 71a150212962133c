"""Which people meet the condition of a step."""

from collections.abc import Collection, Sequence

from app.audiences.queries.condition_context import load_condition_context
from app.audiences.queries.segment_phones import select_segment_phones
from app.audiences.queries.segment_records import find_segment, find_valid_rule
from app.domain.sequences.step_conditions import (
    FIELD_CONDITIONS,
    GROUP_CONDITIONS,
    SEGMENT_CONDITIONS,
    InvalidStepCondition,
    StepCondition,
    StepConditionKind,
    parse_step_condition,
)
from app.events.models import EventAnswer
from app.events.queries.phone_presence import EventPresence
from app.groups.queries.group_records import find_active_group
from app.groups.queries.memberships import select_group_phones
from app.profiles.queries.field_records import find_field
from app.profiles.queries.person_values import load_values_of_phones
from app.sequences.queries.due_people import DuePerson
from app.sequences.queries.slice_facts import SliceFacts, keep_selected
from app.suppression.queries.left_topics import find_phones_that_left


def find_condition_problem(text: str | None) -> str:
    """Return why a stored condition cannot be judged, in words; "" when it can."""
    try:
        condition = parse_step_condition(text)
    except InvalidStepCondition:
        return "The condition of a step cannot be read."
    if condition is None:
        return ""
    kind, ref_id = condition.kind, condition.ref_id
    # "Not in a deleted group" would be everyone.
    if kind in GROUP_CONDITIONS and find_active_group(ref_id) is None:
        return "The group that a step asks for is archived or deleted."
    if kind in SEGMENT_CONDITIONS and not (find_segment(ref_id) and find_valid_rule(ref_id)):
        return "The segment that a step asks for was deleted."
    if kind in FIELD_CONDITIONS and find_field(ref_id) is None:
        return "The field that a step asks for was deleted."
    return ""


def find_people_meeting(
    text: str, people: Sequence[DuePerson], facts: SliceFacts
) -> Collection[int]:
    """Return the ids of those who meet a stored condition. Raises InvalidStepCondition."""
    condition = parse_step_condition(text)
    if condition is None:
        return {person.id for person in people}
    if condition.needs_event:
        return {person.id for person in people if _meets_at_event(condition, person, facts)}
    phones = _find_phones(condition, [person.phone for person in people])
    return {person.id for person in people if (person.phone in phones) is not condition.is_negated}


def _meets_at_event(condition: StepCondition, person: DuePerson, facts: SliceFacts) -> bool:
    presence = facts.presences.get((person.event_id or 0, person.phone), EventPresence(None, None))
    if condition.kind is StepConditionKind.EVENT_COMING:
        return presence.answer is EventAnswer.COMING
    if condition.kind is StepConditionKind.EVENT_NO_ANSWER:
        return presence.answer is None
    return (presence.attended_at is not None) is not condition.is_negated


def _find_phones(condition: StepCondition, phones: Sequence[str]) -> Collection[str]:
    """Return which of these numbers are in the group or segment, or have the field filled in."""
    ref_id = condition.ref_id or 0
    if condition.kind in FIELD_CONDITIONS:
        return load_values_of_phones(phones, [ref_id]).keys()
    if condition.kind in GROUP_CONDITIONS:
        members = keep_selected(select_group_phones(ref_id), phones)
        # Who left the topic is still in its group, and gets no texts to it.
        return members - find_phones_that_left(ref_id, phones)
    rule = find_valid_rule(ref_id)
    # Deleted since it was looked at: no one, and never everyone.
    if rule is None:
        raise InvalidStepCondition
    return keep_selected(select_segment_phones(rule, load_condition_context()), phones)
