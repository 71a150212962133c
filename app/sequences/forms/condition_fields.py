"""The fields that ask for a condition of a step: what is asked, and of which group or the like."""

from collections.abc import Sequence
from dataclasses import dataclass

from wtforms import SelectField

from app.audiences.queries.segment_records import list_segments
from app.core.form_fields import add_error
from app.domain.accounts.roles import Role
from app.domain.sequences.sequence_words import CONDITION_LABELS
from app.domain.sequences.step_conditions import (
    FIELD_CONDITIONS,
    GROUP_CONDITIONS,
    KINDS_WITH_REFERENCE,
    SEGMENT_CONDITIONS,
    StepCondition,
    StepConditionKind,
)
from app.domain.texts.whole_numbers import parse_id
from app.groups.queries.group_records import list_textable_groups
from app.profiles.queries.field_records import list_fields

# What "which" says before its id.
REFERENCE_NAMES = dict.fromkeys(GROUP_CONDITIONS, "group")
REFERENCE_NAMES |= dict.fromkeys(SEGMENT_CONDITIONS, "segment")
REFERENCE_NAMES |= dict.fromkeys(FIELD_CONDITIONS, "field")


@dataclass(frozen=True)
class ConditionChoices:
    """What conditions can ask, and what about; `references`: by a heading, as (value, label)."""

    kinds: Sequence[tuple[str, str]]
    references: dict[str, list[tuple[str, str]]]

    @property
    def values(self) -> set[str]:
        """What "which" may be."""
        return {value for pairs in self.references.values() for value, _ in pairs}


def load_condition_choices(role: Role) -> ConditionChoices:
    """Return what a user with this role can ask."""
    references = {
        "Groups": [(f"group:{group.id}", group.name) for group in list_textable_groups(role)],
        "Segments": [
            (f"segment:{row.segment.id}", row.segment.name)
            for row in list_segments(role)
            if not row.is_broken
        ],
        "Fields": [(f"field:{field.id}", field.name) for field in list_fields(role)],
    }
    return ConditionChoices(
        kinds=list(CONDITION_LABELS.items()),
        references={heading: pairs for heading, pairs in references.items() if pairs},
    )


def read_condition_fields(
    kind_field: SelectField, which_field: SelectField
) -> StepCondition | None:
    """Return the condition that two selects say; None for none, and for one that is not whole."""
    if kind_field.data not in set(StepConditionKind):
        return None
    kind = StepConditionKind(kind_field.data)
    if kind not in KINDS_WITH_REFERENCE:
        return StepCondition(kind)
    name, _, ref_id = (which_field.data or "").partition(":")
    parsed_id = parse_id(ref_id)
    return StepCondition(kind, parsed_id) if parsed_id and name == REFERENCE_NAMES[kind] else None


def check_condition_fields(
    kind_field: SelectField, which_field: SelectField, choices: ConditionChoices
) -> None:
    """Say beside the selects what is missing, or cannot be chosen."""
    if not kind_field.data:
        return
    if kind_field.data not in set(StepConditionKind):
        add_error(kind_field, "Choose one of the list.")
        return
    kind = StepConditionKind(kind_field.data)
    if kind not in KINDS_WITH_REFERENCE:
        return
    condition = read_condition_fields(kind_field, which_field)
    if condition is None or which_field.data not in choices.values:
        add_error(which_field, f"Choose a {REFERENCE_NAMES[kind]}.")


def build_condition_data(condition: StepCondition | None) -> tuple[str, str]:
    """Return what the two selects say for a condition."""
    if condition is None:
        return "", ""
    if condition.ref_id is None:
        return condition.kind.value, ""
    return condition.kind.value, f"{REFERENCE_NAMES[condition.kind]}:{condition.ref_id}"
