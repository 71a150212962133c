"""Erase again whom a restored copy brought back, from the file that is kept beside the database."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import replace

from app.audit import actions as audit
from app.core.clock import now
from app.core.db import db, write
from app.core.settings import current_settings
from app.domain.phones.phone_erasure import hash_phone
from app.people.actions.person_erasure import (
    TextBeingSent,
    erase_person_data,
    find_embedded_mentions,
)
from app.suppression.actions import erased_numbers
from app.suppression.actions.erasure_file import (
    KeptErasure,
    keep_erasures,
    list_stored_erasures,
    read_kept_erasures,
)

log = logging.getLogger(__name__)
SYSTEM_ACTOR = "SMS Admin"


def replay_erasures(list_phones: Callable[[], Iterable[str]]) -> int:
    """Bring the file and the database to the same erasures; return how many people were erased.

    `list_phones` returns every number in the database; it is called only when the file knows more.
    Whoever is being texted at this moment is erased by the next call. Opens its own write().
    """
    database = current_settings().database_path
    stored = {erasure.phone_hash: erasure for erasure in list_stored_erasures()}
    file_erasures = read_kept_erasures(database)
    db.session.rollback()
    keep_erasures(
        database, [erasure for erasure in stored.values() if _is_news(erasure, file_erasures)]
    )
    missing = {hash_: erasure for hash_, erasure in file_erasures.items() if hash_ not in stored}
    if not missing:
        return 0
    key = current_settings().erasure_key
    count = 0
    absent = dict(missing)
    for phone in list_phones():
        erasure = missing.get(hash_phone(key, phone))
        if erasure is not None:
            absent.pop(erasure.phone_hash, None)
            count += _erase_again(phone, erasure)
    _record_absent(absent.values())
    if count:
        log.warning("%s people who were erased before are erased again", count)
    return count


def _is_news(erasure: KeptErasure, kept: dict[str, KeptErasure]) -> bool:
    """Whether the file does not know of an erasure, or not that it was an opt-out."""
    before = kept.get(erasure.phone_hash)
    return before is None or replace(before, erased_at=erasure.erased_at) != erasure


def _erase_again(phone: str, erasure: KeptErasure) -> bool:
    mentions = find_embedded_mentions(phone)
    db.session.rollback()
    try:
        with write():
            result = erase_person_data(phone, mentions, erasure.erased_by, now())
            if erasure.opted_out:
                erased_numbers.record_erased_number(phone, said_stop=True, by=erasure.erased_by)
            details = {"why": "an older backup was restored"}
            audit.record_automatic_event("person.erased", SYSTEM_ACTOR, result.mark, details)
    except TextBeingSent:
        return False
    return True


def _record_absent(erasures: Iterable[KeptErasure]) -> None:
    """Store the erasures of numbers that are not in the database: an import must not bring back
    whoever had said STOP.
    """
    with write():
        for erasure in erasures:
            erased_numbers.restore_erasure(erasure)
