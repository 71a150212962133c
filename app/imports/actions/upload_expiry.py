"""Uploads and open imports end after a day; a job of the scheduler and each upload see to it."""

from datetime import timedelta

from app.core.clock import now
from app.core.db import write
from app.imports.actions import upload_storage
from app.imports.actions.import_completion import delete_expired_imports
from app.imports.queries.import_records import has_expired_imports

UPLOAD_LIFETIME = timedelta(hours=24)
UNDO_PERIOD = timedelta(days=30)


def expire_uploads() -> None:
    """Delete the files that are older than UPLOAD_LIFETIME, and abandon their imports.

    The rows of imports that nobody can undo any more are deleted as well.
    """
    moment = now()
    upload_storage.delete_old_uploads(moment - UPLOAD_LIFETIME)
    unconfirmed_before, done_before = moment - UPLOAD_LIFETIME, moment - UNDO_PERIOD
    # An idle process writes nothing.
    if not has_expired_imports(unconfirmed_before, done_before):
        return
    with write():
        delete_expired_imports(unconfirmed_before, done_before)
