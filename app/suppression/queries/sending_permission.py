"""Whom we may text: the one judgement that rehearsal, release, claiming, replies and pages use.

`select_suppression_reason()` is that judgement as an SQL expression; everything else in here asks
it for one phone or for many.
"""

import json
from collections.abc import Sequence
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    String,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    not_,
    select,
    type_coerce,
)
from sqlalchemy.orm import InstrumentedAttribute, aliased

from app.core.column_types import enum_column
from app.core.listed_values import build_listed_param
from app.core.prepared_statements import PreparedStatement
from app.domain.delivery.skip_reasons import SkipReason
from app.organisation import queries as organisation
from app.suppression.models import (
    StopQuestion,
    SuppressedContact,
    SuppressionCategory,
    UnsubscribedContact,
)
from app.suppression.queries.consent_history import select_has_recorded_consent
from app.suppression.queries.other_numbers import select_other_number_reason

SAID_STOP_REASON = SkipReason.SAID_STOP.value
# One type object for all: SQLAlchemy's cache of compiled statements tells types apart by it.
_REASON_TYPE = enum_column(SkipReason)


class PermissionPurpose(StrEnum):
    """What the judgement is for.

    BEGINNING: may we begin, that is, text this number of our own accord? Counts both lists, open
    STOP questions and, where the organisation demands it, the recorded consent. ANSWERING: may we
    answer what they have texted us? The same without the consent and the topics: whoever asks wants
    the answer.
    LIST_LOOKUP: does one of the two lists hold this number?
    """

    BEGINNING = "begin"
    ANSWERING = "answer"
    LIST_LOOKUP = "list_lookup"


def select_suppression_reason(
    phone_column: Any,
    purpose: PermissionPurpose = PermissionPurpose.BEGINNING,
    event_id: Any = None,
    has_left_topic: ColumnElement[bool] | None = None,
) -> ColumnElement[Any]:
    """Return why the phone in this column must not be texted, for any select.

    The value is a SkipReason, or NULL when the phone may be texted. `event_id`: a column or a
    value; a yes for this event counts beside one for all texts. `has_left_topic`: whether the
    person left the topic that the text is about (select_left_topic()); it counts where we begin.
    A STOP of one number of a person stops their others too (select_other_number_reason()). A soft
    failure never suppresses anybody. Costs two look-ups in unique indexes a row, one more while
    anybody has paused, while any STOP question is open and while any topic has been left, some
    while anybody has a second number, and one in the consent history where consent is demanded;
    which of these are needed is read once a statement.

    A select of nothing but this and counts must name the column's table itself, by select_from().
    """
    is_mapped_scope = event_id is None or isinstance(event_id, InstrumentedAttribute)
    is_mapped = is_mapped_scope and has_left_topic is None
    if is_mapped and isinstance(phone_column, InstrumentedAttribute):
        return _select_mapped_suppression_reason(phone_column, purpose, event_id)
    return _build_suppression_reason(phone_column, purpose, event_id, has_left_topic)


@cache
def _select_mapped_suppression_reason(
    phone_column: InstrumentedAttribute[Any],
    purpose: PermissionPurpose,
    event_id: InstrumentedAttribute[Any] | None,
) -> ColumnElement[Any]:
    # Building it takes 3 ms, a third of what a page of people takes. An expression never changes
    # and holds no value, so one serves every select and thread. Only the columns of the classes
    # are kept, a handful: whatever else is passed lives as long as its statement.
    return _build_suppression_reason(phone_column, purpose, event_id)


def _build_suppression_reason(
    phone_column: Any,
    purpose: PermissionPurpose,
    event_id: Any,
    has_left_topic: ColumnElement[bool] | None = None,
) -> ColumnElement[Any]:
    reason = _select_list_reason(phone_column)
    if purpose is not PermissionPurpose.LIST_LOOKUP:
        reason = func.coalesce(
            reason,
            select_other_number_reason(phone_column),
            _select_stop_question_reason(phone_column),
        )
    if purpose is PermissionPurpose.BEGINNING:
        if has_left_topic is not None:
            left_topic = case((has_left_topic, literal(SkipReason.LEFT_TOPIC.value)))
            reason = func.coalesce(reason, left_topic)
        reason = func.coalesce(reason, _select_consent_reason(phone_column, event_id))
    return type_coerce(reason, _REASON_TYPE)


