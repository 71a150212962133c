"""Conditions about fields of people as SQL."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement

from app.audiences.queries.condition_context import ConditionContext
from app.domain.audiences.conditions import Condition, ConditionKind
from app.domain.profiles.field_types import FieldType
from app.profiles.queries import person_conditions

SQL = ColumnElement[bool]
Builder = Callable[[Condition, Any, ConditionContext], SQL]
_KIND = ConditionKind
_AHEAD = (_KIND.FIELD_NEXT_DAYS, _KIND.FIELD_ANNIVERSARY_NEXT_DAYS, _KIND.BIRTHDAY_NEXT_DAYS)


def _has_field_equal(condition: Condition, phone: Any, context: ConditionContext) -> SQL:
    value = condition.value
    return person_conditions.has_field_equal(phone, condition.ref_id or 0, value, context.values)


def _has_field_words(condition: Condition, phone: Any, context: ConditionContext) -> SQL:
    return person_conditions.has_field_words(
        phone, condition.ref_id or 0, condition.value, is_looked_up=context.is_narrowed
    )


def _has_field_value(condition: Condition, phone: Any, context: ConditionContext) -> SQL:
    return person_conditions.has_field_value(
        phone, condition.ref_id or 0, is_looked_up=context.is_narrowed
    )


def _compare_number(condition: Condition, phone: Any, context: ConditionContext) -> SQL:
    number, is_less = float(condition.value), condition.kind is _KIND.FIELD_LESS
    return person_conditions.has_field_between(
        phone,
        condition.ref_id or 0,
        FieldType.NUMBER,
        lambda column: column < number if is_less else column > number,
        is_looked_up=context.is_narrowed,
    )


def _compare_date(condition: Condition, phone: Any, context: ConditionContext) -> SQL:
    day, is_before = condition.value, condition.kind is _KIND.FIELD_BEFORE
    return person_conditions.has_field_between(
        phone,
        condition.ref_id or 0,
        FieldType.DATE,
        lambda column: column < day if is_before else column > day,
        is_looked_up=context.is_narrowed,
    )


def find_window(condition: Condition) -> tuple[int, int]:
    """Return the first and the last day of a condition, counted from today."""
    days = int(condition.value)
    is_ahead = condition.kind in _AHEAD
    return (0, days) if is_ahead else (-days, 0)


def _is_near_date(condition: Condition, phone: Any, context: ConditionContext) -> SQL:
    first, last = (context.days.find_day(days).isoformat() for days in find_window(condition))
    return person_conditions.has_field_between(
        phone,
        condition.ref_id or 0,
        FieldType.DATE,
        lambda column: column.between(first, last),
        is_looked_up=context.is_narrowed,
    )


def _is_near_anniversary(condition: Condition, phone: Any, context: ConditionContext) -> SQL:
    days = context.days.list_anniversaries(*find_window(condition))
    return person_conditions.has_field_anniversary(phone, condition.ref_id or 0, days)


FIELD_BUILDERS: dict[ConditionKind, Builder] = {
    _KIND.FIELD_IS: _has_field_equal,
    _KIND.FIELD_CONTAINS: _has_field_words,
    _KIND.FIELD_LESS: _compare_number,
    _KIND.FIELD_MORE: _compare_number,
    _KIND.FIELD_BEFORE: _compare_date,
    _KIND.FIELD_AFTER: _compare_date,
    _KIND.FIELD_NEXT_DAYS: _is_near_date,
    _KIND.FIELD_LAST_DAYS: _is_near_date,
    _KIND.FIELD_ANNIVERSARY_NEXT_DAYS: _is_near_anniversary,
    _KIND.FIELD_ANNIVERSARY_LAST_DAYS: _is_near_anniversary,
    _KIND.FIELD_HAS_VALUE: _has_field_value,
}
