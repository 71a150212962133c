"""What a serving process does for the audit in the background."""

import logging
from datetime import timedelta
from time import monotonic

from flask import Flask

from app.audit.chain_head import note_chain_head, verify_chain_of_program
from app.audit.pending_acts_writer import PendingActsWriter
from app.core.database_errors import DATABASE_ERRORS
from app.migrations.migration_errors import MigrationError

log = logging.getLogger(__name__)
# Not while a process starts, when people wait for it.
FIRST_VERIFICATION_SECONDS = timedelta(hours=1).total_seconds()
VERIFICATION_SECONDS = timedelta(days=7).total_seconds()


class AuditJobs:
    """Writes what waits in memory, notes the end of the chain, and verifies it once a week."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self._writer = PendingActsWriter(app)
        self._next_verification_at = monotonic() + FIRST_VERIFICATION_SECONDS

    def start(self) -> None:
        """Start the thread that writes refused acts and looks; call it once."""
        self._writer.start()

    def stop(self) -> None:
        """Write the refused acts and looks that are still in memory, and end the thread."""
        self._writer.stop()

    def watch_chain(self) -> None:
        """Note which row is the last; verify all of them when a week has passed."""
        with self.app.app_context():
            try:
                note_chain_head()
                if monotonic() >= self._next_verification_at:
                    self._next_verification_at = monotonic() + VERIFICATION_SECONDS
                    verify_chain_of_program()
            except (*DATABASE_ERRORS, MigrationError, OSError):
                log.warning("the audit is looked through later: the database or disk was busy")
