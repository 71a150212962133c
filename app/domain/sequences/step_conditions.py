"""What must be true of a person for a step of a sequence, stored as JSON."""

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class StepConditionKind(StrEnum):
    """What is asked of a person. The values are stored.

    The last four are about the event that started the sequence.
    """

    IN_GROUP = "in_group"
    NOT_IN_GROUP = "not_in_group"
    IN_SEGMENT = "in_segment"
    NOT_IN_SEGMENT = "not_in_segment"
    FIELD_FILLED = "field_filled"
    FIELD_EMPTY = "field_empty"
    EVENT_COMING = "event_coming"
    EVENT_NO_ANSWER = "event_no_answer"
    EVENT_ATTENDED = "event_attended"
    EVENT_NOT_ATTENDED = "event_not_attended"


GROUP_CONDITIONS = (StepConditionKind.IN_GROUP, StepConditionKind.NOT_IN_GROUP)
SEGMENT_CONDITIONS = (StepConditionKind.IN_SEGMENT, StepConditionKind.NOT_IN_SEGMENT)
FIELD_CONDITIONS = (StepConditionKind.FIELD_FILLED, StepConditionKind.FIELD_EMPTY)
KINDS_WITH_REFERENCE = (*GROUP_CONDITIONS, *SEGMENT_CONDITIONS, *FIELD_CONDITIONS)
EVENT_CONDITIONS = (
    StepConditionKind.EVENT_COMING,
    StepConditionKind.EVENT_NO_ANSWER,
    StepConditionKind.EVENT_ATTENDED,
    StepConditionKind.EVENT_NOT_ATTENDED,
)
# They are met by whoever does not meet the one before them.
NEGATED_KINDS = (
    StepConditionKind.NOT_IN_GROUP,
    StepConditionKind.NOT_IN_SEGMENT,
    StepConditionKind.FIELD_EMPTY,
    StepConditionKind.EVENT_NOT_ATTENDED,
)


class InvalidStepCondition(ValueError):
    """A stored condition that cannot be read."""


@dataclass(frozen=True)
class StepCondition:
    """One condition. `ref_id`: of a group, segment or field; None of an event's."""

    kind: StepConditionKind
    ref_id: int | None = None

    @property
    def is_negated(self) -> bool:
        """Whether it is met by whoever is not in the group, and so on."""
        return self.kind in NEGATED_KINDS

    @property
    def needs_event(self) -> bool:
        """Whether it is about the event that started the sequence."""
        return self.kind in EVENT_CONDITIONS


def write_step_condition(condition: StepCondition | None) -> str | None:
    """Return the JSON of a condition; None without one."""
    if condition is None:
        return None
    content: dict[str, Any] = {"kind": condition.kind.value}
    if condition.ref_id is not None:
        content["ref"] = condition.ref_id
    return json.dumps(content, sort_keys=True)


def parse_step_condition(text: str | None) -> StepCondition | None:
    """Return the condition of this JSON; None without one. Raises InvalidStepCondition."""
    if text is None:
        return None
    try:
        content = json.loads(text)
        kind, ref_id = StepConditionKind(content["kind"]), content.get("ref")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidStepCondition from error
    # True is an int to Python, and no id.
    has_reference = isinstance(ref_id, int) and not isinstance(ref_id, bool) and ref_id > 0
    if has_reference != (kind in KINDS_WITH_REFERENCE):
        raise InvalidStepCondition
    return StepCondition(kind, ref_id)
