"""The filters of a list of people: each is one condition of an address, all must be fulfilled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import false

from app.audiences.queries.condition_context import load_condition_context
from app.audiences.queries.page_conditions import build_page_conditions
from app.audiences.queries.rule_names import Reference, find_hidden_references, load_rule_names
from app.audiences.queries.segment_phones import build_rule_conditions
from app.community.member_access import FilterConditions
from app.domain.accounts.roles import Role
from app.domain.audiences.condition_addresses import parse_condition_address
from app.domain.audiences.condition_phrases import RuleNames, describe_condition
from app.domain.audiences.conditions import Condition, ConditionKind, ReferenceKind
from app.domain.audiences.segment_rules import MAX_CONDITIONS, Joiner, SegmentRule, list_references
from app.domain.texts.text_cleaning import capitalize_first
from app.profiles.queries.person_conditions import is_value_of_field

TOO_MANY_FILTERS = f"More than {MAX_CONDITIONS} filters"
UNKNOWN_FILTER = "A filter that cannot be read"
ADMIN_FILTER = "A field that only admins see"
OUTSIDE_FILTER = "Something outside your groups and events"


@dataclass(frozen=True)
class ListFilter:
    """A filter of an address, in words. `matches_no_one`: what it names is gone or unknown."""

    address: str
    words: str
    matches_no_one: bool = False


def describe_filters(
    addresses: Sequence[str], role: Role, field_names: Mapping[int, str]
) -> list[ListFilter]:
    """Return the filters of an address in words, for a user with this role.

    `field_names`: those of the fields that the list has read already.
    """
    conditions = list(map(parse_condition_address, addresses))
    references = list_references(read_conditions(addresses))
    hidden = find_hidden_references(references, role)
    names = _load_names(references, field_names)
    filters: list[ListFilter] = []
    for address, condition in zip(addresses, conditions, strict=True):
        problem = ""
        if len(filters) >= MAX_CONDITIONS:
            problem = TOO_MANY_FILTERS
        elif condition is None:
            problem = UNKNOWN_FILTER
        elif condition.reference in hidden:
            problem = _say_what_is_hidden(condition)
        if problem or condition is None:
            filters.append(ListFilter(address, problem, matches_no_one=True))
            continue
        words = describe_condition(condition, names)
        sentence = capitalize_first(words)
        is_named = condition.reference is None or condition.reference in names.references
        filters.append(ListFilter(address, sentence, not is_named))
    return filters


def _say_what_is_hidden(condition: Condition) -> str:
    is_of_field = condition.reference is not None and (
        condition.reference[0] is ReferenceKind.FIELD
    )
    return ADMIN_FILTER if is_of_field else OUTSIDE_FILTER


def _load_names(references: set[Reference], field_names: Mapping[int, str]) -> RuleNames:
    names_by_reference: dict[Reference, str] = {}
    for field_id, name in field_names.items():
        names_by_reference[ReferenceKind.FIELD, field_id] = name
    names = load_rule_names(references - names_by_reference.keys())
    return replace(names, references={**names.references, **names_by_reference})


def build_filter_conditions(
    addresses: Sequence[str], phone: Any, role: Role, *, is_for_page: bool
) -> FilterConditions:
    """Return the conditions of the phones in a column that filters leave.

    One that cannot be read, names something that was deleted, compares a field with what is no
    value of its type, or asks a field that the user must not see matches no one. `is_for_page`:
    only the first matches of the list are asked for.
    """
    conditions = read_conditions(addresses)
    references = list_references(conditions)
    is_readable = len(conditions) == len(addresses) <= MAX_CONDITIONS
    if not is_readable or find_hidden_references(references, role):
        return FilterConditions([false()])
    context = load_condition_context()
    readable = [
        is_value_of_field(condition.ref_id or 0, condition.value, context.values)
        for condition in conditions
        if condition.kind is ConditionKind.FIELD_IS
    ]
    if is_for_page:
        built = build_page_conditions(conditions, phone, context)
    else:
        rule = SegmentRule(Joiner.ALL, tuple(conditions))
        built = FilterConditions(build_rule_conditions(rule, phone, context))
    return replace(built, conditions=[*readable, *built.conditions])


def read_conditions(addresses: Sequence[str]) -> list[Condition]:
    """Return the conditions of filters that can be read."""
    conditions = map(parse_condition_address, addresses)
    return [condition for condition in conditions if condition is not None]
