"""The rule of a segment as JSON: one text for equal rules, and a strict reading of it."""

import json
from collections.abc import Mapping
from typing import Any

from app.domain.audiences.conditions import (
    MAX_QUESTIONS,
    Condition,
    ConditionKind,
    clean_value,
)
from app.domain.audiences.segment_rules import (
    MAX_CONDITIONS,
    ConditionGroup,
    Joiner,
    RuleItem,
    RulePool,
    SegmentRule,
    normalize_rule,
)

CONDITION_KEYS = {"kind", "ref", "question", "value", "not"}


class InvalidRule(ValueError):
    """A text or a structure is no rule; the message is a sentence for people."""


def write_rule(rule: SegmentRule) -> str:
    """Return a rule as JSON; equal rules give the same text."""
    normal = normalize_rule(rule)
    content = {
        "among": normal.among.value,
        "items": list(map(_dump_item, normal.items)),
        "join": normal.joiner.value,
    }
    return dump_json(content)


def dump_json(content: Any) -> str:
    """Return JSON without blanks, its keys in order, in the letters that were typed."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _dump_item(item: RuleItem) -> dict[str, Any]:
    if isinstance(item, Condition):
        return _dump_condition(item)
    conditions = list(map(_dump_condition, item.conditions))
    return {"join": item.joiner.value, "items": conditions}


def _dump_condition(condition: Condition) -> dict[str, Any]:
    """Return a condition as JSON holds it, without what is None."""
    values = {
        "kind": condition.kind.value,
        "ref": condition.ref_id,
        "question": condition.question,
        "value": condition.value or None,
        "not": condition.is_negated or None,
    }
    return {key: value for key, value in values.items() if value is not None}


def parse_rule(text: str) -> SegmentRule:
    """Return the rule that a JSON text holds, in its normal form. Raises InvalidRule."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        raise InvalidRule("The rule cannot be read.") from None
    if not isinstance(content, dict) or set(content) - {"among", "items", "join"}:
        raise InvalidRule("The rule cannot be read.")
    items = tuple(_parse_item(item) for item in _get_items(content))
    rule = SegmentRule(_parse_joiner(content), items, _parse_pool(content))
    check_rule(rule)
    return normalize_rule(rule)


def check_rule(rule: SegmentRule) -> None:
    """Raise InvalidRule for a rule with no condition, with too many, or with a wrong one."""
    conditions = list(rule.conditions)
    if not conditions:
        raise InvalidRule("Add a condition.")
    if len(conditions) > MAX_CONDITIONS:
        raise InvalidRule(f"A segment can have up to {MAX_CONDITIONS} conditions.")
    for condition in conditions:
        check_condition(condition)


def check_condition(condition: Condition) -> None:
    """Raise InvalidRule for a condition that lacks what its kind needs, or has too much."""
    shape = condition.shape
    has_reference = condition.ref_id is not None and condition.ref_id > 0
    question = condition.question
    has_question = question is not None and 0 <= question < MAX_QUESTIONS
    if has_reference != (shape.reference is not None):
        raise InvalidRule("A condition does not say what it is about.")
    if has_question != shape.has_question or (question is not None and not has_question):
        raise InvalidRule("A condition does not say which question it is about.")
    if clean_value(shape.value, condition.value) != condition.value:
        raise InvalidRule("A condition has a value that cannot be read.")


def _get_items(content: Mapping[str, Any]) -> list[Any]:
    items = content.get("items")
    if not isinstance(items, list):
        raise InvalidRule("The rule cannot be read.")
    return items


def _parse_joiner(content: Mapping[str, Any]) -> Joiner:
    try:
        return Joiner(content["join"])
    except (ValueError, KeyError):
        raise InvalidRule("Conditions are joined by “all” or “any”.") from None


def _parse_pool(content: Mapping[str, Any]) -> RulePool:
    try:
        return RulePool(content.get("among", RulePool.COMMUNITY))
    except ValueError:
        raise InvalidRule("A segment looks in the community or in all contacts.") from None


def _parse_item(content: Any) -> RuleItem:
    """Return a condition or a group of conditions. Raises InvalidRule."""
    if not isinstance(content, dict):
        raise InvalidRule("A condition cannot be read.")
    if "items" not in content:
        return _parse_condition(content)
    if set(content) - {"join", "items", "not"}:
        raise InvalidRule("A group of conditions cannot be read.")
    conditions = []
    for row in _get_items(content):
        if isinstance(row, dict) and "items" in row:
            raise InvalidRule("Groups of conditions cannot hold groups.")
        conditions.append(_parse_condition(row))
    return ConditionGroup(_parse_joiner(content), tuple(conditions), _parse_negation(content))


def _parse_condition(content: Any) -> Condition:
    """Return a condition of a rule. Raises InvalidRule."""
    if not isinstance(content, dict) or set(content) - CONDITION_KEYS:
        raise InvalidRule("A condition cannot be read.")
    try:
        kind = ConditionKind(content["kind"])
    except (ValueError, KeyError):
        raise InvalidRule("A condition is of a kind that does not exist.") from None
    condition = Condition(
        kind,
        ref_id=_parse_number(content, "ref"),
        question=_parse_number(content, "question"),
        value=_parse_value(content),
        is_negated=_parse_negation(content),
    )
    check_condition(condition)
    return condition


def _parse_number(content: Mapping[str, Any], key: str) -> int | None:
    number = content.get(key)
    if number is None:
        return None
    # True is an int for Python.
    if type(number) is not int or not 0 <= number < 10**18:
        raise InvalidRule("A condition cannot be read.")
    return number


def _parse_value(content: Mapping[str, Any]) -> str:
    value = content.get("value", "")
    if not isinstance(value, str):
        raise InvalidRule("A condition has a value that cannot be read.")
    return value


def _parse_negation(content: Mapping[str, Any]) -> bool:
    negation = content.get("not", False)
    if not isinstance(negation, bool):
        raise InvalidRule("A condition cannot be read.")
    return negation
