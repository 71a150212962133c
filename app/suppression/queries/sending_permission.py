"""Whom we may text: the one judgement that the check, release, arming, replies and pages go by."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Enum,
    String,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    select,
    type_coerce,
)
from sqlalchemy.orm import aliased

from app.core.db import db
from app.core.prepared_statements import PreparedStatement
from app.domain.delivery.skip_reasons import SkipReason
from app.organisation.models import Organisation
from app.suppression.models import (
    ConsentAct,
    StopQuestion,
    SuppressedContact,
    SuppressionCategory,
    UnsubscribedContact,
)
from app.suppression.queries.consent_history import select_newest_consent_act

_REASON_TYPE = Enum(
    SkipReason,
    native_enum=False,
    length=20,
    values_callable=lambda members: [each.value for each in members],
)
SAID_STOP_REASON = SkipReason.SAID_STOP.value


def select_suppression_reason(phone_column: Any) -> ColumnElement[Any]:
    """For any select: why the phone in this column must not be texted (a LeftOut), or NULL when
    it may.

    The one judgement that the check, release, arming, replies and lists go by. Two look-ups in
    unique indexes a row, one more while any text that may mean STOP waits for a decision, and
    where the organisation texts only people with a recorded yes, one in the ledger: whether
    these two are needed is read once a statement. A soft failure never keeps a text from
    anybody. A select of nothing but this and counts must name the column's table itself, by
    select_from().
    """
    return type_coerce(
        func.coalesce(
            _select_list_reason(phone_column),
            _select_stop_question_reason(phone_column),
            _select_consent_reason(phone_column),
        ),
        _REASON_TYPE,
    )


def select_list_suppression_reason(phone_column: Any) -> ColumnElement[Any]:
    """The same by the two lists alone, whatever is demanded of consent."""
    return type_coerce(_select_list_reason(phone_column), _REASON_TYPE)


def _select_list_reason(phone_column: Any) -> ColumnElement[Any]:
    stop, bad = aliased(UnsubscribedContact), aliased(SuppressedContact)
    said_stop = exists().where(stop.phone == phone_column).correlate_except(stop)
    meaning = case(
        (bad.category == SuppressionCategory.OPT_OUT, literal(SAID_STOP_REASON)),
        (
            bad.category == SuppressionCategory.HARD_FAIL,
            literal(SkipReason.NUMBER_DEAD.value),
        ),
    )
    in_suppressed = (
        select(meaning).where(bad.phone == phone_column).correlate_except(bad).scalar_subquery()
    )
    return case((said_stop, literal(SAID_STOP_REASON)), else_=in_suppressed)


def _select_stop_question_reason(phone_column: Any) -> ColumnElement[Any]:
    asked, some = aliased(StopQuestion), aliased(StopQuestion)
    open_one = (
        exists().where(asked.phone == phone_column, asked.verdict.is_(None)).correlate_except(asked)
    )
    any_open = exists().where(some.verdict.is_(None)).correlate_except(some)
    return case((and_(any_open, open_one), literal(SkipReason.MAYBE_STOP.value)))


def _select_consent_reason(phone_column: Any) -> ColumnElement[Any]:
    ours = aliased(Organisation)
    demanded = exists().where(ours.consent_required).correlate_except(ours)
    withdrawn = ConsentAct.WITHDRAWN.value
    no_yes = func.coalesce(select_newest_consent_act(phone_column), withdrawn) == withdrawn
    return case((and_(demanded, no_yes), literal(SkipReason.NO_CONSENT.value)))


def find_suppression_reasons(phones: Sequence[str]) -> dict[str, SkipReason]:
    """Those of `phones` that must not be texted, each with why.

    However many they are, it is one statement.
    """
    asked = func.json_each(json.dumps(list(phones))).table_valued("value")
    why = select_suppression_reason(asked.c.value)
    return {
        row[0]: row[1]
        for row in db.session.execute(select(asked.c.value, why).where(why.is_not(None)))
    }


_PHONE_PARAMETER = bindparam("b_phone", type_=String)
SUPPRESSION_REASON_STATEMENT, _LIST_REASON_STATEMENT = (
    PreparedStatement(select(select_suppression_reason(_PHONE_PARAMETER))),
    PreparedStatement(select(select_list_suppression_reason(_PHONE_PARAMETER))),
)


def find_suppression_reason(phone: str) -> SkipReason | None:
    """Why we must not text this number, None when we may."""
    why: SkipReason | None = SUPPRESSION_REASON_STATEMENT.fetch_value(b_phone=phone)
    return why


def has_opted_out(phone: str) -> bool:
    """Whether this number said STOP, on whichever of the two lists that stands."""
    return _LIST_REASON_STATEMENT.fetch_value(b_phone=phone) is SkipReason.SAID_STOP
