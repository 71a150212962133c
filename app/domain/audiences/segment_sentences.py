"""The rule of a segment as a sentence: "In Choir or Youth, language Spanish"."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import filterfalse

from app.domain.audiences.condition_phrases import RuleNames, describe_condition
from app.domain.audiences.conditions import Condition, ConditionKind
from app.domain.audiences.segment_rules import (
    Joiner,
    RuleItem,
    RulePool,
    SegmentRule,
    normalize_rule,
)
from app.domain.texts.text_cleaning import capitalize_first

NO_CONDITIONS = "No one: there are no conditions yet"
WITH_CONTACTS = ", including people outside the community"
_INNER_WORDS = {Joiner.ALL: " and ", Joiner.ANY: " or "}
_OUTER_WORDS = {Joiner.ALL: ", ", Joiner.ANY: ", or "}


@dataclass(frozen=True)
class SegmentSentence:
    """A rule in words. `is_broken`: it names something that was deleted, so it means no one."""

    text: str
    is_broken: bool


def describe_rule(rule: SegmentRule, names: RuleNames) -> SegmentSentence:
    """Return a rule in words; equal rules give the same words.

    A comma means "and" between what must all be so; groups of conditions stand between commas.
    """
    normal = normalize_rule(rule)
    if not normal.items:
        return SegmentSentence(NO_CONDITIONS, is_broken=False)
    words = _join_items(normal.items, normal.joiner, names)
    if normal.among is RulePool.CONTACTS:
        words += WITH_CONTACTS
    is_broken = not normal.references <= names.references.keys()
    return SegmentSentence(capitalize_first(words), is_broken)


def _join_items(items: Sequence[RuleItem], joiner: Joiner, names: RuleNames) -> str:
    """Return the items of one level as a phrase."""
    phrases = _describe_groups_of_people(items, joiner, names)
    for item in filterfalse(_is_just_in_group, items):
        if isinstance(item, Condition):
            phrases.append(describe_condition(item, names))
        else:
            inner = _describe_groups_of_people(item.conditions, item.joiner, names)
            for row in filterfalse(_is_just_in_group, item.conditions):
                inner.append(describe_condition(row, names))
            phrases.append(_INNER_WORDS[item.joiner].join(inner))
    return _OUTER_WORDS[joiner].join(phrases)


def _is_just_in_group(item: RuleItem) -> bool:
    if not isinstance(item, Condition) or item.is_negated:
        return False
    return item.kind is ConditionKind.IN_GROUP


def _describe_groups_of_people(
    items: Sequence[RuleItem], joiner: Joiner, names: RuleNames
) -> list[str]:
    """Return the groups that one must be in, as one phrase: "in Choir or Youth"."""
    group_names = []
    for item in items:
        if isinstance(item, Condition) and _is_just_in_group(item):
            group_names.append(names.find_name(item))
    if not group_names:
        return []
    if joiner is Joiner.ALL and len(group_names) > 1:
        return [f"in {' and '.join(group_names)}"]
    return [f"in {' or '.join(group_names)}"]
