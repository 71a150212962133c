"""One condition of a segment as SQL: which function of which owner answers it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import not_

from app.audiences.queries.condition_context import ConditionContext
from app.audiences.queries.person_condition_sql import (
    PERSON_BUILDERS,
    SQL,
    WIDE_PERSON_KINDS,
    Builder,
)
from app.check_ins.queries import check_in_conditions
from app.community.member_conditions import has_joined
from app.delivery.queries import text_conditions
from app.domain.audiences.conditions import Condition, ConditionKind
from app.domain.delivery.message_statuses import FAILED_STATUSES, MessageStatus
from app.events.models import EventAnswer
from app.events.queries import event_conditions
from app.groups.queries.group_conditions import is_phone_in_groups
from app.inbox.queries.reply_conditions import has_written_since
from app.profiles.queries import person_conditions
from app.surveys.queries import survey_conditions


def build_condition(condition: Condition, phone: Any, context: ConditionContext) -> SQL:
    """Return a condition of the phone in this column."""
    if condition.kind is ConditionKind.IN_GROUP:
        # Archiving a group never adds anyone: who was left out for being in it stays left out.
        result = is_phone_in_groups(
            phone,
            [condition.ref_id or 0],
            is_archived_counted=condition.is_negated,
            skips_left=context.skips_left and not condition.is_negated,
            is_looked_up=context.is_group_looked_up,
        )
    elif is_without_value(condition) and not context.is_narrowed:
        return person_conditions.lacks_field_value(phone, condition.ref_id or 0)
    elif condition.kind in PERSON_BUILDERS:
        result = build_person_conditions([condition], phone, context)
    else:
        result = _BUILDERS[condition.kind](condition, phone, context)
    return not_(result) if condition.is_negated else result


def is_without_value(condition: Condition) -> bool:
    """Whether a condition asks for people without a value in a field."""
    return condition.kind is ConditionKind.FIELD_HAS_VALUE and condition.is_negated


def build_person_conditions(
    conditions: Sequence[Condition], phone: Any, context: ConditionContext
) -> SQL:
    """Return the condition that the person of a phone fulfils all of these (PERSON_BUILDERS)."""
    # Those that few people fulfil make the list, the others are asked of each person on it.
    ordered = sorted(conditions, key=_is_wide)
    is_looked_up = context.is_narrowed and _is_wide(ordered[0])
    builders = []
    for condition in ordered:
        is_narrowed = is_looked_up or condition is not ordered[0]
        own_context = replace(context, is_narrowed=is_narrowed)
        build = PERSON_BUILDERS[condition.kind]
        builders.append(partial(_call_builder, build, condition, own_context))
    return person_conditions.is_person_with(phone, builders, is_looked_up=is_looked_up)


def _is_wide(condition: Condition) -> bool:
    return condition.kind in WIDE_PERSON_KINDS


def _call_builder(
    build: Builder, condition: Condition, context: ConditionContext, person_id: Any
) -> SQL:
    return build(condition, person_id, context)


_KIND = ConditionKind


def _is_registered(condition: Condition, phone: Any, context: ConditionContext) -> SQL:
    return event_conditions.is_registered(phone, condition.ref_id or 0)


def _has_event_answer(condition: Condition, phone: Any, context: ConditionContext) -> SQL:
    answer = _EVENT_ANSWERS[condition.kind]
    return event_conditions.has_event_answer(phone, condition.ref_id or 0, answer)


def _has_attended(condition: Condition, phone: Any, context: ConditionContext) -> SQL:
    is_wanted = condition.kind is _KIND.EVENT_CAME
    return event_conditions.has_attended(phone, condition.ref_id or 0, is_wanted=is_wanted)


def _has_survey_answer(condition: Condition, phone: Any, context: ConditionContext) -> SQL:
    return survey_conditions.has_survey_answer(
        phone,
        condition.ref_id or 0,
        condition.question or 0,
        condition.value,
        is_part=condition.kind is _KIND.SURVEY_ANSWER_CONTAINS,
    )


def _has_finished_survey(condition: Condition, phone: Any, context: ConditionContext) -> SQL:
    return survey_conditions.has_finished_survey(phone, condition.ref_id or 0)


def _has_begun_survey_only(condition: Condition, phone: Any, context: ConditionContext) -> SQL:
    return survey_conditions.has_begun_survey_only(phone, condition.ref_id or 0)


def find_first_moment(condition: Condition, context: ConditionContext) -> datetime:
    """Return the moment at which the last n days begin, or today where a condition has no days."""
    return context.days.begin(context.days.find_day(-int(condition.value or 0)))


def _has_written(condition: Condition, phone: Any, context: ConditionContext) -> SQL:
    return has_written_since(phone, find_first_moment(condition, context))


def _has_replied(condition: Condition, phone: Any, context: ConditionContext) -> SQL:
    return text_conditions.has_replied_to_blast(phone, condition.ref_id or 0)


def _has_not_replied(condition: Condition, phone: Any, context: ConditionContext) -> SQL:
    return text_conditions.has_not_replied_to_blast(phone, condition.ref_id or 0)


def _has_last_text(condition: Condition, phone: Any, context: ConditionContext) -> SQL:
    return text_conditions.has_last_text_in(
        phone, _LAST_STATUSES[condition.kind], is_looked_up=context.is_narrowed
    )


def _joined_before(condition: Condition, phone: Any, context: ConditionContext) -> SQL:
    moment = context.days.begin(date.fromisoformat(condition.value))
    return has_joined(phone, lambda column: column < moment)


def _joined_after(condition: Condition, phone: Any, context: ConditionContext) -> SQL:
    day = date.fromisoformat(condition.value)
    # On the day itself is not after it; after the last day of the calendar there is none.
    moment = context.days.begin(day if day == date.max else day + timedelta(days=1))
    return has_joined(phone, lambda column: column >= moment)


def _joined_lately(condition: Condition, phone: Any, context: ConditionContext) -> SQL:
    moment = find_first_moment(condition, context)
    return has_joined(phone, lambda column: column >= moment)


def _was_texted(condition: Condition, phone: Any, context: ConditionContext) -> SQL:
    moment = find_first_moment(condition, context)
    # Who was not texted is asked of each phone: who was may be nearly everyone.
    is_looked_up = context.is_narrowed or condition.is_negated
    return text_conditions.was_texted_since(phone, moment, is_looked_up=is_looked_up)


def _has_checked_in(condition: Condition, phone: Any, context: ConditionContext) -> SQL:
    day = context.days.find_day(-int(condition.value))
    build = _CHECK_IN_BUILDERS[condition.kind]
    # Who did not is asked of each phone: who did may be nearly everyone.
    is_looked_up = context.is_narrowed or condition.is_negated
    return build(phone, day, is_looked_up=is_looked_up)


def _has_streak(condition: Condition, phone: Any, context: ConditionContext) -> SQL:
    days, today = int(condition.value), context.days.today
    is_looked_up = context.is_narrowed or condition.is_negated
    return check_in_conditions.has_streak(phone, days, today, is_looked_up=is_looked_up)


_CHECK_IN_BUILDERS = {
    _KIND.CHECKED_IN_LAST_DAYS: check_in_conditions.has_checked_in_since,
    _KIND.CHECK_INS_STOPPED: check_in_conditions.has_stopped_before,
}
_EVENT_ANSWERS = {
    _KIND.EVENT_COMING: EventAnswer.COMING,
    _KIND.EVENT_MAYBE: EventAnswer.MAYBE,
    _KIND.EVENT_NOT_COMING: EventAnswer.NOT_COMING,
}
_LAST_STATUSES: dict[ConditionKind, tuple[MessageStatus, ...]] = {
    _KIND.LAST_TEXT_DELIVERED: (MessageStatus.DELIVERED,),
    _KIND.LAST_TEXT_FAILED: FAILED_STATUSES,
    _KIND.LAST_TEXT_UNCONFIRMED: (MessageStatus.UNKNOWN,),
}
_BUILDERS: dict[ConditionKind, Builder] = {
    _KIND.EVENT_REGISTERED: _is_registered,
    _KIND.EVENT_COMING: _has_event_answer,
    _KIND.EVENT_MAYBE: _has_event_answer,
    _KIND.EVENT_NOT_COMING: _has_event_answer,
    _KIND.EVENT_CAME: _has_attended,
    _KIND.EVENT_DID_NOT_COME: _has_attended,
    _KIND.SURVEY_ANSWER_IS: _has_survey_answer,
    _KIND.SURVEY_ANSWER_CONTAINS: _has_survey_answer,
    _KIND.SURVEY_FINISHED: _has_finished_survey,
    _KIND.SURVEY_NOT_FINISHED: _has_begun_survey_only,
    _KIND.REPLIED_LAST_DAYS: _has_written,
    _KIND.REPLIED_TO_BLAST: _has_replied,
    _KIND.NO_REPLY_TO_BLAST: _has_not_replied,
    _KIND.LAST_TEXT_DELIVERED: _has_last_text,
    _KIND.LAST_TEXT_FAILED: _has_last_text,
    _KIND.LAST_TEXT_UNCONFIRMED: _has_last_text,
    _KIND.JOINED_BEFORE: _joined_before,
    _KIND.JOINED_AFTER: _joined_after,
    _KIND.JOINED_LAST_DAYS: _joined_lately,
    _KIND.TEXTED_LAST_DAYS: _was_texted,
    _KIND.TEXTED_TODAY: _was_texted,
    _KIND.CHECKED_IN_LAST_DAYS: _has_checked_in,
    _KIND.CHECK_INS_STOPPED: _has_checked_in,
    _KIND.STREAK_AT_LEAST: _has_streak,
}
