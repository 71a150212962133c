"""Conditions for the first matches of a long list: by few people, or along the order of the list.

A list of 100,000 members shows at most its first 2,000 matches. Where one condition means few
people, they are listed once, the other conditions looked up for each of them, and the rest is
sorted. Otherwise the query walks along the order of the list and looks up every condition until it
has enough, unless a sample shows that it would have to walk too far. Listing all who fulfil a
condition took 500 ms where 80,000 of 100,000 did; a walk takes 20 ms.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import (
    BinaryExpression,
    ColumnElement,
    Select,
    func,
    not_,
    select,
)
from sqlalchemy.sql.operators import in_op, not_in_op

from app.audiences.queries.condition_context import ConditionContext
from app.audiences.queries.condition_sql import build_condition, is_without_value
from app.audiences.queries.person_condition_sql import PERSON_BUILDERS
from app.audiences.queries.segment_phones import build_existence_conditions
from app.community.member_access import (
    SAMPLE_SIZE,
    FilterConditions,
    MemberAccess,
    choose_access_by_matches,
)
from app.community.member_conditions import select_sample_phones
from app.core.db import db
from app.delivery.queries.text_conditions import (
    select_blast_text_ids,
    select_phones_with_rare_text,
)
from app.domain.audiences.conditions import Condition, ConditionKind

# Up to so many people are listed: 20,000 take 12 to 28 ms, a walk to 2,000 of them as long.
MAX_LISTED_PEOPLE = 20_000
# Up to so many whose newest text is looked up.
MAX_LISTED_RECIPIENTS = 8_000
_KIND = ConditionKind
RARE_KINDS = (_KIND.LAST_TEXT_FAILED, _KIND.LAST_TEXT_UNCONFIRMED)
# What cannot be asked of one person without reading what everyone did.
LISTED_KINDS = (
    _KIND.REPLIED_TO_BLAST,
    _KIND.SURVEY_ANSWER_IS,
    _KIND.SURVEY_ANSWER_CONTAINS,
    _KIND.SURVEY_FINISHED,
    _KIND.SURVEY_NOT_FINISHED,
)


def build_page_conditions(
    conditions: Sequence[Condition], phone: Any, context: ConditionContext
) -> FilterConditions:
    """Return the conditions of the phones in a column that fulfil all of these."""
    sizes = _measure_conditions(conditions, phone, context)
    first = _find_fewest(sizes)
    is_any_listed = first is not None
    access = MemberAccess.BY_PHONE if is_any_listed else _choose_access(conditions, context)
    is_by_phone = access is MemberAccess.BY_PHONE and not is_any_listed
    built = build_existence_conditions(conditions)
    for condition in conditions:
        # Who did not get a blast, or replied: a list of who did is read sooner than each text.
        is_listed = condition.is_negated and condition.kind is _KIND.NO_REPLY_TO_BLAST
        is_listed |= is_by_phone and is_without_value(condition)
        if condition is first or is_listed or condition.kind in LISTED_KINDS:
            built.append(build_condition(condition, phone, context))
        else:
            built.append(_build_look_up(condition, phone, context))
    return FilterConditions(built, access)


def _find_fewest(sizes: Mapping[Condition, int]) -> Condition | None:
    """Return the condition whose people are listed, None where none means few enough."""
    listed_conditions = []
    for condition, size in sizes.items():
        if size <= _choose_limit(condition):
            listed_conditions.append(condition)
    return min(listed_conditions, key=lambda condition: sizes[condition], default=None)


def _choose_limit(condition: Condition) -> int:
    """Return up to how many rows the list of a condition is read."""
    return MAX_LISTED_RECIPIENTS if condition.kind in RARE_KINDS else MAX_LISTED_PEOPLE


def _measure_conditions(
    conditions: Sequence[Condition], phone: Any, context: ConditionContext
) -> Mapping[Condition, int]:
    """Count the lists of conditions in one statement, each up to one more than is listed.

    One whose list is not read is missing.
    """
    counts: dict[Condition, ColumnElement[int]] = {}
    for condition in conditions:
        people = _select_rows_to_count(condition, phone, context)
        if people is not None:
            rows = people.limit(_choose_limit(condition) + 1).subquery()
            counts[condition] = select(func.count()).select_from(rows).scalar_subquery()
    if not counts:
        return {}
    sizes = db.session.execute(select(*counts.values())).one()
    return dict(zip(counts, sizes, strict=True))


def _select_rows_to_count(
    condition: Condition, phone: Any, context: ConditionContext
) -> Select[Any] | None:
    """Select the rows of which a condition means few or many, None where that is not counted."""
    if condition.is_negated or condition.kind in LISTED_KINDS:
        return None
    if condition.kind in RARE_KINDS:
        return select_phones_with_rare_text()
    if condition.kind is _KIND.NO_REPLY_TO_BLAST:
        return select_blast_text_ids(condition.ref_id or 0)
    return _find_listed_people(_build_cheapest(condition, phone, context))


def _choose_access(conditions: Sequence[Condition], context: ConditionContext) -> MemberAccess:
    """Return the way to the members where none of the conditions is listed, by a sample of them.

    A single condition that is not negated then means so many that a walk mostly finds enough.
    """
    looked_up = [row for row in conditions if row.kind not in LISTED_KINDS]
    wanted_count = sum(not row.is_negated for row in conditions)
    if not looked_up or wanted_count == 1:
        return MemberAccess.LIST_ORDER
    sample = select_sample_phones(SAMPLE_SIZE).subquery()
    look_ups = [_build_look_up(condition, sample.c.phone, context) for condition in looked_up]
    matches = select(func.count()).select_from(sample).where(*look_ups)
    return choose_access_by_matches(db.session.scalar(matches) or 0)


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
