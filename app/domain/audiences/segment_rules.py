"""The rule of a segment: all or any of conditions, or of groups of conditions, two levels deep."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from app.domain.audiences.conditions import Condition, ConditionKind, ReferenceKind

MAX_CONDITIONS = 20
_KIND_ORDER = {kind: place for place, kind in enumerate(ConditionKind)}


class Joiner(StrEnum):
    """Whether all conditions must be fulfilled, or any one of them."""

    ALL = "all"
    ANY = "any"


class RulePool(StrEnum):
    """The people among whom a segment looks.

    CONTACTS: the community, the people of groups in use, and everyone registered for an event.
    """

    COMMUNITY = "community"
    CONTACTS = "contacts"


@dataclass(frozen=True)
class ConditionGroup:
    """Conditions of the second level. `is_negated`: who does not fulfil them together is meant."""

    joiner: Joiner
    conditions: tuple[Condition, ...]
    is_negated: bool = False


RuleItem = Condition | ConditionGroup


@dataclass(frozen=True)
class SegmentRule:
    """Which people a segment holds. A rule without conditions holds no one."""

    joiner: Joiner
    items: tuple[RuleItem, ...]
    among: RulePool = RulePool.COMMUNITY

    @property
    def conditions(self) -> Iterator[Condition]:
        """Every condition of both levels."""
        for item in self.items:
            if isinstance(item, Condition):
                yield item
            else:
                yield from item.conditions

    @property
    def references(self) -> set[tuple[ReferenceKind, int]]:
        """What the rule names, by kind and id."""
        return list_references(self.conditions)


def list_references(conditions: Iterable[Condition]) -> set[tuple[ReferenceKind, int]]:
    """Return what these conditions name, by kind and id."""
    return {condition.reference for condition in conditions if condition.reference}


def normalize_rule(rule: SegmentRule) -> SegmentRule:
    """Return the one rule that equals this one.

    Negations stand at conditions only, groups that need not be groups are none, nothing comes
    twice, and everything is in order. Equal rules then have the same JSON and the same sentence.
    """
    items = list(map(_push_negation_down, rule.items))
    flat: set[RuleItem] = set()
    for item in items:
        flat |= _flatten_item(item, rule.joiner)
    if len(flat) == 1:
        (only,) = flat
        if isinstance(only, ConditionGroup):
            # One group of its own: the rule is that group.
            return SegmentRule(only.joiner, only.conditions, rule.among)
    # With one condition or none, "all" and "any" mean the same.
    joiner = rule.joiner if len(flat) > 1 else Joiner.ALL
    return SegmentRule(joiner, tuple(sorted(flat, key=_build_sort_key)), rule.among)


def _push_negation_down(item: RuleItem) -> RuleItem:
    if isinstance(item, Condition) or not item.is_negated:
        return item
    joiner = Joiner.ANY if item.joiner is Joiner.ALL else Joiner.ALL
    conditions = [replace(row, is_negated=not row.is_negated) for row in item.conditions]
    return ConditionGroup(joiner, tuple(conditions))


def _flatten_item(item: RuleItem, joiner: Joiner) -> set[RuleItem]:
    """Return the items that an item without negated groups is worth below `joiner`."""
    if isinstance(item, Condition):
        return {item}
    conditions = set(item.conditions)
    if len(conditions) < 2 or item.joiner is joiner:
        return set(conditions)
    return {ConditionGroup(item.joiner, tuple(sorted(conditions, key=_build_sort_key)))}


def _build_sort_key(item: RuleItem) -> tuple[object, ...]:
    if isinstance(item, ConditionGroup):
        first, *_ = item.conditions
        return (*_build_sort_key(first), 1, *(_build_sort_key(row) for row in item.conditions))
    question = -1 if item.question is None else item.question
    order = _KIND_ORDER[item.kind]
    return (order, item.ref_id or 0, question, item.is_negated, item.value, 0)
