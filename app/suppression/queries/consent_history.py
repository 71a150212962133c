"""Reading the consent ledger: what was last heard of a number, and its whole history in words."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    String,
    and_,
    bindparam,
    func,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.orm import aliased

from app.core.db import db
from app.core.prepared_statements import PreparedStatement
from app.suppression.models import (
    ConsentAct,
    ConsentEvent,
    ConsentMethod,
)


def select_newest_consent_act(phone_column: Any, before: Any = None) -> ColumnElement[Any]:
    """For any select: what the ledger last heard of this phone (the word of a ConsentAct), NULL
    when nothing.

    `before`: the id of a line; what came with it or after it is not asked. That an admin took
    an entry off the list is no yes of the person's: such a line is passed over.
    """
    line = aliased(ConsentEvent)
    taken_off = and_(line.act == ConsentAct.RETURNED, line.method == ConsentMethod.ADMIN)
    heard = select(type_coerce(line.act, String)).where(line.phone == phone_column, ~taken_off)
    if before is not None:
        heard = heard.where(line.id < before)
    newest = heard.order_by(line.id.desc()).limit(1)
    return newest.correlate_except(line).scalar_subquery()


def select_newest_consent_id(phone_column: Any) -> ColumnElement[Any]:
    """For any select: the id of that line."""
    line = aliased(ConsentEvent)
    return (
        select(func.max(line.id))
        .where(line.phone == phone_column)
        .correlate_except(line)
        .scalar_subquery()
    )


_HAS_PHONE = ConsentEvent.phone == bindparam("b_phone")
_SELECT_NEWEST_ACT = select(ConsentEvent.act).order_by(ConsentEvent.id.desc()).limit(1)
_IS_OWN_STOP = and_(
    ConsentEvent.act == ConsentAct.WITHDRAWN, ConsentEvent.method == ConsentMethod.STOP
)
_LAST_ACT = PreparedStatement(_SELECT_NEWEST_ACT.where(_HAS_PHONE))
_LAST_STOP_OR_RETURN = PreparedStatement(
    _SELECT_NEWEST_ACT.where(_HAS_PHONE, or_(_IS_OWN_STOP, ConsentEvent.act == ConsentAct.RETURNED))
)


def has_recorded_stop(phone: str) -> bool:
    """Whether this number's own STOP is the last that the ledger heard of it about leaving and
    coming back.

    Whoever texts STOP then is told nothing new: it was confirmed once, and nobody has let them
    come back since.
    """
    return _LAST_STOP_OR_RETURN.fetch_value(b_phone=phone) is ConsentAct.WITHDRAWN


def find_last_consent_act(phone: str) -> ConsentAct | None:
    """What the ledger last heard of this number."""
    act: ConsentAct | None = _LAST_ACT.fetch_value(b_phone=phone)
    return act


CONSENT_ACT_LABELS = {
    ConsentAct.GRANTED: "Agreed to texts",
    ConsentAct.WITHDRAWN: "Wants no more texts",
    ConsentAct.RETURNED: "Agreed to texts again",
}
CONSENT_METHOD_LABELS = {
    ConsentMethod.IMPORT: "from an imported list",
    ConsentMethod.FORM: "on a form",
    ConsentMethod.KEYWORD: "by texting a keyword",
    ConsentMethod.STOP: "by text",
    ConsentMethod.START: "by text",
    ConsentMethod.ADMIN: "written down by hand",
    ConsentMethod.CARRIER: "Twilio says so",
}


@dataclass(frozen=True)
class ConsentHistoryEntry:
    """A line of the ledger in words: what they said, how, what proves it, who wrote it down
    (None: nobody had to).
    """

    at: datetime
    act: ConsentAct
    act_label: str
    method_label: str
    evidence: str | None
    actor: str | None


def list_consent_history(phone: str, most: int = 100) -> list[ConsentHistoryEntry]:
    """What the ledger has of a number, the newest first."""
    line = ConsentEvent
    rows = db.session.scalars(
        select(line).where(line.phone == phone).order_by(line.id.desc()).limit(most)
    )
    return [
        ConsentHistoryEntry(
            row.at,
            row.act,
            CONSENT_ACT_LABELS[row.act],
            CONSENT_METHOD_LABELS[row.method],
            row.evidence,
            row.actor,
        )
        for row in rows
    ]
