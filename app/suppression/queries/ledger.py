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
from app.core.prepared import PreparedStatement
from app.suppression.models import (
    ConsentAct,
    ConsentEvent,
    ConsentMethod,
)


def newest_act(phone_column: Any, before: Any = None) -> ColumnElement[Any]:
    """For any select: what the ledger last heard of this phone (the word of a ConsentAct), NULL
    when nothing.

    `before`: the id of a line; what came with it or after it is not asked. That an admin took
    an entry off the list is no yes of the person's: such a line is passed over.
    """
    line = aliased(ConsentEvent)
    taken_off = and_(
        line.act == ConsentAct.RETURNED, line.method == ConsentMethod.ADMIN
    )
    heard = select(type_coerce(line.act, String)).where(
        line.phone == phone_column, ~taken_off
    )
    if before is not None:
        heard = heard.where(line.id < before)
    newest = heard.order_by(line.id.desc()).limit(1)
    return newest.correlate_except(line).scalar_subquery()


def newest_line(phone_column: Any) -> ColumnElement[Any]:
    """For any select: the id of that line."""
    line = aliased(ConsentEvent)
    return (
        select(func.max(line.id))
        .where(line.phone == phone_column)
        .correlate_except(line)
        .scalar_subquery()
    )


_THEIRS = ConsentEvent.phone == bindparam("b_phone")
_ACTS = select(ConsentEvent.act).order_by(ConsentEvent.id.desc()).limit(1)
_THEIR_STOP = and_(
    ConsentEvent.act == ConsentAct.WITHDRAWN, ConsentEvent.method == ConsentMethod.STOP
)
_LAST = PreparedStatement(_ACTS.where(_THEIRS))
_LAST_OF_LEAVING = PreparedStatement(
    _ACTS.where(_THEIRS, or_(_THEIR_STOP, ConsentEvent.act == ConsentAct.RETURNED))
)


def stop_is_known(phone: str) -> bool:
    """Whether this number's own STOP is the last that the ledger heard of it about leaving and
    coming back.

    Whoever texts STOP then is told nothing new: it was confirmed once, and nobody has let them
    come back since.
    """
    return _LAST_OF_LEAVING.value(b_phone=phone) is ConsentAct.WITHDRAWN


def last_act(phone: str) -> ConsentAct | None:
    """What the ledger last heard of this number."""
    act: ConsentAct | None = _LAST.value(b_phone=phone)
    return act


ACT_WORDS = {
    ConsentAct.GRANTED: "Agreed to texts",
    ConsentAct.WITHDRAWN: "Wants no more texts",
    ConsentAct.RETURNED: "Agreed to texts again",
}
METHOD_WORDS = {
    ConsentMethod.IMPORT: "from an imported list",
    ConsentMethod.FORM: "on a form",
    ConsentMethod.KEYWORD: "by texting a keyword",
    ConsentMethod.STOP: "by text",
    ConsentMethod.START: "by text",
    ConsentMethod.ADMIN: "written down by hand",
    ConsentMethod.CARRIER: "Twilio says so",
}


@dataclass(frozen=True)
class Word:
    """A line of the ledger in words: what they said, how, what proves it, who wrote it down
    (None: nobody had to).
    """

    at: datetime
    act: ConsentAct
    said: str
    how: str
    evidence: str | None
    actor: str | None


def history(phone: str, most: int = 100) -> list[Word]:
    """What the ledger has of a number, the newest first."""
    line = ConsentEvent
    rows = db.session.scalars(
        select(line).where(line.phone == phone).order_by(line.id.desc()).limit(most)
    )
    return [
        Word(
            row.at,
            row.act,
            ACT_WORDS[row.act],
            METHOD_WORDS[row.method],
            row.evidence,
            row.actor,
        )
        for row in rows
    ]
