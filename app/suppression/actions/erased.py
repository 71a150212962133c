"""People who were erased on request: what is kept of them is a hash, so that no list brings
back who said STOP.
"""

from collections.abc import Iterable

from flask import current_app
from sqlalchemy import func
from sqlalchemy.dialects.sqlite import insert

from app.core.db import db
from app.domain.phones.phone_erasure import hash_phone
from app.suppression.actions import statements
from app.suppression.actions.lists import opt_out
from app.suppression.models import INBOUND, ErasedNumber
from app.suppression.queries import has_opted_out

REASON = "Said STOP before they were erased"


def opted_out(phones: Iterable[str]) -> list[str]:
    """Those of `phones` that were erased after they had opted out, in the same order.

    100,000 numbers take a quarter of a second when anybody was erased, and nothing otherwise:
    call it before write().
    """
    marks = {mark for (mark,) in statements.ERASED.rows()}
    return (
        [phone for phone in phones if hash_phone(_key(), phone) in marks]
        if marks
        else []
    )


def remember(phones: Iterable[str]) -> int:
    """Put those of `phones` that were erased as opted out back on the do-not-text list.

    How many were not on it.

    Inside the write() that adds, imports or registers them. Only they can undo it, by texting
    START.
    """
    missing = [phone for phone in opted_out(phones) if not has_opted_out(phone)]
    return sum(opt_out(phone, source=INBOUND, reason=REASON) for phone in missing)


def keep(phone: str, *, said_stop: bool, by: str) -> None:
    """Write down that this number was erased. Once opted out stays opted out."""
    values = {
        "phone_hash": hash_phone(_key(), phone),
        "opted_out": said_stop,
        "erased_by": by,
    }
    added = insert(ErasedNumber).values(values)
    either = {"opted_out": func.max(ErasedNumber.opted_out, added.excluded.opted_out)}
    db.session.execute(added.on_conflict_do_update(["phone_hash"], set_=either))


def forget_stop(phone: str) -> None:
    """They texted START after they were erased: no list holds their old STOP against them any
    more.
    """
    statements.FORGET.run(b_hash=hash_phone(_key(), phone))


def _key() -> str:
    return str(current_app.extensions["settings"].erasure_key)
