"""Conditions for the first matches of a long list: by few people, or along the order of the list.

A list of 100,000 members shows at most its first 2,000 matches. Where one condition means few
people, they are listed once and the other conditions looked up for each of them. Otherwise the
query walks along the order of the list and looks up every condition until it has enough. Listing
all who fulfil a condition took 500 ms where 80,000 of 100,000 did; a walk takes 20 ms.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import BinaryExpression, ColumnElement, Select, func, not_, select
from sqlalchemy.sql.operators import in_op, not_in_op

from app.audiences.queries.condition_context import ConditionContext
from app.audiences.queries.condition_sql import build_condition, find_first_moment
from app.audiences.queries.person_condition_sql import PERSON_BUILDERS
from app.audiences.queries.segment_phones import build_existence_conditions
from app.core.db import db
from app.delivery.queries.text_conditions import select_texts_since
from app.domain.audiences.conditions import Condition, ConditionKind

# Up to so many people are listed: from here on a walk finds 2,000 of 100,000 sooner. It has to
# walk further where more conditions must be fulfilled.
MAX_LISTED_PEOPLE = 8_000
MAX_LISTED_AMONG_SEVERAL = 25_000
# Up to so many texts are listed: the ten of each person take longer to look up. Who was not
# texted is found sooner by a walk.
MAX_LISTED_TEXTS = 40_000
MAX_LISTED_OTHER_TEXTS = 15_000
_KIND = ConditionKind
TEXTED_KINDS = (_KIND.TEXTED_LAST_DAYS, _KIND.TEXTED_TODAY)
# What cannot be asked of one person without reading what everyone did.
NOT_LOOKED_UP_KINDS = (
    _KIND.REPLIED_TO_BLAST,
    _KIND.NO_REPLY_TO_BLAST,
    _KIND.SURVEY_ANSWER_IS,
    _KIND.SURVEY_ANSWER_CONTAINS,
    _KIND.SURVEY_FINISHED,
    _KIND.SURVEY_NOT_FINISHED,
)


def build_page_conditions(
    conditions: Sequence[Condition], phone: Any, context: ConditionContext
) -> list[ColumnElement[bool]]:
    """Return the conditions of the phones in a column that fulfil all of these."""
    sizes = _measure_conditions(conditions, phone, context)
    first = _find_fewest(conditions, sizes)
    built = build_existence_conditions(conditions)
    for condition in conditions:
        is_of_texts = condition.kind in TEXTED_KINDS
        is_listed = is_of_texts and sizes[condition] <= _choose_limit(condition, conditions)
        if condition is first or is_listed or condition.kind in NOT_LOOKED_UP_KINDS:
            built.append(build_condition(condition, phone, context))
        else:
            built.append(_build_look_up(condition, phone, context))
    return built


def _find_fewest(
    conditions: Sequence[Condition], sizes: Mapping[Condition, int]
) -> Condition | None:
    """Return the condition whose people are listed, None where none means few enough."""
    listed_conditions = [condition for condition in sizes if not condition.is_negated]
    if not listed_conditions:
        return None
    fewest = min(listed_conditions, key=lambda condition: sizes[condition])
    return fewest if sizes[fewest] <= _choose_limit(fewest, conditions) else None


def _choose_limit(condition: Condition, wanted: Collection[Condition]) -> int:
    """Return up to how many rows the list of a condition is read, among others."""
    if condition.kind in TEXTED_KINDS:
        return MAX_LISTED_OTHER_TEXTS if condition.is_negated else MAX_LISTED_TEXTS
    is_alone = sum(not other.is_negated for other in wanted) == 1
    return MAX_LISTED_PEOPLE if is_alone else MAX_LISTED_AMONG_SEVERAL


def _measure_conditions(
    conditions: Sequence[Condition], phone: Any, context: ConditionContext
) -> dict[Condition, int]:
    """Return how many rows the lists of conditions have, as far as it matters. One statement.

    A condition whose list is not read is missing.
    """
    lists: dict[Condition, Select[Any]] = {}
    for condition in conditions:
        most = _choose_limit(condition, conditions) + 1
        if condition.kind in TEXTED_KINDS:
            moment = find_first_moment(condition, context)
            lists[condition] = select_texts_since(moment).limit(most)
        elif not condition.is_negated and condition.kind not in NOT_LOOKED_UP_KINDS:
            people = _find_listed_people(_build_cheapest(condition, phone, context))
            if people is not None:
                lists[condition] = people.limit(most)
    if not lists:
        return {}
    counts = [
        select(func.count()).select_from(rows.subquery()).scalar_subquery()
        for rows in lists.values()
    ]
    return dict(zip(lists, db.session.execute(select(*counts)).one(), strict=True))


def _build_cheapest(
    condition: Condition, phone: Any, context: ConditionContext
) -> ColumnElement[bool]:
    """Return a condition whose list can be counted without the phones of its people."""
    if condition.kind in PERSON_BUILDERS:
        return PERSON_BUILDERS[condition.kind](condition, phone, context)
    return build_condition(condition, phone, context)


def _find_listed_people(condition: ColumnElement[bool]) -> Select[str] | None:
    """Return the select of a condition that the phone is, or is not, among these; else None."""
    if not isinstance(condition, BinaryExpression):
        return None
    if condition.operator not in (in_op, not_in_op):
        return None
    people = getattr(condition.right, "element", None)
    return people if isinstance(people, Select) else None


def _build_look_up(
    condition: Condition, phone: Any, context: ConditionContext
) -> ColumnElement[bool]:
    """Return a condition that is asked for each phone, rather than of a list of all."""
    built = build_condition(condition, phone, replace(context, is_narrowed=True))
    people = _find_listed_people(built)
    if people is None:
        return built
    (listed_phone,) = people.selected_columns
    is_listed = people.where(listed_phone == phone).exists()
    return not_(is_listed) if condition.is_negated else is_listed
