"""Erasing people from the archives. An archive keeps which erasures it has obeyed.

So an archive that could not be written, or that came back from an older copy, obeys later.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select, update

from app.core.clock import now
from app.delivery.archive_file import (
    ArchiveUnusable,
    applied_erasures,
    archived_attempts,
    archived_messages,
    list_archive_years,
    open_archive,
    write_archive,
)
from app.domain.phones.phone_erasure import ERASED_BODY, generate_erasure_mark

HashPhone = Callable[[str], str]
texts_c = archived_messages.c


def erase_in_archives(
    database: Path, erasures: Mapping[str, datetime], hash_phone: HashPhone
) -> list[int]:
    """Erase these people from every archive; return the years that could not be written.

    `erasures`: when each was erased, by the keyed hash of the number that `hash_phone` computes.
    What came after an erasure stays: that person has come back since. Idempotent; reads nothing
    but the list of obeyed erasures where there is nothing to do. Outside write().
    """
    failed = []
    for year in list_archive_years(database):
        try:
            _erase_in_archive(database, year, erasures, hash_phone)
        except ArchiveUnusable:
            failed.append(year)
    return failed


def _erase_in_archive(
    database: Path, year: int, erasures: Mapping[str, datetime], hash_phone: HashPhone
) -> None:
    with open_archive(database, year) as archive:
        applied = dict(archive.execute(select(applied_erasures.c[0], applied_erasures.c[1])).all())
        missing = {
            hash_: moment for hash_, moment in erasures.items() if applied.get(hash_) != moment
        }
        if not missing:
            return
        phones = archive.scalars(select(texts_c.phone).distinct()).all()
    moments = {phone: missing[hash_] for phone in phones if (hash_ := hash_phone(phone)) in missing}
    with write_archive(database, year) as archive:
        for phone, moment in moments.items():
            _erase_phone(archive, phone, moment)
        _note_applied(archive, missing)


def _erase_phone(archive: Any, phone: str, moment: datetime) -> None:
    """Take number, name and words out of the texts of a number from before a moment."""
    of_phone = (texts_c.phone == phone, texts_c.created_at <= moment)
    ids = select(texts_c.id).where(*of_phone)
    attempts_c = archived_attempts.c
    archive.execute(
        update(archived_attempts).where(attempts_c.message_id.in_(ids)).values(why=None)
    )
    archive.execute(
        update(archived_messages)
        .where(*of_phone)
        .values(
            phone=generate_erasure_mark(),
            name=None,
            body=ERASED_BODY,
            media=None,
            error_message=None,
        )
    )


def _note_applied(archive: Any, erasures: Mapping[str, datetime]) -> None:
    rows: Iterable[dict[str, Any]] = [
        {"phone_hash": hash_, "erased_at": moment, "applied_at": now().replace(tzinfo=None)}
        for hash_, moment in erasures.items()
    ]
    archive.execute(insert(applied_erasures).prefix_with("OR REPLACE"), list(rows))
