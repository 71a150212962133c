"""Erases from the archives whoever was erased from the database."""

from app.audit.audit_archive_erasure import erase_in_audit_archives
from app.core.column_types import datetime_from_db
from app.core.db import db
from app.core.settings import current_settings
from app.delivery.actions.archive_erasure import erase_in_archives
from app.domain.phones.phone_erasure import hash_phone
from app.suppression.actions.erasure_file import list_stored_erasures


def replay_archive_erasures() -> list[int]:
    """Erase everybody who was erased from each archive; return the years that cannot be written.

    Outside write(). Idempotent: an archive keeps which erasures it has obeyed.
    """
    key = current_settings().erasure_key
    erasures = {}
    for erasure in list_stored_erasures():
        moment = datetime_from_db(erasure.erased_at)
        if moment is not None:
            erasures[erasure.phone_hash] = moment
    db.session.rollback()
    database = current_settings().database_path
    years = erase_in_archives(database, erasures, lambda phone: hash_phone(key, phone))
    return sorted({*years, *erase_in_audit_archives(database, erasures)})
