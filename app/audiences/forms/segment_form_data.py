"""What is in the builder's form: of a stored segment, and after a button was pressed."""

from typing import Any

from app.audiences.forms.condition_form import VALUE_FIELDS
from app.audiences.forms.condition_tests import find_family, list_tests, parse_family_id
from app.audiences.forms.segment_form import MAX_GROUPS
from app.audiences.queries.rule_choices import RuleChoices
from app.audiences.queries.segment_records import SegmentReading
from app.domain.audiences.conditions import Condition
from app.domain.audiences.segment_rules import (
    MAX_CONDITIONS,
    ConditionGroup,
    Joiner,
    RulePool,
)
from app.domain.profiles.field_types import FieldType
from app.domain.texts.whole_numbers import parse_whole_number


def edit_rule_data(
    data: dict[str, Any], button: str, added: str, choices: RuleChoices
) -> dict[str, Any]:
    """Return the data after a button: add:<group>, add_group, remove:<row>, remove_group:<group>.

    `added`: the family of the condition that is added. After any other button nothing changes.
    """
    verb, _, target = button.partition(":")
    number = parse_whole_number(target, 3)
    rows, groups = list(data["rows"]), list(data["groups"])
    if verb == "add" and len(rows) < MAX_CONDITIONS and list_tests(added, choices):
        first_test = next(iter(list_tests(added, choices)))
        rows.append({"family": added, "parent": target, "test": first_test})
    elif verb == "add_group" and len(groups) < MAX_GROUPS:
        is_all = data["join"] == Joiner.ALL.value
        groups.append({"join": Joiner.ANY.value if is_all else Joiner.ALL.value})
    elif verb == "remove" and number is not None and number < len(rows):
        del rows[number]
    elif verb == "remove_group" and number is not None and number < len(groups):
        del groups[number]
        rows = [_move_row(row, number) for row in rows if row["parent"] != str(number)]
    return {**data, "rows": rows, "groups": groups}


def _move_row(row: dict[str, Any], removed: int) -> dict[str, Any]:
    parent = parse_whole_number(row["parent"] or "", 3)
    if parent is None or parent < removed:
        return row
    return {**row, "parent": str(parent - 1)}


def build_segment_data(reading: SegmentReading, choices: RuleChoices) -> dict[str, Any]:
    """Return a segment as somebody would have typed it. What it names and is gone is blank."""
    segment, rule = reading.segment, reading.rule
    rows: list[dict[str, Any]] = []
    groups: list[dict[str, Any]] = []
    for item in rule.items if rule else ():
        parent = ""
        conditions: tuple[Condition, ...] = ()
        if isinstance(item, ConditionGroup):
            parent = str(len(groups))
            groups.append({"join": f"{'!' if item.is_negated else ''}{item.joiner.value}"})
            conditions = item.conditions
        else:
            conditions = (item,)
        for condition in conditions:
            is_gone = condition.reference in reading.gone
            rows.append(build_condition_data(condition, parent, choices, is_gone=is_gone))
    return {
        "name": segment.name,
        "description": segment.description or "",
        "among": rule.among.value if rule else RulePool.COMMUNITY.value,
        "join": rule.joiner.value if rule else Joiner.ALL.value,
        "groups": groups,
        "rows": rows,
        "seen_at": segment.updated_at.isoformat(),
    }


def build_condition_data(
    condition: Condition, parent: str, choices: RuleChoices, *, is_gone: bool = False
) -> dict[str, Any]:
    """Return a condition as somebody would have typed it. `is_gone`: what it names was deleted."""
    family = find_family(condition)
    if is_gone and ":" in family:
        family = family.partition(":")[0] + ":0"
    field = choices.fields.get(parse_family_id(family)) if family.startswith("field") else None
    data: dict[str, Any] = {
        "family": family,
        "parent": parent,
        "test": f"{'!' if condition.is_negated else ''}{condition.kind.value}",
        "ref": "" if is_gone or ":" in family else str(condition.ref_id or ""),
        "question": "" if condition.question is None else str(condition.question),
    }
    name = VALUE_FIELDS.get(condition.shape.value, "")
    if name == "value" and field is not None and field.field_type is FieldType.DATE:
        name = "day"
    if name:
        data[name] = condition.value
    return data