def _select_list_reason(phone_column: Any) -> ColumnElement[Any]:
    opt_out, suppressed = aliased(UnsubscribedContact), aliased(SuppressedContact)
    is_listed = exists().where(opt_out.phone == phone_column).correlate_except(opt_out)
    is_paused = _is_paused(phone_column)
    category_reason = case(
        (suppressed.category == SuppressionCategory.OPT_OUT, literal(SAID_STOP_REASON)),
        (
            suppressed.category == SuppressionCategory.HARD_FAIL,
            literal(SkipReason.NUMBER_DEAD.value),
        ),
    )
    suppressed_reason = (
        select(category_reason)
        .where(suppressed.phone == phone_column)
        .correlate_except(suppressed)
        .scalar_subquery()
    )
    pause_reason = case((is_paused, literal(SkipReason.PAUSED.value)))
    listed_reason = func.coalesce(suppressed_reason, pause_reason)
    # A number is on the list once. Asked like this, its row is not read where no one has paused:
    # judging 20,000 people on the list takes 6 ms instead of 16.
    is_unsubscribed = and_(is_listed, not_(is_paused))
    return case((is_unsubscribed, literal(SAID_STOP_REASON)), else_=listed_reason)


def _is_paused(phone_column: Any) -> ColumnElement[bool]:
    pause, any_pause = aliased(UnsubscribedContact), aliased(UnsubscribedContact)
    is_paused = (
        exists()
        .where(pause.phone == phone_column, pause.ends_at.is_not(None))
        .correlate_except(pause)
    )
    # Read once a statement, from an index of the pauses only.
    is_any_paused = exists().where(any_pause.ends_at.is_not(None)).correlate_except(any_pause)
    return and_(is_any_paused, is_paused)


def _select_stop_question_reason(phone_column: Any) -> ColumnElement[Any]:
    question, any_question = aliased(StopQuestion), aliased(StopQuestion)
    is_open = (
        exists()
        .where(question.phone == phone_column, question.verdict.is_(None))
        .correlate_except(question)
    )
    # Does not depend on the row, so SQLite evaluates it once a statement: mostly no question is
    # open, and then the look-up above is never made.
    is_any_open = exists().where(any_question.verdict.is_(None)).correlate_except(any_question)
    return case((and_(is_any_open, is_open), literal(SkipReason.MAYBE_STOP.value)))


def _select_consent_reason(phone_column: Any, event_id: Any) -> ColumnElement[Any]:
    """Return why a number gets no texts where consent must be recorded."""
    has_no_consent = ~select_has_recorded_consent(phone_column, event_id)
    return case(
        (
            and_(organisation.select_consent_required(), has_no_consent),
            literal(SkipReason.NO_CONSENT.value),
        )
    )


def find_suppression_reasons(
    phones: Sequence[str],
    purpose: PermissionPurpose = PermissionPurpose.BEGINNING,
    event_id: int | None = None,
) -> dict[str, SkipReason]:
    """Return those of `phones` that must not be texted, each with the reason.

    `event_id`: of the event the texts are about. One statement, however many phones there are.
    """
    # The phones are one bound JSON list: SQLite allows 32,766 bound values a statement.
    values: dict[str, Any] = {"b_phones": json.dumps(phones)}
    if event_id is not None:
        values["b_event"] = event_id
    return dict(_prepare_reasons(purpose, event_id is not None).fetch_rows(**values))


@cache
def _prepare_reasons(purpose: PermissionPurpose, is_about_event: bool) -> PreparedStatement:
    # Building the expression takes 7 ms, an inbound text's survey asks it each time.
    phone = build_listed_param("b_phones")
    event_id = _EVENT_PARAM if is_about_event else None
    reason = select_suppression_reason(phone, purpose, event_id)
    return PreparedStatement(select(phone, reason).where(reason.is_not(None)))


# Compiled once: one or both are read for every text that comes in (see app/suppression/sql.py).
_PHONE_PARAM = bindparam("b_phone", type_=String)
_EVENT_PARAM = bindparam("b_event", type_=Integer)
_SELECT_REASON_BY_PURPOSE = {
    purpose: PreparedStatement(select(select_suppression_reason(_PHONE_PARAM, purpose)))
    for purpose in PermissionPurpose
}
_SELECT_EVENT_REASON = PreparedStatement(
    select(select_suppression_reason(_PHONE_PARAM, event_id=_EVENT_PARAM))
)


def find_suppression_reason(
    phone: str, purpose: PermissionPurpose = PermissionPurpose.BEGINNING
) -> SkipReason | None:
    """Return why we must not text this number, or None when we may."""
    reason: SkipReason | None = _SELECT_REASON_BY_PURPOSE[purpose].fetch_value(b_phone=phone)
    return reason


def find_event_suppression_reason(phone: str, event_id: int) -> SkipReason | None:
    """Return why texts about this event must not go to this number, or None when they may."""
    reason: SkipReason | None = _SELECT_EVENT_REASON.fetch_value(b_phone=phone, b_event=event_id)
    return reason


def is_paused(phone: str) -> bool:
    """Whether this number asked for no texts until a day that has not come."""
    return find_suppression_reason(phone, PermissionPurpose.LIST_LOOKUP) is SkipReason.PAUSED


def has_opted_out(phone: str) -> bool:
    """Whether this number said STOP, on whichever of the two lists that stands."""
    return find_suppression_reason(phone, PermissionPurpose.LIST_LOOKUP) is SkipReason.SAID_STOP
