"""What a person said by one of their numbers holds for all of them: STOP, a pause, a doubt."""

from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, literal, or_, select
from sqlalchemy.orm import aliased

from app.domain.delivery.skip_reasons import SkipReason
from app.profiles.queries.other_phones import select_has_second_numbers, select_other_phones
from app.suppression.models import (
    ConsentAct,
    ConsentEvent,
    ConsentMethod,
    StopQuestion,
    SuppressedContact,
    SuppressionCategory,
    UnsubscribedContact,
)


def select_other_number_reason(phone_column: Any) -> ColumnElement[Any]:
    """Return why another number of the same person keeps this one from being texted, or NULL.

    A number that has texted START since is texted all the same: newer words about it count. That a
    number does not work concerns no other one. Where no one has a second number, SQLite reads that
    once a statement and looks up nothing.
    """
    reason = func.coalesce(
        _select_opt_out_reason(phone_column),
        _select_carrier_reason(phone_column),
        _select_question_reason(phone_column),
    )
    # Most people have one number even where some have two: one look-up tells, before the others.
    has_others = and_(select_has_second_numbers(), select_other_phones(phone_column).exists())
    return case((has_others, reason))


def _select_opt_out_reason(phone_column: Any) -> ColumnElement[Any]:
    """Return whether another number has opted out or paused, as a reason."""
    row = aliased(UnsubscribedContact)
    is_pause = row.ends_at.is_not(None)
    reason = case(
        (is_pause, literal(SkipReason.PAUSED.value)), else_=literal(SkipReason.SAID_STOP.value)
    )
    return (
        select(reason)
        .where(
            row.phone.in_(select_other_phones(phone_column)),
            ~_has_returned(phone_column, row.phone, row.created_at),
        )
        .order_by(is_pause)
        .limit(1)
        .correlate_except(row)
        .scalar_subquery()
    )


def _select_carrier_reason(phone_column: Any) -> ColumnElement[Any]:
    row = aliased(SuppressedContact)
    has_opted_out = exists().where(
        row.phone.in_(select_other_phones(phone_column)),
        row.category == SuppressionCategory.OPT_OUT,
        ~_has_returned(phone_column, row.phone, row.created_at),
    )
    return case((has_opted_out.correlate_except(row), literal(SkipReason.SAID_STOP.value)))


def _select_question_reason(phone_column: Any) -> ColumnElement[Any]:
    """Return whether an open question about a STOP holds another number."""
    row = aliased(StopQuestion)
    is_open = exists().where(
        row.phone.in_(select_other_phones(phone_column)),
        row.verdict.is_(None),
        ~_has_returned(phone_column, row.phone, row.asked_at),
    )
    return case((is_open.correlate_except(row), literal(SkipReason.MAYBE_STOP.value)))


def _has_returned(phone_column: Any, other_phone: Any, since: Any) -> ColumnElement[bool]:
    """Whether the number itself has texted START after that moment, and the other no STOP since."""
    act, later_act = aliased(ConsentEvent), aliased(ConsentEvent)
    has_stopped_again = exists().where(
        later_act.phone == other_phone,
        later_act.act == ConsentAct.WITHDRAWN,
        later_act.at >= act.at,
    )
    has_returned = exists().where(
        act.phone == phone_column,
        act.method == ConsentMethod.START,
        or_(act.act == ConsentAct.RETURNED, act.act == ConsentAct.GRANTED),
        act.at > since,
        ~has_stopped_again.correlate_except(later_act),
    )
    return has_returned.correlate_except(act)
