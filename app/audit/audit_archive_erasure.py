"""Erasing people from the audit's archives, which keep which erasures they have obeyed.

So an archive that could not be written, or that came back from an older copy, obeys later.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import delete, insert, select, update

from app.audit.audit_archive_file import (
    AUDIT_ARCHIVE_VERSION,
    archived_events,
    archived_people,
    audit_archive_metadata,
    get_audit_archive,
    list_audit_archive_years,
    obeyed_erasures,
)
from app.audit.models import ERASED_PEOPLE
from app.core.clock import now
from app.core.column_types import datetime_to_db
from app.core.separate_database import (
    SEPARATE_FILE_ERRORS,
    read_separate_file,
    write_separate_file,
)


def erase_in_audit_archives(database: Path, erasures: Mapping[str, datetime]) -> list[int]:
    """Erase these people's names from every archive; return the years that cannot be written.

    `erasures`: when each was erased, by the keyed hash of the number. What came after an erasure
    stays: that person has come back since. Idempotent. Outside write().
    """
    failed = []
    for year in list_audit_archive_years(database):
        try:
            _erase_in_archive(get_audit_archive(database, year), erasures)
        except SEPARATE_FILE_ERRORS:
            failed.append(year)
    return failed


def _erase_in_archive(path: Path, erasures: Mapping[str, datetime]) -> None:
    columns = (obeyed_erasures.c.phone_hash, obeyed_erasures.c.erased_at)
    with read_separate_file(path) as archive:
        obeyed = set(map(tuple, archive.execute(select(*columns))))
    missing = dict(set(erasures.items()) - obeyed)
    if not missing:
        return
    with write_separate_file(path, audit_archive_metadata, AUDIT_ARCHIVE_VERSION) as archive:
        for phone_hash, moment in missing.items():
            _erase_person(archive, phone_hash, moment)
        _note_obeyed(archive, missing)


def _erase_person(archive: Any, phone_hash: str, moment: datetime) -> None:
    of_person = archived_people.c.phone_hash == phone_hash
    listed = select(archived_people.c.audit_event_id).where(of_person)
    is_older = archived_events.c.at <= datetime_to_db(moment)
    ids: Collection[int] = archive.scalars(
        select(archived_events.c.id).where(archived_events.c.id.in_(listed), is_older)
    ).all()
    for id_ in ids:
        is_row = archived_events.c.id == id_
        archive.execute(update(archived_events).where(is_row).values(people=ERASED_PEOPLE))
        is_link = (of_person, archived_people.c.audit_event_id == id_)
        archive.execute(delete(archived_people).where(*is_link))


def _note_obeyed(archive: Any, erasures: Mapping[str, datetime]) -> None:
    applied_at = now().replace(tzinfo=None)
    rows = []
    for phone_hash, moment in erasures.items():
        values = {"phone_hash": phone_hash, "erased_at": moment, "applied_at": applied_at}
        rows.append(values)
    archive.execute(insert(obeyed_erasures).prefix_with("OR REPLACE"), rows)
