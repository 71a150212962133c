"""Conditions in addresses: "in_group.3", "!texted_last_days:7", "survey_answer_is.2.0:yes".

A "!" means those who do not fulfil it. After the kind come the id of what it names, the index of
the question, and the value, each where the kind needs it.
"""

import re

from app.domain.audiences.conditions import Condition, ConditionKind
from app.domain.audiences.segment_json import InvalidRule, check_condition
from app.domain.audiences.segment_rules import (
    Joiner,
    RulePool,
    SegmentRule,
    normalize_rule,
)

ADDRESS_PATTERN = re.compile(
    r"(?P<negation>!?)(?P<kind>[a-z_]+)(?:\.(?P<ref>[0-9]{1,18}))?"
    r"(?:\.(?P<question>[0-9]{1,4}))?(?::(?P<value>.*))?",
    re.DOTALL,
)


def write_condition_address(condition: Condition) -> str:
    """Return a condition as an address has it."""
    text = f"{'!' if condition.is_negated else ''}{condition.kind.value}"
    if condition.ref_id is not None:
        text += f".{condition.ref_id}"
    if condition.question is not None:
        text += f".{condition.question}"
    return f"{text}:{condition.value}" if condition.value else text


def parse_condition_address(text: str) -> Condition | None:
    """Return the condition that a text of an address says, or None."""
    match = ADDRESS_PATTERN.fullmatch(text)
    if match is None or match["kind"] not in set(ConditionKind):
        return None
    condition = Condition(
        ConditionKind(match["kind"]),
        _parse_number(match["ref"]),
        _parse_number(match["question"]),
        match["value"] or "",
        bool(match["negation"]),
    )
    try:
        check_condition(condition)
    except InvalidRule:
        return None
    return condition


def _parse_number(digits: str | None) -> int | None:
    return None if digits is None else int(digits)


def write_rule_addresses(rule: SegmentRule) -> list[str]:
    """Return the conditions of a rule as addresses have them; [] where they are not all of it.

    An address joins its conditions by "all", and means members of the community.
    """
    normal = normalize_rule(rule)
    conditions = [item for item in normal.items if isinstance(item, Condition)]
    is_plain = len(conditions) == len(normal.items) and normal.joiner is Joiner.ALL
    if not is_plain or normal.among is not RulePool.COMMUNITY:
        return []
    return list(map(write_condition_address, conditions))
