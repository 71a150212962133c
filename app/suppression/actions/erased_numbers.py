"""Numbers of people who were erased on request.

Only a hash of the number is kept, so that no later import texts somebody who had opted out.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.dialects.sqlite import insert

from app.core.clock import now
from app.core.db import db
from app.core.settings import current_settings
from app.domain.phones.phone_erasure import hash_phone
from app.suppression import sql
from app.suppression.actions.erasure_file import KeptErasure
from app.suppression.actions.opt_outs import record_opt_out
from app.suppression.models import INBOUND_SOURCE, ErasedNumber
from app.suppression.queries.sending_permission import has_opted_out

ERASED_OPT_OUT_REASON = "Opted out before they were erased"


def filter_erased_opt_outs(phones: Iterable[str]) -> list[str]:
    """Return those of `phones` that were erased after they had opted out, in the same order.

    100,000 numbers take a quarter of a second when anybody was erased, and nothing otherwise:
    call it before write().
    """
    hashes = set(sql.SELECT_ERASED_OPT_OUTS.fetch_values())
    if not hashes:
        return []
    key = _get_erasure_key()
    return [phone for phone in phones if hash_phone(key, phone) in hashes]


def restore_erased_opt_outs(phones: Iterable[str]) -> int:
    """Put those of `phones` that were erased as opted out back on the do-not-text list.

    Returns how many were not on it. Call it inside the write() that adds, imports or registers
    them. Only they can undo it, by texting START.
    """
    count = 0
    for phone in filter_erased_opt_outs(phones):
        if not has_opted_out(phone):
            count += record_opt_out(phone, source=INBOUND_SOURCE, reason=ERASED_OPT_OUT_REASON)
    return count


def record_erased_number(phone: str, *, said_stop: bool, by: str) -> None:
    """Record that this number was erased. A number once recorded as opted out stays so."""
    values = {
        "phone_hash": hash_phone(_get_erasure_key(), phone),
        "opted_out": said_stop,
        "erased_by": by,
        "erased_at": now(),
    }
    # One upsert: the number may have been erased before, and its row must not be lost.
    statement = insert(ErasedNumber).values(values)
    new = statement.excluded
    merged = {
        "opted_out": func.max(ErasedNumber.opted_out, new.opted_out),
        "erased_at": new.erased_at,
    }
    db.session.execute(statement.on_conflict_do_update(["phone_hash"], set_=merged))


def is_number_erased(phone: str) -> bool:
    """Whether the person with this number was erased on request. A read."""
    phone_hash = hash_phone(_get_erasure_key(), phone)
    return bool(db.session.scalar(select(exists().where(ErasedNumber.phone_hash == phone_hash))))


def list_erased_since(phones: Iterable[str], moment: datetime) -> list[str]:
    """Return those of `phones` whose owner was erased on request after a moment. A read."""
    is_newer = ErasedNumber.erased_at >= moment
    hashes = set(db.session.scalars(select(ErasedNumber.phone_hash).where(is_newer)))
    if not hashes:
        return []
    key = _get_erasure_key()
    return [phone for phone in phones if hash_phone(key, phone) in hashes]


def has_number_been_erased_since(moment: datetime) -> bool:
    """Whether anybody has been erased between this moment and now. A read."""
    # What a wrong clock dates ahead is no news until then.
    is_new = ErasedNumber.erased_at.between(moment, now())
    return bool(db.session.scalar(select(exists().where(is_new))))


def restore_erasure(erasure: KeptErasure) -> None:
    """Store an erasure that the file beside the database knows. Idempotent. Inside write()."""
    values = {
        "phone_hash": erasure.phone_hash,
        "opted_out": erasure.opted_out,
        "erased_by": erasure.erased_by,
    }
    db.session.execute(insert(ErasedNumber).values(values).on_conflict_do_nothing(["phone_hash"]))


def clear_erased_opt_out(phone: str) -> None:
    """Forget that an erased number had opted out: its owner has texted START since."""
    sql.CLEAR_ERASED_OPT_OUT.execute(b_hash=hash_phone(_get_erasure_key(), phone))


def _get_erasure_key() -> str:
    return str(current_settings().erasure_key)
