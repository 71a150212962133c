"""The people of a segment: its rule as one SQL query over the tables of their owners."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, TypeGuard

from sqlalchemy import ColumnElement, Select, and_, false, or_, select, union

from app.audiences.queries.condition_context import ConditionContext
from app.audiences.queries.condition_sql import build_condition, build_person_conditions
from app.audiences.queries.person_condition_sql import PERSON_BUILDERS, WIDE_PERSON_KINDS
from app.community.member_conditions import select_community_phones
from app.delivery.queries.text_conditions import exists_blast
from app.domain.audiences.conditions import Condition, ConditionKind, ReferenceKind
from app.domain.audiences.segment_rules import (
    ConditionGroup,
    Joiner,
    RuleItem,
    RulePool,
    SegmentRule,
    list_references,
    normalize_rule,
)
from app.events.queries.event_conditions import exists_event, select_registered_phones
from app.groups.queries.group_conditions import (
    exists_group,
    is_phone_in_groups,
    select_active_group_phones,
)
from app.profiles.queries.person_conditions import exists_field
from app.surveys.queries.survey_conditions import exists_survey

# What many people may fulfil.
WIDE_KINDS = (
    *WIDE_PERSON_KINDS,
    ConditionKind.LAST_TEXT_DELIVERED,
    ConditionKind.JOINED_BEFORE,
    ConditionKind.JOINED_AFTER,
    ConditionKind.TEXTED_LAST_DAYS,
    ConditionKind.CHECKED_IN_LAST_DAYS,
    ConditionKind.CHECK_INS_STOPPED,
    ConditionKind.STREAK_AT_LEAST,
)
EXISTENCE: dict[ReferenceKind, Callable[[int], ColumnElement[bool]]] = {
    ReferenceKind.GROUP: exists_group,
    ReferenceKind.FIELD: exists_field,
    ReferenceKind.EVENT: exists_event,
    ReferenceKind.SURVEY: exists_survey,
    ReferenceKind.BLAST: exists_blast,
}


def select_segment_phones(rule: SegmentRule, context: ConditionContext) -> Select[str]:
    """Select the phones of the people whom a rule means, each once.

    A rule without conditions means no one, and so does one that names something that was deleted:
    whether it is there is read in the same statement.
    """
    pool = select_pool_phones(rule.among).subquery("pool")
    phone = pool.c.phone
    return select(phone).where(*build_rule_conditions(rule, phone, context))


def build_rule_conditions(
    rule: SegmentRule, phone: Any, context: ConditionContext
) -> list[ColumnElement[bool]]:
    """Return the conditions of the phones in a column whose people a rule means."""
    normal = normalize_rule(rule)
    if not normal.items:
        return [false()]
    condition = _join(_build_items(normal.items, normal.joiner, phone, context), normal.joiner)
    return [condition, *build_existence_conditions(normal.conditions)]


def build_existence_conditions(conditions: Iterable[Condition]) -> list[ColumnElement[bool]]:
    """Return the conditions that what conditions name has not been deleted."""
    references = sorted(list_references(conditions))
    return [EXISTENCE[kind](ref_id) for kind, ref_id in references]


def leaves_few(rule: SegmentRule) -> bool:
    """Whether a rule probably means few people: its query begins with a list of them."""
    normal = normalize_rule(rule)
    return (any if normal.joiner is Joiner.ALL else all)(map(_leaves_few, normal.items))


def select_pool_phones(among: RulePool) -> Any:
    """Select the phones of the people among whom a segment looks, to be narrowed."""
    members = select_community_phones()
    if among is RulePool.COMMUNITY:
        return members
    return union(members, select_active_group_phones(), select_registered_phones())


def _build_items(
    items: Sequence[RuleItem], joiner: Joiner, phone: Any, context: ConditionContext
) -> list[ColumnElement[bool]]:
    conditions = []
    if joiner is Joiner.ALL:
        # Two fields of a person are one look-up, not two; it comes first, as it leaves few.
        about_person = [item for item in items if _is_about_person(item)]
        context = _narrow_context(items, about_person, context)
        if len(about_person) > 1:
            items = [item for item in items if item not in about_person]
            conditions.append(build_person_conditions(about_person, phone, context))
    if joiner is Joiner.ANY:
        # "In Choir or Youth" is one look-up, not two.
        merged = [item for item in items if _is_in_group(item)]
        items = [item for item in items if item not in merged]
        group_ids = [item.ref_id for item in merged if isinstance(item, Condition)]
        if group_ids:
            ids = [group_id for group_id in group_ids if group_id is not None]
            is_in_any = is_phone_in_groups(
                phone,
                ids,
                is_archived_counted=False,
                skips_left=context.skips_left,
                is_looked_up=context.is_group_looked_up,
            )
            conditions.append(is_in_any)
    for item in items:
        if isinstance(item, ConditionGroup):
            inner = _build_items(item.conditions, item.joiner, phone, context)
            conditions.append(_join(inner, item.joiner))
        else:
            conditions.append(build_condition(item, phone, context))
    return conditions


def _narrow_context(
    items: Sequence[RuleItem], about_person: Sequence[Condition], context: ConditionContext
) -> ConditionContext:
    """Return the context of items that all must be fulfilled."""
    begins_with_few_people = len(about_person) > 1 and any(map(_leaves_few, about_person))
    return replace(
        context,
        is_narrowed=context.is_narrowed or any(map(_leaves_few, items)),
        is_group_looked_up=context.is_group_looked_up or begins_with_few_people,
    )


def _leaves_few(item: RuleItem) -> bool:
    """Whether an item probably means few people, so that the query begins with them."""
    if isinstance(item, ConditionGroup):
        return item.joiner is Joiner.ANY and all(map(_leaves_few, item.conditions))
    return item.kind not in WIDE_KINDS and not item.is_negated


def _is_about_person(item: RuleItem) -> TypeGuard[Condition]:
    if not isinstance(item, Condition) or item.is_negated:
        return False
    return item.kind in PERSON_BUILDERS


def _is_in_group(item: RuleItem) -> bool:
    if not isinstance(item, Condition) or item.is_negated:
        return False
    return item.kind is ConditionKind.IN_GROUP


def _join(conditions: Sequence[ColumnElement[bool]], joiner: Joiner) -> ColumnElement[bool]:
    return and_(*conditions) if joiner is Joiner.ALL else or_(*conditions)
