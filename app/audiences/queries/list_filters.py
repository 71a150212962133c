"""The filters of a list of people: each is one condition of an address, all must be fulfilled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, false

from app.audiences.queries.condition_context import load_condition_context
from app.audiences.queries.page_conditions import build_page_conditions
from app.audiences.queries.rule_names import Reference, find_hidden_fields, load_rule_names
from app.audiences.queries.segment_phones import build_rule_conditions
from app.domain.accounts.roles import Role
from app.domain.audiences.condition_addresses import parse_condition_address
from app.domain.audiences.condition_phrases import RuleNames, describe_condition
from app.domain.audiences.conditions import Condition, ReferenceKind
from app.domain.audiences.segment_rules import MAX_CONDITIONS, Joiner, SegmentRule

TOO_MANY_FILTERS = f"More than {MAX_CONDITIONS} filters"
UNKNOWN_FILTER = "A filter that cannot be read"
ADMIN_FILTER = "A field that only admins see"


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
    conditions = [parse_condition_address(address) for address in addresses]
    known = [condition for condition in conditions if condition is not None]
    references = {condition.reference for condition in known if condition.reference}
    hidden = {(ReferenceKind.FIELD, ref_id) for ref_id in find_hidden_fields(references, role)}
    names = _load_names(references, field_names)
    filters = []
    for place, (address, condition) in enumerate(zip(addresses, conditions, strict=True)):
        if place >= MAX_CONDITIONS:
            filters.append(ListFilter(address, TOO_MANY_FILTERS, matches_no_one=True))
        elif condition is None:
            filters.append(ListFilter(address, UNKNOWN_FILTER, matches_no_one=True))
        elif condition.reference in hidden:
            filters.append(ListFilter(address, ADMIN_FILTER, matches_no_one=True))
        else:
            words = describe_condition(condition, names)
            is_gone = condition.reference is not None and (
                condition.reference not in names.references
            )
            filters.append(ListFilter(address, words[:1].upper() + words[1:], is_gone))
    return filters


def _load_names(references: set[Reference], field_names: Mapping[int, str]) -> RuleNames:
    known = {(ReferenceKind.FIELD, field_id): name for field_id, name in field_names.items()}
    names = load_rule_names(references - known.keys())
    return replace(names, references={**names.references, **known})


def build_filter_conditions(
    addresses: Sequence[str], phone: Any, role: Role, *, is_for_page: bool
) -> list[ColumnElement[bool]]:
    """Return the conditions of the phones in a column that filters leave.

    `is_for_page`: only the first matches of the list are asked for.

    One that cannot be read, names something that was deleted, or asks a field that the user must
    not see matches no one.
    """
    conditions = read_conditions(addresses)
    references = {condition.reference for condition in conditions if condition.reference}
    is_readable = len(conditions) == len(addresses) <= MAX_CONDITIONS
    if not is_readable or find_hidden_fields(references, role):
        return [false()]
    if is_for_page:
        return build_page_conditions(conditions, phone, load_condition_context())
    rule = SegmentRule(Joiner.ALL, tuple(conditions))
    return build_rule_conditions(rule, phone, load_condition_context())


def read_conditions(addresses: Sequence[str]) -> list[Condition]:
    """Return the conditions of filters that can be read."""
    conditions = map(parse_condition_address, addresses)
    return [condition for condition in conditions if condition is not None]
